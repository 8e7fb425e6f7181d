/** The quarterly drill: the failover as a called runbook, the criteria afterwards, and everything taken away at the end. */
import { ticked, writeAnswers } from '../answers.ts';
import { kubectl } from '../kubernetes/cluster.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { failoverAnswers } from '../veza/failover-answers.ts';
import { endRebuilt, loseEverything, nameMoved, prepareZone, REBUILD_PROGRAMS } from '../veza/rebuild.ts';
import { NAMESPACE } from '../veza/repository.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-full-drill',
  units: ['cluster-dns', 'postgres', 'terraform', 'stand-ins', 'knot'],
  programs: REBUILD_PROGRAMS,
  async prepare(place) {
    const { veza, params, outageAt, env } = await loseEverything(place);
    prepareZone(veza);
    const called = failoverAnswers('fail-over/');
    const confirmations = {
      window: { note: 'Any time: the lab has no users.', checklist: ticked(3) },
      'primary-fails': { note: 'The namespace was removed.' },
      'user-reaches': { note: 'The lab has no users; the health endpoint counts them.' },
      lessons: { note: 'None.', checklist: ticked(4) },
      'primary-again': { note: 'The lab has one region.', checklist: ticked(3) },
    };
    return { params, outageAt, env, answers: writeAnswers(place, { ...called, confirmations: { ...called.confirmations, ...confirmations } }) };
  },
  async check(place) {
    const left = kubectl(place, ['get', 'namespace', NAMESPACE, '--ignore-not-found', '--output=name']);
    return [...nameMoved(place), ...(left === '' ? [] : ['the namespace of the drill is still there'])];
  },
  finish: endRebuilt,
};
