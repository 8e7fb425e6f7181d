/** The newest dump of the kit is restored into a server of its own, which is gone afterwards. */
import { ticked, writeAnswers } from '../answers.ts';
import { kubectl } from '../kubernetes/cluster.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { NAMESPACE } from '../veza/repository.ts';
import { dumpVeza, endVeza, loseVeza, newestDump, startVeza, USERS } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-restore-test',
  units: ['cluster-dns'],
  programs: { kubectl: 'real', sha256sum: 'real' },
  async prepare(place) {
    const veza = await startVeza(place);
    dumpVeza(veza);
    await loseVeza(veza);
    return {
      params: { backup: newestDump(veza), users_min: String(USERS) },
      answers: writeAnswers(place, { confirmations: { document: { note: 'See the report.', checklist: ticked(4) } } }),
    };
  },
  async check(place) {
    return kubectl(place, ['get', 'namespace', NAMESPACE, '--ignore-not-found', '--output=name']) === '' ? [] : ['the namespace of the test is still there'];
  },
  finish: endVeza,
};
