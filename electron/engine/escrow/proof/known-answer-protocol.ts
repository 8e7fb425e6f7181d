/** What the engine asks its short-lived key child, in a frame whose payloads are the secret's bytes, then the samples'. */
import { z } from 'zod';
import { KnownAnswer, KeyProof } from '../../../contract/known-answer.ts';

const Work = z.discriminatedUnion('do', [
  z.object({ do: z.literal('prove'), now: z.number(), samples: z.array(z.object({ head: z.int(), tail: z.int(), size: z.int() })) }),
  /** Decrypts a whole file; nothing is left at `to` unless its authentication or padding holds. */
  z.object({ do: z.literal('unseal'), from: z.string(), to: z.string() }),
]);
export type Work = z.infer<typeof Work>;

export const KeyRequest = z.object({ answer: KnownAnswer, secret: z.int(), work: Work });
export type KeyRequest = z.infer<typeof KeyRequest>;

export const KeyReply = z.discriminatedUnion('do', [
  z.object({ do: z.literal('prove'), proof: KeyProof.omit({ sample_sha256: true }) }),
  z.object({ do: z.literal('unseal'), fault: z.string().nullable(), bytes: z.int() }),
]);
export type KeyReply = z.infer<typeof KeyReply>;
