/** AES-GCM and ChaCha20-Poly1305: the tag decides. */
import { createDecipheriv } from 'node:crypto';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import { decode, layoutProblem, splitLayout } from './decode.ts';
import { deriveKey } from './derive-key.ts';
import type { Opening } from './judge-plain.ts';
import { judgePlain, opened, refused, undecided } from './judge-plain.ts';
import type { Sample } from './sample.ts';

type Aead = Extract<KnownAnswer, { kind: 'aead' }>;

const KEY_BYTES = { 'aes-128-gcm': 16, 'aes-192-gcm': 24, 'aes-256-gcm': 32, 'chacha20-poly1305': 32 } as const;
/** NIST SP 800-38D wants at least 96 bits where it matters. */
const STRONG_TAG_BYTES = 12;

/** Opens only when the tag matches; a recorded digest of the plain text must then match too. */
export function proveAead(answer: Aead, secret: Buffer, sample: Sample): Opening {
  const problem = layoutProblem(answer.layout, ['nonce', 'ct', 'tag']) ?? weakTag(answer.layout);
  if (problem !== null) return undecided(problem);
  const plain = openAeadSample(answer, secret, sample.head);
  if (typeof plain === 'string') return refused(plain);
  if (answer.plain_sha256 === undefined) return opened('authenticated', 'the key opens the sample; its authentication tag matches');
  return judgePlain(plain, { plain_sha256: answer.plain_sha256 }, true, 0);
}

/** The plain text of one sealed value, or why the secret does not open it. */
export function openAeadSample(answer: Aead, secret: Buffer, stored: Buffer): Buffer | string {
  const parts = aeadParts(answer, stored);
  if (typeof parts === 'string') return parts;
  const key = deriveKey(secret, answer.key, KEY_BYTES[answer.alg], parts.salt);
  if (typeof key === 'string') return key;
  const plain = openAead(answer, key, parts);
  key.fill(0);
  return plain ?? 'the key does not open the sample: its authentication tag does not match';
}

function weakTag(layout: string): string | null {
  const bytes = Number(/(?:^|,)\s*tag:(\d+)/u.exec(layout)?.[1] ?? 0);
  return bytes < STRONG_TAG_BYTES ? `a tag of ${bytes} bytes is too short to prove anything` : null;
}

interface AeadParts {
  nonce: Buffer;
  ct: Buffer;
  tag: Buffer;
  salt: Buffer | undefined;
}

/** The sample's fields, or why it has none. */
function aeadParts(answer: Aead, stored: Buffer): AeadParts | string {
  let value = stored;
  if (answer.prefix !== undefined) {
    const prefix = Buffer.from(answer.prefix, 'utf8');
    const start = answer.encoding === undefined || answer.encoding === 'raw' ? 0 : stored.findIndex((byte) => byte > 0x20);
    if (start < 0 || !stored.subarray(start, start + prefix.length).equals(prefix)) return `the sample does not begin with "${answer.prefix}"`;
    value = stored.subarray(start + prefix.length);
  }
  const bytes = decode(value, answer.encoding ?? 'raw');
  if (bytes === null) return `the sample is not ${answer.encoding ?? 'raw'}`;
  const parts = splitLayout(bytes, answer.layout);
  const [nonce, ct, tag] = [parts?.get('nonce'), parts?.get('ct'), parts?.get('tag')];
  if (nonce === undefined || ct === undefined || tag === undefined) return `the sample of ${bytes.length} bytes is too short for the layout ${answer.layout}`;
  return { nonce, ct, tag, salt: parts?.get('salt') };
}

/** Null when the tag does not match. */
function openAead(answer: Aead, key: Buffer, parts: AeadParts): Buffer | null {
  try {
    const decipher =
      answer.alg === 'chacha20-poly1305'
        ? createDecipheriv(answer.alg, key, parts.nonce, { authTagLength: parts.tag.length })
        : createDecipheriv(answer.alg, key, parts.nonce, { authTagLength: parts.tag.length });
    decipher.setAuthTag(parts.tag);
    if (answer.aad !== undefined) decipher.setAAD(Buffer.from(answer.aad, 'utf8'), { plaintextLength: parts.ct.length });
    return Buffer.concat([decipher.update(parts.ct), decipher.final()]);
  } catch {
    return null; // node:crypto has no other way to say that the tag does not match
  }
}
