/**
 * Finds the leftmost, longest of many byte strings in one pass.
 *
 * Wu and Manber, "A fast algorithm for multi-pattern searching" (1994), with blocks of two bytes: most positions are
 * skipped without a look, so a hundred forms cost little more than one.
 */
export interface Found {
  at: number;
  length: number;
  /** Index of the pattern as given. */
  pattern: number;
}

export class MultiSearch {
  readonly #patterns: readonly Uint8Array[];
  /** Length of the shortest pattern: the window. */
  readonly #window: number;
  /** By block: how far the window may move when it ends in that block. */
  readonly #shift = new Uint16Array(65_536);
  /** By block: patterns whose window ends in it, longest first. */
  readonly #ending = new Map<number, number[]>();
  /** By first two bytes: patterns that begin so, to see what a cut-off end may become; the flags spare most look-ups. */
  readonly #beginning = new Map<number, number[]>();
  readonly #begins = new Uint8Array(65_536);
  readonly #firstBytes = new Uint8Array(256);
  readonly longest: number;

  /** @param patterns each at least two bytes, at least one */
  constructor(patterns: readonly Uint8Array[]) {
    this.#patterns = patterns;
    this.#window = Math.min(65_000, ...patterns.map((pattern) => pattern.length));
    this.longest = Math.max(...patterns.map((pattern) => pattern.length));
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
      const pattern = this.#longestAt(bytes, at, end, block);
      if (pattern !== null) return { at, length: this.#patterns[pattern]?.length ?? 0, pattern };
      last += 1;
    }
    return null;
  }

  /** The first position at `from` or later whose bytes, up to `end`, are the beginning of a pattern but not a whole one; `end` when there is none. */
  unfinished(bytes: Uint8Array, from: number, end: number): number {
    for (let at = Math.max(from, end - this.longest + 1); at < end - 1; at += 1) {
      const block = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      if (this.#begins[block] === 1 && this.#beginning.get(block)?.some((index) => this.#isCutOff(bytes, at, end, index)) === true) return at;
    }
    return end > from && this.#firstBytes[bytes[end - 1] ?? 0] === 1 ? end - 1 : end;
  }

  /** Overwrites the patterns. */
  forget(): void {
    for (const pattern of this.#patterns) pattern.fill(0);
    this.#ending.clear();
    this.#beginning.clear();
  }

  #learn(index: number): void {
    const pattern = this.#patterns[index] ?? new Uint8Array();
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

  #longestAt(bytes: Uint8Array, at: number, end: number, block: number): number | null {
    for (const index of this.#ending.get(block) ?? []) {
      const length = this.#patterns[index]?.length ?? 0;
      if (at + length <= end && this.#agrees(bytes, at, length, index)) return index;
    }
    return null;
  }

  #isCutOff(bytes: Uint8Array, at: number, end: number, index: number): boolean {
    return end - at < (this.#patterns[index]?.length ?? 0) && this.#agrees(bytes, at, end - at, index);
  }

  #agrees(bytes: Uint8Array, at: number, length: number, index: number): boolean {
    const pattern = this.#patterns[index];
    if (pattern === undefined) return false;
    for (let offset = 0; offset < length; offset += 1) {
      if (pattern[offset] !== bytes[at + offset]) return false;
    }
    return true;
  }
}

function longestFirst(patterns: readonly Uint8Array[]): number[] {
  return [...patterns.keys()].sort((a, b) => (patterns[b]?.length ?? 0) - (patterns[a]?.length ?? 0));
}

function enter(table: Map<number, number[]>, key: number, index: number): void {
  const entries = table.get(key);
  if (entries === undefined) table.set(key, [index]);
  else entries.push(index);
}
