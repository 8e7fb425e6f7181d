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

/** The path of a step that is named inside a scope. */
export function within(scope: string, id: string): string {
  return scope === '' ? id : `${scope}/${id}`;
}

/** A step continues the lane of a need that nothing else continues; else it opens one, the main lane going first. */
function laneOf(steps: readonly Unplaced[]): Map<string, number> {
  const lanes = new Map<string, number>();
  const tails: (string | null)[] = [];
  for (const { path, needs, parent } of steps) {
    const before = needs.length > 0 ? needs : parent === null ? [] : [parent];
    const continued = tails.findIndex((tail) => tail !== null && before.includes(tail));
    const lane = continued >= 0 ? continued : tails.length;
    tails[lane] = path;
    for (const need of before) {
      const joined = tails.indexOf(need);
      if (joined >= 0 && joined !== lane) tails[joined] = null; // that lane ends in this step
    }
    const free = continued >= 0 ? lane : tails.findIndex((tail, at) => tail === null && at < lane);
    if (free >= 0 && free !== lane) {
      tails[free] = path;
      tails.length = lane;
      lanes.set(path, free);
    } else {
      lanes.set(path, lane);
    }
  }
  return lanes;
}
