/** Asks the key child whether a key opens samples, or to decrypt a backup with it. */
import { fileURLToPath } from 'node:url';
import type { KeyChildOptions } from '../child/ask-once.ts';
import { askChild } from '../child/ask-once.ts';
import type { KeyReply, KeyRequest } from './known-answer-protocol.ts';
import { KeyReply as KeyReplySchema } from './known-answer-protocol.ts';

export type { KeyChildOptions } from '../child/ask-once.ts';

/** Source in a checkout, a bundle in the package. */
const CHILD = fileURLToPath(new URL('./known-answer-child.ts', import.meta.url));

/** @param payloads the secret first, then samples; zeroing the caller's copy is the caller's business */
export async function askKeyChild(request: KeyRequest, payloads: readonly Uint8Array[], options: KeyChildOptions = {}): Promise<KeyReply> {
  return KeyReplySchema.parse((await askChild(CHILD, request, payloads, options)).header);
}
