/** When which audience is to be told next. Wall milliseconds on the clock of the run; in a tabletop that is the exercise's, H+0:00 being the outage. */
import type { Audience } from '../runbook.ts';
import { durationSeconds } from '../scalars.ts';
import { shownAt } from '../tabletop/state.ts';
import type { Instant, RunFold } from './state.ts';

/** What the clock of the run shows at an instant. */
export function momentOf(fold: RunFold, at: Instant): number {
  return fold.exercise === null ? at.wall : outageOf(fold) + shownAt(fold.exercise, at);
}

export function outageOf(fold: RunFold): number {
  return fold.created.outage_at === null ? fold.createdAt.wall : Date.parse(fold.created.outage_at);
}

/** Cadence counts from the declaration, else from the start of the run; in a tabletop from the start of its clock. */
function begunAt(fold: RunFold): number {
  if (fold.exercise !== null) return outageOf(fold);
  return fold.created.declared_at === null ? fold.createdAt.wall : Date.parse(fold.created.declared_at);
}

/** The message after `last`, counted from `begun`; null when none is due by itself. */
export function nextDue({ every, within, after }: { every?: string | undefined; within?: string | undefined; after?: string | undefined }, begun: number, last: number | null): number | null {
  if (last === null) {
    const first = within ?? after ?? (every === 'continuous' ? undefined : every);
    return first === undefined ? null : begun + durationSeconds(first) * 1000;
  }
  return every === undefined || every === 'continuous' ? null : last + durationSeconds(every) * 1000;
}

/** When an audience is to hear next; null when nothing is due to it by itself: the run is over, or it knows that service is back. */
export function dueTo(fold: RunFold, audience: Audience): number | null {
  if (fold.finished !== null || (fold.exercise !== null && (fold.exercise.started === null || fold.exercise.ended !== null))) return null;
  const last = fold.sent.findLast((message) => message.audience === audience.id);
  const due = nextDue(audience, begunAt(fold), last?.moment ?? null);
  if (due === null || fold.restoredAt === null) return due;
  const restored = fold.exercise === null ? fold.restoredAt.wall : outageOf(fold) + (fold.exercise.restored ?? 0);
  const isOnlyForLongOnes = last === undefined && audience.after !== undefined && audience.within === undefined;
  if (isOnlyForLongOnes) return due <= restored ? due : null; // it was over before anybody of them had to know
  return last !== undefined && last.at.wall >= fold.restoredAt.wall ? null : due;
}

/** Somebody was told: the audience's next message counts from here. */
export function told(fold: RunFold, { audience, channel, reached }: { audience: string; channel: string; reached: string }, at: Instant): void {
  const known = fold.plan.snapshot.root.runbook.audiences.find(({ id }) => id === audience);
  fold.sent.push({ audience, channel, at, reached, seq: fold.seq, moment: momentOf(fold, at), due: known === undefined ? null : dueTo(fold, known) });
}
