/** The primary's disk is spoiled; a real standby is promoted, the backend follows it, and a new standby streams from it. */
import { ticked, typed, writeAnswers } from '../answers.ts';
import { kubectl } from '../kubernetes/cluster.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { NAMESPACE } from '../veza/repository.ts';
import { breakPrimary, countUsers, startVezaPair } from '../veza/standby.ts';
import { endVeza, healthy, USERS } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-database-failover',
  units: ['cluster-dns'],
  programs: { kubectl: 'real' },
  async prepare(place) {
    await startVezaPair(place);
    return {
      outageAt: await breakPrimary(place),
      params: { users_min: String(USERS) },
      answers: writeAnswers(place, {
        decisions: { 'longer-than-an-hour': 'no' },
        confirmations: { 'writes-arrive': { note: 'The lab has no users; the count shows it.', checklist: ticked(2) }, 'backups-follow': { note: 'The lab has no backup job.' } },
        point_of_no_return: typed('fence-primary', 'promote', 'start-standby'),
      }),
    };
  },
  async check(place) {
    const kept = kubectl(place, ['--namespace', NAMESPACE, 'get', 'secret', 'veza-secrets', '--output=jsonpath={.data.other}']);
    return [
      ...(countUsers(place) === String(USERS) ? [] : [`${countUsers(place)} users are there, not ${USERS}`]), ...((await healthy()) ? [] : ['the backend is not well']),
      ...(Buffer.from(kept, 'base64').toString() === 'keep-me' ? [] : ['another key of the Secret was lost']),
    ];
  },
  finish: endVeza,
};
