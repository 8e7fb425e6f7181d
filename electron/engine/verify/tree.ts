/** The RFC 6962 tree as the verifier computes it. */
import { hash } from 'node:crypto';

const LEAF_PREFIX = Buffer.of(0);

/** Hashes travel as hex: V8 makes strings faster than buffers, and `prev` is hex already. */
export class Tree {
  /** Roots of perfect subtrees and their leaf counts, largest first. */
  readonly #stack: { count: number; root: string }[] = [];
  readonly #node = Buffer.alloc(65, 1);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an entry, as bytes or as the ASCII text that they spell, and returns its leaf hash. */
  addEntry(entry: string | Buffer): string {
    const leaf = hash('sha256', typeof entry === 'string' ? `\0${entry}` : Buffer.concat([LEAF_PREFIX, entry]), 'hex');
    this.addLeaf(leaf);
    return leaf;
  }

  addLeaf(leaf: string): void {
    let merged = { count: 1, root: leaf };
    for (let top = this.#stack.at(-1); top?.count === merged.count; top = this.#stack.at(-1)) {
      merged = { count: merged.count * 2, root: this.#join(top.root, merged.root) };
      this.#stack.pop();
    }
    this.#stack.push(merged);
    this.#size += 1;
  }

  root(): string {
    const last = this.#stack.at(-1);
    if (last === undefined) return hash('sha256', '', 'hex');
    return this.#stack.slice(0, -1).reduceRight((right, { root }) => this.#join(root, right), last.root);
  }

  #join(left: string, right: string): string {
    this.#node.write(left, 1, 'hex');
    this.#node.write(right, 33, 'hex');
    return hash('sha256', this.#node, 'hex');
  }
}
