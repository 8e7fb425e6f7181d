/** What a file with a whole key looks like. It is only a first guess: the format's own reader has the last word. */
import type { KeyFormat } from '../../../contract/escrow.ts';

const HEAD_BYTES = 64 * 1024;
const SEQUENCE = 0x30;
/** What a DER file's outer SEQUENCE begins with: the version, or the algorithm (PKCS#5) under which PKCS#8 is locked. */
const VERSION_3 = Buffer.from('020103', 'hex');
const VERSION_0 = Buffer.from('020100', 'hex');
const PKCS5 = Buffer.from('06092a864886f70d0105', 'hex');

/** @returns `raw` for whatever has no shape of its own */
export function recogniseFormat(bytes: Uint8Array): KeyFormat {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD_BYTES));
  return recogniseText(head.toString('latin1').trimStart()) ?? recogniseDer(head) ?? 'raw';
}

function recogniseText(text: string): KeyFormat | null {
  if (text.startsWith('age-encryption.org/v1\n') || text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----') || /^AGE-SECRET-KEY-(?:PQ-)?1/mu.test(text)) return 'age';
  if (text.startsWith('-----BEGIN PGP PRIVATE KEY BLOCK-----')) return 'openpgp';
  if (/^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/mu.test(text)) return 'pkcs8';
  return /^\{[^]*"kty"\s*:/u.test(text) ? 'jwk' : null;
}

function recogniseDer(head: Buffer): KeyFormat | null {
  const [tag, length = 0] = head;
  if (tag !== SEQUENCE) return null;
  const body = head.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f)); // a long length says how many bytes it takes
  if (startsWith(body, VERSION_3) && body[3] === SEQUENCE) return 'pkcs12';
  const isPkcs8 = (startsWith(body, VERSION_0) && body[3] === SEQUENCE) || (body[0] === SEQUENCE && startsWith(body.subarray(2), PKCS5));
  return isPkcs8 ? 'pkcs8' : null;
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
}
