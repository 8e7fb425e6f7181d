/** The engine as React components use it: a client in a context, and calls as state. */
import { createContext, useCallback, useContext, useEffect, useEffectEvent, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import type { EngineState, ShellBridge } from '../../electron/contract/bridge.ts';
import { EngineError, type ErrorEnvelope, toEnvelope } from '../../electron/contract/errors.ts';
import type { EngineEvent, MethodName, Params, Result } from '../../electron/contract/methods.ts';
import type { EngineClient } from './engine-client.ts';

export type Dialogs = Pick<ShellBridge, 'chooseOpen' | 'chooseSave' | 'printPdf' | 'openParticipants' | 'onParticipants'>;
export const EngineContext = createContext<{ client: EngineClient; dialogs: Dialogs } | null>(null);

export function useEngine(): { client: EngineClient; dialogs: Dialogs } {
  const engine = useContext(EngineContext);
  if (engine === null) throw new EngineError('internal', 'A screen was drawn outside the engine context');
  return engine;
}

export function useEngineState(): EngineState {
  const { client } = useEngine();
  return useSyncExternalStore((listener) => client.onChange(listener), () => client.state);
}

export function useRefusedFrames(): number {
  const { client } = useEngine();
  return useSyncExternalStore((listener) => client.onChange(listener), () => client.refused);
}

export function useEngineEvents(listener: (event: EngineEvent) => void): void {
  const { client } = useEngine();
  useEffect(() => client.onEvent(listener), [client, listener]);
}

export interface Query<T> {
  result: T | null;
  error: ErrorEnvelope | null;
  reload(): void;
}

type Answer<T> = { of: string; result: T | null; error: ErrorEnvelope | null };

/**
 * Calls when connected, when the parameters change and on `reload`; the former result stays on screen meanwhile, except
 * that another question's answer is never shown. With `params` null nothing is asked.
 * @param known the answer to the first question, where it is there already; it is asked all the same once it is outdated
 */
export function useQuery<M extends MethodName>(method: M, params: Params<M> | null, known: { result: Result<M>; isOutdated(): boolean } | null = null): Query<Result<M>> {
  const { client } = useEngine();
  const state = useEngineState();
  const [round, reload] = useReducer((n: number) => n + 1, 0);
  const of = params === null ? null : `${method} ${JSON.stringify(params)}`;
  const [answer, setAnswer] = useState<Answer<Result<M>> | null>(known === null || of === null ? null : { of, result: known.result, error: null });
  const isKnown = useRef(answer !== null);
  const ask = useEffectEvent((question: string, isStale: () => boolean) => {
    if (params === null) return;
    if (isKnown.current) {
      isKnown.current = false;
      if (known?.isOutdated() === false) return;
    }
    client.call(method, params).then(
      (result) => { if (!isStale()) setAnswer({ of: question, result, error: null }); },
      (thrown: unknown) => {
        if (!isStale()) setAnswer((old) => ({ of: question, result: old?.of === question ? old.result : null, error: toEnvelope(thrown) }));
      },
    );
  });
  useEffect(() => {
    if (of === null || state !== 'connected') return undefined;
    let stale = false;
    ask(of, () => stale);
    return () => { stale = true; };
  }, [of, state, round]);
  const current = answer !== null && answer.of === of ? answer : null;
  return { result: current?.result ?? null, error: current?.error ?? null, reload };
}

export interface Action<A extends unknown[]> {
  run(...args: A): Promise<boolean>;
  busy: boolean;
  error: ErrorEnvelope | null;
  clear(): void;
}

/** A call that a person starts: one at a time, its error kept until the next try. Answers whether it succeeded. */
export function useAction<A extends unknown[]>(work: (...args: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorEnvelope | null>(null);
  const run = async (...args: A): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setError(null);
    try {
      await work(...args);
      return true;
    } catch (thrown) {
      setError(toEnvelope(thrown));
      return false;
    } finally {
      setBusy(false);
    }
  };
  const clear = useCallback(() => { setError(null); }, []);
  return { run, busy, error, clear };
}
