import Database from 'better-sqlite3';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ReadinessReport } from '../../electron/contract/readiness.ts';
import { Verification } from '../../electron/contract/record.ts';
import { Report } from '../../electron/contract/report.ts';
import { RunDocument } from '../../electron/contract/run.ts';
import { LintReport } from '../../electron/contract/runbook.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';
import type { CommandResult } from '../integration/command-line.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';

const FRONT = 'roles: { operator: { min: 1 }, lead: { approves: true } }\nparams:\n  word: { type: string, default: hello }\n';
const GOOD = wikiRunbook(`## Work\n${wikiStep('greet', "kind: run\nrun: [echo, '{{word}} world']\nverify:\n  - { stdout: { equals: hello world } }")}${wikiStep('choose', 'kind: decide\nquestion: Which way?\nas: way\noptions: { left: { label: Left }, right: { label: Right } }')}`, FRONT);
const FAILING = wikiRunbook(`## Work\n${wikiStep('fails', "kind: run\nrun: [sh, -c, 'exit 3']\nverify:\n  - { stdout: { contains: never } }")}${wikiStep('after', "kind: run\nrun: [echo, after]\nverify:\n  - { stdout: { equals: after } }")}`, FRONT);
const CHECKED = wikiRunbook(`\`\`\`yaml check
{ id: there, title: The dump is there, kind: file, path: dump.txt, min_size: 3B, severity: blocker, expires: 1d, remedy: Fetch it again. }
\`\`\`

## Work
${wikiStep('greet', "kind: run\nrun: [echo, hello]\nverify:\n  - { stdout: { equals: hello } }")}`, FRONT);

let here: CommandFolder;
let folder: string;
let data: string;

beforeEach(() => {
  here = commandFolder({ PASSPHRASE: 'seven grey herons' });
  ({ folder, data } = here);
});
afterEach(() => here.remove());

const write = (name: string, text: string): string => here.write(name, text);
const run = (...argv: string[]): Promise<CommandResult> => here.run(...argv);
const RunAnswer = z.object({ run: RunDocument });
const runOf = (result: CommandResult): RunDocument => RunAnswer.parse(result.json()).run;

describe('exit statuses', () => {
  it.each([
    ['2 for a command that does not exist', ['nonsense'], 2],
    ['2 for a run without its mode', ['run', 'first-drill'], 2],
    ['2 for a mode that does not exist', ['run', 'first-drill', '--mode', 'real'], 2],
    ['2 for a parameter without a value', ['ready', 'first-drill', '--param', 'x'], 2],
    ['2 for a parameter that the runbook does not have', ['ready', 'first-drill', '--param', 'nope=1'], 2],
    ['3 for a runbook that does not exist', ['ready', 'nowhere'], 3],
    ['3 for a run that does not exist', ['status', 'last'], 3],
    ['3 for a file that does not exist', ['record', 'verify-bundle', 'nowhere.zip'], 3],
    ['3 for a PDF, which needs the window', ['report', 'last', '--format', 'pdf', '-o', 'x.pdf'], 3],
    ['0 for help', ['ready', '--help'], 0],
  ])('are %s', async (_, argv, status) => {
    const result = await run(...argv);
    expect(result.status, result.stderr).toBe(status);
    if (status !== 0) expect(result.stdout).toBe('');
  });

  it('are 4 for a file that is no runbook, with its place and what to do', async () => {
    const result = await run('run', write('bad.runbook.md', GOOD.replace('kind: decide', 'kind: decides')), '--mode', 'rehearsal');
    expect(result.status).toBe(4);
    expect(result.stderr).toMatch(/bad\.runbook\.md:\d+:\d+: /u);
  });

  it('are 6 while another Blackstart holds the data folder, for those that write alone', async () => {
    const journal = openJournal({ dataDir: data, clock: systemClock() });
    try {
      const writing = await run('run', write('good.runbook.md', GOOD), '--mode', 'rehearsal', '--json');
      expect(writing.status).toBe(6);
      expect(errorOf(writing).code).toBe('locked');
      expect((await run('runs', '--json')).status).toBe(0);
    } finally {
      journal.close();
    }
  });

  it('come with every help text, and an example', async () => {
    for (const command of [['run'], ['ready'], ['record', 'verify'], ['people', 'enroll'], ['runbook', 'lint'], ['report']]) {
      const { stdout } = await run(...command, '--help');
      expect(stdout, command.join(' ')).toContain('EXIT STATUS');
      expect(stdout, command.join(' ')).toContain('Example:');
    }
  });
});

