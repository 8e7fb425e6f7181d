/** Who holds what: custody, absence, departure, destruction, and what else people say about a key in escrow. */
import { isAbsolute } from 'node:path';
import { EngineError } from '../../../contract/errors.ts';
import type { Custody } from '../../../contract/escrow-register.ts';
import { Custody as CustodySchema } from '../../../contract/escrow-register.ts';
import { Day } from '../../../contract/scalars.ts';
import { RegisteredSet } from './events.ts';
import { findGeneration, inForce, type FoldedGeneration, type FoldedShare, type RegisterFold } from './fold-register.ts';
import { escrowEvent, findKey, versionOf, type RegisterHost } from './register.ts';

/** Facts about a share's custody; what is left out stays as it was. */
export type CustodyChange = { [K in keyof Custody]?: Custody[K] | undefined };

export interface ShareName {
  key: string;
  version?: number | undefined;
  x: number;
}

/** @throws EngineError `not-found` for a share that the generation in force does not have, `usage` without a name */
export function setCustody(host: RegisterHost, { key, version, x }: ShareName, change: CustodyChange, by: string): Custody {
  const found = versionOf(findKey(host.fold(), key), version);
  const generation = inForce(found);
  const before = shareOf(generation, x).custody;
  const isOther = change.custodian !== undefined && change.custodian !== before?.custodian;
  const empty: Custody = { custodian: '', role: null, acknowledged_on: null, deputy: null, place: null, bag: null, seal: null };
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const read = CustodySchema.safeParse({ ...(isOther ? { ...empty, place: before?.place ?? null, bag: before?.bag ?? null, seal: before?.seal ?? null } : (before ?? empty)), ...given });
  if (!read.success) throw new EngineError('usage', change.custodian === undefined && before === null ? `Nobody holds share ${x} yet, so a name is needed.` : `This cannot be recorded: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}.`, { hint: 'Name the custodian with --name.' });
  host.journal.append(escrowEvent('escrow.custody', { key, version: found.version, generation: generation.generation, x, custody: read.data, by }));
  return read.data;
}

function shareOf(generation: FoldedGeneration, x: number): FoldedShare {
  const found = generation.shares.get(x);
  if (found !== undefined) return found;
  throw new EngineError('not-found', `Generation ${generation.generation} has no share ${x}.`, { hint: `It has ${[...generation.shares.keys()].sort((a, b) => a - b).join(', ')}.` });
}

/** @param until the last day of the absence; null until they are marked as back */
export function markAway(host: RegisterHost, custodian: string, { away, until, by }: { away: boolean; until: string | null; by: string }): void {
  requireCustodian(host.fold(), custodian);
  if (until !== null && !Day.safeParse(until).success) throw new EngineError('usage', `"${until}" is no day.`, { hint: 'A day reads 2026-04-25.' });
  host.journal.append(escrowEvent('escrow.away', { custodian, away, until, by }));
}

/** Their shares no longer count; they still have to be destroyed and the key split anew. */
export function revokeCustodian(host: RegisterHost, custodian: string, reason: string, by: string): { key: string; version: number; x: number }[] {
  requireCustodian(host.fold(), custodian);
  host.journal.append(escrowEvent('escrow.custodian-revoked', { custodian, reason, by }));
  return sharesHeldBy(host.fold(), custodian);
}

export function sharesHeldBy(fold: RegisterFold, custodian: string): { key: string; version: number; x: number }[] {
  return [...fold.keys.values()].flatMap(({ key, versions }) => versions.filter(({ retired }) => retired === null).flatMap((version) =>
    [...inForce(version).shares.values()].filter(({ custody }) => custody?.custodian === custodian).map(({ x }) => ({ key, version: version.version, x }))));
}

