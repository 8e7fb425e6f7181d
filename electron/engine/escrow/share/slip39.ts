/**
 * SLIP-0039: shares as words, in groups. A checksum (RS1024) finds altered words, a digest of four bytes tells shares that do
 * not belong together; both say nothing of the passphrase, and every passphrase gives a secret of the right form. So the
 * secret has to be compared with its commitment.
 * https://github.com/satoshilabs/slips/blob/master/slip-0039.md
 */
import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { ShareFault } from '../../../contract/escrow.ts';
import { fitOf } from './agreement.ts';
import { BYTES } from './field.ts';
import { weighted, weights } from './polynomial.ts';
import type { Fit, Scheme, Share } from './share.ts';
import { cannotTell, fault, faultsWithDuplicates, oddOnes } from './share.ts';
import { plainText } from './share-text.ts';
import { SLIP39_WORDS } from './slip39-words.ts';

const MAX_BYTES = 4096;
const HEAD_WORDS = 4; // id, flag, exponent, groups, member
const CHECKSUM_WORDS = 3;
const FEWEST_WORDS = 20;
const WORD_BITS = 10;
const DIGEST_BYTES = 4;
const [DIGEST_POINT, SECRET_POINT] = [254, 255];
const ITERATIONS = 10_000;
const ROUNDS = 4;

const WORD_VALUE = new Map(SLIP39_WORDS.map((word, value) => [word, value]));

export interface Slip39Share extends Share {
  id: number;
  /** 1: the passphrase's salt does not depend on the id. */
  extendable: number;
  exponent: number;
  group: number;
  groupThreshold: number;
  groups: number;
  member: number;
  memberThreshold: number;
  value: Buffer;
}

function parse(bytes: Buffer): readonly Slip39Share[] | ShareFault {
  const text = plainText(bytes, MAX_BYTES);
  if (!Buffer.isBuffer(text)) return text;
  const words = text.toString('latin1').toLowerCase().split(/\s+/u);
  const values = words.map((word) => WORD_VALUE.get(word) ?? -1);
  const unknown = values.indexOf(-1);
  if (unknown >= 0) return fault('alphabet', `word ${unknown + 1} is not in the scheme's list`);
  if (words.length < FEWEST_WORDS) return fault('too-short', `it has ${words.length} words; a share has at least ${FEWEST_WORDS}`);
  const padding = (WORD_BITS * (words.length - HEAD_WORDS - CHECKSUM_WORDS)) % 16;
  if (padding > 8) return fault('length', `${words.length} words are no length that the scheme has`);
  const extendable = ((values[1] ?? 0) >> 4) & 1;
  if (polymod([...Buffer.from(extendable === 1 ? 'shamir_extendable' : 'shamir'), ...values]) !== 1) return fault('checksum', 'its checksum does not hold: a word is wrong, missing or in another place');
  const value = bytesOf(values.slice(HEAD_WORDS, -CHECKSUM_WORDS), padding);
  return value === null ? fault('structure', 'its padding is wrong') : shareOf(values, extendable, value, Buffer.from(words.join(' '), 'latin1'));
}

function shareOf(values: readonly number[], extendable: number, value: Buffer, canonical: Buffer): readonly Slip39Share[] | ShareFault {
  const [first = 0, second = 0, third = 0, fourth = 0] = values;
  const [group, member] = [third >> 6, (fourth >> 4) & 15];
  const [groupThreshold, groups] = [((third >> 2) & 15) + 1, (((third & 3) << 2) | (fourth >> 8)) + 1];
  if (groupThreshold > groups) return fault('structure', 'it needs more groups than there are');
  const slot = groups === 1 ? `share ${member + 1}` : `group ${group + 1}, share ${member + 1}`;
  return [{ x: 16 * group + member, slot, canonical, id: (first << 5) | (second >> 5), extendable, exponent: second & 15, group, groupThreshold, groups, member, memberThreshold: (fourth & 15) + 1, value }];
}

