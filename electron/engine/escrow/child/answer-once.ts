/** The life of an escrow child: one question on standard input, one answer on standard output, zeroes over what it was given. */
import { readFileSync, writeSync } from 'node:fs';
import type { Unframed } from './frame.ts';
import { frame, unframe } from './frame.ts';

export interface Answer {
  header: unknown;
  /** Key bytes that the engine asked for; overwritten once they are sent. */
  payload?: Buffer;
}

export async function answerOnce(work: (question: Unframed) => Promise<Answer>): Promise<void> {
  const input = readFileSync(0);
  try {
    const { header, payload } = await work(unframe(input));
    for (const bytes of frame(header, payload === undefined ? [] : [payload])) writeAll(bytes);
    payload?.fill(0);
  } catch (thrown) {
    // only the name of a fault leaves the child: a message could quote the input
    writeSync(2, thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'fault');
    process.exitCode = 1;
  } finally {
    input.fill(0);
  }
}

/** A pipe takes what fits. */
function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}
