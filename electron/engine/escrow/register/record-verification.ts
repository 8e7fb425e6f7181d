/** The record of one verification: everything that an auditor asks, as a blob, with what the register goes on with as events. */
import { z } from 'zod';
import type { VerificationPurpose, VerifiedShare, NetworkLook, SampleProof, AgreementOfShares, QuorumResult } from '../../../contract/escrow-register.ts';
import { VerificationRecord } from '../../../contract/escrow-register.ts';
import type { EscrowLevel } from '../../../contract/escrow.ts';
import { EngineError } from '../../../contract/errors.ts';
import { canonicalJson } from '../../journal/canonical.ts';
import type { NewEvent } from '../../journal/journal.ts';
import { wordsForHash } from '../../journal/words.ts';
import { foldWords } from '../quorum/ask-quorum.ts';
import { dueOf } from './due.ts';
import { findGeneration, findVersion, foldRegister } from './fold-register.ts';
import { escrowEvent, findKey, type RegisterHost } from './register.ts';
import { signRecord } from './sign-record.ts';

/** What was found, before it is put on record. */
export interface Findings {
  id: string;
  key: string;
  version: number;
  generation: number;
  purpose: VerificationPurpose;
  beganAt: string;
  shares: VerifiedShare[];
  agreement: AgreementOfShares | null;
  quorum: QuorumResult | null;
  proofs: SampleProof[];
  level: EscrowLevel | null;
  ok: boolean;
  result: string;
  deviations: string[];
  network: NetworkLook | null;
  operator: string | null;
  witnesses: { id: string; name: string }[];
  run: string | null;
}

const ITEMS_AN_EVENT = 25;
const Json = z.record(z.string(), z.json());

/** Journals the record; a verification of more than one share is checkpointed as well. @param more events of the same transaction */
export function recordVerification(host: RegisterHost, findings: Findings, more: readonly NewEvent[] = []): { record: VerificationRecord; sha256: string } {
  const record = buildRecord(host, findings, dueAfterwards(host, findings));
  const { sha256, size } = host.journal.blobs.put(Buffer.from(canonicalJson(Json.parse(JSON.parse(JSON.stringify(record))))));
  host.journal.appendAll([...eventsOf(findings, { sha256, size }), ...more]);
  if (findings.shares.length > 1 && findings.run === null) host.journal.checkpoint(`escrow verification ${findings.id}`);
  return { record, sha256 };
}

function eventsOf(findings: Findings, record: { sha256: string; size: number }): NewEvent[] {
  const { id, key, version, generation, purpose, level, ok, result, quorum, run, proofs } = findings;
  const proven = quorum === null || quorum.state === 'none' ? null : quorum.state === 'match' || quorum.state === 'self-proven';
  return [
    escrowEvent('escrow.verified', { id, key, version, generation, purpose, level, ok, result: result.slice(0, 500), quorum: proven, run, record }, 'engine', run),
    ...inChunks(storedShares(findings)).map((shares) => escrowEvent('escrow.verified-shares', { id, shares }, 'engine', run)),
    ...inChunks(proofs).map((some) => escrowEvent('escrow.samples', { id, key, version, samples: some.map(({ set, which, name, verdict, strength, sample_sha256 }) => ({ set, which, name: name.slice(0, 300), verdict, strength, sample_sha256 })) }, 'engine', run)),
  ];
}

/** What is due once these findings count, tried out on a copy of the register. */
function dueAfterwards(host: RegisterHost, findings: Findings): VerificationRecord['next_due'] {
  const now = host.clock.now();
  const wall = new Date(now).toISOString();
  const events = eventsOf(findings, { sha256: '', size: 0 }).map((event) => ({ ...event, v: 1 as const, seq: 0, prev: '', id: '', wall, boot: '', up: 0 }));
  const fold = foldRegister(events, structuredClone(host.fold()));
  return dueOf(fold, findKey(fold, findings.key), now).filter(({ version }) => version === findings.version).map(({ what, at }) => ({ what, at }));
}

function inChunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / ITEMS_AN_EVENT) }, (_, index) => items.slice(index * ITEMS_AN_EVENT, (index + 1) * ITEMS_AN_EVENT));
}

/** A share whose number could not be told is in the record only. */
function storedShares({ shares, generation }: Findings) {
  return shares.flatMap((share) => (share.x === null ? [] : [{ x: share.x, generation: share.generation ?? generation, result: share.result, level: share.level, seal: share.seal, bag: share.bag_found, new_bag: share.new_bag, new_seal: share.new_seal }]));
}

function buildRecord(host: RegisterHost, findings: Findings, nextDue: VerificationRecord['next_due']): VerificationRecord {
  const fold = host.fold();
  const key = findKey(fold, findings.key);
  const version = findVersion(fold, findings.key, findings.version);
  const generation = findGeneration(fold, findings.key, findings.version, findings.generation);
  if (version === null || generation === null) throw new EngineError('internal', `The key ${findings.key} has no version ${findings.version}.`);
  const { enrolled } = generation;
  const { size, hash } = host.journal.head;
  return VerificationRecord.parse({
    blackstart_escrow_verification: 1,
    ...findings,
    began_at: findings.beganAt, ended_at: new Date(host.clock.now()).toISOString(),
    key_purpose: enrolled.purpose, algorithm: enrolled.algorithm, commitment: enrolled.commitment?.digest ?? null, words: enrolled.commitment === null ? null : foldWords(enrolled.commitment.digest),
    sets: [...new Set([...key.sets.keys(), ...findings.proofs.flatMap(({ set }) => set ?? [])])],
    scheme: enrolled.scheme, threshold: enrolled.threshold, total: enrolled.total,
    journal: { size, hash, words: size === 0 ? null : wordsForHash(hash) },
    next_due: nextDue,
    supersedes: fold.verifications.findLast((one) => one.key === findings.key && one.version === findings.version)?.id ?? null,
  } satisfies Record<keyof VerificationRecord, unknown>);
}

/**
 * Adds a person's signature to a record.
 * @throws EngineError `not-found` for an unknown verification or person; `refused` for a wrong passphrase, or somebody who signed already
 */
export async function signVerification(host: RegisterHost, verification: string, who: { person: string; passphrase: string; role: 'operator' | 'witness' }): Promise<void> {
  const found = host.fold().verifications.find(({ id }) => id === verification);
  if (found === undefined) throw new EngineError('not-found', `There is no verification ${verification}.`);
  if (found.signatures.some(({ person }) => person === who.person)) throw new EngineError('refused', `${who.person} has signed this verification already.`);
  const signer = await host.people.unlock(who.person, who.passphrase);
  const note = signRecord({ id: verification, person: who.person, role: who.role, record: found.record.sha256 }, signer);
  host.journal.append(escrowEvent('escrow.signed', { id: verification, person: who.person, role: who.role, note }, `person/${who.person}`));
}
