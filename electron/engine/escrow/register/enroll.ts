/** A key comes into escrow: public commitments of its shares and of itself go into the journal, and nothing else of it. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { EscrowFormat, KeyCommitment, KmsRecord, ShareCommitment } from '../../../contract/escrow.ts';
import { KeyId } from '../../../contract/escrow-register.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { NewEvent } from '../../journal/journal.ts';
import { enrollKey, enrollShares, proveKey, recordKms, verifyQuorum } from '../quorum/ask-quorum.ts';
import type { CommitmentMethod, ShareSet, WholeKey } from '../quorum/quorum.ts';
import { DEFAULT_PERIODS, type Enrolled, type Periods } from './events.ts';
import { currentVersion, inForce, type FoldedKey } from './fold-register.ts';
import { escrowEvent, type RegisterHost } from './register.ts';

/** What people say about a key when it is enrolled; what is left out is taken over from the version before. */
export interface Enrolment {
  key: string;
  title?: string | undefined;
  purpose?: string | undefined;
  algorithm?: string | undefined;
  /** Public: of a public key, or what a key manager calls the version. */
  fingerprint?: string | undefined;
  witnesses?: number | undefined;
  periods?: Partial<Periods> | undefined;
  by: string;
  /** `new`: the key must be unknown; `rotate`: another key takes its place; `reshare`: the same key in new shares. */
  as: 'new' | 'rotate' | 'reshare';
}

export interface EnrolledSummary {
  key: string;
  version: number;
  generation: number;
  scheme: EscrowFormat;
  threshold: number;
  total: number;
  shares: { x: number; slot: string; file: string; commitment: ShareCommitment }[];
  commitment: KeyCommitment | null;
  superseded: { generation: number; shares: number[] } | null;
}

/** Shares in one event, of at most 16 KiB. */
const SHARES_AN_EVENT = 30;

/**
 * @param total how many shares there are in all; those that are not at hand stay without a commitment
 * @throws EngineError `refused` when the shares do not fit each other, the key or what is enrolled already; `usage` for a wrong number
 */
export async function enrollFromShares(host: RegisterHost, said: Enrolment, { set, total, method }: { set: ShareSet; total: number; method: CommitmentMethod | null }): Promise<EnrolledSummary> {
  const place = placeOf(host, said);
  requireNumbers(set.threshold, total, set.shares.length);
  const enrolled = await enrollShares({ ...set, method }, { nodePath: host.nodePath });
  await requireRightKey(said, place.before, async (commitment) => (await verifyQuorum(set, { keyCommitment: commitment }, { nodePath: host.nodePath })).key.state === 'match');
  const shares = enrolled.shares.map(({ index, x, slot, commitment }) => ({ x, slot, commitment, file: set.shares[index]?.label ?? '' }));
  if (set.threshold !== null && set.scheme !== 'slip39' && set.scheme !== 'horcrux' && enrolled.threshold !== set.threshold) throw new EngineError('refused', `${enrolled.threshold} of these shares make the key, not ${set.threshold}.`, { hint: `Say --threshold ${enrolled.threshold}.` });
  return write(host, said, place, {
    scheme: set.scheme, threshold: enrolled.threshold, total: Math.max(total, shares.length), diffusion: set.scheme === 'ssss' ? (set.diffusion ?? true) : null,
    commitment: enrolled.key, kms: null, facts: enrolled.facts, secret_bytes: enrolled.shares.every(({ commitment }) => commitment.method === 'sha256') ? enrolled.facts.bytes : null,
  }, shares);
}

/** @throws EngineError as `enrollFromShares` */
export async function enrollWhole(host: RegisterHost, said: Enrolment, key: WholeKey): Promise<EnrolledSummary> {
  const place = placeOf(host, said);
  const enrolled = await enrollKey(key, { nodePath: host.nodePath });
  await requireRightKey(said, place.before, async (commitment) => (await proveKey(key, { keyCommitment: commitment }, { nodePath: host.nodePath })).key.state === 'match');
  return write(host, said, place, { scheme: enrolled.format, threshold: 1, total: 1, diffusion: null, commitment: enrolled.key, secret_bytes: null, kms: null, facts: enrolled.facts }, []);
}

/** What a key service keeps cannot be proven offline; the record says what is known of it. */
export function enrollKms(host: RegisterHost, said: Enrolment, blob: Uint8Array, facts: { arn: string; keyVersion: string; lastUnwrappedAt: string | null }): EnrolledSummary {
  const place = placeOf(host, said);
  const kms = recordKms(blob, facts);
  return write(host, { ...said, fingerprint: said.fingerprint ?? `${kms.arn} ${kms.key_version}` }, place, { scheme: 'kms-wrapped', threshold: 1, total: 1, diffusion: null, commitment: null, secret_bytes: null, kms, facts: null }, []);
}

