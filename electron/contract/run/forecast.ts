/** When the run will end: the critical path over what is left, from measured times where there are any, else from budgets. */
import { durationSeconds } from '../scalars.ts';
import { dueOf } from './due.ts';
import { restoresService } from './plan.ts';
import type { Instant, RunFold, StepFold } from './state.ts';
import { elapsed } from './state.ts';

export interface Forecast {
  /** Wall milliseconds, by step that is not over. */
  steps: ReadonlyMap<string, { start: number; end: number }>;
  finish: number | null; // null when the run is over
  /** Of the step that restores service, else of the run. */
  restored: number | null;
}

/** What a step is expected to take, in milliseconds; a step that says nothing counts for nothing. */
export function expectedMs(fold: RunFold, { plan }: StepFold): number {
  if (plan.block.kind === 'call') return 0; // its children count
  if (plan.block.modes?.[fold.mode] === 'skip') return 0;
  const measured = fold.plan.snapshot.measured[plan.sha256];
  if (measured !== undefined) return measured;
  return plan.block.budget === undefined ? 0 : durationSeconds(plan.block.budget) * 1000;
}

/** @param ruledOut whether a step that has not begun is known not to be needed, since its branch was not taken */
export function forecastRun(fold: RunFold, now: Instant, ruledOut: (step: StepFold) => boolean = () => false): Forecast {
  if (fold.finished !== null) return { steps: new Map(), finish: null, restored: null };
  const ends = new Map<string, number>();
  const steps = new Map<string, { start: number; end: number }>();
  let finish = now.wall;
  let restored: number | null = null;
  for (const turn of [FIRST, WHEN_THE_OTHERS_ARE_OVER, TEARDOWN]) {
    const earliest = finish;
    for (const step of fold.order) {
      if (isOver(step) || turnOf(fold, step) !== turn) continue;
      const expected = step.state === 'pending' && ruledOut(step) ? 0 : expectedMs(fold, step);
      const window = windowOf(fold, step, expected, ends, turn === FIRST ? now : { ...now, wall: earliest }, now);
      ends.set(step.plan.path, window.end);
      if (step.plan.parent !== null) ends.set(step.plan.parent, Math.max(window.end, ends.get(step.plan.parent) ?? 0));
      steps.set(step.plan.path, window);
      finish = Math.max(finish, window.end);
      if (restoresService(fold.plan, step.plan)) restored = Math.max(restored ?? 0, window.end);
    }
  }
  return { steps, finish, restored: restored ?? finish };
}

const FIRST = 0;
/** Deferred steps are asked for again when nothing else is left. */
const WHEN_THE_OTHERS_ARE_OVER = 1;
/** In a rehearsal; a live run leaves such steps out unless they say that they belong to it. */
const TEARDOWN = 2;

/** When a step's turn comes; null when it will not come. */
function turnOf({ mode }: RunFold, { plan: { block }, state, reoffered }: StepFold): number | null {
  if (block.teardown === true && mode === 'rehearsal') return TEARDOWN;
  if (block.teardown === true && mode === 'live' && block.modes?.live !== 'run') return null;
  return state === 'deferred' || reoffered ? WHEN_THE_OTHERS_ARE_OVER : FIRST;
}

function isOver({ state, left }: StepFold): boolean {
  return state === 'succeeded' || state === 'skipped' || state === 'overridden' || state === 'not_executed' || left;
}

/** @param from before which it does not begin */
function windowOf(fold: RunFold, step: StepFold, expected: number, ends: ReadonlyMap<string, number>, from: Instant, now: Instant): { start: number; end: number } {
  if (step.effect !== null) {
    const start = now.wall - elapsed(step.effect.since, now);
    return { start, end: Math.max(now.wall, start + expected) };
  }
  const before = step.plan.needs.map((need) => ends.get(need) ?? now.wall);
  const parent = step.plan.parent === null || step.plan.needs.length > 0 ? now.wall : startOfCall(fold, step.plan.parent, ends, now);
  const opens = step.startedAt === null ? (dueOf(fold, step)?.after ?? now.wall) : now.wall;
  const start = Math.max(from.wall, parent, opens, ...before);
  return { start, end: start + expected };
}

/** A called runbook begins when the needs of its call are over. */
function startOfCall(fold: RunFold, path: string, ends: ReadonlyMap<string, number>, now: Instant): number {
  const call = fold.steps.get(path);
  return Math.max(now.wall, ...(call?.plan.needs ?? []).map((need) => ends.get(need) ?? now.wall));
}
