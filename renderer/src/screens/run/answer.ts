/** The form in the current step and the primary action below it: the form says what is missing, the action sends it. */
import { createContext, useContext, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';

export interface Answer {
  /** In place of the action's own label, once the choice is known: "Decide: restore to the VM". */
  label: string | null;
  /** What is still missing; null when it can be sent. */
  missing: string | null;
  submit(): void;
}

interface Desk {
  current: { label: string | null; missing: string | null } | null;
  submit(): void;
  offer(answer: { label: string | null; missing: string | null } | null, submit: () => void): void;
}

export const AnswerContext = createContext<Desk | null>(null);

export function useAnswers(): Desk {
  const [current, setCurrent] = useState<Desk['current']>(null);
  const send = useRef<() => void>(() => undefined);
  return useMemo(() => ({
    current,
    submit: () => { send.current(); },
    offer: (answer, submit) => {
      send.current = submit;
      setCurrent(answer);
    },
  }), [current]);
}

/** Puts a form's answer under the primary action while the form is on screen. */
export function useAnswer(label: string | null, missing: string | null, submit: () => void): void {
  const desk = useContext(AnswerContext);
  const offer = desk?.offer;
  const place = useEffectEvent((answer: { label: string | null; missing: string | null } | null, send: () => void) => { offer?.(answer, send); });
  const send = useEffectEvent(submit);
  useEffect(() => {
    place({ label, missing }, () => { send(); });
    return () => { place(null, () => undefined); };
  }, [label, missing]);
}
