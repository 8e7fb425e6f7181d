/**
 * Finds the leftmost, longest of many byte strings in one pass.
 *
 * Wu and Manber, "A fast algorithm for multi-pattern searching" (1994), with blocks of two bytes: most positions are
 * skipped without a look, so a hundred forms cost little more than one.
 */

export const LONGEST_WINDOW = 12;

export interface Pattern {
  /** At least two. */
  bytes: Uint8Array;
  /** Whether line ends may stand inside of it, as `base64` and `xxd` put them; not within its first `LONGEST_WINDOW` bytes. */
  folds: boolean;
}

export interface Found {
  at: number;
  /** Bytes that the match takes up, line ends inside of it included. */
  length: number;
  /** Index of the pattern as given. */
  pattern: number;
}

export class MultiSearch {
  readonly #patterns: readonly Pattern[];
  /** Bytes from which a match is known: the length of the shortest pattern, as far as folded lines allow. */
  readonly #window: number;
  /** By block: how far the window may move when it ends in that block. */
  readonly #shift = new Uint8Array(65_536);
  /** By block: patterns whose window ends in it, longest first. */
  readonly #ending = new Map<number, number[]>();
  /** By first two bytes: patterns that begin so, to see what a cut-off end may become; the flags spare most look-ups. */
  readonly #beginning = new Map<number, number[]>();
  readonly #begins = new Uint8Array(65_536);
  readonly #firstBytes = new Uint8Array(256);
  /** Bytes that the longest match can take up. */
  readonly #longest: number;

  /** @param patterns at least one */
  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns;
    this.#window = Math.min(LONGEST_WINDOW, ...patterns.map((pattern) => pattern.bytes.length));
    this.#longest = Math.max(...patterns.map((pattern) => pattern.bytes.length * (pattern.folds ? 3 : 1)));
    if (this.#window < 2) throw new RangeError('a pattern is at least two bytes long');
    this.#shift.fill(this.#window - 1);
    for (const index of longestFirst(patterns)) this.#learn(index);
  }

  /** The first match at `from` or later that lies wholly in the first `end` bytes; null when there is none. */
  find(bytes: Uint8Array, from: number, end: number): Found | null {
    const window = this.#window;
    const shift = this.#shift;
    for (let last = from + window - 1; last < end; ) {
      const block = ((bytes[last - 1] ?? 0) << 8) | (bytes[last] ?? 0);
      const step = shift[block] ?? 0;
      if (step > 0) {
        last += step;
        continue;
      }
      const at = last - window + 1;
      const found = this.#longestAt(bytes, at, end, block);
      if (found !== null) return found;
      last += 1;
    }
    return null;
  }

  /** The first position at `from` or later whose bytes, up to `end`, are the beginning of a pattern but not a whole one; `end` when there is none. */
  unfinished(bytes: Uint8Array, from: number, end: number): number {
    for (let at = Math.max(from, end - this.#longest + 1); at < end - 1; at += 1) {
      const block = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      if (this.#begins[block] === 1 && this.#beginning.get(block)?.some((index) => this.#compare(bytes, at, end, index) === CUT_OFF) === true) return at;
    }
    return end > from && this.#firstBytes[bytes[end - 1] ?? 0] === 1 ? end - 1 : end;
  }

  /** Overwrites the patterns. */
  forget(): void {
    for (const pattern of this.#patterns) pattern.bytes.fill(0);
    this.#ending.clear();
    this.#beginning.clear();
  }

  #learn(index: number): void {
    const pattern = this.#patterns[index]?.bytes ?? new Uint8Array();
    const block = (at: number): number => ((pattern[at] ?? 0) << 8) | (pattern[at + 1] ?? 0);
    for (let at = 0; at + 1 < this.#window; at += 1) {
      const distance = this.#window - 2 - at;
      if (distance < (this.#shift[block(at)] ?? 0)) this.#shift[block(at)] = distance;
    }
    enter(this.#ending, block(this.#window - 2), index);
    enter(this.#beginning, block(0), index);
    this.#begins[block(0)] = 1;
    this.#firstBytes[pattern[0] ?? 0] = 1;
  }

  #longestAt(bytes: Uint8Array, at: number, end: number, block: number): Found | null {
    let found: Found | null = null;
    for (const index of this.#ending.get(block) ?? []) {
      const length = this.#compare(bytes, at, end, index);
      if (length > (found?.length ?? 0)) found = { at, length, pattern: index };
    }
    return found;
  }

  /** The bytes that the pattern takes up at `at`, or DIFFERENT, or CUT_OFF when all agree up to `end`. */
  #compare(bytes: Uint8Array, at: number, end: number, index: number): number {
    const pattern = this.#patterns[index];
    if (pattern === undefined) return DIFFERENT;
    let position = at;
    for (let offset = 0; offset < pattern.bytes.length; offset += 1) {
      if (pattern.folds && offset > 0) position += lineEnd(bytes, position, end);
      if (position >= end) return CUT_OFF;
      if (pattern.bytes[offset] !== bytes[position]) return DIFFERENT;
      position += 1;
    }
    return position - at;
  }
}

const DIFFERENT = 0;
const CUT_OFF = -1;

/** Bytes of the line end at a place; a carriage return that is the last byte at hand counts as one, since more may come. */
function lineEnd(bytes: Uint8Array, at: number, end: number): 0 | 1 | 2 {
  if (bytes[at] === 0x0a && at < end) return 1;
  if (bytes[at] !== 0x0d || at >= end) return 0;
  if (at + 1 >= end) return 1;
  return bytes[at + 1] === 0x0a ? 2 : 0;
}

function longestFirst(patterns: readonly Pattern[]): number[] {
  return [...patterns.keys()].sort((a, b) => (patterns[b]?.bytes.length ?? 0) - (patterns[a]?.bytes.length ?? 0));
}

function enter(table: Map<number, number[]>, key: number, index: number): void {
  const entries = table.get(key);
  if (entries === undefined) table.set(key, [index]);
  else entries.push(index);
}
