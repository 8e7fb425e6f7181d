/** Keeps the beginning of a stream in memory, in one buffer: a million tiny chunks cost no more than their bytes. */
import type { CapturedText } from './tool.ts';

export class CapturedBytes {
  readonly #limit: number;
  #buffer = Buffer.alloc(0);
  #size = 0;
  #truncated = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): void {
    const room = this.#limit - this.#size;
    if (bytes.length > room) this.#truncated = true;
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes;
    if (this.#size + kept.length > this.#buffer.length) this.#grow(this.#size + kept.length);
    this.#buffer.set(kept, this.#size);
    this.#size += kept.length;
  }

  /** Invalid UTF-8 reads as U+FFFD. */
  text(): CapturedText {
    return { text: this.#buffer.toString('utf8', 0, this.#size), truncated: this.#truncated };
  }

  #grow(needed: number): void {
    const grown = Buffer.alloc(Math.min(Math.max(needed, this.#buffer.length * 2, 4096), this.#limit));
    this.#buffer.copy(grown, 0, 0, this.#size);
    this.#buffer = grown;
  }
}
