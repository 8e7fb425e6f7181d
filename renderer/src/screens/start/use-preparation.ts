/** What a start would need, asked again at every change; the former answer stays on screen, so that the form keeps its place and focus. */
import { useState } from 'react';
import type { ErrorEnvelope } from '../../../../electron/contract/errors.ts';
import type { Result } from '../../../../electron/contract/methods.ts';
import type { Mode } from '../../../../electron/contract/vocabulary.ts';
import { useQuery } from '../../engine-context.ts';
import type { Values } from './typed-values.ts';

export interface Preparation {
  /** Of the runbook and mode, perhaps with values of a moment ago: to draw the form. */
  shown: Result<'run.prepare'> | null;
  /** With exactly these values; null while the engine judges them. */
  current: Result<'run.prepare'> | null;
  error: ErrorEnvelope | null;
}

export function usePreparation(runbook: string | null, mode: Mode, params: Values): Preparation {
  const asked = useQuery('run.prepare', runbook === null ? null : { id: runbook, mode, params });
  const form = `${runbook ?? ''} ${mode}`;
  const [kept, setKept] = useState<{ form: string; result: Result<'run.prepare'> } | null>(null);
  if (asked.result !== null && (kept?.result !== asked.result || kept.form !== form)) setKept({ form, result: asked.result });
  return { shown: asked.result ?? (kept?.form === form ? kept.result : null), current: asked.result, error: asked.error };
}
