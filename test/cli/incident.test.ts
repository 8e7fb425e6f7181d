/** Incidents and runs that are taken over, on the command line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { IncidentReport } from '../../electron/contract/incident.ts';
import { RunDocument } from '../../electron/contract/run.ts';
import { IncidentView } from '../../electron/contract/incident-view.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';
import type { CommandResult } from '../integration/command-line.ts';

const OUTAGE = '2026-11-01T03:00:00.000Z';
const ANSWERS = 'confirmations: { burns: { note: it burns } }\n';
let here: CommandFolder;
let other: CommandFolder;
beforeEach(() => {
  here = commandFolder();
  other = commandFolder();
  here.write('wiki.runbook.md', wikiRunbook(`## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`));
  const lamps = wikiRunbook(`## Work\n${wikiStep('look', 'kind: run\nrun: [echo, dark]\nverify: [{ stdout: { equals: dark } }]')}${wikiStep('burns', 'kind: manual\nconfirm: The lamps burn.')}`);
  here.write('lamps.runbook.md', lamps.replace('id: wiki-restore', 'id: lamps-relight').replace('system: wiki', 'system: lamps').replace('rto: 1h', 'rto: 90d'));
  here.write('answers.yaml', ANSWERS);
});
afterEach(() => {
  here.remove();
  other.remove();
});

const run = async (...argv: string[]): Promise<CommandResult> => here.run(...argv, '--runbooks', here.folder);
const viewOf = (result: CommandResult): IncidentView => z.object({ incident: IncidentView }).parse(result.json()).incident;
const runOf = (result: CommandResult): RunDocument => z.object({ run: RunDocument }).parse(result.json()).run;

describe('blackstart incident', () => {
  it('opens, orders, blocks, measures, reports and closes', async () => {
    const opened = await run('incident', 'open', 'The quay is under water', '--mode', 'rehearsal', '--outage-at', OUTAGE, '--runbook', 'wiki-restore', '--by', 'Kim Lee', '--json');
    expect(opened.status, opened.stderr).toBe(0);
    const { id } = viewOf(opened);
    expect(viewOf(await run('incident', 'add', 'last', 'lamps-relight', '--after', 'wiki', '--by', 'Kim Lee', '--json'))).toMatchObject({ id, members: [{ runbook: 'wiki-restore', state: 'ready' }, { runbook: 'lamps-relight', after: ['wiki-restore'], state: 'blocked' }] });

    const blocked = await run('run', 'lamps-relight', '--mode', 'rehearsal', '--incident', 'last', '--json');
    expect(blocked.status).toBe(5);
    expect(errorOf(blocked)).toMatchObject({ code: 'waiting', message: 'lamps depends on wiki, which is not back.' });
    const early = await run('run', 'lamps-relight', '--mode', 'rehearsal', '--incident', 'last', '--despite-dependencies', 'The lamps need no wiki', '--by', 'Kim Lee', '--json');
    expect(early.status, early.stderr).toBe(5); // it waits for a person
    expect(runOf(early)).toMatchObject({ outage_at: OUTAGE, incident: { id, despite: { by: 'Kim Lee', reason: 'The lamps need no wiki', lacking: ['wiki-restore'] } } });

    const unfinished = await run('incident', 'close', '--by', 'Kim Lee', '--json');
    expect([unfinished.status, errorOf(unfinished).code]).toEqual([5, 'waiting']);
    const wiki = await run('run', 'wiki-restore', '--mode', 'rehearsal', '--json');
    expect(wiki.stderr).toContain(`--incident ${id}`); // it stands beside the incident, and is told so
    expect(runOf(wiki).incident).toBeUndefined();
    expect((await run('run', 'wiki-restore', '--mode', 'rehearsal', '--incident', id, '--json')).status).toBe(0);
    expect((await run('resume', runOf(early).id, '--answers', 'answers.yaml', '--json')).status).toBe(0);

    const shown = await run('incident', 'show');
    expect(shown.stdout).toMatch(/● back wiki: wiki-restore after \d+ d.*, target 1 h, missed/u);
    expect(shown.stdout).toMatch(/● back lamps: lamps-relight.*, met/u);
    expect(shown.stdout).toMatch(/All 2 systems back after \d+ d.*; not every target was met\./u);
    expect(viewOf(await run('incident', 'show', '--json')).total).toMatchObject({ met: false, recovered: 2, of: 2 });
    expect((await run('incident', 'report', 'last', '-o', 'incident.html')).status).toBe(0);
    expect(readFileSync(join(here.folder, 'incident.html'), 'utf8')).toContain('× missed');
    expect((await run('incident', 'report', 'last', '--format', 'json', '-o', 'incident.json')).status).toBe(0);
    expect(IncidentReport.parse(JSON.parse(readFileSync(join(here.folder, 'incident.json'), 'utf8'))).incident.members.map(({ met }) => met)).toEqual([false, true]);
    expect((await run('incident', 'close', '--by', 'Kim Lee')).stdout).toMatch(/^The quay is under water \(closed\)/u);
    expect((await run('incident', 'list')).stdout).toContain(`${id}  rehearsal  closed  2 of 2 back`);
    expect((await here.run('record', 'verify')).status).toBe(0);
  }, 60_000);

  it('has a status for each refusal', async () => {
    expect((await run('incident', 'show')).status).toBe(3);
    expect((await run('incident', 'open', 'Lost', '--by', 'Kim Lee')).status).toBe(2); // live, without its outage
    expect((await run('incident', 'open', 'Lost', '--mode', 'tabletop', '--by', 'Kim Lee')).status).toBe(2);
    expect((await run('incident', 'open', 'Lost', '--mode', 'rehearsal', '--runbook', 'moon', '--by', 'Kim Lee')).status).toBe(3);
    expect((await run('incident', 'open', 'Lost', '--mode', 'rehearsal', '--by', 'Kim Lee')).status).toBe(0);
    expect((await run('incident', 'add', 'last', 'wiki-restore', '--after', 'wiki-restore', '--by', 'Kim Lee')).status).toBe(2);
    expect((await run('incident', 'add', 'last', 'wiki-restore', '--after', 'moon', '--by', 'Kim Lee')).status).toBe(3);
    expect((await run('run', 'wiki-restore', '--mode', 'rehearsal', '--incident', 'last')).status).toBe(4); // not in it
    expect((await run('incident', 'add', 'last', 'wiki-restore', '--by', 'Kim Lee')).status).toBe(0);
    expect((await run('incident', 'add', 'last', 'lamps-relight', '--place', '1', '--by', 'Kim Lee')).stdout).toMatch(/lamps[^]*wiki/u);
    expect((await run('incident', 'remove', 'last', 'lamps-relight', '--by', 'Kim Lee', '--reason', 'They burn')).stdout).not.toContain('lamps');
    expect((await run('incident', 'report')).status).toBe(2); // where to?
    expect((await run('incident', 'close', '--by', 'Kim Lee', '--reason', 'A mistake')).status).toBe(0);
    expect((await run('incident', 'close', '--by', 'Kim Lee')).status).toBe(4);
  }, 60_000);
});

describe('blackstart takeover', () => {
  it('goes on with the run of a bundle, says so in status, and is refused when it makes no sense', async () => {
    const begun = await run('run', 'lamps-relight', '--mode', 'rehearsal', '--outage-at', OUTAGE, '--json');
    const { id } = runOf(begun);
    const bundle = join(here.folder, 'run.zip');
    expect((await here.run('record', 'export', id, '-o', bundle)).status).toBe(0);
    const there = async (...argv: string[]): Promise<CommandResult> => other.run(...argv, '--runbooks', here.folder);
    const take = ['takeover', bundle, '--operator', 'Kim Lee', '--reason', 'The first laptop is wet', '--json'];
    const stranger = await there(...take);
    expect([stranger.status, errorOf(stranger).hint]).toEqual([5, expect.stringContaining('--accept-unknown-laptop')]);
    const taken = await there(...take, '--accept-unknown-laptop', 'I saw it export the bundle', '--answers', join(here.folder, 'answers.yaml'));
    expect(taken.status, taken.stderr).toBe(0);
    const document = runOf(taken);
    expect(document).toMatchObject({ state: 'succeeded', outage_at: OUTAGE, taken_over: { run: id, by: 'Kim Lee', reason: 'The first laptop is wet', known: false }, steps: [{ id: 'look', state: 'succeeded', there: { run: id, state: 'succeeded' } }, { id: 'burns', state: 'succeeded', there: { state: 'waiting' } }] });
    expect(runOf(await there('status', document.id, '--json')).taken_over).toEqual(document.taken_over);
    expect((await there('record', 'verify')).status).toBe(0);
    const again = await there(...take, '--accept-unknown-laptop', 'again');
    expect([again.status, errorOf(again).message]).toEqual([4, expect.stringContaining(`as run ${document.id}`)]);
    expect((await there('takeover', '20200101-000000-abcdef', '--operator', 'Kim Lee', '--reason', 'why not')).status).toBe(3);
    expect((await there('takeover', bundle, '--reason', 'nobody')).status).toBe(2);
    const own = await here.run('takeover', bundle, '--operator', 'Kim Lee', '--reason', 'on the same laptop', '--json');
    expect([own.status, errorOf(own).message]).toEqual([4, expect.stringContaining('comes from this laptop')]);
  }, 60_000);
});
