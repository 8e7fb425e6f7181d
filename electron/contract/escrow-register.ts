/**
 * The register of escrowed keys as a page and the command line see it: who holds which share, what is proven with which key
 * on which backups, what is due, and the record of a verification. Nothing here is secret.
 */
import { z } from 'zod';
import { EscrowFormat, EscrowLevel, KmsRecord } from './escrow.ts';
import { ProofStrength } from './known-answer.ts';
import { Day } from './scalars.ts';

/** Of an escrowed key, as runbooks name it: `{ escrow: ID }`. */
export const KeyId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/u, 'the id of a key is letters, digits, ".", "_" and "-", and has at most 64 characters');
export type KeyId = z.infer<typeof KeyId>;

const Instant = z.string(); // RFC 3339 UTC
const Blob = z.object({ sha256: z.string(), size: z.int() });

export const VerificationPurpose = z.enum(['routine', 'drill', 'incident', 'transfer']);
export type VerificationPurpose = z.infer<typeof VerificationPurpose>;

/** As a seal was found. */
export const SealState = z.enum(['whole', 'broken', 'missing', 'not-looked']);
export type SealState = z.infer<typeof SealState>;

/** Who holds a share, and where. */
export const Custody = z.object({
  custodian: z.string().min(1).max(200),
  role: z.string().max(200).nullable(),
  /** The day on which the custodian acknowledged the duty in writing. */
  acknowledged_on: Day.nullable(),
  deputy: z.string().max(200).nullable(),
  place: z.string().max(200).nullable(),
  bag: z.string().max(100).nullable(),
  seal: z.string().max(100).nullable(),
});
export type Custody = z.infer<typeof Custody>;

/** One thing that has to be done again, and by when. */
export const EscrowDue = z.object({
  key: z.string(), version: z.int(),
  /** A share's number for L1, null for what concerns the whole key. */
  x: z.int().nullable(),
  level: EscrowLevel,
  what: z.string(), // one sentence part: "Share 2, Mei Tanaka: compare it with its commitment"
  at: Instant,
  overdue: z.boolean(),
  days: z.int(), // until then; negative when it is late
});
export type EscrowDue = z.infer<typeof EscrowDue>;

export const ShareState = z.enum(['verified', 'overdue', 'failed', 'never', 'away', 'revoked', 'uncommitted']);
export type ShareState = z.infer<typeof ShareState>;

/** A share of the generation in force. */
export const ShareRow = z.object({
  x: z.int(),
  slot: z.string(), // as people count: "share 2"; "group 1, share 2"
  generation: z.int(),
  custody: Custody.nullable(),
  /** First 80 bits of its commitment as words; null for a share that was never seen here. */
  words: z.string().nullable(),
  state: ShareState,
  last: z.object({ at: Instant, level: EscrowLevel, ok: z.boolean() }).nullable(),
  /** Bag and seal as they were last found. */
  seen: z.object({ at: Instant, seal: SealState, bag: z.string().nullable() }).nullable(),
  next_due: Instant.nullable(),
  away: z.boolean(),
  revoked: z.boolean(),
});
export type ShareRow = z.infer<typeof ShareRow>;

/** Shares that were handed out at one time. A resharing makes a new one of the same key. */
export const GenerationRow = z.object({
  generation: z.int(), enrolled_at: Instant, superseded_at: Instant.nullable(),
  shares: z.int(), threshold: z.int(),
  /** Numbers of shares that are recorded as destroyed, with who proved it. */
  destroyed: z.array(z.object({ x: z.int(), at: Instant, by: z.string(), witness: z.string().nullable(), how: z.string() })),
  /** Superseded shares that nobody has proven destroyed. */
  outstanding: z.array(z.int()),
});
export type GenerationRow = z.infer<typeof GenerationRow>;

