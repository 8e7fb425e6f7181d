import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder, readDataFolder, type DataFolder, type FolderOptions } from '../../../electron/engine/data-folder.ts';
import { markOutage, outageView, readOutage } from '../../../electron/engine/outage/outage.ts';
import type { Runbook } from '../../../electron/contract/runbook.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { lanterns } from '../../support/lanterns.ts';
import { setClock } from '../../support/set-clock.ts';
import { block } from '../runbook/compose.ts';

const RUNBOOK = lanterns({
  front: 'lost: [tower]\n',
  checks: block('check', '{ id: kit, title: The kit is there, kind: file, path: kit.txt, severity: blocker, expires: 1d, needs_alive: [store] }'),
  steps: `### Look\n${block('step', '{ id: look, kind: manual, confirm: The lanterns burn., budget: 5m, needs_alive: [road], alternate: { when_dead: [road], manual: Look through the glass. } }')}`,
});

let folder = '';
let options: FolderOptions;
let data: DataFolder;
const book = (): Runbook => data.library.find('lanterns').runbook;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blackstart-outage-'));
  mkdirSync(join(folder, 'runbooks'));
  writeFileSync(join(folder, 'runbooks/lanterns.runbook.md'), RUNBOOK);
  writeFileSync(join(folder, 'runbooks/kit.txt'), 'a rope and a lamp');
  options = { dataDir: join(folder, 'data'), runbookDirs: [join(folder, 'runbooks')], clock: setClock(), nodePath: process.execPath, launcher: 'blackstart', env: process.env };
  data = openDataFolder(options);
});
afterEach(async () => {
  await data.close();
  rmSync(folder, { recursive: true });
});

async function checkKit(): Promise<void> {
  await data.readiness.check(book(), { fill: (block) => block, secrets: createSecretStore(), redactor: createRedactor([]), actor: 'engine' });
}

describe('the outage switchboard', () => {
  it('turns a check red whose thing is dead, whatever it found before, and back again', async () => {
    await checkKit();
    expect(data.readiness.view(book())).toMatchObject({ state: 'READY', dependencies: [] });
    markOutage(data.journal, [book()], ['store'], 'Priya Raman');
    expect(data.readiness.view(book())).toMatchObject({
      state: 'NOT_READY',
      checks: [{ outcome: 'fail', summary: 'Needs store, which is marked as dead.', evidence: { dead: ['store'], found_before: 'pass' } }],
      dependencies: [{ on: 'store', because: 'marked' }],
    });
    markOutage(data.journal, [book()], [], 'Priya Raman');
    expect(data.readiness.view(book())).toMatchObject({ state: 'READY', checks: [{ outcome: 'pass' }] });
  });

  it('does not run a check against what is dead', async () => {
    markOutage(data.journal, [book()], ['store'], 'Priya Raman');
    await checkKit();
    markOutage(data.journal, [book()], [], 'Priya Raman');
    expect(data.readiness.view(book())).toMatchObject({ state: 'NEEDS_VERIFICATION', checks: [{ outcome: 'unknown' }] });
  });

  it('lets an override stand: somebody answers for it', () => {
    data.readiness.override(book(), 'kit', { by: 'Priya Raman', actor: 'person/priya-raman', reason: 'It lies on the table.' });
    markOutage(data.journal, [book()], ['store'], 'Priya Raman');
    expect(data.readiness.view(book()).checks).toMatchObject([{ outcome: 'overridden' }]);
  });

  it('is not alarmed by what has another way', async () => {
    await checkKit();
    markOutage(data.journal, [book()], ['road'], 'Priya Raman');
    expect(data.readiness.view(book())).toMatchObject({ state: 'READY', dependencies: [{ on: 'road', dependents: [{ otherwise: 'Look through the glass.' }] }] });
  });

  it('is known to a live run that begins, beside what its scenario has lost; a rehearsal has a world of its own', async () => {
    await checkKit();
    await data.people.enroll({ name: 'Priya Raman', roles: ['operator'], passphrase: 'copper lantern harbour tide' });
    markOutage(data.journal, [book()], ['road'], 'Priya Raman');
    const live = await data.runs.start({ id: 'lanterns', mode: 'live', params: {}, operator: 'Priya Raman', acknowledge_unsigned: 'in a hurry' }, 'step');
    expect(data.runs.view(live.id).dead).toEqual(['tower', 'road']);
    const rehearsal = await data.runs.start({ id: 'lanterns', mode: 'rehearsal', params: {} }, 'step');
    expect(data.runs.view(rehearsal.id).dead).toEqual(['tower']);
    const played = await data.runs.start({ id: 'lanterns', mode: 'rehearsal', params: {}, dead: ['store'] }, 'step');
    expect(data.runs.view(played.id).dead).toEqual(['tower', 'store']);
    expect(readOutage(data.journal).dead).toEqual(['road']);
  });

  it('is told the same to a reader of the folder', () => {
    markOutage(data.journal, [book()], ['store', 'road', 'store'], ' Priya Raman ');
    const reader = readDataFolder(options);
    expect(reader.outage()).toMatchObject({ dead: ['road', 'store'], marked: { by: 'Priya Raman' } });
    expect(reader.readiness(book()).state).toBe('NOT_READY');
    reader.close();
  });

  it('lists the dead first, with what leans on them, and what nothing leans on any more', () => {
    markOutage(data.journal, [book()], ['road', 'tower'], 'Priya Raman');
    const view = outageView([book()], readOutage(data.journal));
    expect(view.lifelines.map(({ id, dead, runbooks }) => [id, dead, runbooks.length])).toEqual([['road', true, 1], ['tower', true, 0], ['store', false, 1]]);
  });

  it('refuses a name that no runbook knows, and says what was meant', () => {
    expect(() => { markOutage(data.journal, [book()], ['stor'], 'Priya Raman'); }).toThrow('No runbook here leans on stor.');
    expect(readOutage(data.journal).marked).toBeNull();
    try {
      markOutage(data.journal, [book()], ['stor'], 'Priya Raman');
    } catch (error) {
      expect(error).toMatchObject({ code: 'not-found', hint: 'Did you mean store?' });
    }
    expect(() => { markOutage(data.journal, [book()], ['pantheon'], 'Priya Raman'); }).toThrow(expect.objectContaining({ hint: 'They lean on: road, store, tower.' }));
  });

  it('refuses a mark without a name', () => {
    expect(() => { markOutage(data.journal, [book()], ['store'], ' '); }).toThrow('The name of who marks it is missing.');
  });
});
