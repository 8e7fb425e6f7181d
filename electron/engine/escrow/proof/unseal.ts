/** Decrypts a whole backup file from one path to another. Runs only in the key child; memory stays flat for streams. */
import { createDecipheriv, getCipherInfo } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { armor } from 'age-encryption';
import { z } from 'zod';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import { decode } from './decode.ts';
import { openAeadSample } from './prove-aead.ts';
import { ageDecrypter } from './prove-age.ts';
import { opensslKey, SALTED_BYTES } from './prove-cbc.ts';
import type { OpensslEnc } from './prove-cbc.ts';

/** Node's largest buffer for a one-shot cipher, kept well below. */
const AEAD_BYTES = 1024 * 1024 * 1024;
/** Sealed files in a text form are decoded in memory. */
const TEXT_BYTES = 256 * 1024 * 1024;

/** @returns why it could not be decrypted, or null when `to` holds the whole plain text (mode 0600) */
export async function unseal(answer: KnownAnswer, secret: Buffer, from: string, to: string): Promise<string | null> {
  try {
    const fault = await unsealInto(answer, secret, from, to);
    if (fault !== null) rmSync(to, { force: true });
    return fault;
  } catch (thrown) {
    rmSync(to, { force: true });
    if (isDiskFault(thrown)) throw thrown;
    return 'the key does not open the backup, or the backup is damaged or cut off';
  }
}

/** Throws what the cipher throws for a wrong key or a damaged file; `unseal` turns that into words. */
async function unsealInto(answer: KnownAnswer, secret: Buffer, from: string, to: string): Promise<string | null> {
  switch (answer.kind) {
    case 'openssl-enc':
      return unsealOpenssl(answer, secret, from, to);
    case 'age':
      return unsealAge(answer, secret, from, to);
    case 'aead': {
      if (statSync(from).size > AEAD_BYTES) return 'a backup of this size (over 1 GiB) in one AEAD message is not supported by this version';
      const plain = openAeadSample(answer, secret, readFileSync(from));
      if (typeof plain === 'string') return plain;
      writeFileSync(to, plain, { mode: 0o600 });
      plain.fill(0);
      return null;
    }
    case 'fernet':
    case 'cbc-hmac':
    case 'aes-cbc':
    case 'openpgp':
    case 'public-key-match':
    case 'command':
      return `backups sealed as ${answer.kind} are not supported by this version`;
  }
}

/** The key is held only by the decipher once it has begun. */
async function unsealOpenssl(answer: OpensslEnc, secret: Buffer, from: string, to: string): Promise<string | null> {
  if (getCipherInfo(answer.cipher) === undefined) return `the cipher ${answer.cipher} is not supported by this version`;
  if (answer.encoding !== undefined && answer.encoding !== 'raw') return unsealOpensslText(answer, secret, from, to);
  const header = firstBytes(from, SALTED_BYTES);
  if (header.toString('latin1', 0, 8) !== 'Salted__' || header.length < SALTED_BYTES) return 'the backup was not written by `openssl enc` with a password: it does not begin with "Salted__"';
  const { key, iv } = opensslKey(answer, secret, header.subarray(8));
  const decipher = createDecipheriv(answer.cipher, key, iv);
  key.fill(0);
  await pipeline(createReadStream(from, { start: SALTED_BYTES }), decipher, createWriteStream(to, { mode: 0o600 }));
  return null;
}

/** `openssl enc -a`: the same bytes in base64. */
function unsealOpensslText(answer: OpensslEnc, secret: Buffer, from: string, to: string): string | null {
  if (statSync(from).size > TEXT_BYTES) return 'a backup of this size (over 256 MiB) in a text form is not supported by this version';
  const bytes = decode(readFileSync(from), answer.encoding ?? 'raw');
  if (bytes?.toString('latin1', 0, 8) !== 'Salted__' || bytes.length < SALTED_BYTES) return 'the backup was not written by `openssl enc` with a password, or not in the stated encoding';
  const { key, iv } = opensslKey(answer, secret, bytes.subarray(8, SALTED_BYTES));
  const decipher = createDecipheriv(answer.cipher, key, iv);
  key.fill(0);
  writeFileSync(to, Buffer.concat([decipher.update(bytes.subarray(SALTED_BYTES)), decipher.final()]), { mode: 0o600 });
  return null;
}

async function unsealAge(answer: Extract<KnownAnswer, { kind: 'age' }>, secret: Buffer, from: string, to: string): Promise<string | null> {
  const decrypter = ageDecrypter(answer, secret);
  if (typeof decrypter === 'string') return decrypter;
  if (firstBytes(from, 10).toString('latin1') === '-----BEGIN') {
    if (statSync(from).size > TEXT_BYTES) return 'an armored backup of this size (over 256 MiB) is not supported by this version';
    writeFileSync(to, await decrypter.decrypt(armor.decode(readFileSync(from, 'latin1'))), { mode: 0o600 });
    return null;
  }
  const plain = await decrypter.decrypt(webStreamOf(from));
  await pipeline(Readable.fromWeb(plain), createWriteStream(to, { mode: 0o600 }));
  return null;
}

/** Bytes as the web's streams have them; Node's own adapter knows no type for its chunks. */
function webStreamOf(path: string): ReadableStream<Uint8Array> {
  const chunks = createReadStream(path)[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(z.instanceof(Uint8Array).parse(next.value));
    },
  });
}

function firstBytes(path: string, length: number): Buffer {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(length);
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
  } finally {
    closeSync(file);
  }
}

/** Faults of the disk must not read as a wrong key. */
function isDiskFault(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'ENOENT', 'EDQUOT'].includes(thrown.code);
}
