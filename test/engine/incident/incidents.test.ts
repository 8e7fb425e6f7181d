import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openDataFolder, readDataFolder, type DataFolder, type FolderOptions } from '../../../electron/engine/data-folder.ts';
import { incidentHtml } from '../../../electron/engine/incident/incident-report.ts';
import type { StartRequest } from '../../../electron/engine/run/runs.ts';
import { step } from '../../support/run-lab.ts';
import { IncidentView } from '../../../electron/contract/incident-view.ts';

const OUTAGE = new Date(Date.now() - 40 * 60_000).toISOString();
const BY = 'Ruth Adeyemi';
let folder = '';
let options: FolderOptions;
let data: DataFolder;

function write(id: string, rto: string): void {
  const body = step('restore', 'kind: manual\nconfirm: It is back.\nneeds: []\nbudget: 20m\nrestores_service: true') + step('tidy', 'kind: manual\nconfirm: All is tidy.\nneeds: [restore]\nbudget: 5m');
  writeFileSync(join(folder, 'runbooks', `${id}.runbook.md`), `---\nblackstart: 1\nid: ${id}\ntitle: Bring ${id} back\nsystem: sys-${id}\nowner: tests\nreviewed: 2026-11-01\nseverity: low\nscenario: A test.\ntargets: { rto: ${rto} }\n---\n\n## Phase\n\n${body}\n`);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-incident-'));
  mkdirSync(join(folder, 'runbooks'));
  for (const [id, rto] of [['dns', '2h'], ['shop', '4h'], ['mail', '30m']] as const) write(id, rto);
  options = { dataDir: join(folder, 'data'), runbookDirs: [join(folder, 'runbooks')], clock: systemClock(), nodePath: process.execPath, launcher: 'blackstart', env: process.env };
  data = openDataFolder(options);
});
afterEach(async () => {
  await data.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (runbooks: readonly string[] = ['dns', 'shop']): IncidentView => data.incidents.open({ title: 'Data centre lost', mode: 'rehearsal', outage_at: OUTAGE, by: BY, runbooks });
const start = async (id: string, more: Partial<StartRequest> = {}) => data.runs.start({ id, mode: 'rehearsal', params: {}, ...more }, 'auto');

async function until(run: string, holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 10_000, interval: 20, message: run }).toBe(true);
}
async function confirm(run: string, id: string): Promise<void> {
  await until(run, () => data.runs.view(run).steps.find((one) => one.id === id)?.state === 'waiting');
  await data.runs.command(run, { do: 'confirm', step: id });
}

