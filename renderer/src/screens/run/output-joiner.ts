/** Joins the stored part of an output with what comes live: each byte once, in order, and a line where some were left out. */
export class OutputJoiner {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #early: { offset: number; bytes: Uint8Array }[] = [];
  #next: number | null = null;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** How far it has come; null before it has begun. */
  get next(): number | null {
    return this.#next;
  }

  /** The stored part; what came live meanwhile follows it. */
  begin(offset: number, stored: Uint8Array): void {
    this.#next = offset;
    this.#put(offset, stored);
    for (const piece of this.#early.splice(0)) this.#put(piece.offset, piece.bytes);
  }

  /** A live piece; `offset` is that of its first byte in the whole output. */
  live(offset: number, bytes: Uint8Array): void {
    if (this.#next === null) this.#early.push({ offset, bytes });
    else this.#put(offset, bytes);
  }

  #put(offset: number, bytes: Uint8Array): void {
    if (this.#next === null) return;
    const known = this.#next - offset;
    if (known >= bytes.length) return;
    if (known < 0) this.#write(new TextEncoder().encode(`\r\n[${(-known).toLocaleString('en')} bytes are left out here; the full output has them]\r\n`));
    this.#next = offset + bytes.length;
    this.#write(bytes.subarray(Math.max(0, known)));
  }
}
