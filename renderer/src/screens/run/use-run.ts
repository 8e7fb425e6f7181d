/** One run as the screen sees it: the newest view, commands to it, and the output of its steps. */
import { useEffect, useMemo, useState } from 'react';
import type { ErrorEnvelope } from '../../../../electron/contract/errors.ts';
import type { RunCommand, RunView } from '../../../../electron/contract/run.ts';
import type { OutputSource } from '../../components/Terminal.tsx';
import { useAction, useEngine, useEngineEvents, useQuery } from '../../engine-context.ts';
import { followOutput } from './follow-output.ts';
import { Keystrokes } from './keystrokes.ts';

export interface Run {
  view: RunView | null;
  /** When the view came, in milliseconds since 1970. */
  received: number;
  error: ErrorEnvelope | null;
  busy: boolean;
  clear(): void;
  /** Answers whether the engine took it; a refusal is in `error`. */
  send(command: RunCommand): Promise<boolean>;
  show(view: RunView): void;
}

/** A door for keystrokes of its own: a command under way must not swallow what a hand types meanwhile. */
export function useKeystrokes(run: string, step: string): (text: string) => void {
  const { client } = useEngine();
  return useMemo(() => {
    const keys = new Keystrokes((text) => client.call('run.command', { run, command: { do: 'input', step, text } }).then(() => true, () => false));
    return (text: string) => { keys.type(text); };
  }, [client, run, step]);
}

interface Received { view: RunView; at: number }

export function useRun(run: string): Run {
  const { client } = useEngine();
  const asked = useQuery('run.view', { run });
  const [newest, setNewest] = useState<Received | null>(null);
  const [seen, setSeen] = useState<RunView | null>(null);
  // A view that was asked for must not replace a newer one that came as an event meanwhile.
  const take = (view: RunView): void => { setNewest((old) => (old !== null && old.view.seq > view.seq ? old : { view, at: Date.now() })); };
  if (asked.result !== null && asked.result !== seen) {
    setSeen(asked.result);
    take(asked.result);
  }
  useEngineEvents((event) => { if (event.event === 'run.changed' && event.run === run) take(event.view); });
  const action = useAction(async (command: RunCommand) => { take(await client.call('run.command', { run, command })); });
  return { view: newest?.view ?? null, received: newest?.at ?? 0, error: action.error ?? asked.error, busy: action.busy, clear: action.clear, send: action.run, show: take };
}

/** The output of one attempt of a step. @param size of the stored output, as the view says it */
export function useOutput(run: string, step: string, attempt: number, size: number): OutputSource {
  const { client } = useEngine();
  // Another attempt is another output, though nothing here names it.
  const source = useMemo(() => ({ ...followOutput(client, run, step), attempt }), [client, run, step, attempt]);
  useEffect(() => { source.know(size); }, [source, size]);
  return source;
}
