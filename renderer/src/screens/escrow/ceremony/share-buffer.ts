/** A share while it is being typed: bytes that can be overwritten, never a string, never in the page's tree. */

/** More than any typed share has; files replace the buffer. */
const CAPACITY = 4_096;
export const GROUP = 4;

export class ShareBuffer {
  /** In groups of four characters, where blanks do not count; or in words. */
  readonly #form: 'characters' | 'words';
  #bytes = new Uint8Array(CAPACITY);
  #length = 0;

  constructor(form: 'characters' | 'words') {
    this.#form = form;
  }

  /** Characters, or words with the one that is begun. */
  get length(): number {
    if (this.#form === 'characters') return this.#length;
    let words = 0;
    for (let at = 0; at < this.#length; at += 1) if (!isBlank(this.#bytes[at]) && (at === 0 || isBlank(this.#bytes[at - 1]))) words += 1;
    return words;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** What does not fit is left out: it could not be a share. */
  type(text: string): void {
    const typed = new TextEncoder().encode(text);
    for (const byte of typed) {
      if (isBlank(byte) && (this.#form === 'characters' || this.#length === 0)) continue;
      if (this.#length < CAPACITY) this.#bytes[this.#length++] = byte;
    }
    typed.fill(0);
  }

  /** One character, also of several bytes. */
  back(): void {
    while (this.#length > 0) {
      const last = this.#bytes[--this.#length] ?? 0;
      this.#bytes[this.#length] = 0;
      if ((last & 0xc0) !== 0x80) return;
    }
  }

  /** The last group or word, or what is there of it. */
  clearGroup(): void {
    if (this.#form === 'characters') {
      const keep = Math.floor(Math.max(0, this.#length - 1) / GROUP) * GROUP;
      while (this.#length > keep) this.back();
      return;
    }
    while (this.#length > 0 && isBlank(this.#bytes[this.#length - 1])) this.back();
    while (this.#length > 0 && !isBlank(this.#bytes[this.#length - 1])) this.back();
  }

  /** The bytes, which are the caller's to overwrite; nothing stays here. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.wipe();
    return taken;
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }
}

const isBlank = (byte = 0): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
