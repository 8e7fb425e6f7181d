/** RFC 6962 tree hashing, grown entry by entry. */
import { hash } from 'node:crypto';

const EMPTY_ROOT = hash('sha256', '', 'hex');

/** Hex. The zero byte keeps a leaf from passing for a node. */
export function leafHash(bytes: Uint8Array): string {
  return hash('sha256', Buffer.concat([Uint8Array.of(0), bytes]), 'hex');
}

function nodeHash(left: string, right: string): string {
  return hash('sha256', Buffer.from(`01${left}${right}`, 'hex'), 'hex');
}

/**
 * The roots of the perfect subtrees that make up a tree of `size` leaves, largest first: one hash for each set bit of
 * `size`. All that is needed to add leaves and to know the root.
 */
export class MerkleFrontier {
  #size: number;
  readonly #subtrees: string[];

  constructor(size = 0, subtrees: readonly string[] = []) {
    if (subtrees.length !== setBits(size)) throw new Error(`A tree of ${size} leaves does not have ${subtrees.length} subtrees.`);
    this.#size = size;
    this.#subtrees = [...subtrees];
  }

  get size(): number {
    return this.#size;
  }

  get subtrees(): readonly string[] {
    return this.#subtrees;
  }

  append(leaf: string): void {
    let hashed = leaf;
    // Every trailing one bit of the old size is a full subtree of the same height: it merges.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      hashed = nodeHash(this.#subtrees.pop() ?? '', hashed);
    }
    this.#subtrees.push(hashed);
    this.#size += 1;
  }

  /** Hex. */
  root(): string {
    const [first, ...rest] = [...this.#subtrees].reverse();
    return first === undefined ? EMPTY_ROOT : rest.reduce((right, left) => nodeHash(left, right), first);
  }
}

function setBits(size: number): number {
  return size.toString(2).replaceAll('0', '').length;
}
