import { describe, expect, it } from 'vitest';
import { OutputQueue } from '../../../renderer/src/components/output-queue.ts';

/** A terminal that takes bytes when it is told to, and frames that come when they are called. */
function harness(): { queue: OutputQueue; written: Uint8Array[]; frame(): void; taken(): void } {
  const written: Uint8Array[] = [];
  const frames: (() => void)[] = [];
  const acks: (() => void)[] = [];
  const queue = new OutputQueue((bytes, done) => { written.push(bytes); acks.push(done); }, (run) => { frames.push(run); });
  return { queue, written, frame: () => { frames.shift()?.(); }, taken: () => { acks.shift()?.(); } };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (parts: readonly Uint8Array[]): string => parts.map((part) => new TextDecoder().decode(part)).join('');

describe('the output queue', () => {
  it('writes many small chunks as one a frame', () => {
    const { queue, written, frame } = harness();
    for (let i = 0; i < 1_000; i += 1) queue.push(bytes('line\n'));
    expect(written).toHaveLength(0);
    frame();
    expect(written).toHaveLength(1);
    expect(text(written)).toBe('line\n'.repeat(1_000));
  });

  it('waits until the terminal has taken a write before the next', () => {
    const { queue, written, frame, taken } = harness();
    queue.push(bytes('a'));
    frame();
    queue.push(bytes('b'));
    frame();
    expect(text(written)).toBe('a');
    taken();
    frame();
    expect(text(written)).toBe('ab');
  });

  it('bounds one write, and loses nothing by it', () => {
    const { queue, written, frame, taken } = harness();
    const whole = 'x'.repeat(300 * 1024);
    queue.push(bytes(whole));
    for (let i = 0; i < 4; i += 1) { frame(); taken(); }
    expect(Math.max(...written.map((part) => part.length))).toBeLessThanOrEqual(128 * 1024);
    expect(text(written)).toBe(whole);
  });

  it('gives up the oldest of a flood, says how much, and keeps the newest', () => {
    const { queue, written, frame, taken } = harness();
    for (let i = 0; i < 64; i += 1) queue.push(bytes(String(i).padEnd(64 * 1024, '.')));
    for (let i = 0; i < 32; i += 1) { frame(); taken(); }
    const shown = text(written);
    expect(shown).toMatch(/\[3,145,728 bytes came faster/u);
    expect(shown.startsWith('\r\n[')).toBe(true);
    expect(shown).toContain('63.');
    expect(shown.length).toBeLessThan(1.1 * 1024 * 1024);
  });

  it('writes nothing after its end', () => {
    const { queue, written, frame } = harness();
    queue.push(bytes('a'));
    queue.end();
    frame();
    queue.push(bytes('b'));
    expect(written).toHaveLength(0);
  });
});
