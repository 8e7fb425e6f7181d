/** What the record says about itself. */
import { z } from 'zod';
import { RunSummary } from './run/summary.ts';


export const VerificationProblem = z.object({ seq: z.int().nullable(), kind: z.string(), message: z.string() });
export const Verification = z.object({
  ok: z.boolean(),
  entries: z.int(),
  head: z.object({ size: z.int(), hash: z.string() }),
  checkpoints: z.int(),
  problems: z.array(VerificationProblem),
});
export type Verification = z.infer<typeof Verification>;

/** An evidence bundle: the same, and whose it is. `known` when this data folder or its trust folder holds the signer's key. */
export const BundleVerification = Verification.extend({
  run: z.string().nullable(),
  shown: z.int(), // entries given in full; the others by their hash alone
  files: z.int(),
  signer: z.object({ name: z.string(), vkey: z.string(), known: z.boolean() }).nullable(),
});
export type BundleVerification = z.infer<typeof BundleVerification>;

export const Checkpoint = z.object({ note: z.string(), size: z.int(), hash: z.string(), words: z.string(), at: z.string() });
export type Checkpoint = z.infer<typeof Checkpoint>;

export const Person = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()), enrolled_at: z.string(), revoked_at: z.string().nullable(), vkey: z.string() });
export type Person = z.infer<typeof Person>;

/** What a paper, a note or a picture of a code says about a record, held against the record. */
export const RecordMatch = z.object({
  /** `newer`: it speaks of more entries than there are. `other-record`: it is about another laptop's. */
  answer: z.enum(['matches', 'differs', 'newer', 'other-record']),
  kind: z.enum(['words', 'note']),
  /** Entries that it speaks of; null when only words were given and none of the record's sizes has them. */
  size: z.int().nullable(),
  entries: z.int(),
  origin: z.string().nullable(),
  /** `time` of a cosignature, RFC 3339. `holds` null: the key is not known here. */
  signatures: z.array(z.object({ name: z.string(), kind: z.enum(['device', 'run', 'witness']), holds: z.boolean().nullable(), time: z.string().nullable() })),
  message: z.string(), // one sentence
});
export type RecordMatch = z.infer<typeof RecordMatch>;

/** A checkpoint that somebody else has signed as well. */
export const Cosigned = z.object({ note: z.string(), origin: z.string(), size: z.int(), hash: z.string(), by: z.string(), vkey: z.string(), at: z.string() });
export type Cosigned = z.infer<typeof Cosigned>;

/** A run of another laptop, from its evidence bundle; to read only. `known`: its signer's key is trusted here. */
export const ImportedRun = z.object({
  run: z.string(), sha256: z.string(), device: z.string(), imported_at: z.string(), ok: z.boolean(), known: z.boolean(), problems: z.array(z.string()),
  summary: RunSummary.nullable(), // null when the bundle does not hold any more
});
export type ImportedRun = z.infer<typeof ImportedRun>;
