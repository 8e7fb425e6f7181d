/** The namespace, its volumes and all that ran are gone; code, kit and dump make it anew. */
import { typed, writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { loseEverything, REBUILD_PROGRAMS } from '../veza/rebuild.ts';
import { endVeza, faults } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-cluster-rebuild',
  units: ['cluster-dns', 'postgres', 'terraform', 'stand-ins'],
  programs: REBUILD_PROGRAMS,
  async prepare(place) {
    const { params, outageAt, env } = await loseEverything(place);
    return {
      params, outageAt, env,
      answers: writeAnswers(place, {
        decisions: { 'restore-data/choose-dump': 'newest' },
        confirmations: { 'backups-run': { note: 'The lab has no backup job.' } },
        point_of_no_return: typed('terraform-apply', 'restore-data/start-restore'),
      }),
    };
  },
  check: (place) => faults(place),
  finish: endVeza,
};
