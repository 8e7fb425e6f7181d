/** What the journal says of escrowed keys, their shares and those who hold them. Pure; the views are made of it. */
import type { EscrowFormat, EscrowLevel, ShareCommitment } from '../../../contract/escrow.ts';
import { ShareScheme } from '../../../contract/escrow.ts';
import type { Custody, SealState, ShareResult } from '../../../contract/escrow-register.ts';
import type { ProofStrength } from '../../../contract/known-answer.ts';
import type { z } from 'zod';
import type { JournalEvent } from '../../journal/journal.ts';
import { ESCROW_EVENTS, RUN_FINISHED, type Combined, type Combining, type Enrolled, type EscrowEventType, type KeyObtained, type RegisteredSet, type Verified } from './events.ts';

export interface FoldedShare {
  x: number;
  slot: string;
  commitment: ShareCommitment | null; // null: the share was not there when its set was enrolled
  custody: Custody | null;
  /** The newest look at it, whatever it found. */
  last: { at: string; level: EscrowLevel; result: ShareResult } | null;
  seen: { at: string; seal: SealState; bag: string | null } | null;
  destroyed: { at: string; by: string; witness: string | null; how: string } | null;
}

export interface FoldedGeneration {
  generation: number;
  enrolledAt: string;
  supersededAt: string | null;
  enrolled: z.infer<typeof Enrolled>;
  shares: Map<number, FoldedShare>;
}

export type Which = 'oldest' | 'newest' | 'given';
/** One try of a key version on a sample. */
export interface Tried {
  at: string;
  which: Which;
  name: string;
  opens: boolean | null;
  strength: ProofStrength;
  sampleSha256: string | null;
}

export interface FoldedVersion {
  version: number;
  since: string;
  retired: { at: string; reason: string; by: string } | null;
  generations: FoldedGeneration[]; // the one in force last
  /** By set; `''` holds samples of no set. Of each set the newest try of each sample. */
  tried: Map<string, Map<Which, Tried>>;
  quorumAt: string | null; // the newest proof that a quorum rebuilds the key
  quorumFailedAt: string | null;
  openedAt: string | null; // the newest proof on a sample
  /** What makes L3 and L4 due again before their period is over. */
  changed: { at: string; why: string } | null;
  drilledAt: string | null;
  rehearsed: Map<string, { at: string; run: string }>; // by set
}

export interface FoldedKey {
  key: string;
  title: string;
  witnesses: number;
  versions: FoldedVersion[]; // oldest first
  sets: Map<string, RegisteredSet>;
  /** Where files of the shares are looked for when nobody enters them. */
  sharesAt: string | null;
  fingerprints: Map<string, { fingerprint: string; at: string }>; // as seen on the newest backup of a set
}

export interface FoldedVerification extends z.infer<typeof Verified> {
  at: string;
  signatures: { person: string; role: 'operator' | 'witness'; note: string; at: string }[];
}

export interface RegisterFold {
  keys: Map<string, FoldedKey>;
  verifications: FoldedVerification[]; // oldest first
  away: Map<string, { by: string; at: string; until: string | null }>;
  revoked: Map<string, { at: string; reason: string; by: string }>;
  openCeremonies: Map<string, { key: string; at: string }>;
  /** `ended` null: begun, and neither done nor refused; the outcome is unknown. */
  combines: Map<string, z.infer<typeof Combining> & { at: string; ended: z.infer<typeof Combined> | null }>;
  /** Samples that keys opened in runs that are not over yet. */
  openedInRuns: Map<string, { key: string; version: number; set: string }[]>;
  obtained: (z.infer<typeof KeyObtained> & { at: string; run: string | null })[];
}

export function emptyRegister(): RegisterFold {
  return { keys: new Map(), verifications: [], away: new Map(), revoked: new Map(), openCeremonies: new Map(), combines: new Map(), openedInRuns: new Map(), obtained: [] };
}

/** @param fold is continued, so that a second look costs only the new events */
export function foldRegister(events: Iterable<JournalEvent>, fold = emptyRegister()): RegisterFold {
  for (const event of events) {
    if (isEscrowEvent(event.type)) take(fold, event.type, event);
    else if (event.type === RUN_FINISHED) takeFinishedRun(fold, event);
  }
  return fold;
}

function isEscrowEvent(type: string): type is EscrowEventType {
  return Object.hasOwn(ESCROW_EVENTS, type);
}

/** A rehearsal or a recovery that got to its end, with backups that the key opened on the way: L5 for their sets. */
function takeFinishedRun(fold: RegisterFold, { run, wall, data }: JournalEvent): void {
  if (run === null || data['state'] !== 'succeeded') return;
  for (const { key, version, set } of fold.openedInRuns.get(run) ?? []) findVersion(fold, key, version)?.rehearsed.set(set, { at: wall, run });
  fold.openedInRuns.delete(run);
}

type Takers = { [T in EscrowEventType]: (fold: RegisterFold, data: z.infer<(typeof ESCROW_EVENTS)[T]>, event: JournalEvent) => void };

