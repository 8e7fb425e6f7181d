/** The runbook itself rolls out a version whose image does not exist, notices it, and goes back. */
import { ticked, typed, writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { endVeza, faults, startVeza } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-rollback-test',
  units: ['cluster-dns'],
  programs: { kubectl: 'real' },
  async prepare(place) {
    await startVeza(place);
    return {
      params: {},
      answers: writeAnswers(place, {
        decisions: { 'roll-back/choose-revision': 'before' },
        confirmations: { 'users-notice': { note: 'The lab has no users; the old pod served on.' }, document: { note: 'See the report.', checklist: ticked(4) } },
        point_of_no_return: typed('deploy-faulty', 'roll-back/undo-rollout'),
      }),
    };
  },
  check: (place) => faults(place),
  finish: endVeza,
};