describe('an incident', () => {
  it('is opened with its runbooks, what each is to take, and a forecast of the whole', () => {
    const { id } = open();
    const view = data.incidents.add(id, { runbooks: ['shop'], after: ['sys-dns'], by: BY });
    expect(view).toMatchObject({ title: 'Data centre lost', mode: 'rehearsal', state: 'open', outage_at: OUTAGE, opened: { by: BY }, total: { target_s: 4 * 3600, achieved_s: null, met: null, recovered: 0, of: 2 } });
    expect(view.members).toMatchObject([
      { runbook: 'dns', system: 'sys-dns', state: 'ready', target_s: 7200, after: [], run: null },
      { runbook: 'shop', state: 'blocked', after: ['dns'], lacking: ['dns'] },
    ]);
    expect(view.total.forecast_s).toBeGreaterThanOrEqual(80 * 60); // 40 min so far, 20 for each, one after the other
    expect(view.total.forecast_s).toBeLessThan(82 * 60);
    expect(view.critical.map(({ runbook, measured }) => [runbook, measured])).toEqual([['dns', false], ['shop', false]]);
    const reader = readDataFolder(options);
    expect(reader.incidents.list().map((one) => one.id)).toEqual([id]);
    expect(IncidentView.parse(reader.incidents.show('last')).members).toEqual(view.members.map((member) => ({ ...member, begins_at: expect.any(String), forecast_at: expect.any(String), slack_s: expect.any(Number) })));
    reader.close();
  });

  it('gives its outage to its runs, blocks what depends on another, and measures each and the whole', async () => {
    const { id } = open();
    data.incidents.add(id, { runbooks: ['shop'], after: ['dns'], by: BY });
    await expect(start('shop', { incident: id })).rejects.toMatchObject({ code: 'waiting', message: 'sys-shop depends on sys-dns, which is not back.', hint: expect.stringContaining('--despite-dependencies') });
    await expect(start('shop', { incident: id, despite_dependencies: 'no name' })).rejects.toMatchObject({ code: 'waiting' });
    const dns = await start('dns', { incident: id });
    expect(data.runs.view(dns.id)).toMatchObject({ outage_at: OUTAGE, incident: { id, despite: null } });
    await expect(start('dns', { incident: id })).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(dns.id) });
    await until(dns.id, () => data.incidents.show(id).members[0]?.run?.current?.state === 'waiting');
    expect(data.incidents.show(id).members[0]).toMatchObject({ state: 'open', run: { id: dns.id, current: { number: 1, title: 'Step restore', waiting_for: 'confirmation' }, over: 0, steps: 2 } });
    await confirm(dns.id, 'restore'); // its service is back, its run goes on
    expect(data.incidents.show(id).members).toMatchObject([{ state: 'recovered', met: true }, { state: 'ready', lacking: [] }]);
    const shop = await start('shop', { incident: id });
    await confirm(shop.id, 'restore');
    const view = data.incidents.show(id);
    expect(view.total).toMatchObject({ met: true, recovered: 2, of: 2, forecast_s: null });
    expect(view.total.achieved_s).toBeGreaterThanOrEqual(40 * 60);
    expect(view.critical.map(({ system, measured }) => [system, measured])).toEqual([['sys-dns', true], ['sys-shop', true]]);
    expect(view.critical[1]?.why).toBe('The last to be back: it waited for sys-dns.');
    expect((await data.verifyRecord([])).problems).toEqual([]);
  });

  it('lets a run begin early by name and reason, and says so on the run, in the incident and in its report', async () => {
    const { id } = open(['dns', 'shop', 'mail']);
    data.incidents.add(id, { runbooks: ['shop'], after: ['dns'], by: BY });
    const shop = await start('shop', { incident: id, despite_dependencies: 'The names are in its hosts file', by: 'Jonas Weidmann' });
    const despite = { by: 'Jonas Weidmann', reason: 'The names are in its hosts file', lacking: ['dns'] };
    expect(data.runs.view(shop.id).incident).toEqual({ id, despite });
    expect(data.runs.view(shop.id).lookout).toContain('Begun before dns was back, as Jonas Weidmann accepted: The names are in its hosts file');
    expect(data.incidents.show(id).members[1]).toMatchObject({ despite, state: 'open', lacking: ['dns'] });
    const html = incidentHtml(data.incidents.report(id));
    for (const words of ['REHEARSAL', 'Begun before dns was back', 'Jonas Weidmann: “The names are in its hosts file”', 'sys-mail', 'under way']) expect(html).toContain(words);
    expect(html).not.toMatch(/<script|src=|href=/u);
  });

  it('judges a missed target, and shows the newest of several runs', async () => {
    const { id } = open(['mail']);
    const first = await start('mail', { incident: id });
    await data.runs.command(first.id, { do: 'abort', reason: 'wrong disk' });
    await until(first.id, () => data.runs.view(first.id).state === 'aborted');
    expect(data.incidents.show(id).members[0]).toMatchObject({ state: 'ended', run: { id: first.id, current: null } });
    const second = await start('mail', { incident: id });
    await confirm(second.id, 'restore');
    expect(data.incidents.show(id)).toMatchObject({ members: [{ state: 'recovered', met: false, run: { id: second.id }, earlier: [first.id] }], total: { met: false } });
    expect(data.incidents.report(id).headline).toMatch(/^All 1 system was back 40 min/u);
  });

  it('is closed when all is over, else with a reason; then nothing of it changes any more', async () => {
    const { id } = open();
    const dns = await start('dns', { incident: id });
    expect(() => data.incidents.close(id, { by: BY })).toThrow(expect.objectContaining({ code: 'waiting', message: `The incident is not over: 1 run is not over (${dns.id}), and dns, shop are not back.` }));
    expect(data.incidents.show(id).state).toBe('open');
    const closed = data.incidents.close(id, { by: BY, reason: 'The other site took over' });
    expect(closed).toMatchObject({ state: 'closed', closed: { by: BY, reason: 'The other site took over' }, total: { met: false, forecast_s: null }, critical: [] });
    for (const late of [() => data.incidents.add(id, { runbooks: ['mail'], after: [], by: BY }), () => data.incidents.close(id, { by: BY }), () => data.incidents.remove(id, { runbook: 'shop', by: BY, reason: 'gone' })]) expect(late).toThrow(expect.objectContaining({ code: 'refused' }));
    await expect(start('shop', { incident: id })).rejects.toMatchObject({ code: 'refused' });
    const { id: other } = open(['mail']);
    const mail = await start('mail', { incident: other });
    await confirm(mail.id, 'restore');
    await confirm(mail.id, 'tidy');
    await until(mail.id, () => data.runs.view(mail.id).state === 'succeeded');
    expect(data.incidents.close(other, { by: BY })).toMatchObject({ state: 'closed', closed: { reason: null } });
  });
});

