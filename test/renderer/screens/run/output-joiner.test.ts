import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputJoiner } from '../../../../renderer/src/screens/run/output-joiner.ts';

function joiner(): { join: OutputJoiner; text(): string } {
  let text = '';
  return { join: new OutputJoiner((bytes) => { text += new TextDecoder().decode(bytes); }), text: () => text };
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the output joiner', () => {
  it('puts live pieces that came early behind the stored part, without repeating them', () => {
    const { join, text } = joiner();
    join.live(3, bytes('def'));
    join.live(6, bytes('ghi'));
    join.begin(0, bytes('abcde'));
    expect(text()).toBe('abcdefghi');
  });

  it('says where bytes are left out', () => {
    const { join, text } = joiner();
    join.begin(0, bytes('abc'));
    join.live(1_203, bytes('xyz'));
    expect(text()).toBe('abc\r\n[1,200 bytes are left out here; the full output has them]\r\nxyz');
  });

  it('shows every byte once, however the pieces overlap', () => {
    const whole = 'The quick brown fox jumps over the lazy dog, and again.';
    fc.assert(fc.property(fc.integer({ min: 0, max: whole.length }), fc.array(fc.integer({ min: 1, max: 9 })), fc.integer({ min: 0, max: 6 }), (stored, sizes, early) => {
      const { join, text } = joiner();
      let at = Math.max(0, stored - 10);
      const pieces: [number, string][] = [];
      for (const size of sizes) { pieces.push([at, whole.slice(at, at + size)]); at = Math.min(whole.length, at + size); }
      pieces.push([at, whole.slice(at)]);
      for (const [offset, piece] of pieces.slice(0, early)) join.live(offset, bytes(piece));
      join.begin(0, bytes(whole.slice(0, stored)));
      for (const [offset, piece] of pieces.slice(early)) join.live(offset, bytes(piece));
      expect(text()).toBe(whole);
    }));
  });
});
