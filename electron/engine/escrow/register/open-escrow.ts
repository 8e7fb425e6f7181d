/** The register of a data folder that may be written: its host for the verbs, and the way to keys for runs and checks. */
import type { EscrowAccess } from '../../secrets/escrow-access.ts';
import { escrowAccess } from './escrow-access.ts';
import { createRegisterFold, type RegisterHost } from './register.ts';

export interface Escrow {
  readonly host: RegisterHost;
  readonly access: EscrowAccess;
}

export function openEscrow(deps: Omit<RegisterHost, 'fold'>): Escrow {
  const host = { ...deps, fold: createRegisterFold(deps.journal) };
  return { host, access: escrowAccess(host) };
}
