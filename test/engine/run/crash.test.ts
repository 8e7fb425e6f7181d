/** A real engine process carrying a real run is killed with SIGKILL, and another one takes the run up. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { findSurvivors } from '../../../electron/engine/tool/find-survivors.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { finish, openLab, step, writeBook, type RunLab } from '../../support/run-lab.ts';

const CHILD = fileURLToPath(new URL('../../support/run-child.ts', import.meta.url));
/** Not under /tmp, which can be memory: a real disk is what the engine promises for. */
const HERE = fileURLToPath(new URL('../../../build', import.meta.url));
const ROUNDS = Number(process.env['BLACKSTART_CRASHES'] ?? '12');
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

interface Carrier {
  child: ChildProcess;
  lines: string[];
  /** Resolves with true when such a line has come, with false when the process has ended before. */
  until(test: (line: string) => boolean): Promise<boolean>;
  kill(): Promise<void>;
}

function newFolder(body: string): { folder: string; book: string } {
  mkdirSync(HERE, { recursive: true });
  const folder = mkdtempSync(join(HERE, 'crash-'));
  folders.push(folder);
  mkdirSync(join(folder, 'books'));
  return { folder, book: writeBook(folder, 'book', body, '') };
}

function carry(folder: string, book: string, what: 'start' | 'resume' = 'start'): Carrier {
  const child = spawn(process.execPath, [CHILD, join(folder, 'data'), book, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const seen: (() => void)[] = [];
  const wake = (): void => seen.splice(0).forEach((go) => go());
  let over = false;
  createInterface({ input: child.stdout }).on('line', (line) => { lines.push(line); wake(); }).on('close', () => { over = true; wake(); });
  return {
    child, lines,
    async until(test) {
      while (!lines.some(test)) {
        if (over) return false;
        await new Promise<void>((resolve) => seen.push(resolve));
      }
      return true;
    },
    async kill() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      while (!over) await new Promise<void>((resolve) => seen.push(resolve));
    },
  };
}

function run(lab: RunLab): string {
  return lab.runs.resolve('last');
}

describe('after the engine was killed', () => {
  it('the run is shown as interrupted, its step as unknown, and the operator decides', async () => {
    const { folder, book } = newFolder(step('long', 'kind: run\nrun: [sleep, "300"]') + step('after', 'kind: run\nrun: ["true"]'));
    const carrier = carry(folder, book);
    expect(await carrier.until((line) => line.includes('step.process long'))).toBe(true);
    await carrier.kill();
    const lab = openLab({ folder });
    const before = lab.runs.view('last');
    expect(before).toMatchObject({ state: 'interrupted' });
    expect(before.steps[0]).toMatchObject({ state: 'unknown' });
    const live = await lab.runs.resume('last', { pace: 'auto' });
    await live.settled();
    const view = live.view();
    expect(view.steps[0]).toMatchObject({ state: 'unknown', waiting_for: 'outcome' });
    expect(view.state).toBe('waiting');
    expect(view.survivors).toHaveLength(1);
    await expect(lab.runs.command(run(lab), { do: 'retry', step: 'long' })).rejects.toThrow('still lives');
    await lab.runs.command(run(lab), { do: 'survivors', step: 'long', then: 'look' });
    await expect(lab.runs.command(run(lab), { do: 'retry', step: 'long' })).rejects.toThrow('still lives');
    await lab.runs.command(run(lab), { do: 'survivors', step: 'long', then: 'kill' });
    expect(live.view().survivors).toEqual([]);
    expect(live.view().steps[0]?.reason).toBe('Interrupted: its outcome is unknown; nothing of it runs any more');
    expect(findSurvivors({ processes: [], marker: `${run(lab)}/` })).toEqual([]);
    await lab.runs.command(run(lab), { do: 'done', step: 'long', reason: 'it had finished, I looked' });
    await live.settled();
    expect(live.view()).toMatchObject({ state: 'succeeded', steps: [{ state: 'succeeded' }, { state: 'succeeded' }] });
  });

  it('without an answer an unattended resume waits for a person', async () => {
    const { folder, book } = newFolder(step('long', 'kind: run\nrun: [sleep, "300"]'));
    const carrier = carry(folder, book);
    await carrier.until((line) => line.includes('step.process long'));
    await carrier.kill();
    const lab = openLab({ folder });
    const live = await lab.runs.resume('last', { pace: 'auto' });
    const [alive] = live.view().survivors;
    const done = await finish(lab, live);
    expect(done).toMatchObject({ exit: 5, state: 'waiting' });
    expect(done.step('long').state).toBe('unknown');
    if (alive !== undefined) process.kill(alive.pid, 'SIGKILL');
  });

  it('an unattended retry of a drill ends what is left, and only then starts again', async () => {
    const { folder, book } = newFolder(step('once', 'kind: run\nrun: [flock, -n, -E, "9", "{{run_dir}}/lock", sh, -c, "echo x >> {{run_dir}}/tries; test $(wc -l < {{run_dir}}/tries) -ge 2 || sleep 300"]'));
    const carrier = carry(folder, book);
    await carrier.until((line) => line.includes('step.process once'));
    await carrier.kill();
    const lab = openLab({ folder });
    const live = await lab.runs.resume('last', { pace: 'auto' });
    const done = await finish(lab, live, { failures: { once: [{ do: 'retry', reason: 'again', by: 'Kim' }] } });
    expect(done.step('once'), done.why).toMatchObject({ state: 'succeeded', exit_codes: [0] });
    expect(findSurvivors({ processes: [], marker: `${live.id}/` })).toEqual([]);
  });

  it('abort ends what is left as well', async () => {
    const { folder, book } = newFolder(step('long', 'kind: run\nrun: [sleep, "300"]'));
    const carrier = carry(folder, book);
    await carrier.until((line) => line.includes('step.process long'));
    await carrier.kill();
    const lab = openLab({ folder });
    const live = await lab.runs.resume('last', { pace: 'auto' });
    await lab.runs.command('last', { do: 'abort', reason: 'enough' });
    await live.settled();
    expect(findSurvivors({ processes: [], marker: `${live.id}/` })).toEqual([]);
    expect(live.view().state).toBe('aborted');
    expect(lab.events(live.id, 'step.survivors')[0]?.data).toMatchObject({ gone: true });
  });

  it('an edited or deleted runbook changes nothing for the run', async () => {
    const { folder, book } = newFolder(step('first', 'kind: run\nrun: [sh, -c, "while ! test -e go; do sleep 0.05; done"]\ncwd: "{{runbook_dir}}"') + step('second', 'kind: run\nrun: [echo, as written]\nverify: [{ stdout: { equals: as written } }]'));
    const carrier = carry(folder, book);
    await carrier.until((line) => line.includes('step.process first'));
    await carrier.kill();
    rmSync(book);
    const lab = openLab({ folder });
    const live = await lab.runs.resume('last', { pace: 'auto' });
    await lab.runs.command(run(lab), { do: 'survivors', step: 'first', then: 'kill' });
    const done = await finish(lab, live, { failures: { first: [{ do: 'skip', reason: 'seen', by: 'Kim' }] } });
    expect(done.run.steps.map(({ state }) => state), done.why).toEqual(['skipped', 'succeeded']);
  });

  it('a retry that was due is done, and does not ask anybody', async () => {
    const { folder, book } = newFolder(step('flaky', 'kind: run\nrun: [sh, -c, "test -e {{run_dir}}/second || { touch {{run_dir}}/second; exit 1; }"]\non_fail: { retry: 1, delay: 2s }'));
    const carrier = carry(folder, book);
    await carrier.until((line) => line.includes('step.retrying flaky'));
    await carrier.kill();
    const lab = openLab({ folder });
    const done = await finish(lab, await lab.runs.resume('last', { pace: 'auto' }));
    expect(done.step('flaky')).toMatchObject({ state: 'succeeded', attempts: 2 });
  });

  it('a service that outlived the engine is kept, and ended with the run', async () => {
    const { folder, book } = newFolder(
      step('serve', 'kind: run\nrun: [sleep, "300"]\nbackground: { stop: ["true"] }') + step('hold', 'kind: run\nrun: [sleep, "300"]'),
    );
    const carrier = carry(folder, book);
    await carrier.until((line) => line.includes('step.process hold'));
    await carrier.kill();
    const lab = openLab({ folder });
    const live = await lab.runs.resume('last', { pace: 'auto' });
    expect(live.view().steps[0]?.state).toBe('succeeded');
    expect(findSurvivors({ processes: [], marker: `${run(lab)}/serve/` })).toHaveLength(1);
    await lab.runs.command(run(lab), { do: 'survivors', step: 'hold', then: 'kill' });
    await lab.runs.command(run(lab), { do: 'skip', step: 'hold', reason: 'enough' });
    await live.settled();
    expect(live.state()).toBe('succeeded');
    expect(findSurvivors({ processes: [], marker: `${run(lab)}/` })).toEqual([]);
  });
});

describe('killed at random instants', () => {
  /** `flock` holds while the step's program lives, whoever its parent is: a second copy beside it would leave its mark. */
  const one = (id: string): string => step(id, `kind: run\nrun: [flock, -n, -E, "9", "{{run_dir}}/${id}.lock", sh, -c, "echo began >> {{run_dir}}/${id}.log; sleep 0.03; echo ended >> {{run_dir}}/${id}.log"]\nverify: [{ file: "{{run_dir}}/${id}.log", exists: true }]`);
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const body = ids.map(one).join('');

  it(`nothing that was acknowledged is lost, no copy runs beside another, and the run ends well (${ROUNDS} kills)`, async () => {
    const where = new Map<string, number>();
    let kills = 0;
    let seed = Number(process.env['BLACKSTART_SEED'] ?? '7');
    const random = (): number => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648; };
    while (kills < ROUNDS) {
      const { folder, book } = newFolder(body);
      const carrier = carry(folder, book);
      const target = 1 + Math.floor(random() * 34);
      const reached = await carrier.until((line) => Number(line.split(' ')[0]) >= target);
      if (reached) {
        const at = performance.now() + random() * 25; // between events too
        while (performance.now() < at) await new Promise((resolve) => setImmediate(resolve));
      }
      await carrier.kill();
      kills += 1;
      await takeUp(folder, carrier.lines, where);
    }
    process.stdout.write(`killed at: ${[...where].map(([what, count]) => `${what} ${count}`).join(', ')}\n`);
    expect([...where.values()].reduce((sum, count) => sum + count, 0)).toBe(ROUNDS);
  }, 20_000 + ROUNDS * 15_000);

  async function takeUp(folder: string, acknowledged: readonly string[], where: Map<string, number>): Promise<void> {
    const count = (what: string): void => void where.set(what, (where.get(what) ?? 0) + 1);
    const lab = openLab({ folder });
    const kept = new Map([...lab.journal.events()].map(({ seq, type }) => [seq, type]));
    for (const line of acknowledged) {
      const [seq, type] = line.split(' ');
      if (seq !== '0') expect(kept.get(Number(seq)), line).toBe(type);
    }
    if (lab.runs.list().length === 0) { count('before the run'); await lab.close(); return; }
    const before = lab.runs.view('last');
    if (before.state === 'succeeded') { count('after the end'); await lab.close(); return; }
    expect(before.state).toBe('interrupted');
    const live = await lab.runs.resume('last', { pace: 'auto' });
    const unknown = live.view().steps.filter(({ state }) => state === 'unknown');
    count(unknown.length > 0 ? 'between intent and result' : 'between steps');
    expect(unknown.length).toBeLessThanOrEqual(1);
    for (const { id } of unknown) await lab.runs.command(live.id, { do: 'survivors', step: id, then: 'kill' });
    const done = await finish(lab, live, { failures: Object.fromEntries(unknown.map(({ id }) => [id, [{ do: 'retry', reason: 'again', by: 'Kim' }]])) });
    expect(done.state, `${done.why} ${JSON.stringify(done.run.steps.map(({ id, state, exit_codes }) => [id, state, exit_codes]))}`).toBe('succeeded');
    for (const { exit_codes } of done.run.steps) expect(exit_codes).not.toContain(9);
    for (const id of ids) {
      const log = readFileSync(join(live.runDir, `${id}.log`), 'utf8').trim().split('\n');
      const attempts = done.step(id).attempts;
      expect(log.filter((line) => line === 'began').length).toBeLessThanOrEqual(attempts);
      expect(log.at(-1)).toBe('ended');
    }
    expect(existsSync(join(folder, 'data', 'journal.sqlite'))).toBe(true);
    await lab.close();
    expect((await verifyRecord(join(folder, 'data'))).problems).toEqual([]);
  }
});
