/** Whether a run may go from one operator to another. Pure. */
import type { RunFold } from '../../contract/run/state.ts';
import { approvers } from '../../contract/run/state.ts';

/** Why the run cannot go from one to the other; null when it can. */
export function handoverRefusal(fold: RunFold, from: { id: string; name: string }, to: { id: string; name: string }): { reason: string; hint?: string } | null {
  const { operator } = fold;
  if (operator === null) return { reason: 'Nobody leads this run by name, so nobody can hand it over.', hint: 'Resume the run with an operator, or start it with one.' };
  if (from.id === to.id) return { reason: `${from.name} cannot hand the run over to themselves: two people sign a handover.` };
  if (from.id !== operator.id) return { reason: `${operator.name} leads this run; ${from.name} cannot hand it over.`, hint: `${operator.name} has to sign. Where they cannot, resume the run under the new name; the record says that nobody handed it over.` };
  const approved = fold.order.find((step) => !isOver(step.state) && approvers(step).includes(to.id));
  return approved === undefined ? null : { reason: `${to.name} has approved step ${approved.plan.path}, which is not over: who approves a step does not run it.`, hint: 'Hand over when that step is over, or to somebody else.' };
}

function isOver(state: string): boolean {
  return state === 'succeeded' || state === 'skipped' || state === 'overridden' || state === 'not_executed';
}