describe('a run with nobody there', () => {
  it('waits at the first question, says what it needs, and goes on with answers', async () => {
    const waiting = await run('run', write('good.runbook.md', GOOD), '--mode', 'rehearsal', '--json');
    expect(waiting.status, waiting.stderr).toBe(5);
    expect(runOf(waiting)).toMatchObject({ state: 'waiting', steps: [{ id: 'greet', state: 'succeeded', exit_codes: [0] }, { id: 'choose', state: 'waiting' }] });
    const done = await run('resume', 'last', '--answers', write('answers.yaml', 'decisions: { choose: left }\n'), '--json');
    expect(done.status, done.stderr).toBe(0);
    expect(runOf(done)).toMatchObject({ state: 'succeeded', rto: { met: true } });
    expect(runOf(await run('status', 'last', '--json'))).toEqual(runOf(done));
    expect(z.object({ runs: z.array(RunDocument) }).parse((await run('runs', '--json')).json()).runs).toHaveLength(1);
  });

  it('tells of a message that was sent, and of a window that the runbook sets', async () => {
    const book = write('tell.runbook.md', wikiRunbook(`## Work\n${wikiStep('tell', 'kind: notify\naudience: executives\ndue: { by: 30m }')}\n\`\`\`yaml audience\nid: executives\nchannels: [phone]\nevery: 30m\ntemplate: "{{title}}: {{progress}}"\n\`\`\`\n`, FRONT));
    const answers = write('answers.yaml', 'confirmations: { tell: { note: everybody } }\n');
    const sent = await run('run', book, '--mode', 'rehearsal', '--answers', answers);
    expect(sent.status, sent.stderr).toBe(0);
    expect(sent.stderr).toMatch(/◆ tell +waiting +due by \d\d:\d\d:\d\d UTC\n/u);
    expect(sent.stderr).toMatch(/✓ tell +succeeded/u);
  });

  it('does not go past a failure, and goes on as the answers say', async () => {
    const failed = await run('run', write('failing.runbook.md', FAILING), '--mode', 'rehearsal', '--json');
    expect(failed.status).toBe(1);
    expect(runOf(failed)).toMatchObject({ state: 'failed', steps: [{ state: 'failed', exit_codes: [3] }, { state: 'pending' }] });
    const answers = write('answers.yaml', 'failures: { fails: [{ do: retry, reason: once more, by: Jo }, { do: skip, reason: not needed, by: Jo }] }\n');
    const done = await run('resume', 'last', '--answers', answers, '--json');
    expect(done.status, done.stderr).toBe(0);
    expect(runOf(done).steps).toMatchObject([{ id: 'fails', state: 'skipped', attempts: 2 }, { id: 'after', state: 'succeeded' }]);
  });

  it('refuses answers for steps that the runbook does not have', async () => {
    const result = await run('run', write('good.runbook.md', GOOD), '--mode', 'rehearsal', '--answers', write('answers.yaml', 'decisions: { chose: left }\n'));
    expect(result.status).toBe(4);
    expect(result.stderr).toContain('no step "chose"');
  });

  it('prints every event as it is acknowledged, and the run last', async () => {
    const result = await run('run', write('good.runbook.md', GOOD), '--mode', 'rehearsal', '--answers', write('answers.yaml', 'decisions: { choose: right }\n'), '--json-lines');
    const lines = result.stdout.trim().split('\n').map((line) => z.looseObject({ type: z.string(), seq: z.int().optional() }).parse(JSON.parse(line)));
    expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['run.created', 'step.intent', 'step.result', 'step.decided', 'run.finished']));
    expect(lines.at(-1)?.type).toBe('run.summary');
    const seqs = lines.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  });

  it('creates no live run while a reason is missing, and records the reasons that are given', async () => {
    const file = write('good.runbook.md', GOOD);
    await run('people', 'enroll', 'Priya Raman', '--role', 'operator', '--passphrase-env', 'PASSPHRASE');
    const live = ['run', file, '--mode', 'live', '--operator', 'Priya Raman', '--json'];
    expect((await run(...live)).status).toBe(5);
    expect((await run(...live, '--acknowledge-unsigned', 'a drill of the drill')).status).toBe(5);
    expect((await run('runs', '--json')).json()).toEqual({ runs: [] });
    const begun = await run(...live, '--acknowledge-unsigned', 'a drill of the drill', '--proceed-not-ready', 'no checks yet', '--answers', write('answers.yaml', 'decisions: { choose: left }\n'));
    expect(begun.status, begun.stderr).toBe(0);
    expect(runOf(begun)).toMatchObject({ mode: 'live', state: 'succeeded' });
  });

  it('needs an enrolled operator when it is live', async () => {
    const result = await run('run', write('good.runbook.md', GOOD), '--mode', 'live', '--operator', 'Nobody', '--acknowledge-unsigned', 'x', '--proceed-not-ready', 'x');
    expect([2, 4]).toContain(result.status);
    expect(result.stderr).toContain('not enrolled');
  });
});