/** @param threshold null where the shares themselves say it */
function requireNumbers(threshold: number | null, total: number, given: number): void {
  if (given > total) throw new EngineError('refused', `There are ${given} share files, but only ${total} shares were said to exist.`, { hint: 'One file holds one share. Take other files out of the folder, or correct --shares.' });
  if (threshold === null) return;
  if (threshold < 1 || threshold > total) throw new EngineError('usage', `A threshold of ${threshold} of ${total} shares cannot be.`, { hint: 'It is at least 1 and at most the number of shares.' });
  if (given < threshold) throw new EngineError('refused', `There are ${given} share files; ${threshold} are needed to fix the commitment of the key.`, { hint: 'Bring more custodians together, or enrol the key whole.' });
}

interface Place {
  version: number;
  generation: number;
  why: z.infer<typeof Enrolled>['why'];
  before: FoldedKey | null;
}

function placeOf({ fold }: RegisterHost, { key, as }: Enrolment): Place {
  const named = KeyId.safeParse(key);
  if (!named.success) throw new EngineError('usage', `"${key}" cannot be the id of a key: ${named.error.issues[0]?.message ?? ''}.`);
  const before = fold().keys.get(key) ?? null;
  if (before === null) {
    if (as !== 'new') throw new EngineError('not-found', `No key "${key}" is in escrow here, so it cannot be ${as === 'rotate' ? 'rotated' : 'split anew'}.`, { hint: 'Leave --rotate and --reshare out.' });
    return { version: 1, generation: 1, why: 'first', before };
  }
  if (as === 'new') throw new EngineError('refused', `The key "${key}" is in escrow already, as version ${currentVersion(before).version}.`, { hint: 'Add --reshare when the same key was split anew, --rotate when another key took its place.' });
  const newest = before.versions.at(-1)?.version ?? 0;
  if (as === 'rotate') return { version: newest + 1, generation: 1, why: 'rotation', before };
  const current = currentVersion(before);
  return { version: current.version, generation: inForce(current).generation + 1, why: 'resharing', before };
}

/** New shares of the same key must make that key; a rotation must not. */
async function requireRightKey({ key, as }: Enrolment, before: FoldedKey | null, matches: (commitment: KeyCommitment) => Promise<boolean>): Promise<void> {
  if (before === null) return;
  const current = currentVersion(before);
  const { commitment } = inForce(current).enrolled;
  if (commitment === null) return;
  const same = await matches(commitment);
  if (as === 'reshare' && !same) throw new EngineError('refused', `These shares make another key than version ${current.version} of ${key}.`, { hint: 'When the key itself was changed, say --rotate.' });
  if (as === 'rotate' && same) throw new EngineError('refused', `This is version ${current.version} of ${key}, so it was not rotated.`, { hint: 'When the same key was split anew, say --reshare.' });
}

interface Facts extends Pick<z.infer<typeof Enrolled>, 'scheme' | 'threshold' | 'total' | 'diffusion' | 'commitment' | 'secret_bytes'> {
  kms: KmsRecord | null;
  facts: { algorithm: string | null; fingerprint: string | null } | null;
}

function write(host: RegisterHost, said: Enrolment, { version, generation, why, before }: Place, { facts, ...what }: Facts, shares: EnrolledSummary['shares']): EnrolledSummary {
  const last = before === null ? null : inForce(currentVersion(before));
  const at = { key: said.key, version, generation };
  const enrolled: z.infer<typeof Enrolled> = {
    ...at, why, ...what,
    title: said.title ?? before?.title ?? said.key, purpose: said.purpose ?? last?.enrolled.purpose ?? 'not stated',
    algorithm: said.algorithm ?? facts?.algorithm ?? last?.enrolled.algorithm ?? 'not stated',
    fingerprint: said.fingerprint ?? facts?.fingerprint ?? (why === 'resharing' ? (last?.enrolled.fingerprint ?? null) : null),
    witnesses: said.witnesses ?? before?.witnesses ?? 0,
    periods: { ...DEFAULT_PERIODS, ...last?.enrolled.periods, ...said.periods },
    by: said.by,
  };
  const chunks = Array.from({ length: Math.ceil(shares.length / SHARES_AN_EVENT) }, (_, index) => shares.slice(index * SHARES_AN_EVENT, (index + 1) * SHARES_AN_EVENT));
  const events: NewEvent[] = [escrowEvent('escrow.enrolled', enrolled), ...chunks.map((some) => escrowEvent('escrow.shares', { ...at, shares: some.map(({ slot, commitment }) => ({ slot, commitment })) }))];
  host.journal.appendAll(events);
  return {
    ...at, scheme: what.scheme, threshold: what.threshold, total: what.total, shares, commitment: what.commitment,
    superseded: why === 'resharing' && last !== null ? { generation: last.generation, shares: [...last.shares.keys()] } : null,
  };
}

/** Of verifications, ceremonies and emergencies: sortable by time, unique. */
export function escrowId(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/gu, '').toLowerCase()}-${randomUUID().slice(0, 6)}`;
}
