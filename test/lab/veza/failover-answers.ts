/** What a person answers in a failover to the DR region; the same within the full drill. */
import { ticked, typed, type Answers } from '../answers.ts';

/** @param call `` for the runbook itself, `fail-over/` where it is called */
export function failoverAnswers(call: '' | 'fail-over/'): Required<Pick<Answers, 'decisions' | 'confirmations' | 'point_of_no_return'>> {
  const under = <T>(answers: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(answers).map(([step, answer]) => [`${call}${step}`, answer]));
  return {
    decisions: under({ 'begin-activation': 'small', 'restore-data/choose-dump': 'newest', 'longer-than-an-hour': 'no' }),
    confirmations: under({
      'really-gone': { note: 'Asked from two places.', checklist: ticked(3) },
      'pre-recovery/incident-details': { note: 'A rehearsal: the namespace was removed.', checklist: ticked(4) },
      'pre-recovery/right-runbook': { note: 'It fits.', checklist: ticked(3) },
      'pre-recovery/rights-suffice': { note: 'The cluster is gone; the credentials of the DR region are at hand.' },
      'user-logs-in': { note: 'The lab has no users; the health endpoint counts them.' },
      'uploads-there': { note: 'The lab has no uploads.' },
      'backups-run': { note: 'The lab has no backup job.' },
      'primary-region': { note: 'Owner: the lab.', checklist: ticked(2) },
    }),
    point_of_no_return: typed(`${call}terraform-apply`, `${call}restore-data/start-restore`, `${call}point-dns`),
  };
}