/** Whether the custodians that are at hand can rebuild the key. */
export const QuorumView = z.object({
  threshold: z.int(), total: z.int(),
  verified: z.array(z.int()), // shares whose last look is in date and matched
  reachable: z.array(z.int()), // of those, whose custodian is neither away nor revoked
  quorums: z.int(), // how many different quorums those make; at most 2^53-1
  state: z.enum(['good', 'warning', 'bad']), // exactly the threshold is a warning: one loss ends recovery
  words: z.string(),
});
export type QuorumView = z.infer<typeof QuorumView>;

/** What one key version was seen to do with the backups of one set. */
export const MatrixCell = z.object({
  version: z.int(), set: z.string(),
  level: EscrowLevel.nullable(), // null: nothing is proven
  strength: ProofStrength.nullable(),
  at: Instant.nullable(),
  /** Which samples of the set were tried last, and whether the key opened them. */
  samples: z.array(z.object({ which: z.enum(['oldest', 'newest', 'given']), opens: z.boolean().nullable(), at: Instant, strength: ProofStrength })),
  state: z.enum(['good', 'warning', 'bad', 'none']),
  words: z.string(),
});
export type MatrixCell = z.infer<typeof MatrixCell>;

/** How a set was defined, for a form: the known answer as YAML, paths and pattern as they were given. */
export const SetDefinition = z.object({ answer: z.string(), samples: z.string().nullable(), oldest: z.string().nullable(), newest: z.string().nullable() });
export type SetDefinition = z.infer<typeof SetDefinition>;

/** `definition` null: it was only seen, in a run or with a single sample. */
export const BackupSetView = z.object({ id: z.string(), title: z.string(), oldest: z.string().nullable(), newest: z.string().nullable(), definition: SetDefinition.nullable() });
export type BackupSetView = z.infer<typeof BackupSetView>;

const SampleFile = z.object({ path: z.string(), size: z.int(), at: Instant });
/** What the samples of a set are on this laptop, now. */
export const SamplesLook = z.object({
  files: z.int().nullable(), // that the pattern finds; null without a pattern
  oldest: SampleFile.nullable(), newest: SampleFile.nullable(),
  lacks: z.array(z.string()), // sentences
});
export type SamplesLook = z.infer<typeof SamplesLook>;

export const EscrowAlarm = z.object({
  kind: z.enum(['silent-rotation', 'mixed-generations', 'too-few', 'exactly-enough', 'overdue', 'share-wrong', 'key-wrong', 'custodian-left', 'not-destroyed', 'never-proven', 'unverifiable']),
  severity: z.enum(['bad', 'warning']),
  version: z.int().nullable(), set: z.string().nullable(),
  words: z.string(),
});
export type EscrowAlarm = z.infer<typeof EscrowAlarm>;

export const KeyVersionView = z.object({
  version: z.int(),
  state: z.enum(['current', 'kept', 'retired']), // kept: superseded by a rotation, still needed for older backups
  since: Instant, until: Instant.nullable(),
  purpose: z.string(), algorithm: z.string(), scheme: EscrowFormat,
  threshold: z.int(), total: z.int(), generation: z.int(),
  /** First 80 bits of the key's commitment as words; null where there is none. */
  words: z.string().nullable(),
  fingerprint: z.string().nullable(), // public: of a public key, or of a key manager's version
  shares: z.array(ShareRow),
  generations: z.array(GenerationRow),
  quorum: QuorumView,
  note: z.string().nullable(), // what cannot be proven offline
  kms: KmsRecord.nullable(), // of a key that a key service wrapped
});
export type KeyVersionView = z.infer<typeof KeyVersionView>;

export const EscrowKeyView = z.object({
  key: KeyId,
  title: z.string(),
  state: z.enum(['good', 'warning', 'bad']),
  why: z.string(), // one sentence
  /** Witnesses that a verification of this key needs, besides the custodian. */
  witnesses: z.int(),
  versions: z.array(KeyVersionView), // newest first
  sets: z.array(BackupSetView),
  matrix: z.array(MatrixCell),
  alarms: z.array(EscrowAlarm),
  due: z.array(EscrowDue), // the soonest first
});
export type EscrowKeyView = z.infer<typeof EscrowKeyView>;

