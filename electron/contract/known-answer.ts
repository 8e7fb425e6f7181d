/** `answer:` of a known-answer check: how a sample is sealed, so that a candidate key can be tried on it. */
import { z } from 'zod';

export const KeyDerivation = z.strictObject({
  encoding: z.enum(['utf8', 'hex', 'base64', 'base64url', 'raw']).default('utf8'),
  kdf: z.enum(['none', 'sha256', 'hkdf', 'pbkdf2', 'scrypt']).default('none'),
  salt: z.string().optional(),
  info: z.string().optional(),
  digest: z.enum(['sha1', 'sha256', 'sha384', 'sha512', 'md5']).optional(),
  iterations: z.int().min(1).max(10_000_000).optional(),
  length: z.int().min(16).max(64).optional(),
  n: z.int().optional(),
  r: z.int().optional(),
  p: z.int().optional(),
});

const sample = {
  /** A file that holds the sample; the `backup` check's `key.query` supplies the sample instead. */
  file: z.string().optional(),
  encoding: z.enum(['raw', 'hex', 'base64', 'base64url', 'utf8']).optional(),
  /** Digest of the right plain text, when it is known. */
  plain_sha256: z.string().optional(),
};

export const KnownAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('aead'), ...sample,
    alg: z.enum(['aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm', 'chacha20-poly1305']),
    key: KeyDerivation.prefault({}),
    prefix: z.string().optional(),
    /** e.g. `nonce:12,ct,tag:16` */
    layout: z.string().default('nonce:12,ct,tag:16'),
    aad: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('fernet'), ...sample, ttl: z.string().optional() }),
  z.strictObject({
    kind: z.literal('openssl-enc'), ...sample,
    cipher: z.string().default('aes-256-cbc'),
    kdf: z.enum(['pbkdf2', 'bytes-to-key']).default('pbkdf2'),
    digest: z.string().default('sha256'),
    iterations: z.int().min(1).max(10_000_000).optional(),
    /** Bytes that the plain text begins with (name or hex): padding alone lets 1 in 200 wrong passphrases pass. */
    magic: z.enum(['gzip', 'zstd', 'PGDMP', 'ustar', 'sqlite', 'bzip2', 'xz']).or(z.string().regex(/^hex:(?:[0-9a-f]{2})+$/u)).optional(),
  }),
  z.strictObject({ kind: z.literal('age'), ...sample, identity: z.enum(['identity', 'passphrase']).default('identity') }),
  z.strictObject({ kind: z.literal('command'), run: z.array(z.string()).min(1), stdin: z.literal('secret').optional(), ok_exit_codes: z.array(z.int()).default([0]) }),
  /** Default layout `iv:16,ct,mac:32`; the code covers what stands before it. A key of 48 bytes or more is two, the code's first. */
  z.strictObject({ kind: z.literal('cbc-hmac'), ...sample, key: KeyDerivation.prefault({}), layout: z.string().optional(), digest: z.string().optional() }),
  z.strictObject({ kind: z.literal('aes-cbc'), ...sample, key: KeyDerivation.prefault({}), layout: z.string().optional(), magic: z.string().optional() }),
  z.strictObject({ kind: z.literal('openpgp'), ...sample }),
  z.strictObject({ kind: z.literal('public-key-match'), ...sample, public: z.string().optional() }),
]);
export type KnownAnswer = z.infer<typeof KnownAnswer>;

/**
 * What a proof is worth: `authenticated` – only the right key gives this answer; `structural` – another key would have to
 * hit the same bytes by chance (at least 24 bits); `none` – it proves nothing.
 */
export const ProofStrength = z.enum(['authenticated', 'structural', 'none']);
export type ProofStrength = z.infer<typeof ProofStrength>;

/** What trying one key on the samples showed. `opens` needs at least one sample, and every one of them opened. */
export const KeyProof = z.object({
  verdict: z.enum(['opens', 'refused', 'cannot-tell']),
  strength: ProofStrength,
  detail: z.string(),
  samples: z.int(),
  opened: z.int(),
  sample_sha256: z.string().nullable(), // of the first sample, as stored
});
export type KeyProof = z.infer<typeof KeyProof>;
