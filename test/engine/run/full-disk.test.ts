/** A run on a real disk that gets full, or that turns read-only, in the middle. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JournalEvent } from '../../../electron/engine/journal/journal.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { finish, openLab, step, type RunLab } from '../../support/run-lab.ts';
import { mayMount, mayMountImage, mountFailingDisk, mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';

let disk: SmallDisk;
let outside: string;
let lab: RunLab;
let acknowledged: JournalEvent[];
let told: string[];

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'bs-outside-'));
  if (!mayMount) return;
  disk = mountSmallDisk();
  mkdirSync(join(disk.path, 'books'));
  lab = openLab({ folder: disk.path });
  acknowledged = [];
  told = [];
  lab.journal.subscribe((events) => acknowledged.push(...events));
  lab.runs.subscribe((news) => { if (news.kind === 'fault') told.push(news.message); });
});
afterEach(async () => {
  rmSync(outside, { recursive: true });
  if (!mayMount) return;
  await lab.close().catch(() => undefined);
  disk.unmount();
});

const flag = (name: string): string => join(outside, name);
/** A tool that says that it runs and ends when the test lets it. */
const gated = (name: string, after = ''): string => `[sh, -c, 'touch ${flag(`${name}-runs`)}; until test -e ${flag(`${name}-may-end`)}; do sleep 0.02; done; ${after === '' ? 'echo done' : after}']`;
const until = (what: () => boolean): Promise<void> => vi.waitFor(() => { if (!what()) throw new Error('not yet'); }, { timeout: 60_000, interval: 20 });
const letEnd = (name: string): void => writeFileSync(flag(`${name}-may-end`), '');

/** Notes until one is refused: the room that the write-ahead log has left is not known. */
async function note(run: string, most: number): Promise<unknown> {
  for (let count = 0; count < most; count += 1) {
    const refused = await lab.runs.command(run, { do: 'note', step: null, text: 'x'.repeat(1900) }).then(() => null, (thrown: unknown) => thrown);
    if (refused !== null) return refused;
  }
  return null;
}

async function holds(run: string): Promise<void> {
  const seen = [...lab.journal.events()].map(({ seq, id }) => `${seq} ${id}`);
  expect(seen).toEqual(expect.arrayContaining(acknowledged.map(({ seq, id }) => `${seq} ${id}`)));
  expect(lab.events(run).filter(({ type }) => type === 'run.finished')).toHaveLength(1);
  await lab.close();
  expect((await verifyRecord(lab.dataDir)).problems).toEqual([]);
}

