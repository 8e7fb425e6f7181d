/** Secrets that a person gave for the checks of a runbook, by name: the engine has them, the page never does. */
import { useState } from 'react';
import { type Action, useAction, useEngine, useQuery } from '../../engine-context.ts';

export interface Held {
  names: readonly string[];
  forget: Action<[]>;
  /** What the engine has just said of them. */
  show(names: readonly string[]): void;
}

export function useHeldSecrets(runbook: string | null): Held {
  const { client } = useEngine();
  const query = useQuery('readiness.secrets', runbook === null ? null : { id: runbook });
  const [newest, setNewest] = useState<{ asked: unknown; names: readonly string[] } | null>(null);
  const show = (names: readonly string[]): void => { setNewest({ asked: query.result, names }); };
  const forget = useAction(async () => {
    if (runbook !== null) show((await client.call('readiness.forget', { id: runbook })).held);
  });
  // An engine that started anew has none: what it is asked then replaces what came before.
  return { names: newest !== null && newest.asked === query.result ? newest.names : (query.result?.held ?? []), forget, show };
}
