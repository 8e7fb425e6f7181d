/** Random numbers that a failing test can have again: set BLACKSTART_SEED to the printed one. */

export interface Random {
  readonly seed: number;
  /** 0 … below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
}

/** Mulberry32: small, good enough to pick instants, and the same everywhere. */
export function seededRandom(): Random {
  const seed = Number(process.env['BLACKSTART_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, below: (limit) => Math.floor(next() * limit), chance: (probability) => next() < probability };
}
