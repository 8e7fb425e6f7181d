/** The First drill in the window, from Home to the report, by keyboard, with the real engine and real tools. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driveRun, enterUntil, primaryLabel, tabTo } from '../support/drive-console.ts';
import { launchConsole, until, type LaunchedConsole } from '../support/electron.ts';
import { ROOT } from '../../electron/setup/places.mjs';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-drill-'));
const pictures = join(ROOT, 'screenshots', 'first-drill');
let opened: LaunchedConsole;

async function picture(name: string): Promise<void> {
  await opened.page.screenshot({ path: join(pictures, `${name}.png`) });
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  opened = await launchConsole({ dataDir });
  await opened.page.locator('.bar').waitFor();
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the First drill in the window', () => {
  it('is the first thing to do on a fresh laptop', async () => {
    await opened.page.getByRole('heading', { name: 'Nothing is set up yet' }).waitFor();
    expect(await primaryLabel(opened.page)).toContain('Run the First drill (5 min)');
    await picture('home');
  });

  it('starts as a rehearsal once its values are confirmed', async () => {
    const { page } = opened;
    const dialog = page.getByRole('dialog');
    await enterUntil(page, () => dialog.isVisible());
    await dialog.getByText('These values are right').waitFor();
    expect(await dialog.getByRole('radio', { name: /Rehearsal/u }).isChecked()).toBe(true);
    await tabTo(page, dialog.locator('.check input'));
    await page.keyboard.press('Space');
    await picture('start');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.locator('.clocks').waitFor();
    expect(await page.locator('body').getAttribute('data-mode')).toBe('rehearsal');
  });

  it('goes from step to step to its end, by keyboard', async () => {
    const { page } = opened;
    const seen = await driveRun(page, { passphrase: 'light the north quay', decide: /Tonight/u, onStep: (heading) => picture(`step-${heading.trim().split(/\s/u)[0] ?? ''}`) }, 150_000);
    await picture('end');
    expect(seen.join('\n')).toContain('Let the harbour master agree');
    expect(await page.locator('.clock.big').textContent()).toMatch(/Recovered in, target 10 min/u);
    expect(await page.locator('.clock.big').textContent()).toContain('to spare');
  }, 180_000);

  it('shows the report, in a frame in which nothing runs', async () => {
    const { page } = opened;
    await enterUntil(page, () => page.locator('iframe.sheet').isVisible());
    const frame = page.frameLocator('iframe.sheet');
    await frame.getByText('First drill, light the harbour again').first().waitFor();
    expect(await page.locator('iframe.sheet').getAttribute('sandbox')).toBe('');
    await picture('report');
  });

  it('goes to a part of the report that is named beside it', async () => {
    const { page } = opened;
    const integrity = page.frameLocator('iframe.sheet').getByRole('heading', { name: 'Integrity' });
    const top = async (): Promise<number> => (await integrity.boundingBox())?.y ?? Number.NaN;
    expect(await top()).toBeGreaterThan(800);
    await tabTo(page, page.locator('.parts').getByRole('button', { name: 'Integrity' }));
    await page.keyboard.press('Enter');
    await expect.poll(top).toBeLessThan(800);
    await picture('report-integrity');
  });

  it('is signed by its operator with a passphrase, and the page shows it', async () => {
    const { page } = opened;
    await tabTo(page, page.getByRole('button', { name: 'Sign…' }));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The report is frozen as it stands now').waitFor();
    await tabTo(page, dialog.locator('input[type=password]'));
    await page.keyboard.type('lanterns at dusk');
    await picture('sign');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.locator('.signed').getByText('Robin Vale').waitFor({ timeout: 60_000 });
    await page.frameLocator('iframe.sheet').getByText(/^Operator, signed/u).waitFor();
    await picture('signed');
  }, 120_000);

  it('keeps the run in the record, which is whole', async () => {
    const { page } = opened;
    await tabTo(page, page.getByRole('button', { name: 'Record' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /on record/u }).waitFor();
    await enterUntil(page, () => page.getByText('The record is whole.').isVisible());
    await picture('record');
  });

  it('never complained', async () => {
    await until(opened.page, 'document.title === "Blackstart"');
    expect(opened.complaints).toEqual([]);
  });
});
