/** Reports that people sign, papers that come back, and runs of another laptop: by the command line, with its exit statuses. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordMatch } from '../../electron/contract/record.ts';
import { ReportStatus, ReportVerification } from '../../electron/contract/report-signature.ts';
import type { CommandResult } from '../integration/command-line.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';

const BOOK = wikiRunbook(`## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`);
const PASSPHRASE = 'four quiet words here';

let here: CommandFolder;
let second: CommandFolder;
const file = (name: string): string => join(here.folder, name);
const sign = (person: string, ...more: string[]): Promise<CommandResult> => here.run('report', 'sign', 'last', '--as', person, '--passphrase-env', 'PASS', ...more);

beforeAll(async () => {
  here = commandFolder({ PASS: PASSPHRASE, WRONG: 'another passphrase' });
  second = commandFolder({ PASS: PASSPHRASE });
  here.write('wiki.runbook.md', BOOK);
  for (const [name, role] of [['Jonas Weidmann', 'operator'], ['Ruth Adeyemi', 'witness'], ['Sofia Marchetti', 'compliance-officer'], ['Rita Gone', 'witness']] as const) expect((await here.run('people', 'enroll', name, '--role', role, '--passphrase-env', 'PASS')).status).toBe(0);
  expect((await here.run('people', 'revoke', 'rita-gone')).status).toBe(0);
  expect((await here.run('run', 'wiki.runbook.md', '--mode', 'rehearsal', '--operator', 'jonas-weidmann')).status).toBe(0);
}, 240_000);
afterAll(() => {
  here.remove();
  second.remove();
});

describe('a report on the command line', { timeout: 180_000 }, () => {
  it('says what nobody has said, and waits for a person', async () => {
    const asked = await here.run('report', 'complete', 'last', '--json');
    expect(asked.status).toBe(5);
    expect(ReportStatus.parse(asked.json()).open).toContain('activation.criterion_met');
  });

  it('takes what a person says, by name only, and only what a report holds', async () => {
    here.write('facts.yaml', 'trigger: scheduled\nretention: 7 years\n');
    here.write('odd.yaml', 'colour: red\n');
    expect(errorOf(await here.run('report', 'complete', 'last', '--answers', 'facts.yaml', '--json')).hint).toContain('--by');
    expect((await here.run('report', 'complete', 'last', '--answers', 'odd.yaml', '--by', 'Ruth Adeyemi')).status).toBe(4);
    expect((await here.run('report', 'complete', 'last', '--answers', 'gone.yaml', '--by', 'Ruth Adeyemi')).status).toBe(3);
    expect((await here.run('report', 'complete', 'last', '--answers', 'facts.yaml', '--by', 'Ruth Adeyemi')).status).toBe(0);
  });

  it('needs a place to go, and is no PDF without the window', async () => {
    expect((await here.run('report', 'last')).status).toBe(2);
    expect((await here.run('report', 'last', '--format', 'pdf', '-o', 'r.pdf')).status).toBe(3);
    expect((await here.run('report', 'last', '--revision', '4', '-o', 'r.html')).status).toBe(3);
  });

  it('is signed by three people and by nobody else; the passphrase comes from a variable, never from the command', async () => {
    expect((await here.run('report', 'sign', 'last', '--as', 'ruth-adeyemi')).status).toBe(5);
    expect((await here.run('report', 'sign', 'last', '--as', 'ruth-adeyemi', '--passphrase-env', 'WRONG')).status).toBe(4);
    expect((await sign('jonas-weidmann', '--role', 'witness')).status).toBe(4);
    expect((await sign('rita-gone', '--role', 'witness')).stderr).toContain('was revoked');
    expect((await here.run('report', 'sign', 'no-such-run', '--as', 'ruth-adeyemi', '--passphrase-env', 'PASS')).status).toBe(3);
    for (const person of ['jonas-weidmann', 'ruth-adeyemi', 'sofia-marchetti']) expect((await sign(person)).status, person).toBe(0);
    expect((await here.run('record', 'verify')).status).toBe(0);
  });

  it('is checked: 0 holds, 1 altered, 3 not found, 4 no report', async () => {
    for (const format of ['html', 'json', 'md', 'csv']) {
      expect((await here.run('report', 'last', '--format', format, '-o', `report.${format}`)).status).toBe(0);
      const checked = await here.run('report', 'verify', `report.${format}`, '--json');
      expect(checked.status, format).toBe(0);
      expect(ReportVerification.parse(checked.json())).toMatchObject({ ok: true, signatures: [{ known: true }, { known: true }, { known: true }] });
    }
    const page = readFileSync(file('report.html'));
    page[page.length - 40] = (page[page.length - 40] ?? 0) ^ 1;
    writeFileSync(file('altered.html'), page);
    expect((await here.run('report', 'verify', 'altered.html')).status).toBe(1);
    expect((await here.run('report', 'verify', 'gone.html')).status).toBe(3);
    expect((await here.run('report', 'verify', 'wiki.runbook.md')).status).toBe(4);
  });

  it('holds on another laptop too, which knows its people only when their keys are given', async () => {
    const stranger = await second.run('report', 'verify', file('report.json'), '--json');
    expect([stranger.status, ReportVerification.parse(stranger.json()).signatures.map(({ known }) => known)]).toEqual([0, [false, false, false]]);
    const { signatures } = readApproval();
    const told = await second.run('report', 'verify', file('report.json'), '--json', ...signatures.flatMap(({ vkey }) => ['--trust', vkey]));
    expect(ReportVerification.parse(told.json()).signatures.map(({ known }) => known)).toEqual([true, true, true]);
  });
});

function readApproval(): { signatures: { vkey: string }[] } {
  const { approval }: { approval: { signatures: { vkey: string }[] } } = JSON.parse(readFileSync(file('report.json'), 'utf8'));
  return approval;
}

describe('a paper that comes back', { timeout: 180_000 }, () => {
  let words: string;

  it('matches by its words, by its note and by a picture of its code', async () => {
    const made = await here.run('record', 'checkpoint', '--json');
    const { checkpoint }: { checkpoint: { note: string; size: number; words: string } } = JSON.parse(made.stdout);
    here.write('checkpoint.note', checkpoint.note);
    words = `${checkpoint.size} ${checkpoint.words}`;
    const byWords = await here.run('record', 'match', ...words.split(' '), '--json');
    expect([byWords.status, RecordMatch.parse(byWords.json())]).toMatchObject([0, { answer: 'matches', size: checkpoint.size, kind: 'words' }]);
    expect(RecordMatch.parse((await here.run('record', 'match', '--file', 'checkpoint.note', '--json')).json())).toMatchObject({ answer: 'matches', kind: 'note', signatures: [{ kind: 'device', holds: true }] });
  });

  it('does not match with another word, and a record that was rolled back is older than its paper', async () => {
    const other = words.replace(/\w+$/u, words.endsWith('zoo') ? 'abandon' : 'zoo');
    const differs = await here.run('record', 'match', other, '--json');
    expect([differs.status, RecordMatch.parse(differs.json()).answer]).toEqual([1, 'differs']);
    const newer = await here.run('record', 'match', words.replace(/^\d+/u, '99999'), '--json');
    expect([newer.status, RecordMatch.parse(newer.json()).answer]).toEqual([1, 'newer']);
  });

  it('is refused when it is none, and says what it needs', async () => {
    expect((await here.run('record', 'match', 'one', 'two')).status).toBe(4);
    expect(errorOf(await here.run('record', 'match', ...Array.from({ length: 12 }, () => 'abxndon'), '--json'))).toMatchObject({ code: 'refused', hint: expect.stringContaining('abandon') });
    expect((await here.run('record', 'match')).status).toBe(2);
    expect((await here.run('record', 'match', '--file', 'gone.note')).status).toBe(3);
    expect((await second.run('record', 'match', words)).status).toBe(3);
  });

  it('is witnessed by a second laptop that knows this one, and the report then names it', async () => {
    const out = join(second.folder, 'seen.note');
    expect((await second.run('record', 'cosign', file('checkpoint.note'), '-o', out)).status).toBe(4);
    const seen = await second.run('record', 'cosign', file('checkpoint.note'), '-o', out, '--trust', join(here.data, 'keys', 'device.vkey'), '--json');
    expect(seen.status).toBe(0);
    const { cosigned }: { cosigned: { vkey: string; by: string } } = JSON.parse(seen.stdout);
    expect((await here.run('record', 'witnessed', out)).status).toBe(4);
    mkdirSync(join(here.data, 'trust'), { recursive: true });
    writeFileSync(join(here.data, 'trust', 'second.vkey'), `${cosigned.vkey}\n`);
    expect((await here.run('record', 'witnessed', out)).status).toBe(0);
    expect((await here.run('report', 'last', '--format', 'md', '-o', 'now.md')).status).toBe(0);
    expect((await here.run('record', 'verify')).status).toBe(0);
  });
});

describe('the bundle of another laptop', { timeout: 180_000 }, () => {
  it('is read here: listed as another’s, with its state and the same report, byte for byte', async () => {
    expect((await here.run('record', 'export', 'last', '-o', 'evidence.zip')).status).toBe(0);
    expect((await second.run('record', 'import', file('evidence.zip'))).status).toBe(0);
    const { runs }: { runs: { id: string; state: string; imported: { device: string; ok: boolean; known: boolean } }[] } = JSON.parse((await second.run('runs', '--json')).stdout);
    expect(runs).toMatchObject([{ state: 'succeeded', imported: { device: expect.stringMatching(/^device\//u), ok: true, known: false } }]);
    const id = runs[0]?.id ?? '';
    expect((await second.run('status', id, '--json')).status).toBe(0);
    expect((await second.run('report', id, '--format', 'html', '-o', 'theirs.html')).status).toBe(0);
    expect((await here.run('report', 'last', '--format', 'html', '-o', 'ours.html')).status).toBe(0);
    expect(readFileSync(join(second.folder, 'theirs.html')).equals(readFileSync(file('ours.html')))).toBe(true);
    expect((await second.run('resume', id)).status).toBe(3);
  });

  it('is not imported altered, as something else, from this laptop itself, or when it is not there', async () => {
    const bytes = readFileSync(file('evidence.zip'));
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
    writeFileSync(file('broken.zip'), bytes);
    expect((await second.run('record', 'import', file('broken.zip'))).status).toBe(4);
    expect((await second.run('record', 'import', file('wiki.runbook.md'))).status).toBe(4);
    expect((await here.run('record', 'import', file('evidence.zip'))).status).toBe(4);
    expect((await second.run('record', 'import', file('gone.zip'))).status).toBe(3);
    expect(readdirSync(join(second.data, 'imported'))).toHaveLength(1);
  });

  it('is named as broken when it was changed after it came, and shows nothing of it', async () => {
    const [kept = ''] = readdirSync(join(second.data, 'imported'));
    const path = join(second.data, 'imported', kept);
    const bytes = readFileSync(path);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const listed: { runs: unknown[]; broken_imports: { run: string }[] } = JSON.parse((await second.run('runs', '--json')).stdout);
    expect(listed).toMatchObject({ runs: [], broken_imports: [{ problems: expect.arrayContaining([expect.stringContaining('changed')]) }] });
    expect((await second.run('report', listed.broken_imports[0]?.run ?? '', '-o', 'x.html')).status).toBe(1);
  });

  it('is verified by its own script where there is no Node at all', () => {
    execFileSync('python3', ['-m', 'zipfile', '-e', file('evidence.zip'), file('unpacked')]);
    const bin = file('bin');
    mkdirSync(bin);
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
    symlinkSync(python, join(bin, 'python3'));
    const script = spawnSync(join(bin, 'python3'), [file('unpacked/verify.py')], { env: { PATH: bin }, encoding: 'utf8' });
    expect([script.status, script.stdout]).toEqual([0, expect.stringMatching(/\nVERIFIED\n$/u)]);
    expect(spawnSync('node', ['-v'], { env: { PATH: bin } }).error).toBeDefined();
    const report = file('unpacked/report.json');
    expect(existsSync(report)).toBe(true);
    writeFileSync(report, readFileSync(report, 'utf8').replace('"succeeded"', '"succeedeD"'));
    expect(spawnSync(join(bin, 'python3'), [file('unpacked/verify.py')], { env: { PATH: bin }, encoding: 'utf8' }).status).toBe(1);
  });
});
