/** Users were deleted; the newest dump of the backup volume is restored by a job in the cluster. */
import { typed, writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { deleteUsers, dumpVeza, endVeza, faults, startVeza, USERS } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-database-restore',
  units: ['cluster-dns'],
  programs: { kubectl: 'real' },
  async prepare(place) {
    const veza = await startVeza(place);
    dumpVeza(veza);
    return {
      outageAt: deleteUsers(veza),
      params: { users_min: String(USERS) },
      answers: writeAnswers(place, {
        decisions: { 'choose-dump': 'newest' },
        point_of_no_return: typed('start-restore'),
      }),
    };
  },
  check: (place) => faults(place),
  finish: endVeza,
};
