/** The steps of a run in one list: those of the runbook and, under their calling step, those of called runbooks. */
import type { Phase, Runbook, Step } from '../runbook.ts';
import type { StepBlock } from '../step.ts';
import type { RunSnapshot } from './snapshot.ts';

export interface PlannedStep {
  path: string; // id, or `parent/child`
  index: number; // place in the list
  /** Path of the call whose runbook this step is from; '' for the runbook itself. */
  scope: string;
  parent: string | null; // the calling step
  number: number;
  lane: number; // 0 = main
  phase: string;
  title: string;
  prose: string;
  sha256: string; // of the block
  needs: readonly string[];
  block: StepBlock;
  /** Set when this step stands in for another one while something is dead. */
  standsInFor: string | null;
}

export interface RunPlan {
  snapshot: RunSnapshot;
  steps: readonly PlannedStep[];
  byPath: ReadonlyMap<string, PlannedStep>;
  phases: readonly { id: string; title: string; budget: string | undefined }[];
}

export function planRun(snapshot: RunSnapshot): RunPlan {
  const flat = flatten(snapshot, snapshot.root.runbook, '', null);
  const lanes = laneOf(flat);
  const steps = flat.map((step, index) => ({ ...step, index, number: index + 1, lane: lanes.get(step.path) ?? 0 }));
  const phases: readonly Phase[] = snapshot.root.runbook.phases;
  return {
    snapshot,
    steps,
    byPath: new Map(steps.map((step) => [step.path, step])),
    phases: phases.filter((phase) => phase.steps.length > 0).map(({ id, title, budget }) => ({ id, title, budget })),
  };
}

/** The runbook that a scope's steps are from. EngineError never: a missing scope is a broken snapshot. */
export function runbookOf(plan: RunPlan, scope: string): Runbook {
  if (scope === '') return plan.snapshot.root.runbook;
  const called = plan.snapshot.calls[scope];
  if (called === undefined) throw new Error(`the frozen run has no runbook for the call ${scope}`);
  return called.runbook;
}

/** What a person attests in a step, when its check, there or by name, is one that only somebody's word proves. */
export function attestOf(plan: RunPlan, { block, scope }: PlannedStep): { statement: string; by?: string[] | undefined } | null {
  if (block.kind !== 'check') return null;
  const { check } = block;
  const probe = typeof check === 'string' ? runbookOf(plan, scope).checks.find(({ id }) => id === check)?.block : check;
  return probe?.kind === 'attest' ? probe : null;
}

type Unplaced = Omit<PlannedStep, 'index' | 'number' | 'lane'>;

function flatten(snapshot: RunSnapshot, runbook: Runbook, scope: string, callPhase: string | null): Unplaced[] {
  const standIns = new Map(runbook.steps.flatMap((step) => (step.block.alternate?.step === undefined ? [] : [[step.block.alternate.step, within(scope, step.id)]])));
  return runbook.steps.flatMap((step: Step) => {
    const path = within(scope, step.id);
    const own: Unplaced = {
      path, scope, parent: scope === '' ? null : scope,
      phase: callPhase ?? step.phase, title: step.title, prose: step.prose, sha256: step.sha256,
      needs: step.needs.map((need) => within(scope, need)), block: step.block, standsInFor: standIns.get(step.id) ?? null,
    };
    const called = step.block.kind === 'call' ? snapshot.calls[path] : undefined;
    return called === undefined ? [own] : [own, ...flatten(snapshot, called.runbook, path, own.phase)];
  });
}

/** Whether the RTO clock stops with this step. Where the calling runbook says by itself when the service is back, that of the called one is only a part. */
export function restoresService(plan: RunPlan, { block, scope }: PlannedStep): boolean {
  if (block.restores_service !== true) return false;
  return callersOf(scope).every((outer) => !runbookOf(plan, outer).steps.some((step) => step.block.restores_service === true));
}

/** The scopes around one: of `a/b` these are `a` and the run itself. */
function callersOf(scope: string): string[] {
  return scope === '' ? [] : scope.split('/').map((_, index, ids) => ids.slice(0, index).join('/'));
}

/** The path of a step that is named inside a scope. */
export function within(scope: string, id: string): string {
  return scope === '' ? id : `${scope}/${id}`;
}

interface Place { path: string; before: readonly string[]; depth: number }

/**
 * A step continues the lane of a need whose longest way on it is; else it takes the lowest lane on which nothing is left beside
 * it, or opens one. So the longest way stays on one lane, and of ways of the same length the first in the runbook.
 */
function laneOf(steps: readonly Unplaced[]): Map<string, number> {
  const places = placesOf(steps);
  const heirs = heirsOf(places);
  const lanes = new Map<string, number>();
  const tails: Place[] = [];
  for (const place of places) {
    const isFree = (tail: Place, at: number): boolean => {
      const heir = heirs.get(tail.path);
      if (heir !== undefined && lanes.has(heir)) return true;
      const ends = heir === undefined || tails.findIndex((other) => heirs.get(other.path) === heir) < at; // it is continued elsewhere
      return ends && tail.depth < place.depth;
    };
    const continued = tails.findIndex((tail) => heirs.get(tail.path) === place.path);
    const free = continued >= 0 ? continued : tails.findIndex(isFree);
    const lane = free >= 0 ? free : tails.length;
    tails[lane] = place;
    lanes.set(place.path, lane);
  }
  return lanes;
}

/** Depth: how many steps lie before it on the longest way; a teardown lies after everything. */
function placesOf(steps: readonly Unplaced[]): Place[] {
  const depths = new Map<string, number>();
  return steps.map(({ path, needs, parent, block }) => {
    const before = needs.length > 0 ? needs : parent === null ? [] : [parent];
    const depth = block.teardown === true ? steps.length : 1 + Math.max(-1, ...before.map((need) => depths.get(need) ?? 0));
    depths.set(path, depth);
    return { path, before, depth };
  });
}

/** Of each step the one after it from which the longest way goes on. */
function heirsOf(places: readonly Place[]): Map<string, string> {
  const heirs = new Map<string, { path: string; reach: number }>();
  for (const { path, before } of places.toReversed()) {
    const reach = 1 + (heirs.get(path)?.reach ?? 0);
    for (const need of before) {
      if (reach >= (heirs.get(need)?.reach ?? 0)) heirs.set(need, { path, reach });
    }
  }
  return new Map([...heirs].map(([need, { path }]) => [need, path]));
}
