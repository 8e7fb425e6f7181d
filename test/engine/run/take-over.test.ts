/** A run whose laptop died, taken over on a second one from its evidence bundle: two data folders, real bundles, real programs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunView } from '../../../electron/contract/run.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openDataFolder, type DataFolder } from '../../../electron/engine/data-folder.ts';
import { renderReport } from '../../../electron/engine/report/report.ts';
import type { TakeOverRequest } from '../../../electron/engine/run/runs.ts';
import { verifyBundle } from '../../../electron/engine/verify/verify-bundle.ts';
import { step } from '../../support/run-lab.ts';

const BODY = [
  step('look', 'kind: run\nrun: [echo, "row 41"]\nneeds: []\nbudget: 1m\ncapture: { rows: { regex: "^row ([0-9]+)$", type: string } }\nverify: [{ stdout: { contains: row } }]'),
  step('lay', 'kind: run\nrun: [touch, "{{scratch.place.path}}/laid"]\nneeds: [look]\nbudget: 1m\nverify: [{ file: "{{scratch.place.path}}/laid", exists: true }]'),
  step('choose', 'kind: decide\nquestion: Which way?\nas: way\noptions: { sea: { label: By sea }, land: { label: By land } }\nneeds: [lay]\nbudget: 1m'),
  step('slow', 'kind: run\nrun: [sleep, "{{pause}}"]\nneeds: [choose]\nbudget: 5m'),
  step('last', 'kind: run\nrun: [echo, "{{rows}} {{way}}"]\nneeds: [slow]\nbudget: 1m\nrestores_service: true\nverify: [{ stdout: { equals: "41 sea" } }]'),
].join('');
const FRONT = `targets: { rto: 4h }
scratch: { place: { kind: directory } }
params: { pause: { type: string, default: "600", rehearsal: "600" } }`;
const OUTAGE = new Date(Date.now() - 30 * 60_000).toISOString();

let folder = '';
const opened: DataFolder[] = [];

/** A laptop of its own; `books`: which version of the runbook lies on it, null for none. */
function laptop(name: string, front: string | null): DataFolder {
  const at = join(folder, name);
  mkdirSync(join(at, 'runbooks'), { recursive: true });
  if (front !== null) writeFileSync(join(at, 'runbooks', 'ferry.runbook.md'), `---\nblackstart: 1\nid: ferry\ntitle: Bring the ferry back\nsystem: ferry\nowner: tests\nreviewed: 2026-11-01\nseverity: low\nscenario: A test.\n${front}\n---\n\n## Phase\n\n${BODY}\n`);
  const data = openDataFolder({ dataDir: join(at, 'data'), runbookDirs: [join(at, 'runbooks')], clock: systemClock(), nodePath: process.execPath, launcher: 'blackstart', env: process.env });
  opened.push(data);
  return data;
}

async function until(data: DataFolder, run: string, holds: (view: RunView) => boolean): Promise<RunView> {
  await expect.poll(() => holds(data.runs.view(run)), { timeout: 20_000, interval: 50 }).toBe(true);
  return data.runs.view(run);
}
const state = (view: RunView, id: string): string | undefined => view.steps.find((one) => one.id === id)?.state;

/** Runs the ferry up to its slow step, and exports it while that is under way. */
async function dyingRun(first: DataFolder): Promise<{ run: string; bundle: string }> {
  const live = await first.runs.start({ id: 'ferry', mode: 'rehearsal', params: {}, outage_at: OUTAGE, operator: 'Mira Holm' }, 'auto');
  await until(first, live.id, (view) => state(view, 'choose') === 'waiting');
  await first.runs.command(live.id, { do: 'decide', step: 'choose', option: 'sea' });
  await until(first, live.id, (view) => state(view, 'slow') === 'running');
  await first.runs.command(live.id, { do: 'note', step: null, text: 'The fan is loud' });
  const bundle = join(folder, 'run.zip');
  await first.exportRun(live.id, bundle);
  return { run: live.id, bundle };
}

