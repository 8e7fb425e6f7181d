/** One run as the screen sees it: the newest view, commands to it, and the output of its steps. */
import { useMemo, useState } from 'react';
import type { ErrorEnvelope } from '../../../../electron/contract/errors.ts';
import type { RunCommand, RunView } from '../../../../electron/contract/run.ts';
import type { OutputSource } from '../../components/Terminal.tsx';
import type { EngineClient } from '../../engine-client.ts';
import { useAction, useEngine, useEngineEvents, useQuery } from '../../engine-context.ts';
import { Keystrokes } from './keystrokes.ts';
import { OutputJoiner } from './output-joiner.ts';

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

/** How much of what a step has already said is shown at first; the rest is in the full output. */
const TAIL_BYTES = 256 * 1024;

/** The output of one attempt of a step: the stored tail, then what comes, each byte once. */
export function useOutput(run: string, step: string, attempt: number): OutputSource {
  const { client } = useEngine();
  // Another attempt is another output, though nothing here names it.
  return useMemo(() => ({ follow: (write) => followOutput(client, run, step, write), attempt }), [client, run, step, attempt]);
}

function followOutput(client: EngineClient, run: string, step: string, write: (bytes: Uint8Array) => void): () => void {
  let ended = false;
  const joiner = new OutputJoiner((bytes) => { if (!ended) write(bytes); });
  let whole = 0;
  // A piece that went out before anybody listened, and was stored after it was asked for, is read when the step has ended.
  const catchUp = (): void => {
    if (ended || joiner.next === null || joiner.next >= whole) return;
    const offset = Math.max(joiner.next, whole - TAIL_BYTES);
    client.call('run.output', { run, step, offset, length: TAIL_BYTES }).then(({ bytes }) => { joiner.live(offset, bytes); }, () => undefined);
  };
  const stop = client.onEvent((event) => {
    if (event.event === 'run.output' && event.run === run && event.step === step) joiner.live(event.offset, event.bytes);
    if (event.event !== 'run.changed' || event.run !== run) return;
    whole = event.view.steps.find(({ id }) => id === step)?.output?.size ?? 0;
    catchUp();
  });
  const begin = (offset: number, bytes: Uint8Array): void => {
    joiner.begin(offset, bytes);
    catchUp();
  };
  // Where nothing is stored yet, the live pieces are the whole.
  readTail(client, run, step).then(({ offset, bytes }) => { begin(offset, bytes); }, () => { begin(0, new Uint8Array()); });
  return () => {
    ended = true;
    stop();
  };
}

async function readTail(client: EngineClient, run: string, step: string): Promise<{ offset: number; bytes: Uint8Array }> {
  const { size } = await client.call('run.output', { run, step, offset: 0, length: 0 });
  const offset = Math.max(0, size - TAIL_BYTES);
  const { bytes } = await client.call('run.output', { run, step, offset, length: TAIL_BYTES });
  return { offset, bytes };
}
