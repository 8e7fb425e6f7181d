import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShareBuffer } from '../../../../renderer/src/screens/escrow/ceremony/share-buffer.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a share while it is typed', () => {
  it('holds what was typed, without the blanks between the groups', () => {
    const buffer = new ShareBuffer('characters');
    for (const key of 'AdIL b/14\tH7AX') buffer.type(key);
    expect(buffer.length).toBe(12);
    expect(text(buffer.take())).toBe('AdILb/14H7AX');
  });

  it('keeps nothing once it is taken, and overwrites what is wiped', () => {
    const buffer = new ShareBuffer('characters');
    buffer.type('secret');
    const taken = buffer.take();
    expect(taken.length).toBe(6);
    expect(buffer.isEmpty).toBe(true);
    expect(buffer.take().length).toBe(0);
    buffer.type('again');
    buffer.wipe();
    expect(buffer.length).toBe(0);
    buffer.type('x');
    expect(text(buffer.take())).toBe('x');
  });

  it('clears the last group, or what is there of it', () => {
    const buffer = new ShareBuffer('characters');
    buffer.type('12345678ab');
    buffer.clearGroup();
    expect(buffer.length).toBe(8);
    buffer.clearGroup();
    expect(text(buffer.take())).toBe('1234');
    buffer.clearGroup();
    expect(buffer.isEmpty).toBe(true);
  });

  it('counts and clears words', () => {
    const buffer = new ShareBuffer('words');
    buffer.type('  duckling enlarge  acad');
    expect(buffer.length).toBe(3);
    buffer.clearGroup();
    expect(buffer.length).toBe(2);
    expect(text(buffer.take()).trim()).toBe('duckling enlarge');
  });

  it('takes characters back whole, whatever was typed', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: fc.constantFrom('a', 'Z', '7', '/', 'é', '界', '🔑'), maxLength: 5 }), (before, after) => {
      const buffer = new ShareBuffer('characters');
      buffer.type(before);
      const kept = buffer.length;
      buffer.type(after);
      for (let count = [...after].length; count > 0; count -= 1) buffer.back();
      expect(buffer.length).toBe(kept);
    }));
  });

  it('does not grow beyond what any share has', () => {
    const buffer = new ShareBuffer('characters');
    buffer.type('x'.repeat(10_000));
    expect(buffer.length).toBe(4_096);
  });
});

describe('a key that is held whole, while it is typed or pasted', () => {
  it('keeps every character, blanks and line ends too, and clears the last four', () => {
    const buffer = new ShareBuffer('text');
    buffer.type(' seven grey\n');
    buffer.type('herons ');
    expect(buffer.length).toBe(19);
    buffer.clearGroup();
    expect(text(buffer.take())).toBe(' seven grey\nhero');
  });

  it('is longer than any share', () => {
    const buffer = new ShareBuffer('text');
    buffer.type('x'.repeat(20_000));
    expect(buffer.take().length).toBe(20_000);
  });
});
