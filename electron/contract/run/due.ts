/** Windows of steps, `due: {after, by}`, counted from the outage: what has to have happened by when. */
import { durationSeconds } from '../scalars.ts';
import { shownAt } from '../tabletop/state.ts';
import type { Instant, RunFold, StepFold } from './state.ts';

/** Wall milliseconds. A window is told and measured; it neither holds a step back nor starts it. */
export interface Due {
  after: number | null;
  by: number | null;
  /** Whether it was over in time; null while that is open, and for a step that is not to be done any more. */
  met: boolean | null;
}

/** Null for a step without a window. */
export function dueOf(fold: RunFold, { plan, state, finishedAt }: StepFold, now: Instant = fold.last): Due | null {
  const { due } = plan.block;
  if (due === undefined) return null;
  const outage = fold.created.outage_at === null ? fold.createdAt.wall : Date.parse(fold.created.outage_at);
  const at = (duration: string | undefined): number | null => (duration === undefined ? null : outage + durationSeconds(duration) * 1000);
  const [after, by] = [at(due.after), at(due.by)];
  const { finished, present } = momentsOf(fold, plan.path, finishedAt, fold.finished?.at ?? now);
  const isDropped = state === 'skipped' || state === 'not_executed';
  const isDone = state === 'succeeded' || state === 'overridden';
  if (by === null || isDropped) return { after, by, met: null };
  if (isDone && finished !== null) return { after, by, met: finished <= by };
  return { after, by, met: present > by ? false : null };
}

/** Wall milliseconds; in an exercise as its own clock would have them, where H+0:00 is the outage. */
function momentsOf(fold: RunFold, path: string, finishedAt: Instant | null, now: Instant): { finished: number | null; present: number } {
  const { exercise } = fold;
  if (exercise?.started == null) return { finished: finishedAt?.wall ?? null, present: now.wall };
  const outage = fold.created.outage_at === null ? fold.createdAt.wall : Date.parse(fold.created.outage_at);
  const to = exercise.steps.get(path)?.to ?? null;
  return { finished: to === null ? null : outage + to, present: outage + shownAt(exercise, now) };
}
