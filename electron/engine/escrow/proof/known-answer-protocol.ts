/**
 * What the engine sends to its short-lived key child, on standard input: a length-prefixed JSON header, then the secret's
 * bytes, then the samples' bytes. The child answers with one JSON document on standard output.
 */
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

export function frame(request: KeyRequest, payloads: readonly Uint8Array[]): Uint8Array[] {
  const header = Buffer.from(JSON.stringify(request), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return [length, header, ...payloads];
}

/** The header, and a reader that hands out the payloads in order. */
export function unframe(bytes: Buffer): { request: KeyRequest; take(length: number): Buffer } {
  const headerEnd = 4 + bytes.readUInt32BE(0);
  let at = headerEnd;
  const take = (length: number): Buffer => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  return { request: KeyRequest.parse(JSON.parse(bytes.toString('utf8', 4, headerEnd))), take };
}
