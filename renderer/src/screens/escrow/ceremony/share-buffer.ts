/** A share while it is being typed: bytes that can be overwritten, never a string, never in the page's tree. */

/** More than any typed share has, and than any text of a key; files replace the buffer. */
const CAPACITY = { characters: 4_096, words: 4_096, text: 262_144 } as const;
export const GROUP = 4;

/** `text`: every character counts, also blanks and line ends. */
export type Form = keyof typeof CAPACITY;

export class ShareBuffer {
  /** In groups of four characters, where blanks do not count; in words; or as it is. */
  readonly #form: Form;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(form: Form) {
    this.#form = form;
    this.#bytes = new Uint8Array(CAPACITY[form]);
  }

  /** Characters, or words with the one that is begun. */
  get length(): number {
    if (this.#form !== 'words') return this.#length;
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
      if (isBlank(byte) && this.#form !== 'text' && (this.#form === 'characters' || this.#length === 0)) continue;
      if (this.#length < this.#bytes.length) this.#bytes[this.#length++] = byte;
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
    if (this.#form !== 'words') {
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
