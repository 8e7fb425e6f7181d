/** Timed injects: each comes once, when the exercise clock shows its time, whatever was done to that clock meanwhile. */
import { SCHEDULE } from '../../contract/tabletop/fold.ts';
import { openTimed, shownAt } from '../../contract/tabletop/state.ts';
import type { RunEventBody } from '../../contract/run/events.ts';
import type { RunHost } from '../run/host.ts';
import { fireEvents } from './rule-exercise.ts';

interface Watched extends RunHost {
  /** Resolves at the run's next event. */
  changed(): Promise<void>;
}

/** Until `over` aborts. What came due while nobody carried the run comes at once. */
export async function letInjectsCome(host: Watched, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const change = host.changed();
    const wait = await fireNext(host, over);
    if (wait === null) await change;
    else if (wait > 0) await passed(host, wait, change, over);
  }
}

/** Fires the next that is due. @returns real milliseconds until one may be; null when nothing comes by itself as things stand */
async function fireNext(host: Watched, over: AbortSignal): Promise<number | null> {
  const { fold } = host;
  const { exercise } = fold;
  if (over.aborted || exercise === null || exercise.started === null || exercise.ended !== null || fold.aborted !== null || fold.finished !== null) return null;
  const [next] = openTimed(exercise);
  if (next === undefined) return null;
  const left = next.due_ms - shownAt(exercise, host.now());
  if (left > 0) return exercise.clock.speed === 0 ? null : Math.ceil((left * 1000) / exercise.clock.speed);
  // asked anew at every try: a disk that refused may have let somebody withdraw it meanwhile
  const events = (): RunEventBody[] => (openTimed(exercise).some(({ inject }) => inject.id === next.inject.id) ? fireEvents(fold, exercise, next, shownAt(exercise, host.now()), SCHEDULE) : []);
  await host.record(events, over);
  return 0;
}

/** Real time passes, or something happens. */
async function passed(host: Watched, ms: number, change: Promise<void>, over: AbortSignal): Promise<void> {
  const enough = new AbortController();
  const end = (): void => enough.abort();
  over.addEventListener('abort', end, { once: true });
  try {
    await Promise.race([host.clock.sleep(ms, enough.signal), change]);
  } finally {
    enough.abort();
    over.removeEventListener('abort', end);
  }
}
