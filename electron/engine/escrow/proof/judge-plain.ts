/** Whether decrypted bytes are what was sealed, where the cipher itself does not tell. */
import { createHash } from 'node:crypto';
import type { ProofStrength } from '../../../contract/known-answer.ts';

/** One sample's verdict; `opens: null` means that nothing can be said. */
export interface Opening {
  opens: boolean | null;
  strength: ProofStrength;
  detail: string;
}

export const opened = (strength: ProofStrength, detail: string): Opening => ({ opens: true, strength, detail });
export const refused = (detail: string): Opening => ({ opens: false, strength: 'none', detail });
export const undecided = (detail: string): Opening => ({ opens: null, strength: 'none', detail });

const MAGIC: Readonly<Record<string, { at: number; bytes: Buffer }>> = {
  gzip: { at: 0, bytes: Buffer.from('1f8b08', 'hex') },
  zstd: { at: 0, bytes: Buffer.from('28b52ffd', 'hex') },
  PGDMP: { at: 0, bytes: Buffer.from('PGDMP') },
  ustar: { at: 257, bytes: Buffer.from('ustar') },
  sqlite: { at: 0, bytes: Buffer.from('SQLite format 3\0') },
  bzip2: { at: 0, bytes: Buffer.from('BZh') },
  xz: { at: 0, bytes: Buffer.from('fd377a585a00', 'hex') },
};
/** Evidence below this many bits is chance: 1 wrong key in 16 million. */
const ENOUGH_BITS = 24;
const TEXT_BYTES = 24;

/**
 * @param head beginning of the plain text, padding removed when it holds the whole
 * @param paddingBits what a correct padding is worth: about 8 bits, 0 for stream modes
 */
export function judgePlain(head: Buffer, wanted: { magic?: string | undefined; plain_sha256?: string | undefined }, whole: boolean, paddingBits: number): Opening {
  if (head.length === 0) return refused('the sample holds nothing');
  if (wanted.plain_sha256 !== undefined) return judgeDigest(head, wanted.plain_sha256, whole);
  if (wanted.magic !== undefined) return judgeMagic(head, wanted.magic, paddingBits);
  const known = Object.keys(MAGIC).find((name) => startsWith(head, name));
  if (known !== undefined) return opened('structural', `the plain text begins as ${known} does`);
  if (isText(head)) return opened('structural', 'the plain text is readable text');
  return undecided('the padding alone lets 1 wrong key in 200 pass, and the plain text is of no known form: give `magic` or `plain_sha256`');
}

function judgeDigest(plain: Buffer, sha256: string, whole: boolean): Opening {
  if (!whole) return undecided('the sample is too large to compare its digest');
  const digest = createHash('sha256').update(plain).digest('hex');
  return digest === sha256.replace(/^sha256:/u, '') ? opened('authenticated', 'the plain text has the recorded digest') : refused('the plain text has another digest than recorded');
}

function judgeMagic(head: Buffer, magic: string, paddingBits: number): Opening {
  const bits = magicBytes(magic).bytes.length * 8 + paddingBits;
  if (!startsWith(head, magic)) return refused(`the plain text does not begin as ${magic} does`);
  return bits >= ENOUGH_BITS ? opened('structural', `the plain text begins as ${magic} does`) : undecided(`${magic} is too short to tell a right key from a wrong one`);
}

function startsWith(head: Buffer, magic: string): boolean {
  const { at, bytes } = magicBytes(magic);
  return head.subarray(at, at + bytes.length).equals(bytes);
}

function magicBytes(magic: string): { at: number; bytes: Buffer } {
  return MAGIC[magic] ?? { at: 0, bytes: Buffer.from(magic.replace(/^hex:/u, ''), 'hex') };
}

/** Printable ASCII throughout its first 24 bytes or more: by chance 1 in 10 billion. */
function isText(head: Buffer): boolean {
  return head.length >= TEXT_BYTES && head.subarray(0, 256).every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09);
}
