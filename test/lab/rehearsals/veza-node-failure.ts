/** The drill machine has one node, so its pods are taken away and not the node: they come back by themselves. */
import { ticked, typed, writeAnswers } from '../answers.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { endVeza, faults, startVeza } from '../veza/veza.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-node-failure',
  units: ['cluster-dns'],
  programs: { kubectl: 'real' },
  async prepare(place) {
    await startVeza(place);
    return {
      params: {},
      answers: writeAnswers(place, {
        decisions: { 'database-there': 'fine', 'longer-than-an-hour': 'no' },
        confirmations: { 'replace-node': { note: 'The lab has no other node.', checklist: ticked(2) } },
        point_of_no_return: typed('lose-pods'),
      }),
    };
  },
  check: (place) => faults(place),
  finish: endVeza,
};
