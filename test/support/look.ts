/** What a screen looks like, in both sizes and themes, and what axe finds on it. */
import { AxeBuilder } from '@axe-core/playwright';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { SIZES, type LaunchedConsole } from './electron.ts';

type Theme = 'light' | 'dark';
const THEMES: readonly Theme[] = ['light', 'dark'];

export async function setTheme(page: Page, theme: Theme): Promise<void> {
  await page.evaluate(`document.documentElement.dataset.theme = ${JSON.stringify(theme)}`);
}

/** A window may have been closed and opened again: its page is another one then. */
type Looked = Pick<LaunchedConsole, 'app' | 'page'>;

export async function resize({ app, page }: Looked, width: number, height: number): Promise<void> {
  await app.evaluate(({ BrowserWindow }, size) => { BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height); }, { width, height });
  await expect.poll(() => page.evaluate('innerWidth'), { timeout: 15_000 }).toBe(width);
}

/** All of both sizes and themes with BLACKSTART_PICTURES; else each size and each theme once. */
function themesAt(width: number): readonly Theme[] {
  if (process.env['BLACKSTART_PICTURES'] !== undefined) return THEMES;
  return width === SIZES[0].width ? ['dark'] : ['light'];
}

/** The same for a window that is not the first: the one that shows this page. */
export async function resizeWindow(app: LaunchedConsole['app'], page: Page, width: number, height: number): Promise<void> {
  const window = await app.browserWindow(page);
  await window.evaluate((shown: { setContentSize(width: number, height: number): void }, size) => { shown.setContentSize(size.width, size.height); }, { width, height });
  await expect.poll(() => page.evaluate('innerWidth'), { timeout: 15_000 }).toBe(width);
}

/** `FOLDER/NAME-THEME-WIDTH.png`; the window is left at its smallest size. */
export async function takePictures(looked: Looked, folder: string, name: string): Promise<void> {
  for (const { width, height } of [...SIZES].sort((a, b) => b.width - a.width)) {
    await resize(looked, width, height);
    for (const theme of themesAt(width)) {
      await setTheme(looked.page, theme);
      await looked.page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`), animations: 'disabled' });
    }
  }
}

/** Axe finds nothing on the screen as it stands, in either theme; a report in its frame has no scripts, so it can be left out. */
export async function expectAccessible(page: Page, name: string, { iframes = true }: { iframes?: boolean } = {}): Promise<void> {
  for (const theme of THEMES) {
    await setTheme(page, theme);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'], iframes }).analyze();
    expect.soft(violations.map(({ id, nodes }) => `${name} ${theme} ${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary ?? ''}`).join(' | ')}`)).toEqual([]);
  }
}