describe('what an incident refuses', () => {
  it('a nameless one, a live one without its outage, an unknown runbook', () => {
    expect(() => data.incidents.open({ title: ' ', mode: 'rehearsal', by: BY, runbooks: [] })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => data.incidents.open({ title: 'Lost', mode: 'rehearsal', by: ' ', runbooks: [] })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => data.incidents.open({ title: 'Lost', mode: 'live', by: BY, runbooks: [] })).toThrow(expect.objectContaining({ code: 'usage', hint: 'Give --outage-at TIME.' }));
    expect(() => open(['moon'])).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(data.incidents.list()).toEqual([]);
    expect(() => data.incidents.show('last')).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('dependencies on itself, in a circle, or on what is not in it', () => {
    const { id } = open();
    expect(() => data.incidents.add(id, { runbooks: ['dns'], after: ['dns'], by: BY })).toThrow(expect.objectContaining({ message: 'dns cannot depend on itself.' }));
    data.incidents.add(id, { runbooks: ['shop'], after: ['dns'], by: BY });
    expect(() => data.incidents.add(id, { runbooks: ['dns'], after: ['shop'], by: BY })).toThrow(expect.objectContaining({ code: 'usage', message: 'These would wait for each other: dns → shop → dns.' }));
    expect(() => data.incidents.add(id, { runbooks: ['dns'], after: ['mail'], by: BY })).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('a run of another mode, of a runbook that is not in it, or with another outage', async () => {
    const { id } = open();
    await expect(start('mail', { incident: id })).rejects.toMatchObject({ code: 'refused', message: `mail is not in the incident ${id}.` });
    await expect(start('dns', { incident: id, mode: 'tabletop' })).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('is a rehearsal') });
    await expect(start('dns', { incident: id, outage_at: '2026-01-01T00:00:00Z' })).rejects.toMatchObject({ code: 'usage' });
    expect(data.runs.ids()).toEqual([]);
  });

  it('to let go of a runbook whose run has begun; another goes with a reason, and nothing waits for it any more', async () => {
    const { id } = open(['dns', 'shop', 'mail']);
    data.incidents.add(id, { runbooks: ['shop'], after: ['dns', 'mail'], by: BY });
    await start('dns', { incident: id });
    expect(() => data.incidents.remove(id, { runbook: 'dns', by: BY, reason: 'gone' })).toThrow(expect.objectContaining({ code: 'refused' }));
    expect(() => data.incidents.remove(id, { runbook: 'mail', by: BY, reason: ' ' })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => data.incidents.remove(id, { runbook: 'moon', by: BY, reason: 'gone' })).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(data.incidents.remove(id, { runbook: 'mail', by: BY, reason: 'It runs elsewhere' }).members.map(({ runbook, after }) => [runbook, after])).toEqual([['dns', []], ['shop', ['dns']]]);
  });

  it('and takes a new place in the order when it is said', () => {
    const { id } = open(['dns', 'shop', 'mail']);
    expect(data.incidents.add(id, { runbooks: ['mail'], after: [], place: 1, by: BY }).members.map(({ runbook }) => runbook)).toEqual(['mail', 'dns', 'shop']);
  });
});
