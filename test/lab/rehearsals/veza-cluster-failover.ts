/** The region is gone; the platform comes up from the kit, and a real name server leads users there. */
import { writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { failoverAnswers } from '../veza/failover-answers.ts';
import { endRebuilt, faultsOfRegion, loseEverything, prepareZone, REBUILD_PROGRAMS } from '../veza/rebuild.ts';
import { faults } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-cluster-failover',
  units: ['cluster-dns', 'postgres', 'terraform', 'knot'],
  programs: REBUILD_PROGRAMS,
  dead: ['primary-region', 'vault'],
  async prepare(place) {
    const { veza, params, outageAt } = await loseEverything(place);
    prepareZone(veza);
    return { params, outageAt, answers: writeAnswers(place, failoverAnswers('')) };
  },
  check: async (place) => [...(await faults(place)), ...faultsOfRegion(place)],
  finish: endRebuilt,
};
