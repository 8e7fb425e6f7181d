/**
 * How fast files are hashed, as ratios to `openssl dgst -sha256` and to one file alone.
 * Run: node test/bench/hash-file.ts [GiB, default 2]. Aims: one file ≥ 0.95 × openssl, two files on two cores ≥ 1.8 × one.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile } from '../../electron/engine/readiness/hash-file.ts';

const ROUNDS = 3;
const bytes = Math.round(Number(process.argv[2] ?? '2') * 2 ** 30);
const folder = mkdtempSync(join(tmpdir(), 'hash-bench-'));
const files = [join(folder, 'a'), join(folder, 'b')] as const;

function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(2 ** 20);
  for (let index = 0; index < block.length; index++) block[index] = (index * 2654435761) >>> 24;
  for (let written = 0; written < bytes; written += block.length) writeSync(file, block);
}

/** Best of a few rounds, in seconds: the machine has other work. */
async function best(work: () => Promise<unknown> | void): Promise<number> {
  let seconds = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return seconds;
}

try {
  files.forEach(fill);
  const openssl = await best(() => void execFileSync('openssl', ['dgst', '-sha256', files[0]]));
  const one = await best(() => hashFile(files[0]));
  const two = await best(() => Promise.all(files.map((path) => hashFile(path))));
  const rate = (seconds: number): string => `${Math.round(bytes / seconds / 1e6)} MB/s`;
  process.stdout.write(`openssl   ${rate(openssl)}\none file  ${rate(one)}   ${(openssl / one).toFixed(2)} × openssl\ntwo files ${rate(two / 2)}   ${((2 * one) / two).toFixed(2)} × one file\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
