/** A broken version, a rollback by hand since the platform does none, and the fix later. */
import { ticked, typed, writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { deployFaulty, endVeza, faults, startVeza } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-deployment-rollback',
  units: ['cluster-dns'],
  programs: { kubectl: 'real' },
  async prepare(place) {
    deployFaulty(await startVeza(place));
    return {
      params: {},
      answers: writeAnswers(place, {
        decisions: { 'went-back': 'us', 'roll-back/choose-revision': 'before', 'fix-now': 'later', 'longer-than-an-hour': 'no' },
        confirmations: { 'root-cause': { note: 'Its image does not exist.', checklist: ticked(3) } },
        point_of_no_return: typed('roll-back/undo-rollout'),
      }),
    };
  },
  check: (place) => faults(place),
  finish: endVeza,
};
