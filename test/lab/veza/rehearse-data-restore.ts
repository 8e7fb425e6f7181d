/** Data was spoiled, after the newest dump was made: the checklist, then a restore, of the dump or to the moment. */
import { ticked, typed, writeAnswers, type Answers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { makeHistory, USERS_AT_MOMENT } from './history.ts';
import { deleteUsers, dumpVeza, endVeza, faults, startVeza, USERS } from './veza.ts';

export function dataRestore(source: 'dump' | 'moment', variant: string): Rehearsal {
  const users = source === 'dump' ? USERS : USERS_AT_MOMENT;
  return {
    runbook: 'veza-data-restore', variant,
    units: ['cluster-dns', 'postgres'],
    programs: { kubectl: 'real', pgbackrest: 'real', pg_ctl: 'real', pg_dump: 'real', psql: 'real', install: 'real' },
    async prepare(place) {
      const veza = await startVeza(place);
      dumpVeza(veza);
      const { moment } = makeHistory(veza);
      return { outageAt: deleteUsers(veza), params: { damaged_since: moment, users_min: String(users) }, answers: writeAnswers(place, answers(source)) };
    },
    check: (place) => faults(place, users),
    finish: endVeza,
  };
}

function answers(source: 'dump' | 'moment'): Answers {
  return {
    decisions: { 'choose-source': source, 'restore-dump/choose-dump': 'newest', 'restore-moment/choose-way': 'pgbackrest', 'longer-than-an-hour': 'no' },
    confirmations: {
      'affected-data': { note: 'Most users are gone, with what hangs on them.', checklist: ticked(4) },
      'pre-recovery/incident-details': { note: 'A person deleted users.', checklist: ticked(4) },
      'pre-recovery/right-runbook': { note: 'It fits.', checklist: ticked(3) },
      'restore-moment/damage-gone': { note: 'The deleted users are there.' },
      'damage-gone': { note: 'The users are back.' },
      'root-cause': { note: 'The lab deleted them.', checklist: ticked(3) },
    },
    point_of_no_return: typed('restore-dump/start-restore', 'restore-moment/carry-over'),
  };
}
