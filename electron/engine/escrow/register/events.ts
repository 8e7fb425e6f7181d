/**
 * Events of the register, as the journal holds them. All of it is public: commitments, people, places, verdicts. What can be
 * long (many shares) comes in several events of one transaction, so that none outgrows 16 KiB.
 */
import { z } from 'zod';
import { EscrowFormat, EscrowLevel, KeyCommitment, KmsRecord, ShareCommitment } from '../../../contract/escrow.ts';
import { Custody, KeyId, SealState, ShareResult, VerificationPurpose } from '../../../contract/escrow-register.ts';
import { KnownAnswer, ProofStrength } from '../../../contract/known-answer.ts';
import { Day, Id, Period } from '../../../contract/scalars.ts';

const Blob = z.object({ sha256: z.string(), size: z.int() });
const Said = z.string().max(500);
const Name = z.string().min(1).max(200);
/** Which shares of which key are meant. */
const generation = { key: KeyId, version: z.int().min(1), generation: z.int().min(1) };

/** How often L1, and L3 with L4, are due. */
export const Periods = z.object({ share: Period, quorum: Period });
export type Periods = z.infer<typeof Periods>;
export const DEFAULT_PERIODS: Periods = { share: '6mo', quorum: '1y' };

/** A set of backups that a key seals; the samples may be patterns, of which the oldest and the newest file count. */
export const RegisteredSet = z.object({ id: Id, title: Name, answer: KnownAnswer, samples: z.string().max(1000).nullable(), oldest: z.string().max(1000).nullable(), newest: z.string().max(1000).nullable() });
export type RegisteredSet = z.infer<typeof RegisteredSet>;

export const Enrolled = z.object({
  ...generation,
  /** Why: the key is new, it was rotated, or the same key was split anew. */
  why: z.enum(['first', 'rotation', 'resharing']),
  title: Name, purpose: Name, algorithm: z.string().max(100),
  scheme: EscrowFormat, threshold: z.int(), total: z.int(),
  diffusion: z.boolean().nullable(), // ssss only
  commitment: KeyCommitment.nullable(),
  secret_bytes: z.int().nullable(), // of a generated key; a chosen passphrase keeps its length to itself
  fingerprint: z.string().max(500).nullable(),
  kms: KmsRecord.nullable(),
  witnesses: z.int().min(0).max(8),
  periods: Periods,
  by: Name,
});
export type Enrolled = z.infer<typeof Enrolled>;

export const SharesCommitted = z.object({ ...generation, shares: z.array(z.object({ slot: z.string(), commitment: ShareCommitment })) });
export const CustodySet = z.object({ ...generation, x: z.int(), custody: Custody, by: Name });
export const AwaySet = z.object({ custodian: Name, away: z.boolean(), until: Day.nullable(), by: Name });
export const CustodianRevoked = z.object({ custodian: Name, reason: Said, by: Name });
export const SharesDestroyed = z.object({ ...generation, shares: z.array(z.int()), how: Said, by: Name, witness: Name.nullable() });
export const VersionRetired = z.object({ key: KeyId, version: z.int(), reason: Said, by: Name });
export const SetDefined = z.object({ key: KeyId, set: RegisteredSet, by: Name });
/** Nothing of the set counts from then on; records that name it stay. */
export const SetRemoved = z.object({ key: KeyId, set: Id, reason: Said, by: Name });
/** A folder where files of the shares are looked for when nobody enters them: a stick that custodians brought, the drill's invented safes. Null: nowhere. */
export const SharesPlaced = z.object({ key: KeyId, folder: z.string().max(1000).nullable(), by: Name });
export const FingerprintSeen = z.object({ key: KeyId, set: Id, fingerprint: z.string().max(500), by: Name });

