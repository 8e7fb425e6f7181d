/**
 * L2: which shares do not lie on one polynomial of degree t − 1 with the others. It proves what comparing all t-subsets does
 * (and more than comparing their keys, since two subsets with a bad share can make the same wrong key) and builds no key: n
 * shares are a word of a generalised Reed–Solomon code, a bad share is an error in it, and everything follows from n − t
 * syndromes per place of the secret, which do not depend on the secret.
 *
 * Up to ⌊(n − t) / 2⌋ bad shares are located by Berlekamp and Massey's algorithm: no other explanation has as few. Above that,
 * all ways to leave shares out are tried, up to a bound; the only smallest one is named, as likely rather than certain.
 */
import type { Field } from './field.ts';
import { valueAt, withRoots } from './polynomial.ts';
import type { Fit } from './share.ts';
import { cannotTell } from './share.ts';

/** Ways to leave shares out that are tried: a second or two. */
const MOST_TRIES = 20_000;

/** @param columns for every place of the secret the shares' values, in the order of the points, which differ */
export function fitOf<T>(field: Field<T>, points: readonly T[], columns: readonly (readonly T[])[], threshold: number): Fit {
  const spare = points.length - threshold;
  if (spare <= 0) return cannotTell(`with no more than ${threshold} shares nothing can be said about each other`);
  const broken = syndromesOf(field, points, columns, spare).filter((syndromes) => !syndromes.every((one) => field.isZero(one)));
  if (broken.length === 0) return { state: 'agree', bad: [], certain: true, detail: `all ${points.length} shares agree: any ${threshold} of them make the same key` };
  if (spare === 1) return disagree([], true, 'the shares do not agree; with only one more than needed it cannot be told which is bad');
  const found = locateAll(field, points, broken) ?? leaveOut(field, points, broken);
  if (found === null || found.length > spare) return disagree([], true, 'the shares do not agree, and too many are bad to tell which');
  const certain = found.length <= Math.floor(spare / 2);
  return disagree(found, certain, `${found.length === 1 ? '1 share does' : `${found.length} shares do`} not fit the others${certain ? '' : ' (likely, not certain: so many bad ones could point at others)'}`);
}

const disagree = (bad: number[], certain: boolean, detail: string): Fit => ({ state: 'disagree', bad, certain, detail });

/**
 * The fewest shares that make the key, told by the shares themselves, or null when they do not: then as many as there are, or
 * more, are needed. Chance makes it too small for one set of random shares in 256 to the power of the secret's length.
 */
export function thresholdOf<T>(field: Field<T>, points: readonly T[], columns: readonly (readonly T[])[]): number | null {
  const all = syndromesOf(field, points, columns, points.length - 1);
  const leading = Math.min(...all.map((syndromes) => syndromes.findIndex((one) => !field.isZero(one))).map((at) => (at < 0 ? points.length - 1 : at)));
  return leading > 0 && Number.isFinite(leading) ? points.length - leading : null;
}

/** Per column: ∑ vᵢ·yᵢ·xᵢʲ for j < count, with vᵢ = 1 / ∏ (xᵢ − xⱼ). All zero for values of a polynomial of degree below n − count. */
function syndromesOf<T>(field: Field<T>, points: readonly T[], columns: readonly (readonly T[])[], count: number): T[][] {
  const multipliers = points.map((point, at) => field.inv(points.reduce((below, other, place) => (place === at ? below : field.mul(below, field.add(point, other))), field.one)));
  return columns.map((column) => {
    let terms = column.map((value, at) => field.mul(value, multipliers[at] ?? field.zero));
    return Array.from({ length: count }, () => {
      const total = terms.reduce((left, right) => field.add(left, right), field.zero);
      terms = terms.map((term, at) => field.mul(term, points[at] ?? field.zero));
      return total;
    });
  });
}

/** Positions that are wrong in any column; null when one column has more errors than can be located. */
function locateAll<T>(field: Field<T>, points: readonly T[], columns: readonly (readonly T[])[]): number[] | null {
  const bad = new Set<number>();
  for (const syndromes of columns) {
    const locator = shortestRecurrence(field, syndromes);
    const roots = points.flatMap((point, at) => (field.isZero(valueAt(field, locator, point)) ? [at] : []));
    if (2 * roots.length > syndromes.length || roots.length !== locator.length - 1) return null;
    for (const root of roots) bad.add(root);
  }
  return [...bad].sort((a, b) => a - b);
}

/** Berlekamp–Massey: the monic Λ of least degree with ∑ Λₘ·S₍ⱼ₊ₘ₎ = 0 for all j that the sequence has. Its roots are the wrong points. */
function shortestRecurrence<T>(field: Field<T>, sequence: readonly T[]): T[] {
  let [current, previous]: [T[], T[]] = [[field.one], [field.one]];
  let [length, gap, lastDiscrepancy] = [0, 1, field.one];
  sequence.forEach((_, at) => {
    const discrepancy = current.slice(0, length + 1).reduce((total, term, back) => field.add(total, field.mul(term, sequence[at - back] ?? field.zero)), field.zero);
    if (field.isZero(discrepancy)) {
      gap++;
      return;
    }
    const factor = field.mul(discrepancy, field.inv(lastDiscrepancy));
    const shifted = [...new Array<T>(gap).fill(field.zero), ...previous.map((term) => field.mul(term, factor))];
    const next = Array.from({ length: Math.max(current.length, shifted.length) }, (__, place) => field.add(current[place] ?? field.zero, shifted[place] ?? field.zero));
    if (2 * length <= at) {
      [previous, length, lastDiscrepancy, gap] = [current, at + 1 - length, discrepancy, 1];
    } else {
      gap++;
    }
    current = next;
  });
  return Array.from({ length: length + 1 }, (_, at) => current[length - at] ?? field.zero);
}

/** The only smallest set of positions without which all columns agree, or null; more than t shares stay. */
function leaveOut<T>(field: Field<T>, points: readonly T[], columns: readonly (readonly T[])[]): number[] | null {
  let tries = 0;
  const spare = columns[0]?.length ?? 0;
  for (let out = 1; out < spare; out++) {
    const fitting: number[][] = [];
    for (const left of choose(points.length, out)) {
      if (++tries > MOST_TRIES) return null;
      const locator = withRoots(field, left.map((at) => points[at] ?? field.zero));
      if (columns.every((syndromes) => explains(field, locator, syndromes))) fitting.push(left);
      if (fitting.length > 1) return null;
    }
    if (fitting[0] !== undefined) return fitting[0];
  }
  return null;
}

/** Exactly when all errors lie at the locator's roots: what remains are the syndromes of the code without those points. */
function explains<T>(field: Field<T>, locator: readonly T[], syndromes: readonly T[]): boolean {
  return syndromes.slice(0, syndromes.length - locator.length + 1).every((_, row) =>
    field.isZero(locator.reduce((total, term, at) => field.add(total, field.mul(term, syndromes[row + at] ?? field.zero)), field.zero)));
}

/** All ways to take `count` of the positions 0…n−1. */
export function* choose(n: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= n - count; first++) {
    for (const rest of choose(n, count - 1, first + 1)) yield [first, ...rest];
  }
}
