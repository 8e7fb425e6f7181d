/** Fernet (github.com/fernet/spec): version ‖ time ‖ iv ‖ AES-128-CBC ‖ HMAC-SHA256, base64url. Keys as Airflow takes them: a list. */
import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { addPeriod } from '../../../contract/scalars.ts';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import type { Opening } from './judge-plain.ts';
import { judgePlain, opened, refused } from './judge-plain.ts';
import type { Sample } from './sample.ts';

type Fernet = Extract<KnownAnswer, { kind: 'fernet' }>;

const VERSION = 0x80;
const OVERHEAD = 1 + 8 + 16 + 32; // version, time, iv, mac
const SKEW_S = 60; // the specification's allowance for a token from the future

/** @param now milliseconds since 1970; judged only when the answer has a `ttl` */
export function proveFernet(answer: Fernet, secret: Buffer, sample: Sample, now: number): Opening {
  const token = canonicalBase64url(sample.head.toString('latin1').trim());
  if (token === null) return refused('the sample is no Fernet token: it is not base64url');
  if (token.length < OVERHEAD + 16 || (token.length - OVERHEAD) % 16 !== 0) return refused('the sample is no whole Fernet token: it is too short or cut off');
  if (token[0] !== VERSION) return refused('the sample is no Fernet token: its first byte is not 0x80');
  const keys = secret.toString('latin1').split(/[\s,]+/u).filter((key) => key !== '').map(canonicalBase64url);
  if (keys.length === 0 || keys.some((key) => key?.length !== 32)) return refused('the secret is no Fernet key: 32 bytes in base64url, or several with commas between');
  const plain = keys.map((key) => (key === null ? null : open(token, key))).find((text) => text !== null);
  for (const key of keys) key?.fill(0);
  if (plain === undefined || plain === null) return refused('the key does not open the sample: its authentication code does not match');
  const late = answer.ttl === undefined ? null : lateness(token, answer.ttl, now);
  if (late !== null) return refused(late);
  if (answer.plain_sha256 !== undefined) return judgePlain(plain, { plain_sha256: answer.plain_sha256 }, true, 0);
  return opened('authenticated', 'the key opens the token; its authentication code matches');
}

function open(token: Buffer, key: Buffer): Buffer | null {
  const signed = token.subarray(0, -32);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  if (!timingSafeEqual(mac, token.subarray(-32))) return null;
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), token.subarray(9, 25));
  try {
    return Buffer.concat([decipher.update(signed.subarray(25)), decipher.final()]);
  } catch {
    return null; // the padding is wrong although the code matches: no writer of Fernet makes that
  }
}

function lateness(token: Buffer, ttl: string, now: number): string | null {
  const made = Number(token.readBigUInt64BE(1)) * 1000;
  if (made > now + SKEW_S * 1000) return 'the token comes from the future';
  return addPeriod(new Date(made), ttl).getTime() < now ? 'the token is older than its time to live' : null;
}

/** Strict: whole groups of four with padding, as the specification demands. */
function canonicalBase64url(text: string): Buffer | null {
  if (!/^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=)?$/u.test(text)) return null;
  return Buffer.from(text, 'base64url');
}
