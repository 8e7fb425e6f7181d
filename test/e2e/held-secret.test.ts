/** A secret that was given for checks serves one round after the other, and is gone when a person or the window says so. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { enterUntil } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { pick, press, selectCheck, write } from '../support/fill-in.ts';
import { expectAccessible, takePictures } from '../support/look.ts';
import { filesWith, sealedSample, wholePage } from '../support/secret-traces.ts';

const KEY = 'seven grey herons at the weir';
const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-held-'));
let opened: LaunchedConsole;
let page: Page;
let row: Locator;

beforeAll(async () => {
  const book = join(dataDir, 'runbooks', 'live-lab');
  cpSync(fileURLToPath(new URL('../fixtures/live-lab', import.meta.url)), book, { recursive: true });
  writeFileSync(join(book, 'canary.txt'), sealedSample(KEY));
  await open();
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function open(): Promise<void> {
  opened = await launchConsole({ dataDir });
  page = opened.page;
  row = page.getByRole('row', { name: /The key opens the vault/u });
  await page.getByRole('navigation', { name: 'Main' }).waitFor({ timeout: 30_000 });
  await look();
}

async function go(name: string): Promise<void> {
  await press(page, page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }));
}

/** At the check that needs the key. */
async function look(): Promise<void> {
  await go('Readiness');
  await pick(page, page.getByLabel('Runbook', { exact: true }), 'Bring the lock gates back');
  await page.getByRole('heading', { level: 1, name: 'Locks' }).waitFor();
  await selectCheck(page, 'The key opens the vault');
}

async function give(): Promise<void> {
  const dialog = page.getByRole('dialog');
  await press(page, page.getByRole('button', { name: 'Supply a secret…' }));
  await dialog.waitFor();
  await write(page, dialog.getByRole('textbox'), KEY);
  await enterUntil(page, async () => !(await dialog.isVisible()));
  await page.getByText('Held in memory for these checks: vault_key').waitFor();
}

/** How many results of the check the record holds. */
function judgements(): number {
  return Number(execFileSync('sqlite3', ['-readonly', join(dataDir, 'journal.sqlite'), `SELECT count(*) FROM entry WHERE CAST(bytes AS TEXT) LIKE '%"type":"check.result"%' AND CAST(bytes AS TEXT) LIKE '%"check":"vault-key"%'`], { encoding: 'utf8' }));
}

async function round(ends: string): Promise<void> {
  const before = judgements();
  await press(page, page.getByRole('button', { name: 'Check this one' }));
  await expect.poll(judgements, { timeout: 30_000 }).toBe(before + 1);
  await row.getByText(ends).waitFor();
}

const forget = (): Locator => page.getByRole('button', { name: 'Forget it' });

it('serves again and again, says that it is in memory, and is forgotten at a key', async () => {
  await give();
  await round('opens the sample');
  await round('opens the sample');
  if (process.env['BLACKSTART_PICTURES'] !== undefined) await takePictures(opened, join(ROOT, 'screenshots'), 'readiness-held');
  await expectAccessible(page, 'readiness-held', { iframes: false });
  await page.keyboard.press('f');
  await forget().waitFor({ state: 'detached' });
  await round('not at hand');
}, 90_000);

it('is there on another screen and back, and not after the window was closed', async () => {
  await give();
  await go('Home');
  await look();
  await forget().waitFor();
  expect((await wholePage(page)).includes(KEY)).toBe(false);
  await opened.close();
  await open();
  expect(await forget().isVisible()).toBe(false);
  await round('not at hand');
  expect(filesWith(dataDir, KEY)).toEqual([]);
}, 120_000);
