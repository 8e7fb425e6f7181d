import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findInstallation, startsLauncher } from '../../electron/engine/installation.ts';
import { createRedactor } from '../../electron/engine/tool/create-redactor.ts';
import { createRunTool } from '../../electron/engine/tool/run-tool.ts';
import { forgetfulSink } from '../../electron/engine/run/run-aside.ts';
import type { ToolOutcome } from '../../electron/engine/tool/tool.ts';

const runTool = createRunTool();

/** A launcher for Windows with a program beside it, as in a checkout, or where the bundle lies, as in a package. */
function laidOut(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'installation-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'electron', 'cli'), { recursive: true });
  mkdirSync(join(folder, 'build', 'engine'), { recursive: true });
  const launcher = join(folder, 'electron', 'cli', 'blackstart.cmd');
  writeFileSync(launcher, readFileSync(findInstallation(undefined, 'win32').launcher), { mode: 0o755 });
  writeFileSync(join(folder, program), 'console.log(JSON.stringify(process.argv.slice(2)));');
  return launcher;
}

async function start(launcher: string, argv: readonly string[]): Promise<ToolOutcome> {
  return startsLauncher(runTool, { launcher, node: process.execPath })({
    stages: [argv], cwd: tmpdir(), env: { PATH: process.env['PATH'] ?? '' }, marker: 'test/launcher/1', okExitCodes: [0], redactor: createRedactor([]), output: forgetfulSink(),
  });
}

describe('the launcher of this installation', () => {
  it('is there for every system: a batch file on Windows, a shell script elsewhere', () => {
    const [windows, linux, mac] = (['win32', 'linux', 'darwin'] as const).map((platform) => findInstallation(undefined, platform).launcher);
    expect(windows).toMatch(/electron[\\/]cli[\\/]blackstart\.cmd$/u);
    expect(linux).toMatch(/electron[\\/]cli[\\/]blackstart$/u);
    expect(mac).toBe(linux);
    for (const launcher of [windows, linux]) expect(existsSync(launcher ?? '')).toBe(true);
  });

  it('on Windows starts the same program in the same places as elsewhere, with lines that Windows reads', () => {
    const text = readFileSync(findInstallation(undefined, 'win32').launcher, 'utf8');
    expect(text.split('\r\n').join('')).not.toContain('\n');
    for (const part of ['build\\engine\\blackstart.mjs', 'runtime\\node.exe', 'main.ts', 'NODE_OPTIONS=', '%*', 'exit /b %ERRORLEVEL%']) expect(text).toContain(part);
  });

  it.each(['electron/cli/main.ts', 'build/engine/blackstart.mjs'])('is started by steps as Node and %s, its arguments untouched', async (program) => {
    const launcher = laidOut(program);
    const outcome = await start(launcher, [launcher, 'drill', 'a & b', '%PATH%']);
    expect(outcome, outcome.reason ?? '').toMatchObject({ ok: true });
    expect(JSON.parse(outcome.stdout.text)).toEqual(['drill', 'a & b', '%PATH%']);
  });

  it('leaves every other program as it is', async () => {
    const launcher = laidOut('electron/cli/main.ts');
    expect((await start(launcher, ['echo', launcher])).stdout.text).toBe(`${launcher}\n`);
    expect(startsLauncher(runTool, findInstallation(undefined, 'linux'))).toBe(runTool);
  });
});
