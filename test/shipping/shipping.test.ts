/** The product as it ships, on the Electron that it ships with: the engine runs in a utility process. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureElectron } from '../../electron/setup/electron-runtime.mjs';
import { makePackage } from '../../electron/setup/package.mjs';
import { openPackagedWindow } from '../support/packaged-window.ts';

const home = mkdtempSync(join(tmpdir(), 'blackstart-shipping-'));
const EXECUTABLE: Partial<Record<NodeJS.Platform, string>> = { linux: 'blackstart', darwin: 'Blackstart.app/Contents/MacOS/Blackstart', win32: 'Blackstart.exe' };
let folder: string;

beforeAll(async () => {
  const { fallback, version } = await ensureElectron();
  if (fallback) throw new Error(`Electron itself could not be fetched; ${version} cannot host the engine, so the shipping flavour cannot be tested here`);
  folder = await makePackage('shipping');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the shipping flavour', () => {
  it('opens its window with the engine in a utility process, whatever the environment names', async () => {
    const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const env = { ...process.env, HOME: home, BLACKSTART_ENGINE_NODE: '/nonexistent/node', BLACKSTART_ENGINE_FILE: '/nonexistent/engine.mjs' };
    const window = await openPackagedWindow(join(folder, EXECUTABLE[process.platform] ?? ''), [...asRoot, `--data-dir=${join(home, 'data')}`], env);
    await vi.waitUntil(async () => String(await window.evaluate('document.body.innerText')).includes('First drill'), { timeout: 90_000, interval: 100 });
    await window.close();
  });

  it.runIf(process.platform !== 'darwin')('carries the First drill through on the command line', () => {
    const launcher = join(folder, process.platform === 'win32' ? 'blackstart-cli.cmd' : 'blackstart-cli');
    const { status, stdout, stderr } = spawnSync(launcher, ['drill', 'first', '--data-dir', join(home, 'drill')], { encoding: 'utf8', shell: process.platform === 'win32', timeout: 170_000 });
    expect({ status, said: `${stdout}\n${stderr}` }).toMatchObject({ status: 0, said: expect.stringContaining('Recovery time') });
  });
});
