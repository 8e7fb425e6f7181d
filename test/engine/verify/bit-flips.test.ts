import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { setClock } from '../../support/set-clock.ts';

/** In CI a sample that walks through all positions of a byte; in the long run every bit. */
const isLong = process.env['BLACKSTART_LONG_TESTS'] === '1';

let root: string;
let dir: string;
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

/** What Python's sqlite3 reads: neither our reader nor our verifier. It works on a copy, as opening may tidy the WAL. */
function entriesByPython(folder: string): string {
  const script = 'import hashlib,shutil,sqlite3,sys,tempfile;d=tempfile.mkdtemp();shutil.copytree(sys.argv[1],d+"/c");print([(r[0],hashlib.sha256(r[1]).hexdigest()) for r in sqlite3.connect(d+"/c/journal.sqlite").execute("SELECT seq, bytes FROM entry ORDER BY seq")]);shutil.rmtree(d)';
  return execFileSync('python3', ['-c', script, folder], { encoding: 'utf8' });
}

it.each([
  ['in-wal', 'journal.sqlite-wal', 1009],
  ['in-database', 'journal.sqlite', 331],
  ['in-database', 'checkpoints/4.note', 13],
  ['in-database', 'checkpoints/head', 5],
  ['in-database', 'keys/device.vkey', 11],
])('a single flipped bit of %s/%s is detected, or no entry has changed', async (image, name, step) => {
  dir = join(root, image);
  const path = join(dir, name);
  const original = readFileSync(path);
  const truth = entriesByPython(dir);
  const expected = await verifyRecord(dir);
  expect(expected).toMatchObject({ ok: true, entries: 5 });
  const unchanged: number[] = [];
  let flips = 0;
  for (let bit = 0; bit < original.length * 8; bit += isLong ? 1 : step) {
    const flipped = Buffer.from(original);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    writeFileSync(path, flipped);
    const found = await verifyRecord(dir);
    flips += 1;
    if (!found.ok) continue;
    unchanged.push(bit);
    expect({ bit, head: found.head }).toEqual({ bit, head: expected.head });
    // The verifier said that all is well: a sample of those is held against what another program reads.
    if (unchanged.length % 25 === 1) expect({ bit, entries: entriesByPython(dir) }).toEqual({ bit, entries: truth });
  }
  writeFileSync(path, original);
  console.log(`${image}/${name}: ${flips} flips, ${flips - unchanged.length} detected, ${unchanged.length} changed no entry`);
  expect(flips - unchanged.length).toBeGreaterThan(0);
}, 3_600_000);
