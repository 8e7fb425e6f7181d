import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { diskFolder } from '../../support/record/disk-folder.ts';
import { seededRandom } from '../../support/record/random.ts';

const isLong = process.env['BLACKSTART_LONG_TESTS'] === '1';
const KILLS = isLong ? 2000 : 50;
/** Every record is verified after every kill, and that takes as long as the record is: a new one is begun after so many. */
const KILLS_A_RECORD = 50;
/** Records that grow side by side: a writer waits for its disk most of the time. */
const LANES = isLong ? 2 : 1;
const WRITER = fileURLToPath(new URL('../../support/record/writer.ts', import.meta.url));
const random = seededRandom();

let root: string;
beforeAll(() => {
  root = diskFolder('blackstart-kill-');
});
afterAll(() => rmSync(root, { recursive: true }));

/** Starts the writer and kills it a random while after a random acknowledgement. Returns what it said. */
async function killOne(dir: string): Promise<string[]> {
  const writer = spawn(process.execPath, [WRITER, dir, '100000', '192'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: writer.stdout });
  const said: string[] = [];
  const killAt = 1 + random.below(25);
  lines.on('line', (line) => {
    said.push(line);
    // The instant is what is random here: up to a few milliseconds into whatever comes next.
    if (said.length === killAt) setTimeout(() => writer.kill('SIGKILL'), random.below(4));
  });
  const [, signal] = await once(writer, 'exit');
  expect(signal).toBe('SIGKILL');
  if (!writer.stdout.readableEnded) await once(lines, 'close');
  return said;
}

function lastType(said: readonly string[]): string {
  return said.at(-1)?.split(' ')[3] ?? 'nothing yet';
}

/** Kills the writers of one record again and again. Returns what was acknowledged and is not there. */
async function killWritersOf(dir: string, instants: Map<string, number>): Promise<string[]> {
  const acknowledged = new Set<string>();
  for (let kill = 0; kill < KILLS_A_RECORD; kill += 1) {
    const said = await killOne(dir);
    for (const line of said) acknowledged.add(line);
    instants.set(lastType(said), (instants.get(lastType(said)) ?? 0) + 1);
    expect((await verifyRecord(dir)).problems).toEqual([]);
  }
  const journal = openJournal({ dataDir: dir, clock: systemClock() });
  for (const { seq, id, type } of journal.events()) acknowledged.delete(`ack ${seq} ${id} ${type}`);
  journal.close();
  return [...acknowledged];
}

it(`${KILLS} times SIGKILL at a random instant: no acknowledged event is lost, no chain breaks`, async () => {
  const instants = new Map<string, number>();
  const records = Array.from({ length: KILLS / KILLS_A_RECORD }, (_, index) => join(root, `record-${index}`)).values();
  const lane = async (): Promise<string[]> => {
    const lost: string[] = [];
    for (const dir of records) {
      lost.push(...(await killWritersOf(dir, instants)));
      rmSync(dir, { recursive: true });
    }
    return lost;
  };
  const lost = (await Promise.all(Array.from({ length: LANES }, lane))).flat();
  console.log(`seed ${random.seed}; killed after:`, Object.fromEntries(instants));
  expect(lost).toEqual([]);
  // After an acknowledged intent comes the effect: that is where an unknown outcome is made.
  expect(instants.get('step.intent') ?? 0).toBeGreaterThanOrEqual(KILLS / 4);
}, 3_600_000);
