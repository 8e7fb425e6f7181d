/** The command line as a person calls it from a checkout: `npm run -s blackstart -- ARGS`. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../electron/setup/build.mjs';
import { runChild } from '../../electron/setup/run-child.mjs';
import { ROOT } from '../../electron/setup/places.mjs';

const folder = mkdtempSync(join(tmpdir(), 'blackstart-cwd-'));
const call = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync('npm', ['--prefix', ROOT, 'run', '-s', 'blackstart', '--', ...words], { encoding: 'utf8', cwd: folder, env: { ...process.env, INIT_CWD: undefined, BLACKSTART_DATA: join(folder, 'data') } });

beforeAll(() => ensureBuilt(['engine']));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line from a checkout', () => {
  it('leaves stdout to the command alone', () => {
    const { status, stdout } = call('runbook', 'list', '--json');
    expect(status).toBe(0);
    expect(() => void JSON.parse(stdout)).not.toThrow();
  });

  it('passes the exit status and the error on', () => {
    const { status, stdout, stderr } = call('status', 'no-such-run');
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('no-such-run');
  });

  it('resolves paths against the caller\'s folder, and keeps words as they are', () => {
    writeFileSync(join(folder, 'a $(b).runbook.md'), 'no runbook\n');
    const { status, stdout } = call('runbook', 'lint', 'a $(b).runbook.md', '--json');
    expect(status).toBe(1);
    expect(stdout).toContain('a $(b).runbook.md');
  });
});

describe('a program that runs in our place', () => {
  it('gives us its status, and 128 + n for signal n', async () => {
    expect(await runChild(process.execPath, ['-e', 'process.exit(5)'])).toBe(5);
    expect(await runChild(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'])).toBe(137);
  });

  it('gets the signals that were meant for it', async () => {
    const script = `import(${JSON.stringify(join(ROOT, 'electron', 'setup', 'run-child.mjs'))}).then(async ({ runChild }) => process.exit(await runChild(process.execPath, ['-e', 'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); console.log("up")'])))`;
    const wrapper = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(wrapper.stdout, 'data');
    wrapper.kill('SIGTERM');
    expect(await once(wrapper, 'exit')).toEqual([7, null]);
  });
});
