/** age files: the header's MAC decides; a small file is read to its end as well, so that a cut is seen. */
import { armor, Decrypter } from 'age-encryption';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import { decode } from './decode.ts';
import type { Opening } from './judge-plain.ts';
import { judgePlain, opened, refused, undecided } from './judge-plain.ts';
import type { Sample } from './sample.ts';

export type Age = Extract<KnownAnswer, { kind: 'age' }>;

/** Headers are far smaller; what has none in here is no age file. */
const HEADER_BYTES = 64 * 1024;
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
const ARMOR_END = '-----END AGE ENCRYPTED FILE-----';
const SMALLEST_BODY = 16 + 16; // nonce and the tag of an empty last chunk

/** The header is authenticated by the file key, so that alone proves the identity; a small file is read through as well. */
export async function proveAge(answer: Age, secret: Buffer, sample: Sample): Promise<Opening> {
  const decrypter = ageDecrypter(answer, secret);
  if (typeof decrypter === 'string') return refused(decrypter);
  const file = unarmored(answer, sample);
  if (typeof file === 'string') return refused(file);
  const headerEnd = headerLength(file);
  if (headerEnd === null) return refused('the sample is no age file, or it is cut off within its header');
  if (sample.tail.length === 0 && file.length - headerEnd < SMALLEST_BODY) return refused('the sample is cut off after its header');
  const fault = await openingFault(decrypter, file, headerEnd, sample.tail.length === 0);
  if (fault !== null) return refused(fault);
  if (answer.plain_sha256 === undefined) return opened('authenticated', `the identity opens the file key; the header's code matches${sample.tail.length === 0 ? ', and the file was read to its end' : ''}`);
  if (sample.tail.length > 0) return undecided('the sample is too large to compare its digest');
  return judgePlain(Buffer.from(await decrypter.decrypt(file)), { plain_sha256: answer.plain_sha256 }, true, 0);
}

/** A decrypter for an identity file or a passphrase, or why the secret is none. */
export function ageDecrypter(answer: Age, secret: Buffer): Decrypter | string {
  const decrypter = new Decrypter();
  const text = secret.toString('utf8');
  if (answer.identity === 'passphrase') {
    decrypter.addPassphrase(text.replace(/\r?\n$/u, ''));
    return decrypter;
  }
  const identities = text.split(/\r?\n/u).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (identities.length === 0) return 'the secret holds no age identity';
  try {
    for (const identity of identities) decrypter.addIdentity(identity);
  } catch {
    return 'the secret is no age identity (AGE-SECRET-KEY-1…)';
  }
  return decrypter;
}

/** Null when it opens. The library's own messages do not tell a wrong identity from a changed header. */
async function openingFault(decrypter: Decrypter, file: Buffer, headerEnd: number, whole: boolean): Promise<string | null> {
  try {
    await decrypter.decryptHeader(file.subarray(0, headerEnd));
  } catch {
    return 'the identity does not open this file: none of its recipients matches, or the header was changed';
  }
  if (!whole) return null;
  try {
    await decrypter.decrypt(file);
    return null;
  } catch {
    return 'the identity opens the header, but the file behind it is damaged or cut off';
  }
}

/** Offset behind the header's last line `--- MAC`; null when there is none in the first 64 KiB. */
function headerLength(file: Buffer): number | null {
  const start = file.subarray(0, HEADER_BYTES);
  if (!start.toString('latin1', 0, 22).startsWith('age-encryption.org/v1\n')) return null;
  const mac = start.indexOf('\n--- ');
  const end = mac < 0 ? -1 : start.indexOf('\n', mac + 1);
  return end < 0 ? null : end + 1;
}

/** The binary file, or why there is none. */
function unarmored(answer: Age, sample: Sample): Buffer | string {
  const bytes = decode(sample.head, answer.encoding ?? 'raw');
  if (bytes === null) return `the sample is not ${answer.encoding ?? 'raw'}`;
  if (!bytes.subarray(0, ARMOR.length + 8).toString('latin1').trimStart().startsWith(ARMOR)) return bytes;
  if (sample.tail.length > 0) return startOfArmor(bytes, sample.tail);
  try {
    return Buffer.from(armor.decode(bytes.toString('latin1')));
  } catch {
    return 'the armored age file is damaged or cut off';
  }
}

/** The whole lines at the beginning of a large armored file; its end has to be there. */
function startOfArmor(head: Buffer, tail: Buffer): Buffer | string {
  const lines = head.toString('latin1').trimStart().split(/\r?\n/u).slice(1, -1);
  if (!tail.toString('latin1').trimEnd().endsWith(ARMOR_END)) return 'the armored age file is cut off: its last line is missing';
  if (lines.some((line) => !/^[A-Za-z0-9+/]{64}$/u.test(line))) return 'the armored age file is damaged';
  return Buffer.from(lines.join(''), 'base64');
}
