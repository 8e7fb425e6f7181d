/** The region is gone; the platform comes up from the kit, and a real name server leads users there. */
import { writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { failoverAnswers } from '../veza/failover-answers.ts';
import { endRebuilt, faultsOfRegion, loseEverything, prepareZone, REBUILD_PROGRAMS } from '../veza/rebuild.ts';
import { faults } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-cluster-failover',
  units: ['cluster-dns', 'postgres', 'terraform', 'stand-ins', 'knot'],
  programs: REBUILD_PROGRAMS,
  async prepare(place) {
    const { veza, params, outageAt, env } = await loseEverything(place);
    prepareZone(veza);
    return { params, outageAt, env, answers: writeAnswers(place, failoverAnswers('')) };
  },
  check: async (place) => [...(await faults(place)), ...faultsOfRegion(place)],
  finish: endRebuilt,
};