/** The record itself is a blob; here stands what the register goes on with. */
export const Verified = z.object({
  id: z.string(), ...generation, purpose: VerificationPurpose, level: EscrowLevel.nullable(), ok: z.boolean(), result: Said,
  /** Whether a quorum rebuilt the committed key: null when none was asked. */
  quorum: z.boolean().nullable(),
  run: z.string().nullable(), record: Blob,
});
export const VerifiedShares = z.object({
  id: z.string(),
  shares: z.array(z.object({
    x: z.int(), generation: z.int(), result: ShareResult, level: EscrowLevel.nullable(), seal: SealState, bag: z.string().nullable(), new_bag: z.string().nullable(), new_seal: z.string().nullable(),
  })),
});
/** `set` null: a single sample that belongs to no set of the register. */
export const SamplesTried = z.object({
  id: z.string(), key: KeyId, version: z.int(),
  samples: z.array(z.object({ set: z.string().nullable(), which: z.enum(['oldest', 'newest', 'given']), name: z.string().max(300), verdict: z.enum(['opens', 'refused', 'cannot-tell']), strength: ProofStrength, sample_sha256: z.string().nullable() })),
});
/** A signed note over the digest of a record. */
export const RecordSigned = z.object({ id: z.string(), person: z.string(), role: z.enum(['operator', 'witness']), note: z.string() });

export const CeremonyBegun = z.object({ id: z.string(), ...generation, purpose: VerificationPurpose, goal: EscrowLevel, witnesses: z.array(z.string()), by: Name, network: z.object({ off: z.boolean(), words: z.string().max(2000) }) });
export const CeremonyStep = z.object({
  id: z.string(), x: z.int().nullable(), did: z.enum(['bag', 'share', 'new-bag', 'left-out', 'combined', 'deviation']), detail: Said,
  result: ShareResult.nullable(), seal: SealState.nullable(), bag: z.string().nullable(), photo: Blob.nullable(),
});
export const CeremonyEnded = z.object({ id: z.string(), how: z.enum(['finished', 'aborted', 'interrupted']), reason: Said });

/** Before the key is rebuilt and written; `combined` says what came of it. One without the other: outcome unknown. */
export const Combining = z.object({ id: z.string(), key: KeyId.nullable(), version: z.int().nullable(), scheme: EscrowFormat, shares: z.int(), out: z.string().max(1000), by: Name, proven_by: z.enum(['commitment', 'nothing']) });
export const Combined = z.object({ id: z.string(), ok: z.boolean(), detail: Said, bytes: z.int() });
/** A run or a check was given the key in memory. */
export const KeyObtained = z.object({ id: z.string(), key: KeyId, version: z.int(), generation: z.int(), secret: z.string(), for: z.string(), used: z.array(z.int()) });

/** Every type with the schema of its data. */
export const ESCROW_EVENTS = {
  'escrow.enrolled': Enrolled,
  'escrow.shares': SharesCommitted,
  'escrow.custody': CustodySet,
  'escrow.away': AwaySet,
  'escrow.custodian-revoked': CustodianRevoked,
  'escrow.destroyed': SharesDestroyed,
  'escrow.retired': VersionRetired,
  'escrow.set': SetDefined,
  'escrow.set-removed': SetRemoved,
  'escrow.place': SharesPlaced,
  'escrow.fingerprint': FingerprintSeen,
  'escrow.verified': Verified,
  'escrow.verified-shares': VerifiedShares,
  'escrow.samples': SamplesTried,
  'escrow.signed': RecordSigned,
  'escrow.ceremony': CeremonyBegun,
  'escrow.ceremony-step': CeremonyStep,
  'escrow.ceremony-ended': CeremonyEnded,
  'escrow.combining': Combining,
  'escrow.combined': Combined,
  'escrow.obtained': KeyObtained,
} as const;
export type EscrowEventType = keyof typeof ESCROW_EVENTS;
/** The end of a run that used a key counts as well: the whole way was walked. */
export const RUN_FINISHED = 'run.finished';
export const ESCROW_EVENT_TYPES: readonly string[] = [...Object.keys(ESCROW_EVENTS), RUN_FINISHED];
