/**
 * The values that a person has typed, kept while the window is open: what readiness was checked with need not be typed again
 * to start. Each runbook and mode has its own, so that a rehearsal never inherits what was meant for the real targets.
 */
import { useReducer } from 'react';
import type { Mode } from '../../../../electron/contract/vocabulary.ts';


export type Values = Readonly<Record<string, string>>;

const NONE: Values = {};
const typed = new Map<string, Values>();

/** @returns the values, what replaces them, and what forgets them */
export function useTypedValues(runbook: string | null, mode: Mode): [Values, (values: Values) => void, () => void] {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const key = `${mode} ${runbook ?? ''}`;
  const replace = (values: Values): void => {
    typed.set(key, values);
    redraw();
  };
  return [typed.get(key) ?? NONE, replace, () => { typed.delete(key); }];
}
