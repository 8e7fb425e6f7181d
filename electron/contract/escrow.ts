/**
 * What is said about escrowed keys: schemes and formats, public commitments, and verdicts. Nothing here can hold a key or a
 * share. Byte encodings of commitments: ARCHITECTURE.md, "Escrow: bytes".
 */
import { z } from 'zod';
import { KeyProof } from './known-answer.ts';

/** How a key was split. */
export const ShareScheme = z.enum(['vault', 'ssss', 'slip39', 'horcrux']);
export type ShareScheme = z.infer<typeof ShareScheme>;

/** How a key is held whole. `age`: an identity file, also one that age sealed with a passphrase. `pkcs8`: any private key in PEM or DER. */
export const KeyFormat = z.enum(['age', 'openpgp', 'pkcs12', 'pkcs8', 'jwk', 'raw', 'hex', 'base64', 'passphrase', 'kms-wrapped']);
export type KeyFormat = z.infer<typeof KeyFormat>;

export const EscrowFormat = z.enum([...ShareScheme.options, ...KeyFormat.options]);
export type EscrowFormat = z.infer<typeof EscrowFormat>;

const Hex32 = z.string().regex(/^[0-9a-f]{64}$/u, '64 hex digits');

/** Whose keys and shares have 128 bits or more of chance in them: SHA-256 is safe for those alone. */
export const CommitmentMethod = z.enum(['sha256', 'scrypt']);
export type CommitmentMethod = z.infer<typeof CommitmentMethod>;

/** Public: tells whether a share is the enrolled one (L1), and nothing else. */
export const ShareCommitment = z.object({
  v: z.literal(1),
  scheme: ShareScheme,
  /** The share's number within its set, as its bytes say; `slip39`: 16 × group + member, both from 0. */
  x: z.int().min(0).max(65_535),
  method: CommitmentMethod,
  salt: Hex32,
  digest: Hex32,
  /** Which splitting of the key it is of, counted by the register; not part of the digest. Older ones are superseded. */
  generation: z.int().min(1).optional(),
});
export type ShareCommitment = z.infer<typeof ShareCommitment>;

/** Public: tells whether a key is the enrolled one (L3). scrypt (N = 2^17, r = 8, p = 1), then HKDF-SHA-256. */
export const KeyCommitment = z.object({ v: z.literal(1), salt: Hex32, digest: Hex32 });
export type KeyCommitment = z.infer<typeof KeyCommitment>;

export const ShareFaultCode = z.enum([
  'too-large', // more bytes than any share of the scheme has
  'empty',
  'encoding', // UTF-16, a byte order mark, control characters, several lines
  'alphabet', // a character or word that the scheme does not use
  'too-short',
  'index', // x = 0, or outside the scheme's range
  'duplicate', // another share of the same number is there already
  'length', // another length than the other shares
  'checksum',
  'structure', // header, padding or layout is not the scheme's
  'mixed-set', // the share belongs to another splitting
]);
export type ShareFaultCode = z.infer<typeof ShareFaultCode>;

/** Why a share cannot be used, in words that hold nothing of it. */
export const ShareFault = z.object({ code: ShareFaultCode, detail: z.string() });
export type ShareFault = z.infer<typeof ShareFault>;

export const ShareVerdict = z.object({
  /** Position in the list that was given. */
  index: z.int(),
  x: z.int().nullable(), // null when it could not be read
  /** "share 3", "group 2, share 1": counted as people count; null when it could not be read. */
  slot: z.string().nullable(),
  fault: ShareFault.nullable(),
  /** L1; `not-enrolled`: no commitment has its number, so only the key that it helps to make can vouch for it; `unchecked`: no commitments were given, or the share has a fault. */
  commitment: z.enum(['match', 'mismatch', 'not-enrolled', 'unchecked']),
  /** Position of the commitment that matched, which tells the generation; else null. */
  matched: z.int().nullable(),
});
export type ShareVerdict = z.infer<typeof ShareVerdict>;

