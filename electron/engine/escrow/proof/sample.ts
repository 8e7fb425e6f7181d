/** A sample is a sealed value as stored: the whole of a small one, head and tail of a large file. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import { EngineError } from '../../../contract/errors.ts';

export interface Sample {
  /** The whole value, or the first `HEAD_BYTES` of a large file. */
  head: Buffer;
  /** The last 64 bytes of a value that `head` does not hold whole, else empty. */
  tail: Buffer;
  /** Bytes of the whole value. */
  size: number;
}

/** Kinds that can judge a large file by its beginning (and end). */
const HEAD_BYTES = 1024 * 1024;
const WHOLE_BYTES = 64 * 1024 * 1024;
const TAIL_BYTES = 64;
const ARMOR = Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----');

export function sampleOf(value: Uint8Array): Sample {
  return { head: Buffer.from(value), tail: Buffer.alloc(0), size: value.length };
}

/** EngineError `not-found` without the file, `refused` when it is too large to be a sample of this kind. */
export function readSample(path: string, answer: KnownAnswer): Sample {
  const file = open(path);
  try {
    const size = fstatSync(file).size;
    const byHead = judgedByEnds(answer, readAt(file, 0, ARMOR.length), size);
    if (!byHead && size > WHOLE_BYTES) {
      throw new EngineError('refused', `${path} is too large for a sample (${size} bytes)`, { hint: 'Store a small canary beside it, and name that as the sample.' });
    }
    const wantsAll = !byHead || ('plain_sha256' in answer && answer.plain_sha256 !== undefined && size <= WHOLE_BYTES);
    const head = readAt(file, 0, Math.min(size, wantsAll ? WHOLE_BYTES : HEAD_BYTES));
    return { head, tail: head.length === size ? Buffer.alloc(0) : readAt(file, size - TAIL_BYTES, TAIL_BYTES), size };
  } finally {
    closeSync(file);
  }
}

/** Base64 and hex cannot be opened from their ends and are read whole; so is age's armor as long as it is no larger than other texts. */
function judgedByEnds(answer: KnownAnswer, beginning: Buffer, size: number): boolean {
  if (answer.kind === 'age') return (!beginning.equals(ARMOR) || size > WHOLE_BYTES) && (answer.encoding === undefined || answer.encoding === 'raw');
  return answer.kind === 'openssl-enc' && (answer.encoding === undefined || answer.encoding === 'raw');
}

export function sampleDigest(sample: Sample): string {
  return createHash('sha256').update(sample.head).update(sample.tail).digest('hex');
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new EngineError('not-found', `the sample ${path} cannot be read`, { cause, hint: 'Give the path of the file that holds the sealed sample.' });
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