describe('readiness', () => {
  it('is not given while a blocker fails, and says what to do; it is once the blocker holds', async () => {
    const file = write('checked.runbook.md', CHECKED);
    const bad = await run('ready', file, '--json');
    expect(bad.status).toBe(1);
    const before = ReadinessReport.parse(bad.json());
    expect(before).toMatchObject({ state: 'NOT_READY', checks: [{ id: 'there', outcome: 'fail', remedy: 'Fetch it again.' }] });
    write('dump.txt', 'content');
    const good = await run('ready', file, '--json');
    expect(good.status, good.stdout).toBe(0);
    expect(ReadinessReport.parse(good.json()).state).toBe('READY');
  });

  it('is lost when the runbook is edited', async () => {
    const file = write('checked.runbook.md', CHECKED);
    write('dump.txt', 'content');
    await run('ready', file);
    write('checked.runbook.md', CHECKED.replace('Prose.', 'Other prose.'));
    const edited = await run('ready', file, '--only', 'nothing-such', '--json');
    expect(edited.status).toBe(3);
  });

  it('can be overridden with name and reason, and is then READY_WITH_OVERRIDES', async () => {
    const result = await run('ready', write('checked.runbook.md', CHECKED), '--answers', write('answers.yaml', 'overrides: { there: { by: Helena, reason: it comes by courier } }\n'), '--json');
    expect(result.status).toBe(0);
    expect(ReadinessReport.parse(result.json())).toMatchObject({ state: 'READY_WITH_OVERRIDES', checks: [{ outcome: 'overridden', override: { by: 'Helena', reason: 'it comes by courier' } }] });
  });
});

describe('a backup that is to be proven', () => {
  const SEEN = wikiRunbook(`\`\`\`yaml check
{ id: newest, title: The newest backup is there, kind: backup, engine: sqlite, at: wiki.db, level: seen, assert: [{ query: SELECT count(*) FROM pages, stdout: { equals: "3" } }], severity: blocker, expires: 1d }
\`\`\`
\`\`\`yaml check
{ id: note, title: A note is there, kind: file, path: note.txt, severity: warning, expires: 1d }
\`\`\`

## Work
${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`);

  function makeBackup(pages: number): string {
    const database = new Database(join(folder, 'wiki.db'));
    database.exec('CREATE TABLE IF NOT EXISTS pages(title TEXT); DELETE FROM pages');
    for (let page = 0; page < pages; page += 1) database.prepare('INSERT INTO pages VALUES (?)').run(`page ${page}`);
    database.close();
    return write('wiki.runbook.md', SEEN);
  }

  it('is restored and asked, although its check is content to see it', async () => {
    const file = makeBackup(3);
    expect(ReadinessReport.parse((await run('ready', file, '--only', 'newest', '--json')).json()).checks[0]).toMatchObject({ outcome: 'pass', evidence: { level: 'seen' } });
    const proven = ReadinessReport.parse((await run('ready', file, '--prove', 'newest', '--json')).json());
    expect(proven.checks[0]).toMatchObject({ outcome: 'pass', evidence: { level: 'asserted', restore_ms: expect.any(Number), restore_rate: expect.any(Number), projected_ms: expect.any(Number) } });
    expect(proven.checks[1]?.checked_at).toBeNull();
  });

  it('fails its check when it holds something else', async () => {
    const failed = await run('ready', makeBackup(2), '--prove', 'newest', '--json');
    expect(failed.status).toBe(1);
    expect(ReadinessReport.parse(failed.json()).checks[0]).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
  });

  it('must be a backup, and be asked for alone', async () => {
    const file = makeBackup(3);
    const other = await run('ready', file, '--prove', 'note', '--json');
    expect([other.status, errorOf(other)]).toMatchObject([2, { message: '--prove note: that check is no backup.', hint: 'Its backups: newest.' }]);
    expect((await run('ready', file, '--prove', 'newest', '--only', 'note')).status).toBe(2);
    expect((await run('ready', file, '--prove', 'nothing-such')).status).toBe(3);
  });
});