const request = (more: Partial<TakeOverRequest> = {}): TakeOverRequest => ({ operator: 'Jonas Weidmann', reason: 'The first laptop smokes', pace: 'auto', accept_unknown_laptop: 'Mira handed me the stick', ...more });

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bs-takeover-')); });
afterEach(async () => {
  for (const data of opened.splice(0)) await data.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a run of a dead laptop', () => {
  it('goes on here: what was done there counts as done there, what was under way is asked, the clock goes on from the outage', async () => {
    const first = laptop('first', FRONT);
    const { run, bundle } = await dyingRun(first);
    const second = laptop('second', FRONT);
    await second.importBundle(bundle);
    const live = await second.takeOver(run, request());
    const view = second.runs.view(live.id);
    expect(live.id).not.toBe(run);
    expect(view).toMatchObject({ outage_at: OUTAGE, operator: { name: 'Jonas Weidmann' }, taken_over: { run, device: first.journal.device.name, operator: 'Mira Holm', by: 'Jonas Weidmann', reason: 'The first laptop smokes', runbook: 'same', stranger: 'Mira handed me the stick' } });
    expect(view.notes).toMatchObject([{ text: 'The fan is loud', by: 'Mira Holm' }]);
    expect(view.present.map(({ name, role }) => [name, role])).toEqual([['Mira Holm', `operator, on ${first.journal.device.name}`], ['Jonas Weidmann', 'operator']]);
    const inherited = [...second.journal.events({ run: live.id, types: ['step.inherited'] })].map(({ data }) => data);
    const { head } = view.taken_over ?? { head: null };
    expect(inherited).toEqual([['look', 'succeeded'], ['lay', 'succeeded'], ['choose', 'succeeded'], ['slow', 'running']].map(([id, was]) => ({ step: id, state: was, run, device: first.journal.device.name, head: head?.hash })));
    expect(view.steps.map((one) => one.state)).toEqual(['succeeded', 'unknown', 'succeeded', 'unknown', 'pending']);
    expect(view.steps.find(({ id }) => id === 'slow')?.reason).toContain('its outcome is unknown');
    expect(view.steps.find(({ id }) => id === 'lay')?.reason).toContain('scratch places');

    await second.runs.command(live.id, { do: 'retry', step: 'lay', reason: 'its place is another one' });
    await until(second, live.id, (now) => state(now, 'lay') === 'succeeded');
    await second.runs.command(live.id, { do: 'done', step: 'slow', reason: 'Mira saw it end' });
    const done = await until(second, live.id, (now) => now.finished_at !== null);
    expect(done).toMatchObject({ state: 'succeeded', rto: { met: true } });
    expect(done.rto.achieved_s).toBeGreaterThanOrEqual(30 * 60);
    expect(done.steps.find(({ id }) => id === 'last')?.assertions).toMatchObject([{ ok: true, actual: '"41 sea"' }]);
  }, 60_000);

  it('is told of with both laptops in its report, its record holds, and so does its own bundle, by both verifiers', async () => {
    const first = laptop('first', FRONT);
    const { run, bundle } = await dyingRun(first);
    const second = laptop('second', FRONT);
    await second.importBundle(bundle);
    const live = await second.takeOver(run, request());
    const report = second.report(live.id);
    expect(report.execution.find(({ id }) => id === 'look')).toMatchObject({ executor: `Mira Holm, on ${first.journal.device.name}`, output: { size: 7 }, exit_codes: [0] });
    expect(report.deviations).toContainEqual(expect.objectContaining({ what: `Taken over from ${first.journal.device.name}, run ${run}`, who: 'Jonas Weidmann: “The first laptop smokes”, believing a laptop that is not known here: “Mira handed me the stick”' }));
    expect(report.people).toMatchObject([{ part: 'operator', name: 'Mira Holm', role: `operator, on ${first.journal.device.name}` }, { part: 'operator', name: 'Jonas Weidmann' }]);
    const html = renderReport(report, 'html');
    for (const words of ['Taken over from another laptop', first.journal.device.name, second.journal.device.name, 'under way, outcome unknown']) expect(html).toContain(words);
    expect(second.verifyReport(Buffer.from(html)).problems.map(({ kind }) => kind)).toEqual(['report.unsigned']);
    expect((await second.verifyRecord([])).problems).toEqual([]);

    const own = join(folder, 'own.zip');
    await second.exportRun(live.id, own);
    expect((await verifyBundle(own, { trusted: [] })).problems).toEqual([]);
    const unpacked = join(folder, 'unpacked');
    execFileSync('python3', ['-m', 'zipfile', '-e', own, unpacked]);
    expect(execFileSync('python3', [join(unpacked, 'verify.py'), unpacked], { encoding: 'utf8' })).toMatch(/^VERIFIED$/mu);
    const output = report.execution.find(({ id }) => id === 'look')?.output?.sha256 ?? '';
    expect(readdirSync(join(unpacked, 'outputs'))).toContain(output); // of a step that was done on the first laptop
    expect(readFileSync(join(unpacked, 'outputs', output), 'utf8')).toBe('row 41\n');
  }, 60_000);

  it('can be taken over a second time, on a third laptop', async () => {
    const first = laptop('first', FRONT);
    const { run, bundle } = await dyingRun(first);
    const second = laptop('second', FRONT);
    await second.importBundle(bundle);
    const live = await second.takeOver(run, request());
    const again = join(folder, 'again.zip');
    await second.exportRun(live.id, again);
    const third = laptop('third', FRONT);
    await third.importBundle(again);
    const later = await third.takeOver(live.id, request({ operator: 'Ruth Adeyemi' }));
    const view = third.runs.view(later.id);
    expect(view).toMatchObject({ outage_at: OUTAGE, taken_over: { run: live.id, device: second.journal.device.name } });
    expect(view.steps.map((one) => one.state)).toEqual(['succeeded', 'unknown', 'succeeded', 'unknown', 'pending']);
    expect(view.present.map(({ name }) => name)).toEqual(['Mira Holm', 'Jonas Weidmann', 'Ruth Adeyemi']);
    expect(third.report(later.id).execution.find(({ id }) => id === 'look')).toMatchObject({ exit_codes: [0], output: { size: 7 } });
  }, 60_000);

  it('is resumed after the second laptop was restarted as well', async () => {
    const first = laptop('first', FRONT);
    const { run, bundle } = await dyingRun(first);
    const second = laptop('second', FRONT);
    await second.importBundle(bundle);
    const live = await second.takeOver(run, request());
    await opened.pop()?.close();
    const reopened = laptop('second', FRONT);
    const resumed = await reopened.runs.resume(live.id, { pace: 'auto' });
    expect(reopened.runs.view(resumed.id).steps.map((one) => one.state)).toEqual(['succeeded', 'unknown', 'succeeded', 'unknown', 'pending']);
  }, 60_000);
});