/** L2: what the shares say about each other, without any reference value. */
export const Agreement = z.object({
  state: z.enum(['agree', 'disagree', 'cannot-tell']),
  /** Positions of the shares that do not fit the others; empty when they cannot be told. */
  bad: z.array(z.int()),
  /** Holds whenever at most half of the spare shares, ⌊(n − t) / 2⌋, are bad; false when more had to be assumed. */
  certain: z.boolean(),
  detail: z.string(),
});
export type Agreement = z.infer<typeof Agreement>;

/**
 * L3. `match`, `mismatch`: against the key's commitment. `self-proven`: no commitment was given, but an authenticated sample
 * opened, or the format of a whole key authenticates itself. `unproven`: it was rebuilt, and nothing says that it is right; no
 * scheme of shares authenticates its secret (slip39's digest says nothing of the passphrase). `none`: nothing was rebuilt.
 */
export const KeyState = z.enum(['match', 'mismatch', 'self-proven', 'unproven', 'none']);
export type KeyState = z.infer<typeof KeyState>;

/** Public facts of a key; null where it has none. */
export const KeyFacts = z.object({
  bytes: z.int(), // of the secret itself
  algorithm: z.string().nullable(), // "RSA 3072", "X25519", "Ed25519", "OpenPGP"
  /** `sha256:HEX` of the public key (SPKI), an age recipient, an OpenPGP fingerprint. Never a digest of a secret. */
  fingerprint: z.string().nullable(),
});
export type KeyFacts = z.infer<typeof KeyFacts>;

export const KeyVerdict = z.object({ state: KeyState, detail: z.string(), facts: KeyFacts.nullable() });
export type KeyVerdict = z.infer<typeof KeyVerdict>;

/** L4 on one sample, or a set of them; `id` is the caller's. */
export const NamedProof = z.object({ id: z.string(), proof: KeyProof });
export type NamedProof = z.infer<typeof NamedProof>;

export const EscrowLevel = z.enum(['L0', 'L1', 'L2', 'L3', 'L4', 'L5']);
export type EscrowLevel = z.infer<typeof EscrowLevel>;

/** What one check of shares or of a whole key found. */
export const EscrowVerdict = z.object({
  /** Everything that was asked holds: no fault, no mismatch, key not refuted, every proof opens. */
  ok: z.boolean(),
  /** The highest level that was proven; null when none was. */
  level: EscrowLevel.nullable(),
  /** One sentence for people. */
  detail: z.string(),
  shares: z.array(ShareVerdict),
  threshold: z.int().nullable(), // null for a whole key
  agreement: Agreement.nullable(),
  /** Positions of the shares that the key was rebuilt from. */
  used: z.array(z.int()),
  key: KeyVerdict,
  proofs: z.array(NamedProof),
});
export type EscrowVerdict = z.infer<typeof EscrowVerdict>;

/** What enrolling an existing set of shares gives: all public. */
export const EnrolledShares = z.object({
  scheme: ShareScheme,
  threshold: z.int(),
  shares: z.array(z.object({ index: z.int(), x: z.int(), slot: z.string(), commitment: ShareCommitment })),
  key: KeyCommitment,
  facts: KeyFacts,
});
export type EnrolledShares = z.infer<typeof EnrolledShares>;

export const EnrolledKey = z.object({ format: KeyFormat, key: KeyCommitment, facts: KeyFacts });
export type EnrolledKey = z.infer<typeof EnrolledKey>;

/** A key that a cloud's key service wrapped: nothing about it can be proven offline, and the record says so. */
export const KmsRecord = z.object({
  arn: z.string().regex(/^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[A-Za-z0-9/_-]{1,256}$/u, 'an ARN reads arn:aws:kms:REGION:ACCOUNT:key/ID'),
  key_version: z.string().min(1).max(128),
  blob_sha256: z.string().regex(/^sha256:[0-9a-f]{64}$/u),
  blob_bytes: z.int(),
  last_unwrapped_at: z.string().nullable(), // date of the last online unwrap; null: never
  offline: z.literal('not-verifiable'),
  detail: z.string(),
});
export type KmsRecord = z.infer<typeof KmsRecord>;