/** Whether this laptop could reach anything, and how that was found out. */
export const NetworkLook = z.object({
  at: Instant,
  off: z.boolean(),
  /** Interfaces that are up with an address of their own, apart from loopback. */
  interfaces: z.array(z.object({ name: z.string(), addresses: z.array(z.string()), carrier: z.boolean().nullable() })),
  routes: z.array(z.string()), // ways out, "default via 192.0.2.1 dev eth0"
  how: z.string(), // what was looked at
  words: z.string(),
});
export type NetworkLook = z.infer<typeof NetworkLook>;

export const ShareResult = z.enum(['match', 'no-match', 'superseded', 'destroyed', 'unreadable', 'not-entered', 'no-commitment']);
export type ShareResult = z.infer<typeof ShareResult>;

/** L2, by the numbers of the shares. `certain` false: as many forged shares as were found could point at others. */
export const AgreementOfShares = z.object({ state: z.enum(['agree', 'disagree', 'cannot-tell']), bad: z.array(z.int()), certain: z.boolean(), detail: z.string() });
export type AgreementOfShares = z.infer<typeof AgreementOfShares>;

/** L3. */
export const QuorumResult = z.object({ state: z.enum(['match', 'mismatch', 'self-proven', 'unproven', 'none']), detail: z.string(), used: z.array(z.int()) });
export type QuorumResult = z.infer<typeof QuorumResult>;

/** One share in a verification. */
export const VerifiedShare = z.object({
  x: z.int().nullable(), // null: it could not be told
  slot: z.string().nullable(),
  label: z.string(), // the file's name, or the custodian's
  generation: z.int().nullable(),
  commitment: z.string().nullable(),
  result: ShareResult,
  level: EscrowLevel.nullable(),
  detail: z.string(),
  custody: Custody.nullable(),
  bag_found: z.string().nullable(), seal: SealState, photo: Blob.nullable(),
  new_bag: z.string().nullable(), new_seal: z.string().nullable(),
  out_at: Instant.nullable(), in_at: Instant.nullable(), // of the share: out of its bag, back in one
});
export type VerifiedShare = z.infer<typeof VerifiedShare>;

/** One sample that the key was tried on. */
export const SampleProof = z.object({
  set: z.string().nullable(), which: z.enum(['oldest', 'newest', 'given']), name: z.string(),
  kind: z.string(), verdict: z.enum(['opens', 'refused', 'cannot-tell']), strength: ProofStrength, detail: z.string(),
  sample_sha256: z.string().nullable(),
});
export type SampleProof = z.infer<typeof SampleProof>;

/** Everything that an auditor asks of one verification (PCI DSS 3.7, NIST SP 800-57/800-130, the IANA KSK ceremony). */
export const VerificationRecord = z.object({
  blackstart_escrow_verification: z.literal(1),
  id: z.string(),
  key: z.string(), version: z.int(), generation: z.int(),
  key_purpose: z.string(), algorithm: z.string(), commitment: z.string().nullable(), words: z.string().nullable(),
  sets: z.array(z.string()), scheme: EscrowFormat, threshold: z.int(), total: z.int(),
  purpose: VerificationPurpose,
  began_at: Instant, ended_at: Instant,
  shares: z.array(VerifiedShare),
  agreement: AgreementOfShares.nullable(),
  quorum: QuorumResult.nullable(),
  proofs: z.array(SampleProof),
  level: EscrowLevel.nullable(), // the highest that was reached; null when nothing was
  ok: z.boolean(),
  result: z.string(), // one sentence
  deviations: z.array(z.string()),
  network: NetworkLook.nullable(),
  operator: z.string().nullable(),
  witnesses: z.array(z.object({ id: z.string(), name: z.string() })),
  /** The journal as it stood before this record: what it builds on. */
  journal: z.object({ size: z.int(), hash: z.string(), words: z.string().nullable() }),
  next_due: z.array(z.object({ what: z.string(), at: Instant })),
  supersedes: z.string().nullable(), // id of the verification before
});
export type VerificationRecord = z.infer<typeof VerificationRecord>;

