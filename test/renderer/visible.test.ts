import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainOutput, visible } from '../../renderer/src/visible.ts';

const ESC = '\u001b';

describe('visible text', () => {
  it('writes out what reorders, hides or imitates', () => {
    expect(visible('rm \u202Efdp.tar')).toBe('rm ‹U+202E›fdp.tar');
    expect(visible('admin\u200Bistrator')).toBe('admin‹U+200B›istrator');
    expect(visible('a\u0000b\u009bc')).toBe('a‹U+0000›b‹U+009B›c');
    expect(visible('\u{E0041}')).toBe('‹U+E0041›');
  });

  it('leaves ordinary writing alone, in any script', () => {
    for (const text of ['Wiederherstellung, 1 250 Mandanten', 'Привет', '復旧', 'a\tb\nc', '👩']) expect(visible(text)).toBe(text);
  });
});

describe('plain output', () => {
  it('drops colours, titles, links and strings, and keeps the words', () => {
    expect(plainOutput(`${ESC}[32mgreen${ESC}[0m`)).toBe('green');
    expect(plainOutput(`${ESC}]0;owned\u0007text`)).toBe('text');
    expect(plainOutput(`${ESC}]8;;https://example.invalid${ESC}\\click${ESC}]8;;${ESC}\\`)).toBe('click');
    expect(plainOutput(`${ESC}P1;2qsixel${ESC}\\after`)).toBe('after');
    expect(plainOutput('\u009b31mred')).toBe('red');
  });

  it('shows what overwrote a line as lines of their own', () => {
    expect(plainOutput('10 %\r20 %\r\n30 %')).toBe('10 %\n20 %\n30 %');
  });

  it('never leaves an escape or another control character, whatever a tool prints', () => {
    const nasty = fc.array(fc.oneof(fc.string(), fc.constantFrom(ESC, `${ESC}]`, `${ESC}[`, '\u009d', '\u0007', '\r', `${ESC}\\`, ';', 'm')), { maxLength: 40 });
    fc.assert(fc.property(nasty, (parts) => {
      expect([...plainOutput(parts.join(''))].every((character) => { const code = character.codePointAt(0) ?? 0; return code === 9 || code === 10 || (code >= 32 && !(code >= 127 && code <= 159)); })).toBe(true);
    }));
  });
});
