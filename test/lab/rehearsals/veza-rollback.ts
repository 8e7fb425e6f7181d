/** A version whose image does not exist was rolled out; the one before comes back, while the pods of that one still serve. */
import { typed, writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { deployFaulty, endVeza, faults, startVeza } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-rollback',
  units: ['cluster-dns'],
  programs: { kubectl: 'real' },
  async prepare(place) {
    deployFaulty(await startVeza(place));
    return { params: {}, answers: writeAnswers(place, { decisions: { 'choose-revision': 'before' }, point_of_no_return: typed('undo-rollout') }) };
  },
  check: (place) => faults(place),
  finish: endVeza,
};
