/** Ciphers without authentication: `openssl enc` files and bare AES-CBC. Padding and the plain text's form decide. */
import { createDecipheriv, createHash, createHmac, getCipherInfo, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import { decode, layoutProblem, splitLayout } from './decode.ts';
import { deriveKey } from './derive-key.ts';
import type { Opening } from './judge-plain.ts';
import { judgePlain, opened, refused, undecided } from './judge-plain.ts';
import type { Sample } from './sample.ts';

export type OpensslEnc = Extract<KnownAnswer, { kind: 'openssl-enc' }>;
type AesCbc = Extract<KnownAnswer, { kind: 'aes-cbc' }>;
type CbcHmac = Extract<KnownAnswer, { kind: 'cbc-hmac' }>;

const SALTED = Buffer.from('Salted__');
export const SALTED_BYTES = 16; // "Salted__" and 8 bytes of salt
const PADDING_BITS = 8;
const BLOCK = 16;
/** Shorter codes prove too little: NIST SP 800-107 wants 64 bits at the least. */
const SHORTEST_MAC = 12;

interface Block {
  cipher: string;
  key: Buffer;
  iv: Buffer;
}

/** Padding and the plain text's form, since this format authenticates nothing. Large files by their two ends. */
export function proveOpensslEnc(answer: OpensslEnc, secret: Buffer, sample: Sample): Opening {
  const info = getCipherInfo(answer.cipher);
  if (info === undefined || (info.mode !== 'cbc' && info.mode !== 'ctr')) return undecided(`the cipher ${answer.cipher} is not supported by this version`);
  const stored = sample.tail.length === 0 ? decode(sample.head, answer.encoding ?? 'raw') : sample.head;
  if (stored === null) return refused(`the sample is not ${answer.encoding ?? 'raw'}`);
  if (!stored.subarray(0, 8).equals(SALTED)) return refused('the sample was not written by `openssl enc` with a password: it does not begin with "Salted__"');
  if (stored.length < SALTED_BYTES + 1) return refused('the sample is cut off after its salt');
  const block = { cipher: answer.cipher, ...opensslKey(answer, secret, stored.subarray(8, SALTED_BYTES)) };
  const size = sample.tail.length === 0 ? stored.length : sample.size;
  const text = stored.subarray(SALTED_BYTES);
  const opening = info.mode === 'ctr' ? judgePlain(decipherHead(block, text), answer, sample.tail.length === 0, 0) : judgeCbc(block, text, sample.tail, size - SALTED_BYTES, answer);
  block.key.fill(0);
  return opening;
}

/** Key and initialisation vector from a password, as `openssl enc -pbkdf2` or the older EVP_BytesToKey (one round) make them. */
export function opensslKey(answer: OpensslEnc, secret: Buffer, salt: Buffer): { key: Buffer; iv: Buffer } {
  const info = getCipherInfo(answer.cipher);
  const [keyBytes, ivBytes] = [info?.keyLength ?? 32, info?.ivLength ?? 16];
  const bytes = answer.kdf === 'pbkdf2' ? pbkdf2Sync(secret, salt, answer.iterations ?? 10_000, keyBytes + ivBytes, answer.digest) : bytesToKey(secret, salt, answer.digest, keyBytes + ivBytes, answer.iterations ?? 1);
  return { key: bytes.subarray(0, keyBytes), iv: bytes.subarray(keyBytes, keyBytes + ivBytes) };
}

/** OpenSSL's EVP_BytesToKey(3): digests chained until there are enough bytes. */
function bytesToKey(secret: Buffer, salt: Buffer, digest: string, length: number, rounds: number): Buffer {
  let bytes = Buffer.alloc(0);
  let last = Buffer.alloc(0);
  while (bytes.length < length) {
    last = createHash(digest).update(last).update(secret).update(salt).digest();
    for (let round = 1; round < rounds; round++) last = createHash(digest).update(last).digest();
    bytes = Buffer.concat([bytes, last]);
  }
  return bytes;
}

/** A layout without `iv` takes the key's beginning for it. */
export function proveAesCbc(answer: AesCbc, secret: Buffer, sample: Sample): Opening {
  const layout = answer.layout ?? 'iv:16,ct';
  const problem = layoutProblem(layout, ['ct']);
  if (problem !== null) return undecided(problem);
  const stored = decode(sample.head, answer.encoding ?? 'raw');
  const parts = stored === null ? null : splitLayout(stored, layout);
  const text = parts?.get('ct');
  if (text === undefined) return refused('the sample is not in the stated encoding and layout');
  const key = deriveKey(secret, answer.key, answer.key.length ?? 32, parts?.get('salt'));
  if (typeof key === 'string') return refused(key);
  const iv = parts?.get('iv') ?? key.subarray(0, BLOCK); // sqlalchemy-utils' AesEngine takes the key's beginning
  const opening = judgeCbc({ cipher: `aes-${key.length * 8}-cbc`, key, iv }, text, Buffer.alloc(0), text.length, answer);
  key.fill(0);
  return opening;
}

/**
 * Encrypt, then authenticate: the code lies over every part of the layout before it. A derived key of 48 bytes or more is two
 * keys, the code's first (as in JOSE and Fernet); a shorter one serves both.
 */
export function proveCbcHmac(answer: CbcHmac, secret: Buffer, sample: Sample): Opening {
  const layout = answer.layout ?? 'iv:16,ct,mac:32';
  const problem = layoutProblem(layout, ['iv', 'ct', 'mac']);
  if (problem !== null) return undecided(problem);
  const stored = decode(sample.head, answer.encoding ?? 'raw');
  const parts = stored === null ? null : splitLayout(stored, layout);
  const [iv, text, mac] = [parts?.get('iv'), parts?.get('ct'), parts?.get('mac')];
  if (stored === null || iv?.length !== BLOCK || text === undefined || mac === undefined) return refused('the sample is not in the stated encoding and layout');
  if (mac.length < SHORTEST_MAC) return undecided(`a code of ${mac.length} bytes is too short to prove anything`);
  const wanted = answer.key.length ?? (answer.key.kdf === 'none' ? (decode(secret, answer.key.encoding)?.length ?? 0) : 64);
  const key = deriveKey(secret, answer.key, wanted, parts?.get('salt'));
  if (typeof key === 'string') return refused(key);
  const opening = openCbcHmac(answer, key, { iv, text, mac, covered: stored.subarray(0, mac.byteOffset - stored.byteOffset) });
  key.fill(0);
  return opening;
}

function openCbcHmac(answer: CbcHmac, key: Buffer, { iv, text, mac, covered }: { iv: Buffer; text: Buffer; mac: Buffer; covered: Buffer }): Opening {
  const half = key.length >= 48 ? key.length / 2 : 0;
  const [macKey, cipherKey] = [half === 0 ? key : key.subarray(0, half), key.subarray(half)];
  const cipher = `aes-${cipherKey.length * 8}-cbc`;
  if (getCipherInfo(cipher) === undefined) return refused(`a key of ${key.length} bytes fits no AES`);
  const code = createHmac(answer.digest ?? 'sha256', macKey).update(covered).digest().subarray(0, mac.length);
  if (code.length !== mac.length || !timingSafeEqual(code, mac)) return refused('the key does not open the sample: its authentication code does not match');
  if (text.length === 0 || text.length % BLOCK !== 0) return refused('the sample is cut off: its length is no multiple of the block');
  return judgeAuthenticated({ cipher, key: cipherKey, iv }, text, answer.plain_sha256);
}

/** The code has decided already; padding and digest must not contradict it. */
function judgeAuthenticated(block: Block, text: Buffer, digest: string | undefined): Opening {
  const padded = decipherTail(block, text.subarray(-2 * BLOCK));
  if (padded === null) return refused('the authentication code matches, but the cipher does not open: another key encrypted it');
  if (digest === undefined) return opened('authenticated', 'the key opens the sample; its authentication code matches');
  const plain = decipherHead(block, text);
  return judgePlain(plain.subarray(0, plain.length - padded), { plain_sha256: digest }, true, 0);
}

/** @param text cipher text, whole or its beginning; @param tail the last blocks when it is only the beginning */
function judgeCbc(block: Block, text: Buffer, tail: Buffer, size: number, wanted: { magic?: string | undefined; plain_sha256?: string | undefined }): Opening {
  if (size === 0 || size % BLOCK !== 0) return refused('the sample is cut off: its length is no multiple of the block');
  const whole = tail.length === 0;
  const padded = decipherTail(block, whole ? text.subarray(-2 * BLOCK) : tail.subarray(-2 * BLOCK));
  if (padded === null) return refused('the key does not open the sample: its padding is wrong (or the sample is cut off)');
  const head = decipherHead(block, text.subarray(0, text.length - (text.length % BLOCK)));
  const plain = whole ? head.subarray(0, head.length - padded) : head;
  return judgePlain(plain, wanted, whole, PADDING_BITS);
}

/** Without looking at the padding, so that a beginning can be opened as well. */
function decipherHead(block: Block, text: Buffer): Buffer {
  const decipher = createDecipheriv(block.cipher, block.key, block.iv);
  decipher.setAutoPadding(false);
  return Buffer.concat([decipher.update(text), decipher.final()]);
}

/** Bytes of PKCS#7 padding in the last block, or null when it is none. A single block is opened with the vector itself. */
function decipherTail(block: Block, last: Buffer): number | null {
  const chained = last.length > BLOCK ? { ...block, iv: last.subarray(0, BLOCK) } : block;
  const plain = decipherHead(chained, last.subarray(-BLOCK));
  const count = plain.at(-1) ?? 0;
  return count >= 1 && count <= BLOCK && plain.subarray(-count).every((byte) => byte === count) ? count : null;
}
