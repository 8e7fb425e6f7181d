import { randomBytes, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, fitOf, thresholdOf } from '../../../../electron/engine/escrow/share/agreement.ts';
import type { Field } from '../../../../electron/engine/escrow/share/field.ts';
import { binaryField, BYTES } from '../../../../electron/engine/escrow/share/field.ts';
import { pentanomial } from '../../../../electron/engine/escrow/share/pentanomials.ts';
import { valueAt, weighted, weights } from '../../../../electron/engine/escrow/share/polynomial.ts';

interface Word {
  points: number[];
  columns: number[][];
}

/** Shares of a random secret. */
function splitting(n: number, t: number, length: number, firstPoint = 1): Word {
  const points = Array.from({ length: n }, (_, at) => at + firstPoint);
  const polynomials = Array.from({ length }, () => [...randomBytes(t)]);
  return { points, columns: polynomials.map((terms) => points.map((point) => valueAt(BYTES, terms, point))) };
}

/** Every column of these shares gets another value. */
function damage(word: Word, bad: readonly number[]): Word {
  return { points: word.points, columns: word.columns.map((column) => column.map((value, at) => (bad.includes(at) ? value ^ randomInt(1, 256) : value))) };
}

/**
 * What the specification asks for, literally: all t-subsets are compared; shares outside the largest group that agrees are bad.
 * Their keys alone do not suffice: two subsets with the same bad share can make the same wrong key (their weights for it are
 * equal), so the polynomials are compared at further places as well.
 */
function bySubsets(word: Word, t: number): number[] | null {
  const keys = new Map<string, Set<number>>();
  for (const subset of choose(word.points.length, t)) {
    const key = [0, 201, 202, 203].map((place) => {
      const factors = weights(BYTES, subset.map((at) => word.points[at] ?? 0), place);
      return word.columns.map((column) => weighted(BYTES, factors, subset.map((at) => column[at] ?? 0))).join();
    }).join();
    keys.set(key, new Set([...(keys.get(key) ?? []), ...subset]));
  }
  const [first, second] = [...keys.values()].sort((a, b) => b.size - a.size);
  if (first === undefined || first.size <= t || first.size === second?.size) return null;
  return word.points.map((_, at) => at).filter((at) => !first.has(at));
}

describe('shares compared with each other', () => {
  it('name the bad ones as comparing the keys of all subsets does, and never fewer', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), (t, spare, count) => {
      const n = t + spare;
      const bad = Array.from({ length: n }, (_, at) => at).sort(() => randomInt(3) - 1).slice(0, Math.min(count, n)).sort((a, b) => a - b);
      const word = damage(splitting(n, t, 12), bad);
      const expected = bySubsets(word, t);
      const fit = fitOf(BYTES, word.points, word.columns, t);
      if (spare === 0) return fit.state === 'cannot-tell';
      if (bad.length === 0) return fit.state === 'agree';
      if (spare === 1) return fit.state === 'disagree' && fit.bad.length === 0;
      return fit.state === 'disagree' && (expected === null || fit.bad.join() === expected.join());
    }), { numRuns: 300 });
  });

  it('name one bad share of t + 2, wherever it is and whatever it says', () => {
    for (let at = 0; at < 7; at++) {
      const fit = fitOf(BYTES, ...args(damage(splitting(7, 5, 32), [at])), 5);
      expect(fit).toMatchObject({ state: 'disagree', bad: [at], certain: true });
    }
  });

  it('with one more than needed are known to disagree, without a name', () => {
    expect(fitOf(BYTES, ...args(damage(splitting(6, 5, 32), [2])), 5)).toMatchObject({ state: 'disagree', bad: [] });
  });

  it('with no more than needed say nothing', () => {
    expect(fitOf(BYTES, ...args(damage(splitting(5, 5, 32), [2])), 5).state).toBe('cannot-tell');
    expect(fitOf(BYTES, ...args(splitting(3, 5, 32)), 5).state).toBe('cannot-tell');
  });

  it('name more bad ones than half of the spare as likely, not as certain', () => {
    expect(fitOf(BYTES, ...args(damage(splitting(10, 5, 32), [0, 4])), 5)).toMatchObject({ bad: [0, 4], certain: true });
    expect(fitOf(BYTES, ...args(damage(splitting(10, 5, 32), [0, 4, 7, 9])), 5)).toMatchObject({ bad: [0, 4, 7, 9], certain: false });
    expect(fitOf(BYTES, ...args(damage(splitting(10, 5, 32), [0, 4, 5, 7, 9])), 5)).toMatchObject({ state: 'disagree', bad: [] });
  });

  it('damaged in different places each are all named', () => {
    const word = splitting(7, 5, 32);
    const columns = word.columns.map((column, place) => column.map((value, at) => ((place === 3 && at === 1) || (place === 9 && at === 5) ? value ^ 1 : value)));
    expect(fitOf(BYTES, word.points, columns, 5)).toMatchObject({ bad: [1, 5], certain: false });
  });

  it('whose number is 0, as SLIP-39 begins to count, are judged like all others', () => {
    for (let at = 0; at < 5; at++) expect(fitOf(BYTES, ...args(damage(splitting(5, 3, 16, 0), [at])), 3)).toMatchObject({ bad: [at] });
  });

  it('of 255 are judged', () => {
    const word = damage(splitting(255, 100, 32), [3, 77, 254]);
    expect(fitOf(BYTES, word.points, word.columns, 100)).toMatchObject({ bad: [3, 77, 254], certain: true });
  });

  it('over 1024 bits are judged', () => {
    const field = binaryField(1024, pentanomial(1024));
    const random = (): bigint => BigInt(`0x${randomBytes(128).toString('hex')}`);
    const terms = Array.from({ length: 5 }, random);
    const points = Array.from({ length: 10 }, (_, at) => BigInt(at + 1));
    const values = points.map((point) => valueAt(field, terms, point));
    expect(fitOf(field, points, [values], 5).state).toBe('agree');
    for (const bad of [[2], [0, 9], [1, 2, 3, 4]]) {
      expect(fitOf(field, points, [values.map((value, at) => (bad.includes(at) ? value ^ random() : value))], 5)).toMatchObject({ bad, certain: bad.length < 3 });
    }
  });

  it('tell how many make the key when there are more', () => {
    for (const t of [2, 3, 5, 8]) {
      expect(thresholdOf(BYTES, ...args(splitting(9, t, 16)))).toBe(t);
      expect(thresholdOf(BYTES, ...args(splitting(t, t, 16)))).toBeNull();
      expect(thresholdOf(BYTES, ...args(damage(splitting(9, t, 16), [4])))).toBeNull();
    }
  });
});

const args = (word: Word): [number[], number[][]] => [word.points, word.columns];

describe('a field', () => {
  const laws = <T>(field: Field<T>, element: fc.Arbitrary<T>): void => {
    fc.assert(fc.property(element, element, element, (a, b, c) => {
      expect(field.mul(a, field.mul(b, c))).toEqual(field.mul(field.mul(a, b), c));
      expect(field.mul(a, field.add(b, c))).toEqual(field.add(field.mul(a, b), field.mul(a, c)));
      if (!field.isZero(a)) expect(field.mul(a, field.inv(a))).toEqual(field.one);
    }));
  };

  it('of bytes has products and inverses', () => laws(BYTES, fc.integer({ min: 0, max: 255 })));

  it.each([8, 64, 128, 1024])('of %i bits has products and inverses', (degree) => {
    laws(binaryField(degree, pentanomial(degree)), fc.bigInt({ min: 0n, max: (1n << BigInt(degree)) - 1n }));
  });
});
