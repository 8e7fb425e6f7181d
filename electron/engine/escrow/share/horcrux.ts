/**
 * Files of the program horcrux: text, a JSON header with a fragment in Vault's layout, and the secret file encrypted with
 * AES-256-OFB under the key that the fragments make. When all parts are needed, the cipher text is dealt out in stripes of
 * 100 bytes; else every part holds the whole. Nothing is authenticated.
 */
import { createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import type { ShareFault } from '../../../contract/escrow.ts';
import { fitOf } from './agreement.ts';
import { BYTES } from './field.ts';
import type { Fit, Scheme, Share } from './share.ts';
import { fault, faultsWithDuplicates, mostCommon, oddOnes } from './share.ts';
import { fromBase64 } from './share-text.ts';
import { combineFragments, fragments } from './vault.ts';

const MAX_BYTES = 1024 * 1024;
/** The text before the header, and the header's line. */
const HEADER_BYTES = 8192;
const STRIPE = 100;
const KEY_BYTES = 32;

const Header = z.object({
  originalFilename: z.string().max(4096),
  timestamp: z.int(),
  index: z.int().min(1).max(255),
  total: z.int().min(2).max(255),
  threshold: z.int().min(2).max(255),
  keyFragment: z.string(),
});

export interface HorcruxShare extends Share {
  index: number;
  total: number;
  needed: number;
  /** Tells one splitting from another: time, file name and numbers. */
  splitting: string;
  fragment: Buffer;
  body: Buffer;
}

function parse(bytes: Buffer): readonly HorcruxShare[] | ShareFault {
  if (bytes.length > MAX_BYTES) return fault('too-large', `it has ${bytes.length} bytes; parts of more than ${MAX_BYTES} are not supported`);
  if (bytes.length === 0) return fault('empty', 'it is empty');
  const start = bytes.subarray(0, HEADER_BYTES);
  if (start.includes('-- HEADER --\r')) return fault('encoding', 'its line ends were changed to those of Windows, which damages the encrypted part as well');
  const [opening, middle] = ['\n-- HEADER --\n', '\n-- BODY --\n'];
  const from = start.indexOf(opening);
  const to = start.indexOf(middle, from + opening.length);
  if (from < 0 || to < 0) return fault('structure', 'it is no horcrux file, or its header is damaged');
  const header = headerOf(bytes.subarray(from + opening.length, to));
  const fragment = header === null ? null : fromBase64(Buffer.from(header.keyFragment, 'latin1'));
  if (header === null || fragment?.length !== KEY_BYTES + 1) return fault('structure', 'its header is damaged');
  return shareOf(header, fragment, bytes.subarray(to + middle.length));
}

function headerOf(line: Buffer): z.output<typeof Header> | null {
  try {
    return Header.safeParse(JSON.parse(line.toString('utf8'))).data ?? null;
  } catch {
    return null; // JSON.parse has no other way to say that it is none; its message would quote the line
  }
}

function shareOf(header: z.output<typeof Header>, fragment: Buffer, body: Buffer): readonly HorcruxShare[] | ShareFault {
  const { index, total, threshold: needed } = header;
  const x = fragment.at(-1) ?? 0;
  if (index > total || needed > total) return fault('structure', 'the numbers in its header contradict each other');
  if (x === 0) return fault('index', 'its fragment has the number 0: such a fragment would be the key itself, and no program makes one');
  const canonical = Buffer.concat([Buffer.from([index, total, needed]), fragment, body]);
  return [{ x, slot: `horcrux ${index} of ${total}`, canonical, index, total, needed, splitting: JSON.stringify([header.timestamp, header.originalFilename, total, needed]), fragment, body }];
}

/** Bodies that ought to be the same, beside what the fragments say. */
function fit(shares: readonly HorcruxShare[]): Fit {
  const { points, columns } = fragments(shares.map((share) => share.fragment));
  const [first] = shares;
  const keys = fitOf(BYTES, points, columns, first?.needed ?? shares.length);
  if (first === undefined || first.needed === first.total) return keys;
  const bodies = shares.map((share) => share.body.toString('base64'));
  if (new Set(bodies).size < 2) return keys;
  const common = mostCommon(bodies);
  const odd = common === null ? [] : bodies.flatMap((body, at) => (body === common ? [] : [at]));
  const named = odd.length > 0 && odd.length <= (shares.length - 1) / 2;
  return { state: 'disagree', bad: named ? [...new Set([...keys.bad, ...odd])].sort((a, b) => a - b) : keys.bad, certain: keys.certain, detail: named ? 'not all parts hold the same encrypted file' : 'the parts hold different encrypted files, and it cannot be told which is right' };
}

/** The cipher text in one piece, or null when the parts' lengths do not fit each other. */
function unstripe(shares: readonly HorcruxShare[]): Buffer | null {
  const parts = [...shares].sort((a, b) => a.index - b.index).map((share) => share.body);
  const whole: Buffer[] = [];
  const most = Math.max(...parts.map((part) => part.length));
  for (let at = 0; at < most; at += STRIPE) whole.push(...parts.map((part) => part.subarray(at, at + STRIPE)));
  const lastShort = whole.findIndex((stripe) => stripe.length < STRIPE);
  return lastShort >= 0 && whole.slice(lastShort + 1).some((stripe) => stripe.length > 0) ? null : Buffer.concat(whole);
}

export const horcrux: Scheme<HorcruxShare> = {
  maxBytes: MAX_BYTES,
  parse,
  faultsOfSet(shares) {
    const sets = oddOnes(shares.map((share) => share?.splitting ?? null), (known) => fault('mixed-set', known ? 'it was split from another file, or at another time, than the others' : 'the parts are of different splittings'));
    return faultsWithDuplicates(shares, sets);
  },
  threshold: (shares) => shares[0]?.needed ?? 0,
  fit,
  quorum: (shares, threshold) => (shares.length < threshold ? null : shares.slice(0, threshold).map((_, at) => at)),
  async combine(shares) {
    const [first] = shares;
    if (first === undefined || shares.length < 2) return 'a key of this scheme is never made of one part';
    const sealed = first.needed === first.total ? unstripe(shares) : first.body;
    if (sealed === null) return 'the lengths of the parts do not fit each other: one is cut off';
    const key = await combineFragments(shares.map((share) => share.fragment));
    const decipher = createDecipheriv('aes-256-ofb', key, Buffer.alloc(16));
    key.fill(0);
    const secret = Buffer.concat([decipher.update(sealed), decipher.final()]);
    return secret.length === 0 ? 'the parts hold an empty file' : secret;
  },
};
