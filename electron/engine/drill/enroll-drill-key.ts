/** The First drill's master key comes into escrow: its five shares are enrolled in the drill's own register, once a making. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../contract/wording.ts';
import { defineSet, placeShares, retireVersion, setCustody } from '../escrow/register/custodians.ts';
import { enrollFromShares } from '../escrow/register/enroll.ts';
import { readShares, shareFilesIn } from '../escrow/register/escrow-access.ts';
import { currentVersion, inForce } from '../escrow/register/fold-register.ts';
import type { RegisterHost } from '../escrow/register/register.ts';
import { trialsOfSet } from '../escrow/register/trials.ts';
import { verifyKey } from '../escrow/register/verify.ts';
import { FIRST_DRILL_CUSTODIANS, FIRST_DRILL_THRESHOLD, MAKING_FILE, SHARES_FOLDER } from './first-drill.ts';

export const FIRST_DRILL_KEY = 'lanterns-master';
const BY = 'First drill';

/**
 * Damaged shares of a making that is enrolled stay as they are, so that readiness and the drill can say so.
 * @param material the drill's `lanterns` folder
 * @returns whether shares were enrolled just now
 */
export async function enrollDrillKey(host: RegisterHost, material: string): Promise<boolean> {
  const making = readFileSync(join(material, 'kit', MAKING_FILE), 'utf8').trim();
  const known = host.fold().keys.get(FIRST_DRILL_KEY);
  const before = known === undefined ? null : currentVersion(known);
  if (before !== null && inForce(before).enrolled.fingerprint === making) return false;
  const folder = join(material, SHARES_FOLDER);
  const shares = readShares(shareFilesIn(folder), 'vault');
  const { shares: enrolled } = await enrollFromShares(host, {
    key: FIRST_DRILL_KEY, title: 'Lanterns master key', purpose: 'seals the gate codes of the wardens', algorithm: 'AES-256-GCM', fingerprint: making, by: BY, as: before === null ? 'new' : 'rotate',
  }, { set: { scheme: 'vault', shares, threshold: FIRST_DRILL_THRESHOLD }, total: FIRST_DRILL_CUSTODIANS.length, method: 'sha256' });
  for (const { x, file } of enrolled) {
    const who = FIRST_DRILL_CUSTODIANS[Number(file.split('-')[0]) - 1];
    if (who !== undefined) setCustody(host, { key: FIRST_DRILL_KEY, x }, { custodian: who.name, role: who.role, place: who.place }, BY);
  }
  placeShares(host, FIRST_DRILL_KEY, folder, BY);
  if (before !== null) retireVersion(host, FIRST_DRILL_KEY, before.version, 'the drill’s material was made anew', BY);
  await proveOnCanary(host, material, shares);
  return true;
}

/** L4 from the beginning: the key opens the small text that was sealed when the kit was packed. */
async function proveOnCanary(host: RegisterHost, material: string, shares: ReturnType<typeof readShares>): Promise<void> {
  const canary = join(material, 'kit', 'canary.txt');
  const set = defineSet(host, FIRST_DRILL_KEY, {
    id: 'canary', title: 'The canary in the kit', samples: null, oldest: canary, newest: canary,
    answer: { kind: 'aead', alg: 'aes-256-gcm', prefix: 'enc:v1:', encoding: 'base64url', key: { encoding: 'utf8', kdf: 'sha256' }, layout: 'nonce:12,ct,tag:16' },
  }, BY);
  const { trials } = trialsOfSet(set);
  await verifyKey(host, { key: FIRST_DRILL_KEY, brought: { shares }, trials, purpose: 'routine', operator: BY, network: null, deviations: [`Made by the drill itself for ${counted(FIRST_DRILL_CUSTODIANS.length, 'invented custodian', 'invented custodians')}; nobody watched`] });
  for (const { bytes } of shares) bytes.fill(0);
}
