import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { flipAll } from '../../support/record/flip-all.ts';
import { setClock } from '../../support/set-clock.ts';

const READER = fileURLToPath(new URL('../../support/record/read_flipped.py', import.meta.url));
/** In CI a sample that walks through all positions of a byte; in the long run every bit. */
const isLong = process.env['BLACKSTART_LONG_TESTS'] === '1';

let root: string;
let journal: Journal;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'blackstart-flips-'));
  journal = openJournal({ dataDir: join(root, 'live'), clock: setClock() });
  journal.startRunKey('r1');
  journal.append({ type: 'step.intent', run: 'r1', actor: 'engine', data: { step: 'restore' } });
  journal.checkpoint('a test');
  journal.append({ type: 'step.result', run: 'r1', actor: 'engine', data: { step: 'restore', output: { ...journal.blobs.put(Buffer.from('31 tables\n')) } } });
  // Two images: with the entries still in the WAL, and with them in the database file.
  cpSync(join(root, 'live'), join(root, 'in-wal'), { recursive: true });
  journal.close();
  cpSync(join(root, 'live'), join(root, 'in-database'), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

it.each([
  ['in-wal', 'journal.sqlite-wal', 1009],
  ['in-database', 'journal.sqlite', 331],
  ['in-database', 'checkpoints/4.note', 13],
  ['in-database', 'checkpoints/head', 5],
  ['in-database', 'keys/device.vkey', 11],
])('a single flipped bit of %s/%s is detected, or no entry has changed', async (image, name, step) => {
  const dir = join(root, image);
  expect(await verifyRecord(dir)).toMatchObject({ ok: true, entries: 5 });
  const { flips, passed, otherHead } = await flipAll('record', dir, name, isLong ? 1 : step);
  console.log(`${image}/${name}: ${flips} flips, ${flips - passed.length} detected, ${passed.length} changed no entry`);
  expect(flips).toBe(Math.ceil((statSync(join(dir, name)).size * 8) / (isLong ? 1 : step)));
  expect(flips - passed.length).toBeGreaterThan(0);
  expect(otherHead).toEqual([]);
  // The verifier said that all is well: each of those is held against what another program reads.
  expect(JSON.parse(execFileSync('python3', [READER, dir, name], { input: JSON.stringify(passed), encoding: 'utf8' }))).toEqual([]);
}, 3_600_000);
