import Database from 'better-sqlite3';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { diskFolder } from '../../support/record/disk-folder.ts';
import { saidBefore, writeImage } from '../../support/record/power-loss.ts';
import { seededRandom } from '../../support/record/random.ts';
import { hasStrace, traceNode } from '../../support/record/syscall-trace.ts';
import type { Operation } from '../../support/record/syscall-trace.ts';

const IMAGES = process.env['BLACKSTART_LONG_TESTS'] === '1' ? 5000 : 500;
const support = (name: string): string => fileURLToPath(new URL(`../../support/record/${name}`, import.meta.url));
const random = seededRandom();

let root: string;
beforeAll(() => {
  root = diskFolder('blackstart-power-');
  console.log(`power-loss images: ${IMAGES}, seed ${random.seed}`);
});
afterAll(() => rmSync(root, { recursive: true }));

function trace(name: string, script: string, ...args: string[]): Operation[] {
  const folder = join(root, name);
  mkdirSync(folder);
  return traceNode(folder, join(root, `${name}.trace`), support(script), [folder, ...args]);
}

/** Calls `judge` with one image after the other and removes each. */
async function eachImage(operations: readonly Operation[], count: number, judge: (image: string, said: string[]) => Promise<void> | void): Promise<void> {
  const image = join(root, 'image');
  for (let number = 0; number < count; number += 1) {
    const cut = random.below(operations.length + 1);
    writeImage(operations, cut, random, image);
    await judge(image, saidBefore(operations, cut));
    rmSync(image, { recursive: true });
  }
}

/** What is missing of the acknowledged after the journal was opened again. */
function lostEvents(image: string, said: readonly string[]): string[] {
  const journal = openJournal({ dataDir: image, clock: systemClock() });
  const present = new Set([...journal.events()].map(({ seq, id, type }) => `ack ${seq} ${id} ${type}`));
  journal.close();
  return said.filter((line) => line.startsWith('ack ') && !present.has(line));
}

/** How many acknowledged rows of the control are missing in images of its trace. */
async function controlLosses(name: string, mode: string, synchronous: string): Promise<number> {
  let losing = 0;
  await eachImage(trace(name, 'control.ts', mode, synchronous, '20'), 200, (image, said) => {
    const acknowledged = said.filter((line) => line.startsWith('ack ')).length;
    if (readRows(join(image, 'control.sqlite')) < acknowledged) losing += 1;
  });
  return losing;
}

function readRows(path: string): number {
  if (!existsSync(path)) return 0;
  const db = new Database(path);
  try {
    return db.prepare<[], number>('SELECT count(*) FROM entry').pluck().get() ?? 0;
  } catch {
    return 0;
  } finally {
    db.close();
  }
}

describe.skipIf(!hasStrace)('after a power cut at any instant', () => {
  it('every acknowledged event is there, the chain holds, and nothing is called tampered with', async () => {
    const operations = trace('journal', 'writer.ts', '14', '0');
    expect(operations.filter(({ kind }) => kind === 'said').length).toBeGreaterThan(35);
    const lost: string[] = [];
    const alarms: string[] = [];
    await eachImage(operations, IMAGES, async (image, said) => {
      const acknowledged = said.some((line) => line.startsWith('ack '));
      if (acknowledged) alarms.push(...(await verifyRecord(image)).problems.map(({ kind, message }) => `as it lay: ${kind} ${message}`));
      lost.push(...lostEvents(image, said));
      if (random.chance(0.2)) alarms.push(...(await verifyRecord(image)).problems.map(({ kind, message }) => `opened again: ${kind} ${message}`));
    });
    expect({ lost, alarms }).toEqual({ lost: [], alarms: [] });
  }, 1_200_000);

  it('a journal with weaker promises loses some: so these images have teeth', async () => {
    const losses = {
      'WAL, synchronous=FULL (ours)': await controlLosses('wal-full', 'wal', 'full'),
      'WAL, synchronous=NORMAL': await controlLosses('wal-normal', 'wal', 'normal'),
      'DELETE, synchronous=FULL': await controlLosses('delete-full', 'delete', 'full'),
    };
    console.log('images of 200 in which a control lost acknowledged rows:', losses);
    expect(losses['WAL, synchronous=FULL (ours)']).toBe(0);
    expect(losses['WAL, synchronous=NORMAL']).toBeGreaterThan(0);
    expect(losses['DELETE, synchronous=FULL']).toBeGreaterThan(0);
  }, 600_000);
});