describe.skipIf(!mayMount)('a disk that gets full in the middle of a run', () => {
  const body = (): string => step('long', `kind: run\nrun: ${gated('long')}\nverify:\n  - { stdout: { equals: done } }`) + step('after', 'kind: run\nrun: ["true"]');

  it('is told in plain words, shown while it lasts, and the run goes on by itself when there is room again', async () => {
    const live = await lab.runs.start({ id: lab.write(body()), mode: 'rehearsal', params: {} }, 'auto');
    await until(() => existsSync(flag('long-runs')) && acknowledged.some(({ type }) => type === 'step.process'));
    disk.fill();
    letEnd('long');
    await until(() => live.trouble !== null);
    expect(live.view().lookout[0]).toMatch(/^The disk is full\..*Nothing that was acknowledged is lost; the run waits/u);
    expect(live.view()).toMatchObject({ state: 'running', steps: [{ state: 'running' }, { state: 'pending' }] });
    // a note that is not refused is kept, and one that is refused says why
    const refused = await note(live.id, 400);
    expect(refused).toMatchObject({ code: 'disk', message: expect.stringContaining('The disk is full.') });
    disk.empty();
    await until(() => !live.alive);
    expect(live.view()).toMatchObject({ state: 'succeeded', steps: [{ state: 'succeeded', attempts: 1, exit_codes: [0] }, { state: 'succeeded' }] });
    expect(live.view().lookout).toEqual(expect.arrayContaining([expect.stringMatching(/^The disk refused the record for \d+ s: The disk is full/u)]));
    expect(told).toEqual(expect.arrayContaining([expect.stringMatching(/^The disk is full\./u)]));
    await holds(live.id);
  });

  it('does not end a tool whose output finds no room: what it did stands, and the record says what is missing', async () => {
    const flood = step('flood', `kind: run\nrun: ${gated('flood', 'yes line | head -c 3000000; echo done >&2')}\nverify:\n  - { stderr: { equals: done } }`) + step('after', 'kind: run\nrun: ["true"]');
    const live = await lab.runs.start({ id: lab.write(flood), mode: 'rehearsal', params: {} }, 'auto');
    await until(() => existsSync(flag('flood-runs')) && acknowledged.some(({ type }) => type === 'step.process'));
    disk.fill();
    letEnd('flood');
    await until(() => live.trouble !== null);
    disk.empty();
    await until(() => !live.alive);
    expect(live.view()).toMatchObject({ state: 'succeeded', steps: [{ state: 'succeeded', exit_codes: [0], output: { size: 0 } }, { state: 'succeeded' }] });
    expect(live.view().lookout).toEqual(expect.arrayContaining([expect.stringMatching(/^What step flood printed could not be kept: The disk is full/u)]));
    await holds(live.id);
  });

  it('uses up no answer of an unattended run', async () => {
    const asking = step('long', `kind: run\nrun: ${gated('long')}`) + step('choose', 'kind: decide\nquestion: Which?\nas: way\noptions: { left: { label: Left }, right: { label: Right } }');
    const live = await lab.runs.start({ id: lab.write(asking), mode: 'rehearsal', params: {} }, 'auto');
    const done = finish(lab, live, { decisions: { choose: 'left' } });
    await until(() => existsSync(flag('long-runs')) && acknowledged.some(({ type }) => type === 'step.process'));
    disk.fill();
    letEnd('long');
    await until(() => live.trouble !== null);
    disk.empty();
    expect(await done).toMatchObject({ exit: 0, state: 'succeeded' });
    await holds(live.id);
  });

  it('does not hold up an end that a person asks for; the run is resumed where it was', async () => {
    const live = await lab.runs.start({ id: lab.write(body()), mode: 'rehearsal', params: {} }, 'auto');
    await until(() => existsSync(flag('long-runs')) && acknowledged.some(({ type }) => type === 'step.process'));
    disk.fill();
    await expect(live.park('closed', 'asked for')).rejects.toMatchObject({ code: 'disk' });
    live.leave();
    expect(lab.runs.view(live.id)).toMatchObject({ state: 'interrupted', steps: [{ state: 'unknown' }, {}] });
    disk.empty();
    letEnd('long');
    const again = await lab.runs.resume(live.id, { pace: 'auto' });
    expect(await finish(lab, again, { failures: { long: [{ do: 'retry', reason: 'there is room', by: 'Kim' }] } })).toMatchObject({ exit: 0, state: 'succeeded' });
    await holds(live.id);
  });
});

describe.skipIf(!mayMountImage)('a disk that fails under a run and turns read-only', () => {
  it('is told; once it is repaired, what was acknowledged is there and the run is resumed', async () => {
    const failing = mountFailingDisk();
    try {
      mkdirSync(join(failing.path, 'books'));
      const before = openLab({ folder: failing.path });
      const seen: string[] = [];
      before.journal.subscribe((events) => seen.push(...events.map(({ seq, id }) => `${seq} ${id}`)));
      const live = await before.runs.start({ id: before.write(step('long', `kind: run\nrun: ${gated('long')}`) + step('after', 'kind: run\nrun: ["true"]')), mode: 'rehearsal', params: {} }, 'auto');
      await until(() => existsSync(flag('long-runs')) && seen.length > 0 && before.events(live.id, 'step.process').length > 0);
      failing.fail();
      letEnd('long');
      await until(() => live.trouble !== null);
      expect(live.view().lookout[0]).toMatch(/^The disk (?:is read-only|reports a read or write error|failed).*Nothing that was acknowledged is lost/u);
      await before.close().catch(() => undefined);
      failing.repair();
      const lab = openLab({ folder: failing.path });
      expect([...lab.journal.events()].map(({ seq, id }) => `${seq} ${id}`)).toEqual(expect.arrayContaining(seen));
      const again = await lab.runs.resume(live.id, { pace: 'auto' });
      expect(await finish(lab, again, { failures: { long: [{ do: 'done', reason: 'it had ended, I looked', by: 'Kim' }] } })).toMatchObject({ exit: 0, state: 'succeeded' });
      await lab.close();
      expect((await verifyRecord(lab.dataDir)).problems).toEqual([]);
    } finally {
      failing.remove();
    }
  });
});

describe.skipIf(!mayMount)('a disk that is full when a run should begin', () => {
  it('says so, and lets the run begin when there is room', async () => {
    const id = lab.write(step('only', 'kind: run\nrun: ["true"]'));
    disk.fill();
    const refused = await lab.runs.start({ id, mode: 'rehearsal', params: {} }, 'auto').catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: 'disk', message: expect.stringContaining('The disk is full.') });
    disk.empty();
    expect(await finish(lab, await lab.runs.start({ id, mode: 'rehearsal', params: {} }, 'auto'))).toMatchObject({ exit: 0 });
  });
});