describe('the record and the report', () => {
  beforeEach(async () => {
    await run('run', write('good.runbook.md', GOOD), '--mode', 'rehearsal', '--answers', write('answers.yaml', 'decisions: { choose: left }\n'));
  });

  it('verify, until a byte of the journal changes', async () => {
    const good = await run('record', 'verify', '--json');
    expect(good.status, good.stdout).toBe(0);
    expect(Verification.parse(good.json())).toMatchObject({ ok: true, problems: [] });
    const path = join(data, 'journal.sqlite');
    const bytes = readFileSync(path);
    // every copy, since a page that was split leaves an old one behind that belongs to no entry
    const changed = Buffer.from(bytes.toString('latin1').replaceAll('"type":"run.created"', '"type":"run.creaTed"'), 'latin1');
    expect(changed.equals(bytes)).toBe(false);
    writeFileSync(path, changed);
    const bad = await run('record', 'verify', '--json');
    expect(bad.status).toBe(1);
    expect(Verification.parse(bad.json()).ok).toBe(false);
  });

  it('can be gone on with after a damage, with name and reason, which verification keeps saying', async () => {
    const cut = new Database(join(data, 'journal.sqlite'));
    cut.exec('DELETE FROM entry WHERE seq > 4');
    cut.close();
    const again = ['run', join(folder, 'good.runbook.md'), '--mode', 'rehearsal', '--answers', join(folder, 'answers.yaml')];
    expect((await run(...again)).status).toBe(1);
    expect((await run('record', 'verify', '--accept-damage', 'the disk died')).status).toBe(2);
    expect((await run('record', 'verify', '--by', 'Kim')).status).toBe(2);
    const accepted = await run('record', 'verify', '--accept-damage', 'the disk died', '--by', 'Kim Lee', '--json');
    expect(accepted.status, accepted.stderr).toBe(1);
    expect(Verification.parse(accepted.json()).problems.map(({ kind }) => kind)).toContain('record.damaged');
    expect((await run(...again)).status).toBe(0);
    const journal = openJournal({ dataDir: data, clock: systemClock() });
    expect([...journal.events({ types: ['record.damaged'] })]).toMatchObject([{ actor: 'person/kim-lee', data: { reason: 'the disk died' } }]);
    journal.close();
    const refused = await run('record', 'verify', '--accept-damage', 'again', '--by', 'Kim Lee', '--json');
    expect([refused.status, errorOf(refused).message]).toEqual([4, 'There is no damage to accept: the record ends as it was signed.']);
  });

  it('show a rollback of the whole folder to whoever kept a checkpoint', async () => {
    const anchor = write('anchor.note', (await run('record', 'checkpoint')).stdout);
    expect((await run('record', 'verify', '--anchor', anchor)).status).toBe(0);
    rmSync(data, { recursive: true });
    await run('run', join(folder, 'good.runbook.md'), '--mode', 'rehearsal', '--answers', join(folder, 'answers.yaml'));
    expect((await run('record', 'verify', '--anchor', anchor)).status).toBe(1);
  });

  it('are exported as a bundle that verifies, here and with python3 alone', async () => {
    const file = join(folder, 'evidence.zip');
    expect((await run('record', 'export', 'last', '-o', file)).status).toBe(0);
    const verified = await run('record', 'verify-bundle', file, '--json');
    expect(verified.status, verified.stdout).toBe(0);
    expect(Verification.parse(verified.json()).ok).toBe(true);
  });

  it('are written in every format', async () => {
    for (const format of ['html', 'json', 'csv', 'md']) expect((await run('report', 'last', '--format', format, '-o', `report.${format}`)).status, format).toBe(0);
    const report = Report.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
    expect(report).toMatchObject({ identity: { title: 'Bring the wiki back', type: 'rehearsal', state: 'succeeded' }, execution: [{ id: 'greet', verdict: 'pass', exit_codes: [0] }, { id: 'choose' }] });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Bring the wiki back');
  });

  it('say when a report cannot be written there', async () => {
    const result = await run('report', 'last', '--format', 'md', '-o', 'no/such/folder/report.md');
    expect(result.status).toBe(7);
    expect(result.stderr).toContain('could not be written');
  });
});

