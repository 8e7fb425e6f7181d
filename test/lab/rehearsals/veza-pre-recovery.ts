/** The checklist, with backups that are really restored and a cluster that is really asked. */
import { ticked, writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { makeHistory } from '../veza/history.ts';
import { dumpVeza, endVeza, startVeza } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-pre-recovery',
  units: ['cluster-dns', 'postgres'],
  programs: { kubectl: 'real' },
  async prepare(place) {
    const veza = await startVeza(place);
    dumpVeza(veza);
    makeHistory(veza);
    return {
      params: {},
      answers: writeAnswers(place, { confirmations: { 'incident-details': { note: 'A rehearsal: nothing happened.', checklist: ticked(4) }, 'right-runbook': { note: 'It fits.', checklist: ticked(3) } } }),
    };
  },
  finish: endVeza,
};
