/** Keeps a flood of output from freezing the page: one bounded write a frame, the oldest given up first, and said so. */
const FRAME_BYTES = 128 * 1024;
const WAITING_BYTES = 1024 * 1024;

type Write = (bytes: Uint8Array, written: () => void) => void;

export class OutputQueue {
  readonly #write: Write;
  readonly #soon: (run: () => void) => void;
  #chunks: Uint8Array[] = [];
  #waiting = 0;
  #dropped = 0;
  #busy = false;
  #ended = false;

  /** @param write calls back when the terminal has taken the bytes. @param soon runs once, at the next frame */
  constructor(write: Write, soon: (run: () => void) => void) {
    this.#write = write;
    this.#soon = soon;
  }

  push(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#waiting += bytes.length;
    this.#shed();
    this.#schedule();
  }

  end(): void {
    this.#ended = true;
    this.#chunks = [];
  }

  #shed(): void {
    while (this.#waiting > WAITING_BYTES && this.#chunks.length > 1) {
      const oldest = this.#chunks.shift();
      if (oldest === undefined) return;
      this.#waiting -= oldest.length;
      this.#dropped += oldest.length;
    }
  }

  #schedule(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#soon(() => { this.#flush(); });
  }

  #flush(): void {
    if (this.#ended) return;
    const parts: Uint8Array[] = [];
    if (this.#dropped > 0) parts.push(new TextEncoder().encode(`\r\n[${this.#dropped.toLocaleString('en')} bytes came faster than they can be read; the full output has them]\r\n`));
    this.#dropped = 0;
    parts.push(this.#take());
    this.#write(joined(parts), () => {
      this.#busy = false;
      if (this.#chunks.length > 0) this.#schedule();
    });
  }

  #take(): Uint8Array {
    const taken: Uint8Array[] = [];
    let room = FRAME_BYTES;
    while (room > 0) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break;
      const part = chunk.subarray(0, room);
      if (part.length < chunk.length) this.#chunks.unshift(chunk.subarray(part.length));
      taken.push(part);
      room -= part.length;
      this.#waiting -= part.length;
    }
    return joined(taken);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
