/** Polynomials over a field; coefficients from the constant term up. */
import type { Field } from './field.ts';

export function valueAt<T>(field: Field<T>, terms: readonly T[], x: T): T {
  return terms.reduceRight((value, term) => field.add(field.mul(value, x), term), field.zero);
}

/** ∏ (z − root). */
export function withRoots<T>(field: Field<T>, roots: readonly T[]): T[] {
  return roots.reduce<T[]>((terms, root) => [...terms, field.zero].map((_, at) => field.add(terms[at - 1] ?? field.zero, field.mul(terms[at] ?? field.zero, root))), [field.one]);
}

/** What the value at each of the points counts for at `target`: Lagrange's weights. The points differ from each other. */
export function weights<T>(field: Field<T>, points: readonly T[], target: T): T[] {
  return points.map((point, at) => {
    let [above, below] = [field.one, field.one];
    points.forEach((other, place) => {
      if (place === at) return;
      above = field.mul(above, field.add(target, other));
      below = field.mul(below, field.add(point, other));
    });
    return field.mul(above, field.inv(below));
  });
}

export function weighted<T>(field: Field<T>, factors: readonly T[], values: readonly T[]): T {
  return factors.reduce((total, factor, at) => field.add(total, field.mul(factor, values[at] ?? field.zero)), field.zero);
}
