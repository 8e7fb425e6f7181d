/**
 * How fast the independent verifier reads a record, as a ratio to bare hashing: one `createHash` leaf hash for each entry
 * over the same bytes. Run: node test/bench/journal-verify.ts [entries, default 1,000,000]. Aim: ≥ 0.2.
 * Both are measured in processor time as well: the peer holds its bytes in memory, the verifier reads them from a copy.
 */
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../electron/engine/clock.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';
import { verifyRecord } from '../../electron/engine/verify/verify-record.ts';

const BATCH = 1000;
const ROUNDS = 3;
const entries = Number(process.argv[2] ?? 1_000_000);
const dir = mkdtempSync(join(tmpdir(), 'verify-bench-'));

interface Spent {
  wall: number; // microseconds for each entry
  cpu: number;
}

async function measure(act: () => Promise<number> | number): Promise<Spent> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const count = await act();
  const { user, system } = process.cpuUsage(before);
  return { wall: ((performance.now() - start) * 1000) / count, cpu: (user + system) / count };
}

/** Events as long as those of a real step's result. */
function write(): number {
  const journal = openJournal({ dataDir: dir, clock: systemClock() });
  for (let from = 0; from < entries; from += BATCH) {
    journal.appendAll(Array.from({ length: BATCH }, (_, index) => ({
      type: 'step.result', run: '01996f0e-5b0c-7e43', actor: 'engine',
      data: { step: 'restore-database', attempt: 1, purpose: 'work', block: createHash('sha256').update(String(from + index)).digest('hex'), ok: true, how: 'exited', exit_codes: [0], captures: {}, duration_ms: 1234 + index, survivors: [], reason: null },
    })));
  }
  journal.checkpoint('bench');
  journal.close();
  return entries;
}

/** The peer. A tenth of the entries at a time, so that they fit in memory. */
async function hashAll(): Promise<Spent> {
  const db = new Database(join(dir, 'journal.sqlite'), { readonly: true });
  const rows = db.prepare<[number], Buffer>('SELECT bytes FROM entry ORDER BY seq LIMIT ?').pluck().all(Math.max(1, Math.floor(entries / 10)));
  db.close();
  const zero = Buffer.from([0]);
  return measure(() => {
    for (const bytes of rows) createHash('sha256').update(zero).update(bytes).digest();
    return rows.length;
  });
}

try {
  const written = await measure(write);
  process.stdout.write(`written in batches of ${BATCH}: ${Math.round(1e6 / written.wall)} entries/s\n`);
  const ratios: Spent[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const hashed = await hashAll();
    const verified = await measure(async () => {
      const found = await verifyRecord(dir);
      if (!found.ok) throw new Error(found.problems[0]?.message ?? 'the record does not verify');
      return found.entries;
    });
    const after = await hashAll();
    const ratio = { wall: (hashed.wall + after.wall) / 2 / verified.wall, cpu: (hashed.cpu + after.cpu) / 2 / verified.cpu };
    ratios.push(ratio);
    process.stdout.write(`createHash loop ${hashed.wall.toFixed(1)} and ${after.wall.toFixed(1)} µs an entry   verify ${verified.wall.toFixed(1)} µs   ${ratio.wall.toFixed(2)} × (processor time ${ratio.cpu.toFixed(2)} ×)\n`);
  }
  const middle = (values: number[]): string => (values.sort((left, right) => left - right)[Math.floor(ROUNDS / 2)] ?? 0).toFixed(2);
  process.stdout.write(`median ratio ${middle(ratios.map(({ wall }) => wall))}, in processor time ${middle(ratios.map(({ cpu }) => cpu))} (aim 0.20); most memory ${Math.round(process.resourceUsage().maxRSS / 1000)} MB\n`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
