/** Chromium's own sandbox, which root cannot use: the console as an ordinary user starts it. */
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeShellApp, runtimeFor, until } from '../support/electron.ts';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
/** `nobody` on Debian. */
const NOBODY = 65534;

let shell: Awaited<ReturnType<typeof makeShellApp>>;
let home: string;

/** Playwright starts one program; this one becomes an ordinary user first. */
function asOrdinaryUser(executable: string): string {
  if (!isRoot) return executable;
  const file = join(home, 'start');
  writeFileSync(file, `#!/bin/sh\nexec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ${executable} "$@"\n`, { mode: 0o755 });
  return file;
}

beforeAll(async () => {
  shell = await makeShellApp();
  home = mkdtempSync(join(tmpdir(), 'blackstart-user-'));
  chmodSync(shell.folder, 0o755);
  if (isRoot) chownSync(home, NOBODY, NOBODY);
});
afterAll(() => {
  shell.remove();
  rmSync(home, { recursive: true, force: true });
});

it('runs the page in the operating system\'s sandbox when an ordinary user starts the console', async () => {
  const { executable, args, env } = await runtimeFor({ dataDir: join(home, 'data'), app: shell.folder, env: { ...shell.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), XDG_RUNTIME_DIR: home, TMPDIR: home } });
  const app = await _electron.launch({ executablePath: asOrdinaryUser(executable), args: args.filter((word) => word !== '--no-sandbox'), chromiumSandbox: true, env, cwd: shell.folder, timeout: 30_000 });
  const page = await app.firstWindow();
  await until(page, 'seen.events.length > 0');
  const pid = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
  if (process.platform === 'linux') {
    // 2: a filter on system calls is in force.
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Seccomp:\s+2$/m);
  }
  expect(await app.evaluate(({ app: shellApp }) => shellApp.commandLine.hasSwitch('no-sandbox'))).toBe(false);
  await app.close();
});
