/** The whole console: the real page, shell and engine, on an empty data folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchConsole, takePictures, until, type LaunchedConsole } from '../support/electron.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-console-'));
let opened: LaunchedConsole;

beforeAll(async () => {
  opened = await launchConsole({ dataDir });
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('opens on an empty data folder and offers the First drill', async () => {
  await until(opened.page, 'document.body.innerText.includes("First drill")', 30_000);
  await takePictures(opened, 'first-start');
  expect(opened.complaints).toEqual([]);
});
