/** Kinds that the format has and this version cannot examine: said plainly, never passed. */
import type { ProbeRunner } from '../probe.ts';
import { unknown } from '../probe.ts';

export const probeEscrow: ProbeRunner<'escrow'> = async (probe) =>
  unknown('unsupported', `Checks of escrowed shares (key ${probe.key}) are not supported by this version.`, { key: probe.key });
