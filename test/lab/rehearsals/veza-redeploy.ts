/** The commit of the kit's bundle is named, the kit's image is pushed to a real registry, and the node pulls it by its digest. */
import { writeAnswers } from '../answers.ts';
import { kubectl } from '../kubernetes/cluster.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { NAMESPACE } from '../veza/repository.ts';
import { endVeza, faults, putImageInKit, startVeza } from '../veza/veza.ts';
import { REGISTRY } from '../units/registry.ts';

export const rehearsal: Rehearsal = {
  runbook: 'veza-redeploy',
  units: ['cluster-dns', 'registry'],
  programs: { kubectl: 'real', git: 'real', skopeo: 'real' },
  async prepare(place) {
    putImageInKit(await startVeza(place));
    return { params: {}, answers: writeAnswers(place, { decisions: { 'choose-image': 'kit' } }) };
  },
  async check(place) {
    const image = kubectl(place, ['--namespace', NAMESPACE, 'get', 'pods', '--selector=app=veza-backend-api', '--output=jsonpath={.items[*].spec.containers[0].image}']);
    return [...(await faults(place)), ...(image.startsWith(`${REGISTRY}/veza-backend-api@sha256:`) ? [] : [`the backend runs ${image}`])];
  },
  finish: endVeza,
};
