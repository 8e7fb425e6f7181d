/** What goes wrong around the command line: each is said in plain words, with the exit status of its kind, and nothing is lost. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Verification } from '../../electron/contract/record.ts';
import { RunDocument } from '../../electron/contract/run.ts';
import { BLACKSTART, type CommandResult } from '../integration/command-line.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
const book = (steps: string): string => wikiRunbook(`## Work\n${steps}`);
const GOOD = book(wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]'));

let here: CommandFolder;
let folder: string;
let data: string;
beforeEach(() => {
  here = commandFolder();
  ({ folder, data } = here);
});
afterEach(() => here.remove());

const write = (name: string, text: string): string => here.write(name, text);
const run = (...argv: string[]): Promise<CommandResult> => here.run(...argv);
const runOf = (result: CommandResult): RunDocument => z.object({ run: RunDocument }).parse(result.json()).run;

describe('a tool that is missing', () => {
  it('fails its step, by name, with where it was looked for', async () => {
    const result = await run('run', write('a.runbook.md', book(wikiStep('dump', 'kind: run\nrun: [pg_restore_of_nobody, --list]\nverify: [{ stdout: { contains: x } }]'))), '--mode', 'rehearsal', '--json');
    expect(result.status).toBe(1);
    expect(runOf(result)).toMatchObject({ state: 'failed', steps: [{ state: 'failed', exit_codes: [], reason: expect.stringMatching(/pg_restore_of_nobody was not found: looked in \//u) }] });
  });

  it('fails its check with the remedy', async () => {
    const check = '\n```yaml check\n{ id: tool, title: The tool is there, kind: tool, tool: pg_restore_of_nobody, severity: blocker, expires: 1d, remedy: Take it from the kit. }\n```\n';
    const result = await run('ready', write('a.runbook.md', book(check + wikiStep('a', 'kind: manual\nconfirm: x'))), '--json');
    expect(result.status).toBe(1);
    expect(result.json()).toMatchObject({ state: 'NOT_READY', checks: [{ outcome: 'fail', summary: expect.stringContaining('pg_restore_of_nobody is neither in the kit'), remedy: 'Take it from the kit.' }] });
  });
});

describe.runIf(isRoot)('a disk', () => {
  function mount(options: string): void {
    mkdirSync(data);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', data]);
  }
  afterEach(() => execFileSync('umount', ['-l', data]));

  it('that is full before the run begins is said, and no run is there afterwards', async () => {
    mount('size=128k');
    writeFileSync(join(data, 'ballast'), Buffer.alloc(100 * 1024));
    const full = await run('run', write('a.runbook.md', GOOD), '--mode', 'rehearsal', '--json');
    expect(full.status).toBe(7);
    expect(full.stdout).toBe('');
    expect(errorOf(full)).toMatchObject({ code: 'disk', message: expect.stringMatching(/^The disk is full\./u), hint: expect.stringContaining('Free some space') });
    rmSync(join(data, 'ballast'));
    expect((await run('runs', '--json')).json()).toEqual({ runs: [] });
  });

  it('that is read-only refuses what writes, and lets everything be read', async () => {
    mount('size=10m');
    const file = write('a.runbook.md', GOOD);
    expect((await run('run', file, '--mode', 'rehearsal')).status).toBe(0);
    execFileSync('mount', ['-o', 'remount,ro', data]);
    for (const argv of [['run', file, '--mode', 'rehearsal'], ['ready', file], ['record', 'checkpoint'], ['record', 'export', 'last', '-o', 'x.zip'], ['people', 'revoke', 'x']]) {
      const refused = await run(...argv, '--json');
      expect(refused.status, argv.join(' ')).toBe(7);
      expect(errorOf(refused), argv.join(' ')).toMatchObject({ code: 'disk', message: expect.stringMatching(/^The disk is read-only\./u) });
    }
    for (const argv of [['status', 'last'], ['runs'], ['people', 'list'], ['report', 'last', '--format', 'md', '-o', join(folder, 'report.md')]]) expect((await run(...argv)).status, argv.join(' ')).toBe(0);
    const record = await run('record', 'verify', '--json');
    expect(record.status).toBe(0);
    expect(Verification.parse(record.json())).toMatchObject({ ok: true, problems: [] });
    expect((await run('report', 'last', '--format', 'md', '-o', join(data, 'report.md'), '--json')).status).toBe(7);
  });
});

describe('a data folder', () => {
  it.each([['runs'], ['status', 'last'], ['record', 'verify'], ['people', 'list']])('that is a file is a mistake of the command line: %s', async (...argv) => {
    writeFileSync(data, '');
    const result = await run(...argv, '--json');
    expect(result.status).toBe(2);
    expect(errorOf(result).message).toBe(`The data folder ${data} is a file.`);
  });
});

describe('a time on the command line', () => {
  it.each([
    ['that is to come', '2199-01-01T00:00:00Z', 'is still to come'],
    ['without a zone', '2026-04-25T14:30:00', 'is not a time'],
    ['without an hour', '2026-04-25', 'is not a time'],
    ['that no calendar has', '2026-02-30T00:00:00Z', 'is not a time'],
    ['as a number', '1777127400', 'is not a time'],
    ['in words', 'yesterday', 'is not a time'],
  ])('%s is refused, and no run is created', async (_, time, words) => {
    const file = write('a.runbook.md', GOOD);
    for (const option of ['--outage-at', '--declared-at']) {
      const result = await run('run', file, '--mode', 'rehearsal', option, time, '--json');
      expect(result.status).toBe(2);
      expect(errorOf(result).message).toContain(words);
      expect(errorOf(result).message).toContain(option);
    }
    expect((await run('runs', '--json')).json()).toEqual({ runs: [] });
  });

  it('may have any zone, and is told in UTC', async () => {
    const result = await run('run', write('a.runbook.md', GOOD), '--mode', 'rehearsal', '--outage-at', '2026-04-25 16:30:00+02', '--declared-at', '2026-04-25T14:45:00.5Z', '--json');
    expect(runOf(result)).toMatchObject({ outage_at: '2026-04-25T14:30:00.000Z', declared_at: '2026-04-25T14:45:00.500Z' });
  });

  it('a day that no calendar has cannot be what a lint is asked about', async () => {
    const file = write('a.runbook.md', GOOD);
    expect((await run('runbook', 'lint', file, '--at', '2026-02-30')).status).toBe(2);
    expect((await run('runbook', 'lint', file, '--at', '2026-1-1')).status).toBe(2);
    expect((await run('runbook', 'lint', file, '--at', '2026-11-01')).status).toBe(0);
  });
});

describe('a file that is something else', () => {
  it('is no bundle: refused, with the answer all the same', async () => {
    const result = await run('record', 'verify-bundle', write('x.zip', 'my cat'), '--json');
    expect(result.status).toBe(4);
    expect(result.json()).toMatchObject({ ok: false, problems: [{ kind: 'bundle.other', message: expect.stringContaining('no zip') }] });
  });

  it('is no runbook: a named pipe keeps nobody waiting', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.runbook.md')]);
    const pipe = join(folder, 'pipe.runbook.md');
    for (const argv of [['runbook', 'show', pipe], ['ready', pipe], ['run', pipe, '--mode', 'rehearsal']]) expect((await run(...argv)).status).toBe(4);
    expect((await run('runbook', 'lint', pipe, '--json')).status).toBe(1);
  });

  it.each([
    ['an alias bomb', 'decisions: &a { x: y }\nnotes: *a\n'],
    ['a key twice', 'decisions: { x: y }\ndecisions: { x: z }\n'],
    ['a tag', 'decisions: !!js/function x\n'],
    ['a list', '- a\n'],
    ['an unknown part', 'decision: { x: y }\n'],
    ['text that is cut', 'decisions: { x: \n'],
    ['nesting without end', `decisions: ${'['.repeat(100_000)}`],
  ])('is no answers file: %s', async (_, text) => {
    const result = await run('run', write('a.runbook.md', GOOD), '--mode', 'rehearsal', '--answers', write('answers.yaml', text), '--json');
    expect(result.status, result.stderr).toBe(4);
    expect(errorOf(result).code).toBe('refused');
    expect(result.stderr).not.toMatch(/\n {4}at /u);
  });
});

describe('a reader of the output', () => {
  /** The command with its standard output closed after the first bytes. */
  async function abandoned(...argv: string[]): Promise<{ status: number | null; stderr: string }> {
    const child = spawn(BLACKSTART, [...argv, '--data-dir', data], { cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, stderr };
  }

  it('that leaves early is no fault, and a run goes on to its end', async () => {
    const many = book(Array.from({ length: 12 }, (_, n) => wikiStep(`s${n}`, 'kind: run\nrun: [sleep, "0.05"]')).join(''));
    const left = await abandoned('run', write('a.runbook.md', many), '--mode', 'rehearsal', '--json-lines');
    expect(left.stderr).not.toContain('EPIPE');
    expect(runOf(await run('status', 'last', '--json'))).toMatchObject({ state: 'succeeded' });
    expect((await abandoned('runbook', 'schema')).stderr).toBe('');
  });

  it.runIf(isRoot)('that has no room is told', async () => {
    const full = await new Promise<{ status: number | null; stderr: string }>((resolve) => {
      const child = spawn('sh', ['-c', 'exec "$0" runbook schema > /dev/full', BLACKSTART], { env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
      child.once('close', (status) => resolve({ status, stderr }));
    });
    expect(full).toEqual({ status: 7, stderr: expect.stringContaining('the output could not be written') });
  });
});

it('an answer that is cut off is never left in place of a report', async () => {
  const file = write('a.runbook.md', GOOD);
  await run('run', file, '--mode', 'rehearsal');
  expect((await run('report', 'last', '--format', 'md', '-o', 'report.md')).status).toBe(0);
  const before = readFileSync(join(folder, 'report.md'), 'utf8');
  expect((await run('report', 'nobody', '--format', 'md', '-o', 'report.md')).status).toBe(3);
  expect(readFileSync(join(folder, 'report.md'), 'utf8')).toBe(before);
});
