/** `attest`: a person says so. Without a person's word nothing is known. */
import type { ProbeRunner } from '../probe.ts';
import { pass, unknown } from '../probe.ts';

export const probeAttest: ProbeRunner<'attest'> = async (probe, context) => {
  const { attestation } = context;
  if (attestation === undefined) {
    const who = probe.by === undefined ? 'Somebody' : probe.by.join(' or ');
    return unknown('not-attested', `${who} has to attest: ${probe.statement}`, { statement: probe.statement });
  }
  return pass(`${attestation.by} attests: ${probe.statement}`, { ...attestation });
};
