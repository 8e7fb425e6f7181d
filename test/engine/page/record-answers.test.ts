/** The page's calls about the record, on a laptop where nothing was run yet: each says plainly what it lacks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openDataFolder } from '../../../electron/engine/data-folder.ts';
import { recordAnswers } from '../../../electron/engine/page/record-answers.ts';

function openAnswers() {
  const root = mkdtempSync(join(tmpdir(), 'blackstart-answers-'));
  const clock = systemClock();
  const real = openDataFolder({ dataDir: join(root, 'data'), runbookDirs: [], clock, nodePath: process.execPath, launcher: 'blackstart', env: {} });
  onTestFinished(async () => {
    await real.close();
    rmSync(root, { recursive: true, force: true });
  });
  return { root, real, answers: recordAnswers({ real, clock, folderOfRun: () => null, folders: () => [real], closing: new AbortController().signal, onReplication: () => undefined, underWay: () => undefined }) };
}

describe('the page’s calls about the record', () => {
  it('hold a paper against it, as words or as a file', async () => {
    const { root, real, answers } = openAnswers();
    const { note, words, size } = real.journal.checkpoint('test');
    writeFileSync(join(root, 'checkpoint.note'), note);
    expect(await answers['record.match']({ text: `${size} ${words}` })).toMatchObject({ answer: 'matches', size, kind: 'words' });
    expect(await answers['record.match']({ path: join(root, 'checkpoint.note') })).toMatchObject({ answer: 'matches', kind: 'note' });
    expect(await answers['record.match']({ text: `999 ${words}` })).toMatchObject({ answer: 'newer' });
  });

  it.each([
    ['record.match', {}, 'usage'], ['record.match', { text: 'only two' }, 'refused'], ['record.match', { path: '/no/such/file' }, 'not-found'],
    ['record.import', { path: '/no/such/bundle.zip' }, 'not-found'], ['record.replicate', { to: 'nowhere' }, 'usage'], ['record.replicate', { to: 's3://records/x', colour: 'red' }, 'usage'], ['report.verify', { path: '/no/such/report.html' }, 'not-found'],
    ['report.status', { run: 'none' }, 'not-found'], ['report.sign', { run: 'none', person: 'a', role: 'witness', passphrase: 'x' }, 'not-found'], ['report.complete', { run: 'none', by: 'A', facts: {} }, 'not-found'],
    ['report.html', { run: 'none' }, 'not-found'], ['record.export', { run: 'none', path: '/tmp/x.zip' }, 'not-found'], ['record.verify', { run: 'none' }, 'not-found'], ['report.complete', { run: 'none', by: 'A', facts: { colour: 'red' } }, 'usage'],
  ] as const)('%s %j is answered with "%s"', async (method, params, code) => {
    const { answers } = openAnswers();
    await expect(answers[method](params)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('list what came from other laptops: nothing yet', async () => {
    expect(await openAnswers().answers['record.imported']({})).toEqual({ runs: [] });
  });
});