function take<T extends EscrowEventType>(fold: RegisterFold, type: T, event: JournalEvent): void {
  const schemas: { [K in EscrowEventType]: { parse(data: unknown): z.infer<(typeof ESCROW_EVENTS)[K]> } } = ESCROW_EVENTS;
  const taker: Takers[T] = TAKERS[type];
  taker(fold, schemas[type].parse(event.data), event);
}

const TAKERS: Takers = {
  'escrow.enrolled': takeEnrolled,
  'escrow.shares': (fold, { key, version, generation, shares }) => {
    const found = findGeneration(fold, key, version, generation);
    for (const { slot, commitment } of shares) {
      const before = found?.shares.get(commitment.x);
      found?.shares.set(commitment.x, { ...(before ?? unseenShare(commitment.x)), slot, commitment, last: { at: found.enrolledAt, level: 'L1', result: 'match' } });
    }
  },
  'escrow.custody': takeCustody,
  'escrow.away': (fold, { custodian, away, until, by }, { wall }) => {
    if (away) fold.away.set(custodian, { by, at: wall, until });
    else fold.away.delete(custodian);
  },
  'escrow.custodian-revoked': (fold, { custodian, reason, by }, { wall }) => {
    fold.revoked.set(custodian, { at: wall, reason, by });
    for (const version of heldBy(fold, custodian)) version.changed = { at: wall, why: `${custodian} left` };
  },
  'escrow.destroyed': (fold, { key, version, generation, shares, how, by, witness }, { wall }) => {
    const found = findGeneration(fold, key, version, generation);
    for (const x of shares) {
      const share = found?.shares.get(x) ?? unseenShare(x);
      found?.shares.set(x, { ...share, destroyed: { at: wall, by, witness, how } });
    }
  },
  'escrow.retired': (fold, { key, version, reason, by }, { wall }) => {
    const found = findVersion(fold, key, version);
    if (found !== null) found.retired = { at: wall, reason, by };
  },
  'escrow.set': (fold, { key, set }) => void fold.keys.get(key)?.sets.set(set.id, set),
  'escrow.set-removed': (fold, { key, set }) => {
    const found = fold.keys.get(key);
    for (const of of [found?.sets, found?.fingerprints, ...(found?.versions ?? []).flatMap(({ tried, rehearsed }) => [tried, rehearsed])]) of?.delete(set);
  },
  'escrow.place': (fold, { key, folder }) => {
    const found = fold.keys.get(key);
    if (found !== undefined) found.sharesAt = folder;
  },
  'escrow.fingerprint': (fold, { key, set, fingerprint }, { wall }) => void fold.keys.get(key)?.fingerprints.set(set, { fingerprint, at: wall }),
  'escrow.verified': takeVerified,
  'escrow.verified-shares': takeVerifiedShares,
  'escrow.samples': takeSamples,
  'escrow.signed': (fold, { id, person, role, note }, { wall }) => void fold.verifications.find((one) => one.id === id)?.signatures.push({ person, role, note, at: wall }),
  'escrow.ceremony': (fold, { id, key }, { wall }) => void fold.openCeremonies.set(id, { key, at: wall }),
  'escrow.ceremony-step': () => undefined,
  'escrow.ceremony-ended': (fold, { id }) => void fold.openCeremonies.delete(id),
  'escrow.combining': (fold, data, { wall }) => void fold.combines.set(data.id, { ...data, at: wall, ended: null }),
  'escrow.combined': (fold, data) => {
    const begun = fold.combines.get(data.id);
    if (begun !== undefined) begun.ended = data;
  },
  'escrow.obtained': (fold, data, { wall, run }) => {
    fold.obtained.push({ ...data, at: wall, run });
    const version = findVersion(fold, data.key, data.version);
    if (version !== null && run !== null) version.drilledAt = wall;
  },
};

function takeEnrolled(fold: RegisterFold, enrolled: z.infer<typeof Enrolled>, { wall }: JournalEvent): void {
  const key: FoldedKey = fold.keys.get(enrolled.key) ?? { key: enrolled.key, title: enrolled.title, witnesses: enrolled.witnesses, versions: [], sets: new Map(), sharesAt: null, fingerprints: new Map() };
  fold.keys.set(enrolled.key, key);
  key.title = enrolled.title;
  key.witnesses = enrolled.witnesses;
  const generation: FoldedGeneration = { generation: enrolled.generation, enrolledAt: wall, supersededAt: null, enrolled, shares: new Map() };
  if (isWhole(enrolled.scheme) && enrolled.commitment !== null) generation.shares.set(1, { ...unseenShare(1), slot: 'the whole key', last: { at: wall, level: 'L3', result: 'match' } });
  const known = key.versions.find(({ version }) => version === enrolled.version);
  if (known === undefined) {
    key.versions.push({
      version: enrolled.version, since: wall, retired: null, generations: [generation], tried: new Map(), quorumAt: wall, quorumFailedAt: null, openedAt: null,
      changed: enrolled.why === 'rotation' ? { at: wall, why: 'the key was rotated' } : null, drilledAt: null, rehearsed: new Map(),
    });
    return;
  }
  for (const older of known.generations) older.supersededAt ??= wall;
  known.generations.push(generation);
  known.quorumAt = wall; // the shares were there and made the committed key
  known.changed = { at: wall, why: 'the key was split anew' };
}

