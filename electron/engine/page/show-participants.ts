/** The participants' page of one run: it is told what it may know whenever that changes, and nothing that it says is read. */
import type { Port } from '../../contract/rpc.ts';
import type { ParticipantsView } from '../../contract/tabletop/view.ts';

/** What this page is made of. */
export interface Shown {
  /** Null for a run that is no exercise, or that is not there. */
  participants(run: string): ParticipantsView | null;
  subscribe(listener: (event: { event: string; run?: string }) => void): () => void;
}

/** One view a frame, however many events come in it. */
const FRAME_MS = 16;

/** Until `closed` aborts. */
export function showParticipants(port: Port, closed: AbortSignal, engine: Shown, run: string): void {
  port.onFrame(() => undefined); // whatever such a page sends goes nowhere
  let timer: NodeJS.Timeout | undefined;
  const send = (): void => {
    timer = undefined;
    const view = closed.aborted ? null : engine.participants(run);
    if (view !== null) port.post({ events: [view] });
  };
  const unsubscribe = engine.subscribe((event) => {
    if (event.event === 'run.changed' && event.run === run) timer ??= setTimeout(send, FRAME_MS);
  });
  closed.addEventListener('abort', () => {
    unsubscribe();
    clearTimeout(timer);
  }, { once: true });
  send();
}
