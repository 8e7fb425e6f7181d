/** What a mode makes of a step. */
import type { RunFold, StepFold } from '../../contract/run/state.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import { sibling } from '../../contract/run/state.ts';
import { inForce } from '../../contract/tabletop/state.ts';
import { affectedBy, names } from '../../contract/tabletop/view-exercise.ts';

export type ModeRule =
  | { do: 'run'; instead: readonly (readonly string[])[] | null }
  | { do: 'simulate' }
  | { do: 'skip' };

/**
 * The rule of the runbook, else: a tabletop simulates, the other modes run. A branch is decided by people in every mode, and
 * a tabletop walks through a called runbook.
 */
export function modeRule(fold: RunFold, { plan }: StepFold): ModeRule {
  const rule = plan.block.modes?.[fold.mode] ?? (fold.mode === 'tabletop' && plan.block.kind !== 'call' ? 'simulate' : 'run');
  if (typeof rule === 'object') return { do: 'run', instead: 'run' in rule ? [rule.run] : rule.pipe };
  if (rule === 'simulate') return plan.block.kind === 'decide' ? { do: 'run', instead: null } : { do: 'simulate' };
  return rule === 'run' ? { do: 'run', instead: null } : { do: 'skip' };
}

/** Names that are dead and for which the step has another way; empty when its own way is open. */
export function deadNames(fold: RunFold, step: StepFold): readonly string[] {
  return (step.plan.block.alternate?.when_dead ?? []).filter((name) => fold.dead.includes(name));
}

/** What the step needs alive, by itself or by the check that it names, and is dead; nothing when it goes another way. */
export function deadNeeds(fold: RunFold, step: StepFold): readonly string[] {
  const { block, scope } = step.plan;
  const rule = modeRule(fold, step);
  if (deadNames(fold, step).length > 0 || (rule.do === 'run' && rule.instead !== null)) return [];
  const check = block.kind === 'check' && typeof block.check === 'string' ? block.check : null;
  const ofCheck = check === null ? [] : (runbookOf(fold.plan, scope).checks.find(({ id }) => id === check)?.block.needs_alive ?? []);
  return [...new Set([...(block.needs_alive ?? []), ...ofCheck])].filter((name) => fold.dead.includes(name));
}

/** Whether a step that stands in for another one is not needed, because that one's own way is open. */
export function isSpare(fold: RunFold, { plan }: StepFold): boolean {
  if (plan.standsInFor === null) return false;
  const primary = fold.steps.get(plan.standsInFor);
  return primary !== undefined && sibling(primary.plan, primary.plan.block.alternate?.step ?? '') === plan.path && deadNames(fold, primary).length === 0;
}

/** What injects that came do to a simulated step: of several the newest. */
export function simulatedOutcome(fold: RunFold, { plan }: StepFold): { outcome: 'ok' | 'fail' | 'unknown'; reason: string } {
  const inject = fold.exercise === null ? undefined : inForce(fold.exercise).findLast((one) => one.inject.outcome !== undefined && affectedBy(fold, one).some(({ id }) => names(plan).includes(id)))?.inject;
  return inject?.outcome === undefined ? { outcome: 'ok', reason: 'Simulated' } : { outcome: inject.outcome, reason: `Inject: ${inject.title}` };
}
