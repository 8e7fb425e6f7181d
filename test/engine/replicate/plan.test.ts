import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { deviceFolder, prefixFolder, readSegmentKey, segmentKey } from '../../../electron/engine/replicate/layout.ts';
import { digestsOf, planCopy } from '../../../electron/engine/replicate/plan.ts';

let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-plan-'));
  journal = openJournal({ dataDir: folder, clock: systemClock() });
  for (let index = 0; index < 40; index += 1) journal.append({ type: 'test.entry', run: null, actor: 'engine', data: { index, text: 'x'.repeat(index * 20) } });
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the plan of a copy', () => {
  it('covers every entry once, whatever was copied before and wherever that was cut', () => {
    const { size } = journal.head;
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: size }), { maxLength: 6 }), (cuts) => {
      let stored: string[] = [];
      for (const to of [...cuts.sort((a, b) => a - b), size]) {
        const { groups, conflicts } = planCopy(journal, folder, to, stored);
        expect(conflicts).toEqual([]);
        stored = groups.flat().map(({ key }) => key);
      }
      const segments = stored.flatMap((key) => readSegmentKey(key) ?? []);
      const covered = segments.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
      expect(covered.sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => index + 1));
    }), { numRuns: 25 });
  });

  it('names each object by what is in it', async () => {
    for (const object of planCopy(journal, folder, journal.head.size, []).groups.flat()) {
      const { sha256 } = await digestsOf(object);
      expect(object.sha256).toBe(sha256);
      const segment = readSegmentKey(object.key);
      if (segment !== null) expect(segment.sha256).toBe(sha256);
    }
  });

  it('sends what is larger than a gibibyte in parts, which are its bytes in order', async () => {
    const { sha256, size } = journal.blobs.put(randomBytes(100));
    journal.append({ type: 'test.output', run: null, actor: 'engine', data: { output: { sha256, size } } });
    truncateSync(journal.blobs.path(sha256), 2.5 * 2 ** 30); // a file with a hole: only its size is looked at
    const parts = planCopy(journal, folder, journal.head.size, []).groups.flat().filter(({ key }) => key.includes('.part-'));
    expect(parts.map(({ key, size: bytes }) => [key.slice(-18), bytes])).toEqual([['.part-0001-of-0003', 2 ** 30], ['.part-0002-of-0003', 2 ** 30], ['.part-0003-of-0003', 2 ** 29]]);
    truncateSync(journal.blobs.path(sha256), 2 ** 30 + 3);
    const last = planCopy(journal, folder, journal.head.size, []).groups.flat().findLast(({ key }) => key.includes('.part-'));
    expect(last === undefined ? null : await digestsOf(last)).toEqual({ sha256: createHash('sha256').update(Buffer.alloc(3)).digest('hex'), md5: createHash('md5').update(Buffer.alloc(3)).digest('base64') });
  });
});

describe('names in the bucket', () => {
  it('are read back as they were written', () => {
    const segment = { from: 1, to: 83, sha256: 'a'.repeat(64) };
    expect(readSegmentKey(segmentKey(segment))).toEqual(segment);
    for (const odd of ['journal/1-2.ndjson', `journal/${segmentKey(segment)}`, 'blobs/aa', `${segmentKey(segment)}x`]) expect(readSegmentKey(odd)).toBeNull();
  });

  it('keep laptops apart and hold nothing that a store or a shell minds', () => {
    expect(deviceFolder('device/0badcafe+1234abcd+AAAA/BBB=')).toBe('0badcafe-1234abcd/');
    expect([prefixFolder(''), prefixFolder('/a/b/'), prefixFolder('a')]).toEqual(['', 'a/b/', 'a/']);
  });
});
