/** What the record says about itself. */
import { z } from 'zod';

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
