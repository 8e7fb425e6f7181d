/** The question of a recovery: is the key that we hold the key that sealed this? Answered without showing the key. */
import type { KeyProof, KnownAnswer } from '../../../contract/known-answer.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { KeyChildOptions } from './ask-key.ts';
import { askKeyChild } from './ask-key.ts';
import type { Sample } from './sample.ts';
import { sampleDigest } from './sample.ts';

export { readSample, sampleOf } from './sample.ts';
export type { Sample } from './sample.ts';

export interface ProofRequest {
  answer: KnownAnswer;
  /** The candidate's bytes; not kept. */
  secret: Uint8Array;
  samples: readonly Sample[];
  /** Milliseconds since 1970, for tokens with a time to live. */
  now: number;
}

/** EngineError `internal` when the child gives no verdict; the signal's reason when aborted. Kind `command`: see prove-command.ts. */
export async function proveKnownAnswer(request: ProofRequest, options: KeyChildOptions = {}): Promise<KeyProof> {
  const { answer, secret, samples } = request;
  const shapes = samples.map((sample) => ({ head: sample.head.length, tail: sample.tail.length, size: sample.size }));
  const payloads = [secret, ...samples.flatMap((sample) => [sample.head, sample.tail])];
  const reply = await askKeyChild({ answer, secret: secret.length, work: { do: 'prove', now: request.now, samples: shapes } }, payloads, options);
  if (reply.do !== 'prove') throw new EngineError('internal', 'The key check answered another question');
  return { ...reply.proof, sample_sha256: samples[0] === undefined ? null : sampleDigest(samples[0]) };
}

/**
 * Decrypts a sealed backup file to `to` (created with mode 0600; absent when it fails).
 * @returns why it did not open, or null
 */
export async function unsealFile(request: { answer: KnownAnswer; secret: Uint8Array; from: string; to: string }, options: KeyChildOptions = {}): Promise<string | null> {
  const { answer, secret, from, to } = request;
  const reply = await askKeyChild({ answer, secret: secret.length, work: { do: 'unseal', from, to } }, [secret], { timeoutMs: 6 * 3_600_000, ...options });
  if (reply.do !== 'unseal') throw new EngineError('internal', 'The key check answered another question');
  return reply.fault;
}
