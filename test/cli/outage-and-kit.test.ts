/** The outage switchboard and the kit board on the command line. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KitBoard, KitPin } from '../../electron/contract/kit.ts';
import { OutageView } from '../../electron/contract/outage.ts';
import { ReadinessReport } from '../../electron/contract/readiness.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';

const LEANING = wikiRunbook(`\`\`\`yaml check
{ id: there, title: The dump is there, kind: file, path: dump.txt, severity: blocker, expires: 1d, needs_alive: [store] }
\`\`\`

## Work
${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`);

let here: CommandFolder;
beforeEach(() => { here = commandFolder({ WORDS: 'four words of a kind' }); });
afterEach(() => here.remove());

const isDead = (view: OutageView, id: string): boolean | undefined => view.lifelines.find((lifeline) => lifeline.id === id)?.dead;
async function shown(): Promise<OutageView> {
  return OutageView.parse((await here.run('outage', 'show', '--json')).json());
}

describe('the outage switchboard', () => {
  it('begins with everything alive', async () => {
    const view = await shown();
    expect(view.marked).toBeNull();
    expect(view.lifelines.filter(({ dead }) => dead)).toEqual([]);
    expect(isDead(view, 'cluster')).toBe(false);
  });

  it('keeps what is marked dead, who said so, and what leans on it, until somebody says otherwise', async () => {
    const marked = await here.run('outage', 'mark', 'cluster', 'dns', '--by', 'Kim Lee');
    expect(marked.status, marked.stderr).toBe(0);
    expect(marked.stdout).toMatch(/^As Kim Lee said at /u);
    expect(marked.stdout).toMatch(/dead {2}cluster: \d+ places in \d+ runbooks\n/u);
    const view = await shown();
    expect(view.marked?.by).toBe('Kim Lee');
    expect([isDead(view, 'cluster'), isDead(view, 'dns'), isDead(view, 'chat')]).toEqual([true, true, false]);
    expect((await here.run('outage', 'mark', '--by', 'Kim Lee')).status).toBe(0);
    expect((await shown()).lifelines.filter(({ dead }) => dead)).toEqual([]);
  });

  it('refuses what no runbook leans on, with what they lean on, and marks nothing', async () => {
    const refused = await here.run('outage', 'mark', 'dns', 'the-moon', '--by', 'Kim Lee', '--json');
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({ message: 'No runbook here leans on the-moon.', hint: expect.stringContaining('dns') });
    expect((await shown()).marked).toBeNull();
  });

  it('wants to know who says so', async () => {
    expect((await here.run('outage', 'mark', 'dns')).status).toBe(2);
  });

  it('turns a check red that holds, and says what was found before', async () => {
    here.write('dump.txt', 'content');
    here.write('wiki.runbook.md', LEANING);
    expect((await here.run('ready', 'wiki-restore', '--runbooks', here.folder)).status).toBe(0);
    expect((await here.run('outage', 'mark', 'store', '--by', 'Kim Lee', '--runbooks', here.folder)).status).toBe(0);
    const dead = await here.run('ready', 'wiki-restore', '--runbooks', here.folder, '--json');
    expect(dead.status).toBe(1);
    expect(ReadinessReport.parse(dead.json())).toMatchObject({
      state: 'NOT_READY',
      checks: [{ id: 'there', outcome: 'fail', evidence: { found_before: expect.anything() } }],
      dependencies: [{ on: 'store', because: 'marked' }],
    });
  });
});

describe('a drill on the command line', () => {
  const DRILL = wikiRunbook(`\n## Work\n${wikiStep('fetch', 'kind: run\nneeds_alive: [store]\nrun: ["false"]\nalternate: { when_dead: [store], run: [echo, from the shelf] }')}${wikiStep('call', 'kind: run\nneeds_alive: [phone]\nrun: ["true"]\nalternate: { when_dead: [phone], run: ["true"] }')}`);

  it('plays as dead what it is told, and leaves the switchboard as it was', async () => {
    const path = here.write('wiki.runbook.md', DRILL);
    const done = await here.run('run', path, '--mode', 'rehearsal', '--dead', 'store', 'phone', '--json');
    expect(done.status, done.stderr).toBe(0);
    expect(done.json()).toMatchObject({ run: { state: 'succeeded', steps: [{ state: 'succeeded' }, { state: 'succeeded' }] } });
    expect((await shown()).marked).toBeNull();
    expect((await here.run('run', path, '--mode', 'rehearsal', '--json')).status).toBe(1);
  });

  it('refuses what nothing of it leans on, and marks for a live run', async () => {
    const path = here.write('wiki.runbook.md', DRILL);
    const unknown = await here.run('run', path, '--mode', 'rehearsal', '--dead', 'stor', '--json');
    expect([unknown.status, errorOf(unknown).hint]).toEqual([3, 'Did you mean store?']);
    await here.run('people', 'enroll', 'Kim Lee', '--role', 'operator', '--passphrase-env', 'WORDS');
    const live = await here.run('run', path, '--mode', 'live', '--operator', 'Kim Lee', '--acknowledge-unsigned', 'r', '--proceed-not-ready', 'r', '--dead', 'store', '--json');
    expect([live.status, errorOf(live).message]).toEqual([2, expect.stringContaining('--dead is for a drill')]);
    expect((await here.run('runs', '--json')).json()).toEqual({ runs: [] });
  });
});

describe('the kit', () => {
  it('is not good while nothing was ever proven, and says so with status 1', async () => {
    const status = await here.run('kit', 'status', '--json');
    expect(status.status).toBe(1);
    const { kit } = z.object({ kit: KitBoard }).parse(status.json());
    expect(kit.good_until).toBeNull();
    expect(kit.pins).toEqual([]);
    expect(kit.itself.find(({ what }) => what === 'Tools')).toMatchObject({ state: 'unknown', verified_at: null });
  });

  it('pins a tool to its bytes, and readiness misses it when it became another', async () => {
    here.write('tool.runbook.md', wikiRunbook(`\`\`\`yaml check
{ id: bell, title: The bell is here, kind: tool, tool: bell, severity: blocker, expires: 1d }
\`\`\`

## Work
${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`));
    mkdirSync(join(here.data, 'toolbox'), { recursive: true });
    chmodSync(here.write('data/toolbox/bell', '#!/bin/sh\necho ding\n'), 0o755);
    const pinned = await here.run('kit', 'pin', 'bell', '--json');
    expect(pinned.status, pinned.stderr).toBe(0);
    expect(z.object({ pins: z.array(KitPin) }).parse(pinned.json()).pins).toMatchObject([{ tool: 'bell', path: join(here.data, 'toolbox', 'bell') }]);
    const ready = (): ReturnType<CommandFolder['run']> => here.run('ready', join(here.folder, 'tool.runbook.md'), '--json');
    expect((await ready()).status).toBe(0);
    here.write('data/toolbox/bell', '#!/bin/sh\necho dong\n');
    const other = await ready();
    expect(other.status).toBe(1);
    expect(ReadinessReport.parse(other.json()).checks).toMatchObject([{ id: 'bell', outcome: 'fail', summary: expect.stringContaining('pinned') }]);
  });

  it('pins no tool that is not there', async () => {
    const refused = await here.run('kit', 'pin', 'bell-of-nobody', '--json');
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({ message: expect.stringContaining('bell-of-nobody'), hint: expect.stringContaining('toolbox') });
  });
});
