/** Every bit of a file turned over once, shared among as many processes as there are cores, each on a copy of its own. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const FLIPPER = fileURLToPath(new URL('flip-bits.ts', import.meta.url));
/** Fewer are done before a further process has started. */
const WORTH_A_PROCESS = 500;
const Flipped = z.object({ flips: z.int(), passed: z.array(z.int()), otherHead: z.array(z.int()) });
export type Flipped = z.infer<typeof Flipped>;

/** @param step 1 for all bits; a larger one that is odd walks through all positions of a byte */
export async function flipAll(kind: 'record' | 'bundle', folder: string, name: string, step: number): Promise<Flipped> {
  const bits = statSync(join(folder, name)).size * 8;
  const shares = Math.min(availableParallelism(), Math.ceil(bits / step / WORTH_A_PROCESS));
  const place = mkdtempSync(join(tmpdir(), 'blackstart-flip-all-'));
  try {
    const all = await Promise.all(Array.from({ length: shares }, async (_, share) => {
      const copy = join(place, String(share));
      cpSync(folder, copy, { recursive: true });
      const edge = (at: number): string => String(Math.floor((bits * at) / shares));
      const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', FLIPPER, kind, copy, name, edge(share), edge(share + 1), String(step)], { maxBuffer: 2 ** 26 });
      return Flipped.parse(JSON.parse(stdout));
    }));
    return { flips: all.reduce((sum, { flips }) => sum + flips, 0), passed: all.flatMap(({ passed }) => passed), otherHead: all.flatMap(({ otherHead }) => otherHead) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
