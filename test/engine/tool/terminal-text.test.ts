import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText, plainTextStream } from '../../../electron/engine/tool/terminal-text.ts';

describe('output as plain text', () => {
  it.each([
    ['colours', '\x1b[1;31mred\x1b[0m text', 'red text'],
    ['cursor moves and clearing', 'a\x1b[2J\x1b[10;20Hb\x1b[K', 'ab'],
    ['a title change', '\x1b]0;evil title\x07after', 'after'],
    ['a title change that ends in ESC \\', '\x1b]2;evil\x1b\\after', 'after'],
    ['an OSC 8 link, but keeps its text', '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\ me', 'click me'],
    ['a clipboard write', '\x1b]52;c;ZXZpbA==\x07x', 'x'],
    ['a device control string', '\x1bP+q544e\x1b\\x', 'x'],
    ['C1 controls', 'a\u009b31mb\u009d0;title\u009cc\u0085d', 'abcd'],
    ['charset and keypad sequences', '\x1b(0a\x1b=b\x1bcc', 'abc'],
    ['bells, backspaces and NULs', 'a\x07b\x08c\x00d\x7f', 'abcd'],
  ])('loses %s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain);
    expect(plainText(Buffer.from(text))).toBe(plain);
  });

  it('keeps tabs, newlines and letters of every script', () => {
    const text = 'a\tb\nζ 漢字 👩‍💻 é\n';
    expect(plainText(text)).toBe(text);
  });

  it('reads a carriage return as a new line', () => {
    expect(plainText('10%\r20%\r\ndone\r\n')).toBe('10%\n20%\ndone\n');
  });

  it('shows controls that reorder text instead of obeying them', () => {
    expect(plainText('rm \u202efdp.exe')).toBe('rm \ufffdfdp.exe');
  });

  it('never loses what follows an unfinished control string', () => {
    expect(plainText('\x1b]0;no end\nimportant')).toBe('\nimportant');
    expect(plainText(`\x1b]0;${'x'.repeat(10_000)}important`)).toContain('important');
  });

  it('reads invalid UTF-8 as U+FFFD, also when it is split', () => {
    const stream = plainTextStream();
    const euro = Buffer.from('€');
    expect(stream.push(euro.subarray(0, 1)) + stream.push(euro.subarray(1)) + stream.push(Uint8Array.of(0xff, 0x41, 0xe2)) + stream.end()).toBe('€\ufffdA\ufffd');
  });

  it('is the same however the bytes are cut, and holds no control but tab and newline', () => {
    const piece = fc.oneof(fc.constantFrom('\x1b[31m', '\x1b]8;;u\x07', '\x1b', '\u009b', '\r', '\n', '\x1b]', '\x1b\\', 'é', '👍'), fc.string({ maxLength: 5 }));
    fc.assert(fc.property(fc.array(piece), fc.array(fc.nat()), fc.uint8Array({ maxLength: 5 }), (pieces, cuts, junk) => {
      const bytes = Buffer.concat([Buffer.from(pieces.join('')), junk, Buffer.from(pieces.join(''))]);
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const stream = plainTextStream();
      const text = places.slice(1).map((end, index) => stream.push(bytes.subarray(places[index], end))).join('') + stream.end();
      expect(text).toBe(plainText(bytes));
      expect(text).not.toMatch(/(?![\t\n])\p{Cc}/u);
    }));
  });
});
