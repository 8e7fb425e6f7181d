import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchConsole, makeShellApp, type LaunchedConsole } from '../support/electron.ts';

let shell: Awaited<ReturnType<typeof makeShellApp>>;
let dataDir: string;
let opened: LaunchedConsole;

beforeAll(async () => {
  shell = await makeShellApp();
  dataDir = mkdtempSync(join(tmpdir(), 'blackstart-data-'));
  opened = await launchConsole({ dataDir, app: shell.folder, env: { ...shell.env, NODE_OPTIONS: '--no-deprecation', LD_PRELOAD: '' } });
  await opened.page.waitForFunction('seen.events.length > 0');
});

afterAll(async () => {
  await opened.close();
  shell.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the window', () => {
  it('reaches the engine and gets typed bytes back', async () => {
    expect(await opened.page.evaluate('ask("echo", {text: "ä", bytes: new Uint8Array([7, 8])}).then(r => [r.text, r.bytes instanceof Uint8Array, r.bytes[1]])')).toEqual(['ä', true, 8]);
    expect(await opened.page.evaluate('seen.events[0].hello instanceof Uint8Array')).toBe(true);
  });

  it('shows the page nothing of Node or Electron', async () => {
    expect(await opened.page.evaluate('[typeof require, typeof process, typeof module, typeof Buffer, typeof ipcRenderer]')).toEqual(Array(5).fill('undefined'));
    expect(await opened.page.evaluate('Object.keys(blackstart).sort()')).toEqual(['chooseOpen', 'chooseSave', 'onEngine', 'onFrame', 'post', 'printPdf']);
  });
});
