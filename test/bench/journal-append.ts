/**
 * How many single events a second become durable, as a ratio to the bare cost of durability: `write` and `fsync` of the
 * same number of bytes to one file. Run: node test/bench/journal-append.ts [events, default 2000].
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../electron/engine/clock.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';

const events = Number(process.argv[2] ?? 2000);
const dir = mkdtempSync(join(tmpdir(), 'append-bench-'));

function rate(act: () => void): number {
  const start = performance.now();
  act();
  return Math.round((events * 1000) / (performance.now() - start));
}

try {
  const journal = openJournal({ dataDir: dir, clock: systemClock() });
  const file = openSync(join(dir, 'peer'), 'w');
  const page = Buffer.alloc(600, 'x');
  for (let round = 0; round < 3; round += 1) {
    const peer = rate(() => {
      for (let n = 0; n < events; n += 1) {
        writeSync(file, page);
        fsyncSync(file);
      }
    });
    const ours = rate(() => {
      for (let n = 0; n < events; n += 1) journal.append({ type: 'step.intent', run: 'r1', actor: 'engine', data: { n, step: 'restore-database', what: 'pg_restore' } });
    });
    const batched = rate(() => {
      for (let n = 0; n < events; n += 100) journal.appendAll(Array.from({ length: 100 }, (_, index) => ({ type: 'step.intent', run: 'r1', actor: 'engine', data: { n: n + index } })));
    });
    process.stdout.write(`write+fsync ${peer}/s   append ${ours}/s (${(ours / peer).toFixed(2)} ×)   appendAll of 100 ${batched}/s\n`);
  }
  closeSync(file);
  journal.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
