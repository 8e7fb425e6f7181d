/** What the rehearsals share in which everything that ran is lost and comes back from the kit. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kubectl } from '../kubernetes/cluster.ts';
import { giveToLab } from '../lab-account.ts';
import type { RehearsalPlace } from '../rehearsal.ts';
import { moveNamesBack, resolve, updateKey } from '../units/knot.ts';
import { toolFolder } from '../units/stand-ins.ts';
import type { Fidelity } from '../unit.ts';
import { makeHistory } from './history.ts';
import { NAMESPACE } from './repository.ts';
import { dumpVeza, endVeza, loseVeza, newestDump, startVeza, USERS, type Veza } from './veza.ts';

const DR_ADDRESS = '127.0.0.9';
const PUBLIC_NAME = 'app.veza.test';

/** Terraform is the program itself, but its one resource builds nothing: no cloud can be had here. */
export const REBUILD_PROGRAMS: Readonly<Record<string, Fidelity>> = { kubectl: 'real', terraform: 'real', sha256sum: 'real', knsupdate: 'real', kdig: 'real', vault: 'stand-in' };

export interface Lost {
  veza: Veza;
  outageAt: string;
  params: Record<string, string>;
  env: Record<string, string>;
}

/** It ran, a dump and the repository were made, and then all of it was lost but for the kit. */
export async function loseEverything(place: RehearsalPlace): Promise<Lost> {
  const veza = await startVeza(place);
  dumpVeza(veza);
  makeHistory(veza);
  const outageAt = await loseVeza(veza);
  const env = { PATH: `${toolFolder(place)}:/usr/local/bin:/usr/bin:/bin`, VAULT_ADDR: pathToFileURL(writeVault(veza)).href };
  return { veza, outageAt, env, params: { dump_file: newestDump(veza), users_min: String(USERS) } };
}

/** What Vault holds, where its stand-in looks. It outlived the cluster. */
function writeVault({ kit, place }: Veza): string {
  const path = join(place.folder, 'vault.json');
  writeFileSync(path, JSON.stringify({ 'secret/veza/rehearsal': { 'database-url': readFileSync(join(kit, 'database-url'), 'utf8') } }), { mode: 0o600 });
  giveToLab(path);
  return path;
}

/** The key for the zone goes into the kit; the name leads to the region that is lost. */
export function prepareZone({ place, kit }: Veza): void {
  copyFileSync(updateKey(place), join(kit, 'dns.key'));
  giveToLab(join(kit, 'dns.key'));
  moveNamesBack(place);
}

export async function endRebuilt(place: RehearsalPlace): Promise<void> {
  await endVeza(place);
  moveNamesBack(place);
}

/** The name leads to the DR region, and what is not critical runs as well. */
export function faultsOfRegion(place: RehearsalPlace): string[] {
  const address = resolve(place, PUBLIC_NAME);
  const ready = kubectl(place, ['--namespace', NAMESPACE, 'get', 'deployments', '--output=jsonpath={range .items[*]}{.metadata.name}={.status.readyReplicas} {end}']);
  const missing = ['veza-backend-api', 'veza-frontend', 'veza-chat', 'veza-monitoring'].filter((name) => !ready.includes(`${name}=1`));
  return [...(address === DR_ADDRESS ? [] : [`${PUBLIC_NAME} leads to ${address}`]), ...missing.map((name) => `${name} does not run`)];
}

/** Whether the name leads to the DR region; the drill takes everything else away again. */
export function nameMoved(place: RehearsalPlace): string[] {
  return resolve(place, PUBLIC_NAME) === DR_ADDRESS ? [] : [`${PUBLIC_NAME} leads to ${resolve(place, PUBLIC_NAME)}`];
}
