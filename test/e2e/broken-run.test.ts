/** When something breaks in the window: a damaged backup, an engine that is killed in the middle of a run. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { driveRun, enterUntil, primaryLabel, stepHeading, tabTo, typeHere } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-broken-'));
const pictures = join(ROOT, 'screenshots', 'broken');
let opened: LaunchedConsole;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  opened = await launchConsole({ dataDir });
  page = opened.page;
  await page.getByRole('heading', { name: 'Nothing is set up yet' }).waitFor();
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startDrill(): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByText('These values are right').waitFor();
  await tabTo(page, dialog.locator('.check input'));
  await page.keyboard.press('Space');
  await enterUntil(page, async () => !(await dialog.isVisible()));
  await page.locator('.clocks').waitFor();
}

/** Processes below the window's that run the engine. */
function enginePids(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine-host.mjs') && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir);
    } catch {
      return false; // it ended meanwhile
    }
  });
}

describe('a backup that was damaged', () => {
  it('halts the run at the check that found it, with the suspect and its fix on the screen', async () => {
    await enterUntil(page, () => page.getByRole('dialog').isVisible());
    const backup = join(dataDir, 'first-drill', 'lanterns', 'backup', 'lanterns-evening.sqlite.age');
    const bytes = readFileSync(backup);
    const at = bytes.length - 100;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(backup, bytes);
    await startDrill();
    await driveRun(page, { passphrase: '', stopAt: /^Try again/u }, 60_000);
    expect(await page.locator('.verdict').textContent()).not.toBe('');
    expect(await page.locator('.sus').first().textContent()).toContain('The backup file was damaged after it was written');
    expect(await page.locator('.sus .fix').first().textContent()).toContain('Restore yesterday’s backup'.replace('’', "'"));
    await page.screenshot({ path: join(pictures, 'failed.png') });
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = ${JSON.stringify(theme)}`);
      expect((await new AxeBuilder({ page }).setLegacyMode(true).analyze()).violations.map(({ id }) => id)).toEqual([]);
    }
  }, 120_000);

  it('goes nowhere by itself, and on only with a reason', async () => {
    await page.keyboard.press('s');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await primaryLabel(page)).toContain('Skip it');
    await page.keyboard.press('Enter');
    expect(await dialog.isVisible()).toBe(true);
    await typeHere(page, 'Yesterday’s backup is taken instead');
    await page.keyboard.press('Control+Enter');
    await enterUntil(page, async () => { await page.keyboard.press('Control+Enter'); return !(await dialog.isVisible()); });
    await page.locator('.steps .step .sr', { hasText: 'Skipped' }).first().waitFor({ state: 'attached' });
  });
});

describe('an engine that is killed', () => {
  it('is missed on the screen, comes back, and the run waits to be resumed', async () => {
    await driveRun(page, { passphrase: '', decide: /Yesterday/u, stopAt: /Approve step/u }, 60_000);
    const heading = await stepHeading(page);
    const [pid] = enginePids();
    expect(pid).toBeDefined();
    process.kill(pid ?? 0, 'SIGKILL');
    await page.getByText(/The engine (?:stopped|is starting)/u).first().waitFor();
    await page.screenshot({ path: join(pictures, 'engine-lost.png') });
    await page.getByText(/The engine (?:stopped|is starting)/u).first().waitFor({ state: 'detached', timeout: 30_000 });
    await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toContain('Resume the run');
    await page.screenshot({ path: join(pictures, 'interrupted.png') });
    const dialog = page.getByRole('dialog');
    await enterUntil(page, () => dialog.isVisible());
    await page.screenshot({ path: join(pictures, 'resume.png') });
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await expect.poll(() => stepHeading(page)).toBe(heading);
    expect(await primaryLabel(page)).toContain('Approve step');
  }, 120_000);

  it('ends well all the same', async () => {
    await driveRun(page, { passphrase: 'light the north quay' }, 120_000);
    await page.screenshot({ path: join(pictures, 'end.png') });
    expect(await page.locator('.clock.big').textContent()).toContain('Recovered in');
  }, 150_000);
});