/** A verification in the history, with the signatures under its record. */
export const VerificationRow = z.object({
  id: z.string(), at: Instant, key: z.string(), version: z.int(), purpose: VerificationPurpose,
  level: EscrowLevel.nullable(), ok: z.boolean(), result: z.string(), record: Blob,
  signatures: z.array(z.object({ person: z.string(), name: z.string(), role: z.enum(['operator', 'witness']), at: Instant, holds: z.boolean() })),
});
export type VerificationRow = z.infer<typeof VerificationRow>;

/** Where a ceremony stands for one share. */
export const CeremonyShare = z.object({
  x: z.int(), slot: z.string(), custody: Custody.nullable(),
  state: z.enum(['waiting', 'bag', 'share', 'verdict', 'sealed', 'left-out']), // bag: the seal was looked at
  bag_found: z.string().nullable(), seal: SealState.nullable(), photo: Blob.nullable(),
  result: ShareResult.nullable(), detail: z.string().nullable(), tries: z.int(),
  new_bag: z.string().nullable(), new_seal: z.string().nullable(),
  out_at: Instant.nullable(), in_at: Instant.nullable(),
  last: z.object({ at: Instant, ok: z.boolean() }).nullable(), next_due: Instant.nullable(),
});
export type CeremonyShare = z.infer<typeof CeremonyShare>;

export const CeremonyView = z.object({
  id: z.string(), key: z.string(), title: z.string(), version: z.int(), generation: z.int(),
  purpose: VerificationPurpose,
  /** L1: each share by itself, no key comes into being; L3: a quorum rebuilds it; L4: it is tried on the backups too. */
  goal: z.enum(['L1', 'L3', 'L4']),
  scheme: EscrowFormat, threshold: z.int(), total: z.int(),
  /** What a share looks like, so that a field can be laid out: characters of its text form where that is fixed. */
  share_characters: z.int().nullable(), encodings: z.array(z.string()),
  began_at: Instant, operator: z.string().nullable(),
  witnesses: z.array(z.object({ id: z.string(), name: z.string(), signed_at: Instant.nullable() })),
  witnesses_needed: z.int(),
  network: NetworkLook,
  shares: z.array(CeremonyShare),
  entered: z.int(), // shares that matched and are held in memory
  agreement: AgreementOfShares.nullable(),
  quorum: QuorumResult.nullable(),
  proofs: z.array(SampleProof),
  deviations: z.array(z.string()),
  state: z.enum(['open', 'proven', 'signing', 'finished', 'aborted']),
  /** What may be done next, in words; null when it is over. */
  next: z.string().nullable(),
  verification: z.string().nullable(), // id of the record once it is finished
  delivered: z.array(z.string()), // runs and checks that were given the key
});
export type CeremonyView = z.infer<typeof CeremonyView>;

/** An emergency in which a key was written to a file. `unknown`: it was begun, and nothing says how it ended. */
export const CombineRow = z.object({ id: z.string(), at: Instant, key: z.string().nullable(), version: z.int().nullable(), out: z.string(), by: z.string(), outcome: z.enum(['written', 'refused', 'unknown']), detail: z.string() });
export type CombineRow = z.infer<typeof CombineRow>;

export const EscrowView = z.object({
  headline: z.string(), detail: z.string(),
  state: z.enum(['none', 'good', 'warning', 'bad']),
  keys: z.array(EscrowKeyView),
  due: z.array(EscrowDue), // of all keys, the soonest first
  history: z.array(VerificationRow), // newest first
  combines: z.array(CombineRow), // newest first
  away: z.array(z.object({ custodian: z.string(), by: z.string(), at: Instant, until: Day.nullable() })),
  ceremony: CeremonyView.nullable(), // the one that is under way
});
export type EscrowView = z.infer<typeof EscrowView>;
