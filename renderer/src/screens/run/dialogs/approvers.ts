import type { Person } from '../../../../../electron/contract/record.ts';
import type { StepView } from '../../../../../electron/contract/run.ts';

/** Who may still approve: enrolled, holding a listed role, not yet heard, and not the operator where that is excluded. */
export function eligibleApprovers(people: readonly Person[], step: Pick<StepView, 'approvals' | 'approvals_needed'>, operator: string | null): Person[] {
  const needed = step.approvals_needed;
  const heard = new Set(step.approvals.map((approval) => approval.by));
  return people.filter((person) => {
    if (person.revoked_at !== null || heard.has(person.id)) return false;
    if (needed === null) return true;
    if (needed.not_self && person.id === operator) return false;
    return person.roles.some((role) => needed.by.includes(role));
  });
}