/** The first word on who holds a share is no change of custodian. */
function takeCustody(fold: RegisterFold, { key, version, generation, x, custody }: z.infer<(typeof ESCROW_EVENTS)['escrow.custody']>, { wall }: JournalEvent): void {
  const found = findGeneration(fold, key, version, generation);
  if (found === null) return;
  const share = found.shares.get(x) ?? unseenShare(x);
  const owner = findVersion(fold, key, version);
  if (share.custody !== null && share.custody.custodian !== custody.custodian && owner !== null) owner.changed = { at: wall, why: `share ${x} went from ${share.custody.custodian} to ${custody.custodian}` };
  found.shares.set(x, { ...share, custody });
}

function takeVerified(fold: RegisterFold, verified: z.infer<typeof Verified>, { wall }: JournalEvent): void {
  fold.verifications.push({ ...verified, at: wall, signatures: [] });
  const version = findVersion(fold, verified.key, verified.version);
  if (version === null) return;
  if (verified.quorum === true) version.quorumAt = wall;
  if (verified.quorum === false) version.quorumFailedAt = wall;
  const current = inForce(version);
  const [share] = current.shares.values();
  // Brought whole, it is its one item that was looked at, also where the record has no row for it.
  if (share !== undefined && isWhole(current.enrolled.scheme) && verified.quorum !== null) share.last = { at: wall, level: 'L3', result: verified.quorum ? 'match' : 'no-match' };
}

function takeVerifiedShares(fold: RegisterFold, { id, shares }: z.infer<(typeof ESCROW_EVENTS)['escrow.verified-shares']>, { wall }: JournalEvent): void {
  const verification = fold.verifications.find((one) => one.id === id);
  if (verification === undefined) return;
  for (const { x, generation, result, level, seal, bag, new_bag, new_seal } of shares) {
    const found = findGeneration(fold, verification.key, verification.version, generation);
    const share = found?.shares.get(x);
    if (share === undefined) continue;
    if (result !== 'not-entered') share.last = { at: wall, level: level ?? 'L0', result };
    if (seal !== 'not-looked') share.seen = { at: wall, seal, bag: share.custody === null ? (new_bag ?? bag) : bag }; // where nobody is named, nothing else says where it lies now
    if (share.custody !== null && new_bag !== null) share.custody = { ...share.custody, bag: new_bag, seal: new_seal ?? share.custody.seal };
  }
}

function takeSamples(fold: RegisterFold, { key, version, samples }: z.infer<(typeof ESCROW_EVENTS)['escrow.samples']>, { wall, run }: JournalEvent): void {
  const found = findVersion(fold, key, version);
  if (found === null) return;
  for (const { set, which, name, verdict, strength, sample_sha256 } of samples) {
    const ofSet = found.tried.get(set ?? '') ?? new Map<Which, Tried>();
    found.tried.set(set ?? '', ofSet);
    ofSet.set(which, { at: wall, which, name, opens: verdict === 'cannot-tell' ? null : verdict === 'opens', strength, sampleSha256: sample_sha256 });
    if (verdict !== 'opens') continue;
    found.openedAt = wall;
    if (run !== null) fold.openedInRuns.set(run, [...(fold.openedInRuns.get(run) ?? []), { key, version, set: set ?? '' }]);
  }
}

function unseenShare(x: number): FoldedShare {
  return { x, slot: `share ${x}`, commitment: null, custody: null, last: null, seen: null, destroyed: null };
}

export function findVersion(fold: RegisterFold, key: string, version: number): FoldedVersion | null {
  return fold.keys.get(key)?.versions.find((one) => one.version === version) ?? null;
}

export function findGeneration(fold: RegisterFold, key: string, version: number, generation: number): FoldedGeneration | null {
  return findVersion(fold, key, version)?.generations.find((one) => one.generation === generation) ?? null;
}

/** Held in one piece: whoever has it has the key, and a look at it proves L3 at once. */
export function isWhole(scheme: EscrowFormat): boolean {
  return !ShareScheme.options.some((known) => known === scheme);
}

/** Whether there is something to compare the share with. */
export function isComparable({ enrolled }: FoldedGeneration, share: FoldedShare): boolean {
  return share.commitment !== null || (isWhole(enrolled.scheme) && enrolled.commitment !== null);
}

/** The generation in force. */
export function inForce(version: FoldedVersion): FoldedGeneration {
  const last = version.generations.at(-1);
  if (last === undefined) throw new Error(`version ${version.version} has no shares`);
  return last;
}

/** The newest version that was not retired, else the newest. */
export function currentVersion(key: FoldedKey): FoldedVersion {
  const current = key.versions.findLast(({ retired }) => retired === null) ?? key.versions.at(-1);
  if (current === undefined) throw new Error(`the key ${key.key} has no version`);
  return current;
}

function heldBy(fold: RegisterFold, custodian: string): FoldedVersion[] {
  return [...fold.keys.values()].flatMap(({ versions }) => versions).filter((version) => [...inForce(version).shares.values()].some(({ custody }) => custody?.custodian === custodian));
}
