/**
 * What a terminal would only act on, taken out of a tool's output where it is used as plain text: reports, messages, the
 * command line. The stored bytes stay as they came.
 *
 * Sources: ECMA-48 (control functions), xterm's ctlseqs (OSC 8 links, titles), Unicode TR 9 (bidirectional controls).
 */

/** Text so far; memory does not grow with the length of a line. */
export interface PlainTextStream {
  push(bytes: Uint8Array): string;
  end(): string;
}

type State = 'text' | 'escape' | 'sequence' | 'string' | 'string-escape' | 'return';

/** A control string that is longer than that, or goes over a line's end, was never one: what follows is text again. */
const LONGEST_STRING = 4096;
/** C0 but tab and newline, DEL, C1, and the controls that reorder what stands around them. */
const NEEDS_CARE = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Invalid UTF-8 reads as U+FFFD, carriage returns as newlines; escape sequences, titles and links are gone, their text stays. */
export function plainTextStream(): PlainTextStream {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const cleaner = new Cleaner();
  return {
    push: (bytes) => cleaner.clean(decoder.decode(bytes, { stream: true })),
    end: () => cleaner.clean(decoder.decode()),
  };
}

/** A whole text at once. */
export function plainText(text: string | Uint8Array): string {
  const stream = plainTextStream();
  return typeof text === 'string' ? new Cleaner().clean(text) : stream.push(text) + stream.end();
}

class Cleaner {
  #state: State = 'text';
  #length = 0; // characters of the control string so far

  clean(text: string): string {
    if (this.#state === 'text' && !NEEDS_CARE.test(text)) return text;
    let plain = '';
    for (const character of text) plain += this.#take(character, character.codePointAt(0) ?? 0);
    return plain;
  }

  #take(character: string, code: number): string {
    switch (this.#state) {
      case 'text': return this.#text(character, code);
      case 'return':
        this.#state = 'text';
        return code === 0x0a ? '' : this.#text(character, code);
      case 'escape': return this.#escape(character, code);
      case 'sequence': return this.#sequence(character, code);
      case 'string': return this.#string(character, code);
      case 'string-escape': // ESC \ ends the string; any other ESC begins something new
        this.#state = 'escape';
        return code === 0x5c ? this.#become('text') : this.#escape(character, code);
    }
  }

  #text(character: string, code: number): string {
    if (code === 0x1b) return this.#become('escape');
    if (code === 0x9b) return this.#become('sequence');
    if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) return this.#become('string');
    if (code === 0x0d) {
      this.#state = 'return';
      return '\n';
    }
    if (code === 0x2028 || code === 0x2029) return '\n';
    if (code > 0x9f && NEEDS_CARE.test(character)) return '\ufffd';
    return NEEDS_CARE.test(character) ? '' : character;
  }

  #escape(character: string, code: number): string {
    if (code >= 0x20 && code <= 0x2f) return ''; // intermediate: the final character is still to come
    if (character === '[') return this.#become('sequence');
    if (character === ']' || character === 'P' || character === 'X' || character === '^' || character === '_') return this.#become('string');
    this.#state = 'text';
    return code >= 0x30 && code <= 0x7e ? '' : this.#text(character, code);
  }

  #sequence(character: string, code: number): string {
    this.#length += 1;
    if (code >= 0x20 && code <= 0x3f && this.#length < LONGEST_STRING) return '';
    this.#state = 'text';
    return code >= 0x40 && code <= 0x7e ? '' : this.#text(character, code);
  }

  #string(character: string, code: number): string {
    this.#length += 1;
    if (code === 0x07 || code === 0x9c) return this.#become('text');
    if (code === 0x1b) return this.#become('string-escape');
    if (code !== 0x0a && code !== 0x0d && this.#length < LONGEST_STRING) return '';
    this.#state = 'text';
    return this.#text(character, code);
  }

  #become(state: State): '' {
    this.#state = state;
    this.#length = 0;
    return '';
  }
}