/** RS1024, a Reed–Solomon code over GF(1024): finds any three wrong words. */
function polymod(values: readonly number[]): number {
  const generator = [0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120];
  let check = 1;
  for (const value of values) {
    const top = check >> 20;
    check = ((check & 0xfffff) << 10) ^ value;
    generator.forEach((term, bit) => {
      if ((top >> bit) & 1) check ^= term;
    });
  }
  return check;
}

/** Null unless the first `padding` bits are zero. */
function bytesOf(words: readonly number[], padding: number): Buffer | null {
  const value = Buffer.alloc((WORD_BITS * words.length - padding) / 8);
  let [bits, held, at] = [0, -padding, 0];
  for (const word of words) {
    if (held < 0 && word >> (WORD_BITS + held) !== 0) return null;
    bits = (bits << WORD_BITS) | word;
    held += WORD_BITS;
    while (held >= 8) {
      held -= 8;
      value[at++] = (bits >> held) & 0xff;
    }
    bits &= (1 << held) - 1;
  }
  return value;
}

interface Point {
  x: number;
  value: Buffer;
}

const columnsOf = (points: readonly Point[]): number[][] => Array.from(points[0]?.value ?? [], (_, at) => points.map((point) => point.value[at] ?? 0));

/** Secret of one layer from exactly as many points as it needs; null when its digest does not hold. */
function recover(points: readonly Point[]): Buffer | null {
  const [first] = points;
  if (points.length < 2) return first?.value ?? null; // a layer of one has no digest
  const columns = columnsOf(points);
  const at = (target: number): Buffer => {
    const factors = weights(BYTES, points.map((point) => point.x), target);
    return Buffer.from(columns.map((column) => weighted(BYTES, factors, column)));
  };
  const [secret, digest] = [at(SECRET_POINT), at(DIGEST_POINT)];
  const expected = createHmac('sha256', digest.subarray(DIGEST_BYTES)).update(secret).digest().subarray(0, DIGEST_BYTES);
  return timingSafeEqual(expected, digest.subarray(0, DIGEST_BYTES)) ? secret : null;
}

/** Points of one layer, and which of the given shares each stands for. */
interface Layer {
  points: (Point & { places: number[] })[];
  threshold: number;
}

/** More points than needed are compared, exactly enough are judged by their digest. */
function fitOfLayer(layer: Layer): Fit {
  const { points, threshold } = layer;
  if (points.length < threshold) return cannotTell('there are fewer than needed');
  if (points.length === threshold) {
    if (threshold === 1) return cannotTell('a single share has nothing to agree with');
    return recover(points) === null ? { state: 'disagree', bad: [], certain: true, detail: 'their digest does not hold' } : { state: 'agree', bad: [], certain: true, detail: 'their digest holds' };
  }
  return fitOf(BYTES, points.map((point) => point.x), columnsOf(points), threshold);
}

const layersOf = (shares: readonly Slip39Share[]): Map<number, Layer> => {
  const layers = new Map<number, Layer>();
  shares.forEach((share, place) => {
    const layer = layers.get(share.group) ?? { points: [], threshold: share.memberThreshold };
    layer.points.push({ x: share.member, value: share.value, places: [place] });
    layers.set(share.group, layer);
  });
  return layers;
};

/** Members within their groups, then the groups among each other. */
function fit(shares: readonly Slip39Share[]): Fit {
  const fits: Fit[] = [];
  const upper: Layer = { points: [], threshold: shares[0]?.groupThreshold ?? 1 };
  for (const [group, layer] of layersOf(shares)) {
    const own = fitOfLayer(layer);
    fits.push({ ...own, bad: own.bad.flatMap((at) => layer.points[at]?.places ?? []) });
    const good = layer.points.filter((_, at) => !own.bad.includes(at));
    const secret = (own.state === 'disagree' && own.bad.length === 0) || good.length < layer.threshold ? null : recover(good.slice(0, layer.threshold));
    if (secret !== null) upper.points.push({ x: group, value: secret, places: layer.points.flatMap((point) => point.places) });
  }
  if (upper.threshold > 1 || upper.points.length > 1) {
    const among = fitOfLayer(upper);
    fits.push({ ...among, bad: among.bad.flatMap((at) => upper.points[at]?.places ?? []) });
  }
  return together(fits);
}

