import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { diskFolder } from '../../support/record/disk-folder.ts';
import { hasStrace } from '../../support/record/syscall-trace.ts';

const WRITER = fileURLToPath(new URL('../../support/record/writer.ts', import.meta.url));
const isLong = process.env['BLACKSTART_LONG_TESTS'] === '1';
/** Every 11th call fails, beginning with the first, then with the second, …: after 11 runs each call has failed once. Opening takes fewer. */
const STRIDE = 11;

let root: string;
beforeAll(() => {
  root = diskFolder('blackstart-faults-');
});
afterAll(() => rmSync(root, { recursive: true }));

interface Outcome {
  status: number | null;
  acknowledged: string[];
  failed: string[];
  stderr: string;
}

/** @param fault as strace takes it: `pwrite64:error=EIO:when=3+13` */
function runWithFault(dir: string, fault: string, steps: number): Outcome {
  const call = fault.split(':')[0] ?? '';
  const { status, stdout, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${fault}`, process.execPath, WRITER, dir, String(steps), '0'], { encoding: 'utf8', timeout: 100_000, killSignal: 'SIGKILL' });
  const lines = stdout.split('\n');
  return { status, stderr, acknowledged: lines.filter((line) => line.startsWith('ack ')), failed: lines.filter((line) => line.startsWith('failed ')) };
}

function makeRecord(dir: string): void {
  openJournal({ dataDir: dir, clock: systemClock() }).close();
}

/** Once the disk is well again: what the journal holds of steps, and whether the record verifies. */
async function readBack(dir: string): Promise<string[]> {
  const journal = openJournal({ dataDir: dir, clock: systemClock() });
  const present = [...journal.events()].filter(({ type }) => /^(?:step\.|run\.noted)/u.test(type)).map(({ seq, id, type }) => `ack ${seq} ${id} ${type}`);
  journal.append({ type: 'run.noted', run: 'r1', actor: 'engine', data: {} });
  journal.close();
  expect((await verifyRecord(dir)).problems).toEqual([]);
  return present;
}

describe.skipIf(!hasStrace)('when the disk fails at one call after the other', () => {
  it.each([
    ['ENOSPC at writes', 'pwrite64:error=ENOSPC', /^failed disk (?:The disk is full|The disk reports|The data folder may not)/u],
    ['EIO at writes', 'pwrite64:error=EIO', /^failed disk /u],
    ['EIO at syncs', 'fsync:error=EIO', /^failed disk /u],
    ['EIO at truncations', 'ftruncate:error=EIO', /^failed disk /u],
  ])('what was acknowledged is what is there, and the operator is told: %s', async (name, fault, told) => {
    let failures = 0;
    for (let first = 1; first <= STRIDE; first += 1) {
      const dir = join(root, `${name.replaceAll(' ', '-')}-${first}`);
      makeRecord(dir);
      const { status, stderr, acknowledged, failed } = runWithFault(dir, `${fault}:when=${first}+${STRIDE}`, isLong ? 24 : 5);
      expect({ first, status, stderr }).toEqual({ first, status: 0, stderr: '' });
      for (const line of failed) expect(line).toMatch(told);
      expect({ first, present: await readBack(dir) }).toEqual({ first, present: acknowledged });
      failures += failed.length;
    }
    console.log(`${name}: the operator was told ${failures} times`);
    if (!fault.startsWith('ftruncate')) expect(failures).toBeGreaterThan(0);
  }, 300_000);

  it.each([
    ['ENOSPC at writes', 'pwrite64:error=ENOSPC', 33],
    ['EIO at syncs', 'fsync:error=EIO', 20],
  ])('the very first start is tried again and works: %s', async (name, fault, calls) => {
    for (let call = 1; call <= calls; call += isLong ? 1 : 3) {
      const dir = join(root, `start-${name.replaceAll(' ', '-')}-${call}`);
      const { status, stderr, acknowledged } = runWithFault(dir, `${fault}:when=${call}`, 1);
      expect({ call, status, stderr }).toEqual({ call, status: 0, stderr: '' });
      expect({ call, present: await readBack(dir) }).toEqual({ call, present: acknowledged });
    }
  }, 300_000);

  it.each([
    ['is full', 'pwrite64:error=ENOSPC'],
    ['gives only errors', 'pwrite64:error=EIO'],
    ['cannot sync any more', 'fsync:error=EIO'],
  ])('for good, nothing acknowledged is lost: it %s', async (name, fault) => {
    for (const from of isLong ? [9, 10, 11, 12, 25, 40] : [12, 30]) {
      const dir = join(root, `${name.replaceAll(' ', '-')}-${from}`);
      makeRecord(dir);
      const { status, stderr, acknowledged, failed } = runWithFault(dir, `${fault}:when=${fault.startsWith('fsync') ? Math.round(from / 3) : from}+`, 7);
      // The disk may be dead before the journal is open: then nothing was acknowledged, and that was said too.
      expect({ from, status, stderr }).toEqual({ from, status: acknowledged.length > 0 ? 0 : expect.toBeOneOf([0, 3]), stderr: '' });
      expect(failed.length).toBeGreaterThan(0);
      for (const line of failed) expect(line).toMatch(/^failed disk /u);
      const present = await readBack(dir);
      expect(present.slice(0, acknowledged.length)).toEqual(acknowledged);
    }
  }, 300_000);
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!mayMount)('on a disk that is really full', () => {
  it('an append is refused in plain words, and works again in the same process when there is room', async () => {
    const disk = join(root, 'small');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=640k', 'tmpfs', disk]);
    try {
      const dir = join(disk, 'data');
      const journal = openJournal({ dataDir: dir, clock: systemClock() });
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(128 * 1024));
      const append = () => journal.append({ type: 'run.noted', run: 'r1', actor: 'engine', data: { text: 'x'.repeat(9000) } });
      const acknowledged: number[] = [];
      expect(() => {
        for (;;) acknowledged.push(append().seq);
      }).toThrow(expect.objectContaining({ code: 'disk', message: expect.stringMatching(/^The disk is full\./u) }));
      expect(() => journal.blobs.put(Buffer.alloc(1024 * 1024))).toThrow(expect.objectContaining({ code: 'disk' }));
      expect(acknowledged.length).toBeGreaterThan(10);
      rmSync(join(disk, 'ballast'));
      acknowledged.push(append().seq);
      expect([...journal.events({ types: ['run.noted'] })].map(({ seq }) => seq)).toEqual(acknowledged);
      journal.close();
      expect((await verifyRecord(dir)).problems).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
