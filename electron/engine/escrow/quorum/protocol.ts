/** What the engine asks the escrow child: lengths stand for payloads, which follow in the order of the fields. */
import { z } from 'zod';
import { CommitmentMethod, EnrolledKey, EnrolledShares, EscrowVerdict, KeyCommitment, KeyFormat, ShareCommitment, ShareScheme, ShareVerdict } from '../../../contract/escrow.ts';
import { KnownAnswer } from '../../../contract/known-answer.ts';

const Bytes = z.int().min(0);

const Shares = z.object({
  kind: z.literal('shares'),
  scheme: ShareScheme,
  threshold: z.int().min(1).max(255).nullable(),
  diffusion: z.boolean(),
  shares: z.array(Bytes),
  passphrase: Bytes.nullable(),
});
const Whole = z.object({ kind: z.literal('key'), format: KeyFormat, bytes: Bytes, passphrase: Bytes.nullable(), programs: z.string() });
export const Source = z.discriminatedUnion('kind', [Shares, Whole]);
export type Source = z.infer<typeof Source>;

export const Question = z.object({
  shareCommitments: z.array(ShareCommitment),
  keyCommitment: KeyCommitment.nullable(),
  trials: z.array(z.object({ id: z.string(), answer: KnownAnswer, samples: z.array(z.object({ head: Bytes, tail: Bytes, size: z.int() })) })),
  now: z.number(),
  /** Search path for gpg and for the commands of known answers: the child has no environment. */
  programs: z.string(),
});
export type Question = z.infer<typeof Question>;

export const EscrowRequest = z.discriminatedUnion('do', [
  z.object({ do: z.literal('enroll'), source: Source, method: CommitmentMethod.nullable() }),
  z.object({ do: z.literal('verify-shares'), source: Shares, commitments: z.array(ShareCommitment) }),
  z.object({
    do: z.literal('examine'), source: Source, question: Question,
    /** What becomes of the key when it may be released. */
    release: z.object({ to: z.enum(['nobody', 'engine', 'file']), path: z.string(), acceptUnproven: z.boolean() }),
  }),
]);
export type EscrowRequest = z.infer<typeof EscrowRequest>;

export const EscrowReply = z.discriminatedUnion('do', [
  /** The input is at fault; `index` names the share. */
  z.object({ do: z.literal('refused'), index: z.int().nullable(), detail: z.string() }),
  z.object({ do: z.literal('enrolled-shares'), enrolled: EnrolledShares }),
  z.object({ do: z.literal('enrolled-key'), enrolled: EnrolledKey }),
  z.object({ do: z.literal('shares'), shares: z.array(ShareVerdict) }),
  z.object({ do: z.literal('examined'), verdict: EscrowVerdict, released: z.boolean(), bytes: z.int(), writeFault: z.string().nullable() }),
]);
export type EscrowReply = z.infer<typeof EscrowReply>;