function together(fits: readonly Fit[]): Fit {
  const wrong = fits.filter((one) => one.state === 'disagree');
  const bad = [...new Set(wrong.flatMap((one) => one.bad))].sort((a, b) => a - b);
  if (wrong.length > 0) return { state: 'disagree', bad, certain: wrong.every((one) => one.certain), detail: bad.length > 0 ? `${bad.length === 1 ? '1 share does' : `${bad.length} shares do`} not fit the others` : 'the shares do not belong together: their digest does not hold' };
  return fits.some((one) => one.state === 'agree') ? { state: 'agree', bad: [], certain: true, detail: 'the shares belong together: the digest of what they make holds' } : cannotTell('there are too few shares to say anything about each other');
}

/** Members of the first complete groups, or null. */
function quorum(shares: readonly Slip39Share[]): number[] | null {
  const complete = [...layersOf(shares).values()].filter((layer) => layer.points.length >= layer.threshold);
  const needed = shares[0]?.groupThreshold ?? 1;
  if (complete.length < needed) return null;
  return complete.slice(0, needed).flatMap((layer) => layer.points.slice(0, layer.threshold).flatMap((point) => point.places)).sort((a, b) => a - b);
}

/** Four Feistel rounds with PBKDF2, backwards. */
function decrypt(sealed: Buffer, passphrase: Buffer, share: Slip39Share): Buffer {
  const half = sealed.length / 2;
  const id = Buffer.from([share.id >> 8, share.id & 0xff]);
  const salt = share.extendable === 1 ? Buffer.alloc(0) : Buffer.concat([Buffer.from('shamir'), id]);
  let [left, right] = [Buffer.from(sealed.subarray(0, half)), Buffer.from(sealed.subarray(half))];
  for (let round = ROUNDS - 1; round >= 0; round--) {
    const mask = pbkdf2Sync(Buffer.concat([Buffer.from([round]), passphrase]), Buffer.concat([salt, right]), (ITERATIONS * 2 ** share.exponent) / ROUNDS, half, 'sha256');
    [left, right] = [right, Buffer.from(left.map((byte, at) => byte ^ (mask[at] ?? 0)))];
    mask.fill(0);
  }
  return Buffer.concat([right, left]);
}

export const slip39: Scheme<Slip39Share> = {
  maxBytes: MAX_BYTES,
  parse,
  faultsOfSet(shares) {
    const mixed = (known: boolean): ShareFault => fault('mixed-set', known ? 'it belongs to another set than the others' : 'the shares belong to different sets');
    const sets = oddOnes(shares.map((share) => (share === null ? null : [share.id, share.extendable, share.exponent, share.groupThreshold, share.groups, share.value.length].join())), mixed);
    const members = shares.map((share) => oddOnes(shares.map((other) => (share !== null && other?.group === share.group ? String(other.memberThreshold) : null)), mixed));
    return faultsWithDuplicates(shares, sets, ...members);
  },
  threshold(shares) {
    const layers = [...layersOf(shares).values()];
    const needed = shares[0]?.groupThreshold ?? 1;
    const known = layers.map((layer) => layer.threshold).sort((a, b) => a - b).slice(0, needed);
    return known.reduce((total, one) => total + one, needed - known.length);
  },
  fit,
  quorum,
  async combine(shares, { passphrase }) {
    const [first] = shares;
    if (first === undefined) return 'there are no shares';
    const groups = [...layersOf(shares)].map(([x, layer]) => ({ x, value: recover(layer.points) }));
    const points = groups.flatMap(({ x, value }) => (value === null ? [] : [{ x, value }]));
    const sealed = points.length < groups.length ? null : recover(points);
    return sealed === null ? 'the shares do not belong together: the digest of what they make does not hold' : decrypt(sealed, passphrase ?? Buffer.alloc(0), first);
  },
};
