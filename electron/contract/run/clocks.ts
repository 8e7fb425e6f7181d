/** The clocks of a run: tool, human and blocked time, RTO and RPO. Milliseconds inside, seconds in documents. */
import type { RunDocument } from '../run.ts';
import { durationSeconds } from '../scalars.ts';
import type { ExerciseFold } from '../tabletop/state.ts';
import type { Instant, RunFold, Stretch } from './state.ts';
import { elapsed } from './state.ts';

export type ClockName = 'tool' | 'human' | 'blocked';

/** Waiting for an approval and standing halted are human time; waiting for a third party is not. */
const CLOCK_OF: Readonly<Record<Stretch['what'], ClockName>> = { tool: 'tool', human: 'human', approval: 'human', halted: 'human', blocked: 'blocked' };

/** Length of one stretch, open ones up to `now`. */
export function stretchMs(stretch: Stretch, now: Instant): number {
  return elapsed(stretch.from, stretch.to ?? now);
}

/** What one step spent on a clock: the sum of its stretches. */
export function stepClock(stretches: readonly Stretch[], clock: ClockName, now: Instant): number {
  return stretches.reduce((sum, stretch) => (CLOCK_OF[stretch.what] === clock ? sum + stretchMs(stretch, now) : sum), 0);
}

/** What the run spent on a clock: lanes that run side by side count once. */
export function runClock(fold: RunFold, clock: ClockName, now: Instant): number {
  const spans = fold.stretches.filter(({ what }) => CLOCK_OF[what] === clock).map((stretch) => ({ from: stretch.from.wall, to: stretch.from.wall + stretchMs(stretch, now) }));
  spans.sort((a, b) => a.from - b.from);
  let total = 0;
  let covered = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans) {
    if (to > covered) total += to - Math.max(from, covered);
    covered = Math.max(covered, to);
  }
  return total;
}

export function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

/** From the declared outage to the service restored, or to the end of the run when no step restores it. */
export function rtoOf(fold: RunFold): RunDocument['rto'] {
  const target = fold.plan.snapshot.root.runbook.front.targets?.rto;
  const target_s = target === undefined ? null : durationSeconds(target);
  const achieved_s = fold.exercise?.started == null ? realRecovery(fold) : exerciseRecovery(fold, fold.exercise);
  return { target_s, achieved_s, met: target_s === null || achieved_s === null ? null : achieved_s <= target_s };
}

function realRecovery(fold: RunFold): number | null {
  const end = fold.restoredAt?.wall ?? (fold.finished?.state === 'succeeded' ? fold.finished.at.wall : null);
  return end === null || fold.created.outage_at === null ? null : seconds(Math.max(0, end - Date.parse(fold.created.outage_at)));
}

/** On the exercise clock, where H+0:00 is the outage. What was not walked to its end recovered nothing. */
function exerciseRecovery(fold: RunFold, { restored, lastOver, ended }: ExerciseFold): number | null {
  if (restored !== null) return seconds(restored);
  return fold.finished?.state === 'succeeded' && ended?.whole === true && lastOver !== null ? seconds(lastOver) : null;
}

/** From the newest recovered row to the outage; of several recovered parts, the one that lost most. */
export function rpoOf(fold: RunFold): RunDocument['rpo'] {
  const target = fold.plan.snapshot.root.runbook.front.targets?.rpo;
  const target_s = target === undefined ? null : durationSeconds(target);
  const measured = [...fold.rpos.values()].sort((a, b) => b.achievedMs - a.achievedMs || Date.parse(a.newestAt) - Date.parse(b.newestAt))[0];
  const achieved_s = measured === undefined ? null : seconds(measured.achievedMs);
  return { target_s, achieved_s, met: target_s === null || achieved_s === null ? null : achieved_s <= target_s, newest_at: measured?.newestAt ?? null };
}
