/** What a person set about the window is there at the next start, though the page's session is in memory. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { launchConsole, until, type LaunchedConsole } from '../support/electron.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-kept-'));
const file = join(dataDir, 'window', 'preferences.json');
let opened: LaunchedConsole | null = null;

async function start(): Promise<LaunchedConsole> {
  opened = await launchConsole({ dataDir });
  await opened.page.getByRole('navigation', { name: 'Main' }).waitFor({ timeout: 30_000 });
  return opened;
}
async function end(): Promise<void> {
  await opened?.close();
  opened = null;
}
afterEach(end);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const theme = ({ page }: LaunchedConsole): Promise<unknown> => page.evaluate('document.documentElement.dataset.theme');
const zoom = ({ app }: LaunchedConsole): Promise<number | undefined> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomLevel());
const size = ({ app }: LaunchedConsole): Promise<number[] | undefined> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getContentSize());

it('theme, zoom and size are kept across starts', async () => {
  const first = await start();
  expect(await theme(first)).toBe('dark');
  await first.page.getByRole('button', { name: 'Change to the light theme' }).press('Enter');
  await until(first.page, 'document.documentElement.dataset.theme === "light"');
  await first.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1111, 777);
    BrowserWindow.getAllWindows()[0]?.webContents.setZoomLevel(0.5);
  });
  await expect.poll(() => size(first)).toEqual([1111, 777]);
  await end();
  const second = await start();
  expect(await theme(second)).toBe('light');
  expect(await size(second)).toEqual([1111, 777]);
  await expect.poll(() => zoom(second)).toBe(0.5);
  expect(second.complaints).toEqual([]);
  await second.page.getByRole('button', { name: 'Change to the dark theme' }).press('Enter');
  await expect.poll(() => JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ theme: 'dark' });
});

it('a damaged file of preferences is as good as none', async () => {
  expect(existsSync(file)).toBe(true);
  writeFileSync(file, '{"theme":');
  const third = await start();
  expect(await theme(third)).toBe('dark');
  expect(await size(third)).toEqual([1280, 800]);
});
