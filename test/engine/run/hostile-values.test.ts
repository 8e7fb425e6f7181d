/** Values that a person or a tool supplies: they reach a program as they are, or the step says why not; nothing else ever starts. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLab, step, type Done, type RunLab } from '../../support/run-lab.ts';

const front = 'params:\n  x: { type: string, required: true }';
const SHOW = step('show', "kind: run\nrun: [printf, '[%s]\\n', '{{x}}', 'a{{x}}z']\nverify: [{ stdout: { contains: '[' } }]");

/** A program in a folder of its own on the PATH that leaves a mark when it runs, and shows its arguments. */
function withProgram(lab: RunLab, name: string): { PATH: string; mark: string } {
  const bin = join(lab.folder, 'bin');
  const mark = join(lab.folder, `${name}-ran`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\ntouch ${mark}\nprintf '[%s]' "$@"\ncat\n`);
  chmodSync(join(bin, name), 0o755);
  return { PATH: `${bin}:/usr/bin:/bin`, mark };
}

function outputOf(lab: RunLab, done: Done, id: string): string {
  const end = lab.events(done.live.id, 'step.result').find(({ data }) => data['step'] === id);
  const named = end?.data['output'];
  if (typeof named !== 'object' || named === null || !('sha256' in named) || typeof named.sha256 !== 'string') throw new Error(`${id} has no output`);
  return Buffer.from(lab.journal.blobs.read(named.sha256)).toString();
}

describe('a hostile value of a parameter', () => {
  it.each(['$(touch pwned)', '; touch pwned', '`touch pwned`', '| tee pwned', '&& touch pwned', '> pwned', '*', '~root', '%PATH%', '{{run_dir}}', '{{secret_file:k}}', '{{{{x}}', "'\"", '\\'])('%s reaches the program as it is', async (x) => {
    const lab = openLab();
    const done = await lab.drive(SHOW, { front, params: { x } });
    expect(done.state, done.why).toBe('succeeded');
    expect(outputOf(lab, done, 'show')).toBe(`[${x}]\n[a${x}z]\n`);
    expect(readdirSync(lab.folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('pwned'))).toEqual([]);
  });

  it.each(['-rf', '-oProxyCommand=touch pwned', '--checkpoint-action=exec=touch pwned', 'a\nb', 'a\0b', 'a\rb'])('%j creates no run at all', async (x) => {
    const lab = openLab();
    await expect(lab.drive(SHOW, { front, params: { x } })).rejects.toMatchObject({ code: 'usage' });
    expect([...lab.journal.events()].map(({ type }) => type)).toEqual(['device.key']);
  });

  it('of 2 MB fails its step in plain words', async () => {
    const done = await openLab().drive(SHOW, { front, params: { x: 'x'.repeat(2_000_000) } });
    expect(done.step('show').state).toBe('failed');
    expect(done.step('show').reason).toMatch(/bytes/u);
  });

  it('that climbs out of its folder creates no run', async () => {
    const lab = openLab();
    await expect(lab.drive(SHOW, { front: 'params:\n  x: { type: file, required: true }', params: { x: '../../etc/passwd' } })).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('".."') });
  });
});

describe('a value that holds a command of a database client', () => {
  it.each([
    ['psql', ["-c", '{{x}}'], '\\! touch pwned'],
    ['psql', ['-c', ' {{x}}'], '\\! touch pwned'],
    ['psql', ['--command={{x}}'], '\\copy t to program \'touch pwned\''],
    ['psql', ['-v', 'name={{x}}', '-f', 'restore.sql'], '\\! touch pwned'],
    ['psql', ['--set=name={{x}}'], 'a\\! touch pwned'],
    ['sqlite3', ['x.db', '{{x}}'], '.shell touch pwned'],
    ['mysql', ['-e', '{{x}}'], '\\! touch pwned'],
    ['mysql', ['-e', '{{x}}'], 'system touch pwned'],
  ])('starts no %s %j', async (program, argv, x) => {
    const lab = openLab();
    const { PATH, mark } = withProgram(lab, program);
    const again = openLab({ processEnv: { PATH } });
    const done = await again.drive(step('query', `kind: run\nrun: ${JSON.stringify([program, ...argv])}`), { front, params: { x } });
    expect(done.step('query')).toMatchObject({ state: 'failed', exit_codes: [] });
    expect(done.step('query').reason).toContain(`a command of ${program}'s own`);
    expect(existsSync(mark)).toBe(false);
  });

  it('starts nothing when the client would read it from its input', async () => {
    const lab = openLab();
    const { PATH, mark } = withProgram(lab, 'psql');
    const again = openLab({ processEnv: { PATH } });
    const done = await again.drive(step('query', "kind: run\nrun: [sudo, -u, postgres, psql]\nstdin: { text: \"SELECT '{{x}}';\" }"), { front, params: { x: "a'; \\! touch pwned" } });
    expect(done.step('query').reason).toContain("a command of psql's own");
    expect(existsSync(mark)).toBe(false);
  });

  it('is data where it cannot be one, and what the runbook itself writes stays', async () => {
    const lab = openLab();
    const { PATH, mark } = withProgram(lab, 'psql');
    const again = openLab({ processEnv: { PATH } });
    const done = await again.drive(step('query', "kind: run\nrun: [psql, -c, \"SELECT '{{x}}'\", -c, '\\x']\nstdin: { text: '\\pset null {{n}}' }"), { front: `${front}\n  n: { type: string, default: "NULL" }`, params: { x: 'a\\b' } });
    expect(done.state, done.why).toBe('succeeded');
    expect(outputOf(again, done, 'query')).toBe("[-c][SELECT 'a\\b'][-c][\\x]\\pset null NULL");
    expect(existsSync(mark)).toBe(true);
  });
});

describe('hostile surroundings of a run', () => {
  it('never reach a tool: loaders, another PATH, a tool of the same name in the folder it works in', async () => {
    const hostile = { LD_PRELOAD: '/tmp/evil.so', NODE_OPTIONS: '--require=/tmp/evil.js', ELECTRON_RUN_AS_NODE: '1', BASH_ENV: '/tmp/evil.sh', PATH: `:.:evil/bin:${process.env['PATH'] ?? ''}` };
    const lab = openLab({ processEnv: { ...process.env, ...hostile } });
    const books = join(lab.folder, 'books');
    writeFileSync(join(books, 'env'), '#!/bin/sh\necho shadowed\n');
    chmodSync(join(books, 'env'), 0o755);
    const done = await lab.drive(step('look', 'kind: run\nrun: [env]\ncwd: .\nverify: [{ stdout: { not_matches: "evil|shadowed|ELECTRON|NODE_OPTIONS|LD_" } }, { stdout: { contains: "PATH=/" } }]'));
    expect(done.state, JSON.stringify(done.step('look').assertions)).toBe('succeeded');
  });

  it('that a runbook asks for by name are refused', async () => {
    await expect(openLab().drive(SHOW, { front: `${front}\nenv_pass: [LD_PRELOAD]`, params: { x: 'a' } })).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('LD_PRELOAD may not be handed to tools') });
  });
});