function requireCustodian(fold: RegisterFold, custodian: string): void {
  const known = [...new Set([...fold.keys.values()].flatMap(({ versions }) => versions.flatMap(({ generations }) => generations.flatMap(({ shares }) => [...shares.values()].flatMap(({ custody }) => custody?.custodian ?? [])))))];
  if (!known.includes(custodian)) throw new EngineError('not-found', `Nobody named "${custodian}" holds a share.`, { hint: known.length === 0 ? 'Say who holds which share with "blackstart escrow custodian set".' : `Custodians: ${known.sort().join(', ')}.` });
}

/** Superseded shares are proven destroyed; those in force only together with their key's retirement or a resharing. */
export function recordDestroyed(host: RegisterHost, { key, version, generation, shares }: { key: string; version?: number | undefined; generation: number; shares: readonly number[] }, proof: { how: string; by: string; witness: string | null }): void {
  const found = versionOf(findKey(host.fold(), key), version);
  const old = findGeneration(host.fold(), key, found.version, generation);
  if (old === null) throw new EngineError('not-found', `Version ${found.version} of ${key} has no generation ${generation}.`, { hint: `It has ${found.generations.map((one) => one.generation).join(', ')}.` });
  if (old.supersededAt === null && found.retired === null) throw new EngineError('refused', `Generation ${generation} of ${key} is in force: destroying its shares would lose the key.`, { hint: 'Split the key anew first (--reshare), or retire the version.' });
  for (const x of shares) shareOf(old, x);
  host.journal.append(escrowEvent('escrow.destroyed', { key, version: found.version, generation, shares: [...shares], ...proof }));
}

/** @throws EngineError `refused` when it is retired already */
export function retireVersion(host: RegisterHost, key: string, version: number, reason: string, by: string): void {
  const found = versionOf(findKey(host.fold(), key), version);
  if (found.retired !== null) throw new EngineError('refused', `Version ${version} of ${key} was retired at ${found.retired.at}.`);
  host.journal.append(escrowEvent('escrow.retired', { key, version, reason, by }));
}

/** Also one that is there already, which it replaces. @throws EngineError `usage` for a set that does not read or names no samples */
export function defineSet(host: RegisterHost, key: string, set: unknown, by: string): RegisteredSet {
  findKey(host.fold(), key);
  const read = RegisteredSet.safeParse(set);
  if (!read.success) throw new EngineError('usage', `This set of backups does not read: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}.`);
  const { samples, oldest, newest } = read.data;
  if (samples === null && (oldest === null || newest === null)) throw new EngineError('usage', 'Name the samples: a pattern of their files, or both the oldest and the newest.', { hint: 'On the command line: --samples, or both --oldest and --newest.' });
  const relative = [samples, oldest, newest].find((path) => path !== null && !isAbsolute(path));
  if (relative !== undefined) throw new EngineError('usage', `"${relative ?? ''}" does not say in which folder it is.`, { hint: 'Write the whole path, from the root on.' });
  host.journal.append(escrowEvent('escrow.set', { key, set: read.data, by }));
  return read.data;
}

/** @throws EngineError `not-found` for a set that the key does not have */
export function removeSet(host: RegisterHost, key: string, set: string, reason: string, by: string): void {
  const { sets } = findKey(host.fold(), key);
  if (!sets.has(set)) throw new EngineError('not-found', `The key ${key} has no set of backups "${set}".`, { hint: sets.size === 0 ? 'None is defined.' : `It has ${[...sets.keys()].sort().join(', ')}.` });
  host.journal.append(escrowEvent('escrow.set-removed', { key, set, reason, by }));
}

/** What the newest backup of a set says about the key that sealed it: a key id, a recipient, a fingerprint. */
export function noteFingerprint(host: RegisterHost, key: string, set: string, fingerprint: string, by: string): void {
  findKey(host.fold(), key);
  host.journal.append(escrowEvent('escrow.fingerprint', { key, set, fingerprint, by }));
}

/** @param folder absolute; null takes the word back */
export function placeShares(host: RegisterHost, key: string, folder: string | null, by: string): void {
  findKey(host.fold(), key);
  host.journal.append(escrowEvent('escrow.place', { key, folder, by }));
}