describe('what cannot be taken over', () => {
  it('needs a name, a reason, and a word about a laptop that nobody knows', async () => {
    const first = laptop('first', FRONT);
    const { run, bundle } = await dyingRun(first);
    const second = laptop('second', FRONT);
    await second.importBundle(bundle);
    await expect(second.takeOver(run, request({ reason: ' ' }))).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('why') });
    await expect(second.takeOver(run, request({ operator: '' }))).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('who') });
    await expect(second.takeOver(run, request({ accept_unknown_laptop: undefined }))).rejects.toMatchObject({ code: 'waiting', hint: expect.stringContaining('--accept-unknown-laptop') });
    mkdirSync(join(second.dataDir, 'trust'), { recursive: true });
    writeFileSync(join(second.dataDir, 'trust', 'first.vkey'), `${first.journal.device.vkey}\n`);
    const live = await second.takeOver(run, request({ accept_unknown_laptop: undefined }));
    expect(second.runs.view(live.id).taken_over).toMatchObject({ known: true, stranger: null });
  }, 60_000);

  it('is refused a second time on the same laptop, and when it is over', async () => {
    const first = laptop('first', FRONT);
    const { run, bundle } = await dyingRun(first);
    const second = laptop('second', FRONT);
    await second.importBundle(bundle);
    const live = await second.takeOver(run, request());
    await expect(second.takeOver(run, request())).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(live.id) });
    await first.runs.command(run, { do: 'abort', reason: 'It was taken over' });
    await until(first, run, (view) => view.finished_at !== null);
    const over = join(folder, 'over.zip');
    await first.exportRun(run, over);
    const third = laptop('third', FRONT);
    await third.importBundle(over);
    await expect(third.takeOver(run, request())).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('is over') });
  }, 60_000);

  it('is refused from a bundle that was changed since, and from none', async () => {
    const { run, bundle } = await dyingRun(laptop('first', FRONT));
    const second = laptop('second', FRONT);
    const { sha256 } = await second.importBundle(bundle);
    const kept = join(second.dataDir, 'imported', `${sha256}.zip`);
    const bytes = readFileSync(kept);
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
    writeFileSync(kept, bytes);
    await expect(second.takeOver(run, request())).rejects.toMatchObject({ code: 'bad' });
    await expect(second.takeOver('20200101-000000-abcdef', request())).rejects.toMatchObject({ code: 'not-found' });
    expect(second.runs.ids()).toEqual([]);
  }, 60_000);

  it('wants the same runbook here, or a word that the one in the bundle will do', async () => {
    const { run, bundle } = await dyingRun(laptop('first', FRONT));
    for (const [name, front] of [['none', null], ['other', FRONT.replace('4h', '5h')]] as const) {
      const second = laptop(name, front);
      await second.importBundle(bundle);
      await expect(second.takeOver(run, request())).rejects.toMatchObject({ code: 'waiting', hint: expect.stringContaining('--use-bundle-runbook') });
      const live = await second.takeOver(run, request({ use_bundle_runbook: 'The stick with the kit burned' }));
      expect(second.runs.view(live.id)).toMatchObject({ signature: 'unsigned', rto: { target_s: 4 * 3600 }, taken_over: { runbook: 'bundle', acknowledged: 'The stick with the kit burned' } });
      expect((await second.verifyRecord([])).problems).toEqual([]);
    }
  }, 60_000);

  it('asks in live mode for somebody who is enrolled here, and asks for approvals again', async () => {
    const body = step('gate', 'kind: run\nrun: [echo, gone]\nneeds: []\nbudget: 1m\napprove: { by: [operator], quorum: 1 }\nverify: [{ stdout: { equals: gone } }]');
    const write = (name: string): DataFolder => {
      const data = laptop(name, null);
      writeFileSync(join(folder, name, 'runbooks', 'gate.runbook.md'), `---\nblackstart: 1\nid: gate\ntitle: The gate\nsystem: gate\nowner: tests\nreviewed: 2026-11-01\nseverity: low\nscenario: A test.\nroles: { operator: { min: 1, approves: true } }\n---\n\n## Phase\n\n${body}\n`);
      return data;
    };
    const passphrase = 'copper lantern harbour tide';
    const first = write('first');
    await first.people.enroll({ name: 'Mira Holm', roles: ['operator'], passphrase });
    await first.people.enroll({ name: 'Ruth Adeyemi', roles: ['operator'], passphrase });
    const live = await first.runs.start({ id: 'gate', mode: 'live', params: {}, operator: 'Mira Holm', acknowledge_unsigned: 'in a hurry', proceed_not_ready: 'it burns' }, 'step');
    await until(first, live.id, (view) => state(view, 'gate') === 'waiting');
    await first.runs.command(live.id, { do: 'approve', step: 'gate', person: 'ruth-adeyemi', passphrase });
    await until(first, live.id, (view) => view.steps[0]?.waiting_for === 'start');
    const bundle = join(folder, 'gate.zip');
    await first.exportRun(live.id, bundle);
    const second = write('second');
    await second.importBundle(bundle);
    await expect(second.takeOver(live.id, request())).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('not enrolled') });
    await second.people.enroll({ name: 'Jonas Weidmann', roles: ['operator'], passphrase });
    const taken = await second.takeOver(live.id, request({ pace: 'step' }));
    const view = await until(second, taken.id, (now) => state(now, 'gate') === 'waiting');
    expect(view.steps[0]).toMatchObject({ waiting_for: 'approval', approvals: [] });
  }, 60_000);
});
