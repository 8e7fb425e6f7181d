/**
 * Shares of Debian's `ssss-split`: `[token-]index-hex`. The secret is an element of GF(2^(4·digits)); the polynomial is monic of
 * degree t, so exactly t shares make it; from 64 bits up a diffusion layer lies over it unless it was split with -D. Nothing in
 * the format says whether a share or the key that it makes is right.
 */
import type { ShareFault } from '../../../contract/escrow.ts';
import { fitOf } from './agreement.ts';
import { undiffuse } from './diffusion.ts';
import type { Field } from './field.ts';
import { binaryField } from './field.ts';
import { pentanomial } from './pentanomials.ts';
import { weighted, weights } from './polynomial.ts';
import type { Scheme, Share } from './share.ts';
import { fault, faultsWithDuplicates, oddOnes } from './share.ts';
import { fromHex, oneLine } from './share-text.ts';

/** A token of 128 characters, an index and 256 digits, with room for white space. */
const MAX_BYTES = 4096;
const LARGEST_DEGREE = 1024;
const DIFFUSED_FROM = 64;
const DASH = 0x2d;

export interface SsssShare extends Share {
  /** The name that -w gave the set; not part of the mathematics. */
  token: string | null;
}

function parse(bytes: Buffer): readonly SsssShare[] | ShareFault {
  const line = oneLine(bytes, MAX_BYTES);
  if (!Buffer.isBuffer(line)) return line;
  const last = line.lastIndexOf(DASH);
  const before = last < 1 ? -1 : line.lastIndexOf(DASH, last - 1);
  const value = line.subarray(last + 1);
  const index = line.toString('latin1', before + 1, Math.max(last, 0));
  if (last < 1 || !/^\d{1,5}$/u.test(index)) return fault('structure', 'it does not read INDEX-HEX or TOKEN-INDEX-HEX');
  const canonical = fromHex(value);
  if (canonical === null) return value.some((byte) => !/[0-9a-f]/iu.test(String.fromCharCode(byte))) ? fault('alphabet', 'behind its number it holds characters that are no hex digits') : fault('length', 'it has an odd number of hex digits');
  return shareOf(Number(index), canonical, before < 0 ? null : line.toString('latin1', 0, before));
}

function shareOf(x: number, canonical: Buffer, token: string | null): readonly SsssShare[] | ShareFault {
  const degree = 8 * canonical.length;
  if (degree > LARGEST_DEGREE) return fault('length', `it has ${degree} bits; the scheme ends at ${LARGEST_DEGREE}`);
  if (x === 0) return fault('index', 'its number is 0: such a share would be the key itself, and no program makes one');
  if (x >= 2 ** Math.min(degree, 16)) return fault('index', 'its number is larger than the scheme allows');
  return [{ x, slot: `share ${x}`, canonical, token }];
}

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

function fieldOf(shares: readonly Share[]): Field<bigint> {
  const degree = 8 * (shares[0]?.canonical.length ?? 1);
  return binaryField(degree, pentanomial(degree));
}

function power(field: Field<bigint>, x: bigint, exponent: number): bigint {
  return Array.from({ length: exponent }).reduce<bigint>((value) => field.mul(value, x), field.one);
}

/** Without the highest term xᵗ the values lie on a polynomial of degree t − 1. */
function reduced(field: Field<bigint>, shares: readonly Share[], threshold: number): { points: bigint[]; values: bigint[] } {
  const points = shares.map((share) => BigInt(share.x));
  return { points, values: shares.map((share, at) => field.add(toNumber(share.canonical), power(field, points[at] ?? 0n, threshold))) };
}

function fit(shares: readonly Share[], threshold: number): ReturnType<Scheme<Share>['fit']> {
  const field = fieldOf(shares);
  const { points, values } = reduced(field, shares, threshold);
  return fitOf(field, points, [values], threshold);
}

function secretOf(shares: readonly Share[], diffusion: boolean): Buffer {
  const field = fieldOf(shares);
  const { points, values } = reduced(field, shares, shares.length);
  const length = shares[0]?.canonical.length ?? 1;
  const secret = Buffer.from(weighted(field, weights(field, points, 0n), values).toString(16).padStart(2 * length, '0'), 'hex');
  if (diffusion && 8 * length >= DIFFUSED_FROM) undiffuse(secret);
  return withoutPadding(secret);
}

/**
 * A text shorter than the field (-s) was padded with zeros in front, as a number is. They are dropped before printable ASCII
 * only, and only from 64 bits up: a random key looks like that once in 200,000 or, with 128 bits, in a billion.
 */
function withoutPadding(secret: Buffer): Buffer {
  const start = secret.findIndex((byte) => byte !== 0);
  if (start <= 0 || 8 * secret.length < DIFFUSED_FROM) return secret;
  return secret.subarray(start).every((byte) => byte >= 0x20 && byte < 0x7f) ? secret.subarray(start) : secret;
}

/** Below that a random secret reads as text too often by chance. */
const TELLING_BYTES = 16;
const isText = (bytes: Buffer): boolean => bytes.every((byte) => byte >= 0x20 && byte < 0x7f);

/** Of the two readings, with and without the layer, one can be a text; by chance that is 1 in 7 million. */
function doubtOf(shares: readonly Share[], diffusion: boolean): string | null {
  if ((shares[0]?.canonical.length ?? 0) < TELLING_BYTES) return null;
  const [taken, other] = [secretOf(shares, diffusion), secretOf(shares, !diffusion)];
  const doubtful = !isText(taken) && isText(other);
  taken.fill(0);
  other.fill(0);
  if (!doubtful) return null;
  return diffusion ? 'without the diffusion layer they make a readable text: they were split with -D' : 'with the diffusion layer they make a readable text: they were split without -D';
}

/** @param diffusion false for shares made with -D */
export function ssss(diffusion: boolean): Scheme<SsssShare> {
  return {
    maxBytes: MAX_BYTES,
    parse,
    faultsOfSet(shares) {
      const lengths = oddOnes(shares.map((share) => (share === null ? null : String(share.canonical.length))), (known) => fault('length', known ? 'it has another length than the others' : 'the shares have different lengths'));
      const tokens = oddOnes(shares.map((share) => share?.token ?? null), (known) => fault('mixed-set', known ? 'its token is not that of the others' : 'the shares have different tokens'));
      return faultsWithDuplicates(shares, lengths, tokens);
    },
    threshold(shares, asked) {
      if (asked !== null) return asked;
      for (let fewer = 2; fewer < shares.length; fewer++) if (fit(shares, fewer).state === 'agree') return fewer;
      return Math.max(2, shares.length);
    },
    fit,
    quorum: (shares, threshold) => (shares.length < threshold ? null : shares.slice(0, threshold).map((_, at) => at)),
    doubt: (shares) => doubtOf(shares, diffusion),
    combine: async (shares) => secretOf(shares, diffusion),
  };
}