describe('runbooks', () => {
  it('are linted with rule, line and fix, and one error is a bad answer', async () => {
    const result = await run('runbook', 'lint', write('bad.runbook.md', GOOD.replace("[echo, '{{word}} world']", "[echo, '{{nope}}']")), '--json');
    expect(result.status).toBe(1);
    const report = LintReport.parse(result.json());
    expect(report.errors).toBe(1);
    expect(report.files[0]?.findings[0]).toMatchObject({ severity: 'error' });
    expect(report.files[0]?.findings[0]?.line).toBeGreaterThan(15);
  });

  it('that are signed verify, until one of them changes', async () => {
    mkdirSync(join(folder, 'books'));
    write('books/good.runbook.md', GOOD);
    expect((await run('runbook', 'verify', 'books')).status).toBe(3);
    expect((await run('runbook', 'sign', 'books')).status).toBe(0);
    expect((await run('runbook', 'verify', 'books')).status).toBe(0);
    expect((await run('runbook', 'verify', 'books', '--require', '2')).status).toBe(1);
    write('books/good.runbook.md', GOOD.replace('Prose', 'Verse'));
    expect((await run('runbook', 'verify', 'books')).status).toBe(1);
    const list = z.object({ runbooks: z.array(z.looseObject({ id: z.string(), signature: z.looseObject({ state: z.string() }) })) }).parse((await run('runbook', 'list', '--runbooks', 'books', '--json')).json());
    expect(list.runbooks).toMatchObject([{ id: 'wiki-restore', signature: { state: 'altered' } }]);
  });

  it('are shown as their text, or whole as JSON', async () => {
    expect((await run('runbook', 'show', 'first-drill')).stdout).toMatch(/^---\nblackstart: 1\nid: first-drill\n/u);
    expect(z.looseObject({ runbook: z.looseObject({ sha256: z.string() }) }).parse((await run('runbook', 'show', 'first-drill', '--json')).json()).runbook.sha256).toMatch(/^[0-9a-f]{64}$/u);
  });
});

describe('people', () => {
  it('are enrolled with a passphrase from the environment, listed and revoked', async () => {
    expect((await run('people', 'enroll', 'Priya Raman', '--role', 'operator')).status).toBe(5);
    expect((await run('people', 'enroll', 'Priya Raman', '--passphrase-env', 'PASSPHRASE')).status).toBe(2);
    expect((await run('people', 'enroll', 'Priya Raman', '--role', 'operator', '--passphrase-env', 'PASSPHRASE')).status).toBe(0);
    expect((await run('people', 'list', '--json')).json()).toMatchObject({ people: [{ id: 'priya-raman', roles: ['operator'], revoked_at: null }] });
    expect((await run('people', 'enroll', 'New Colleague', '--role', 'operator', '--passphrase-env', 'PASSPHRASE')).status).toBe(0);
    expect((await run('people', 'endorse', 'new-colleague', '--by', 'priya-raman', '--passphrase-env', 'PASSPHRASE')).status).toBe(0);
    expect((await run('people', 'endorse', 'new-colleague', '--by', 'new-colleague', '--passphrase-env', 'PASSPHRASE')).status).toBe(4);
    expect((await run('people', 'revoke', 'priya-raman')).status).toBe(0);
    expect((await run('people', 'revoke', 'nobody')).status).toBe(3);
  });
});
