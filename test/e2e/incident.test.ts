/** Three systems lost at once, rehearsed in the real console; then the run of a laptop that died, taken over in it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { openDataFolder } from '../../electron/engine/data-folder.ts';
import { ROOT } from '../../electron/setup/places.mjs';
import { enterUntil, goAnywhere, pressUntil, primaryLabel, stepHeading } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { choose, press, write } from '../support/fill-in.ts';
import { expectAccessible, takePictures } from '../support/look.ts';

const folder = mkdtempSync(join(tmpdir(), 'blackstart-incident-'));
const dataDir = join(folder, 'data');
const FIXTURE = join(ROOT, 'test', 'fixtures', 'incident');
const pictures = join(ROOT, 'screenshots', 'incident');
let opened: LaunchedConsole;
let page: Page;
let dialog: Locator;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  cpSync(FIXTURE, join(dataDir, 'runbooks', 'harbour'), { recursive: true });
  opened = await launchConsole({ dataDir });
  page = opened.page;
  dialog = page.getByRole('dialog');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await page.screenshot({ path: join(pictures, 'failure.png') });
});
afterAll(async () => {
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
});

async function look(name: string, options: { iframes?: boolean } = {}): Promise<void> {
  if (process.env['BLACKSTART_PICTURES'] !== undefined) await takePictures(opened, pictures, name);
  await expectAccessible(page, name, options);
}
const card = (name: string): Locator => page.getByRole('region', { name, exact: true });
const text = async (where: Locator): Promise<string> => (await where.innerText()).replace(/\s+/gu, ' ');
const goTo = (place: string): Promise<void> => goAnywhere(page, place);
async function sendDialog(): Promise<void> {
  await enterUntil(page, async () => !(await dialog.isVisible()));
}
/** From the menu at the top. */
async function more(item: string): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}
async function tick(label: RegExp): Promise<void> {
  const box = dialog.getByRole('checkbox', { name: label });
  await box.focus();
  await page.keyboard.press('Space');
  expect(await box.isChecked()).toBe(true);
}
/** Does the one thing that the run asks for, and is at another step afterwards. */
async function confirmStep(heading: string): Promise<void> {
  await expect.poll(() => stepHeading(page), { timeout: 20_000 }).toContain(heading);
  await enterUntil(page, async () => !(await stepHeading(page)).includes(heading));
}
/** The same where it is the last. */
async function confirmLast(heading: string): Promise<void> {
  await expect.poll(() => stepHeading(page), { timeout: 20_000 }).toContain(heading);
  await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Open the report') === true);
}
async function backToIncident(): Promise<void> {
  await pressUntil(page, 'Control+i', page.locator('.members'));
}

describe('an incident', () => {
  it('is opened with what is lost, under one outage time', async () => {
    await goTo('Incident');
    await page.getByRole('heading', { name: 'No incident is open' }).waitFor();
    await look('none');
    await enterUntil(page, () => dialog.isVisible());
    await write(page, dialog.getByLabel('What happened'), 'The machine hall burns');
    await choose(page, dialog.locator('.radios'), 'Rehearsal');
    const outage = new Date(Date.now() - 25 * 60_000).toISOString().slice(0, 16).replace('T', ' ');
    await write(page, dialog.getByLabel(/Outage began, UTC/u), outage);
    for (const name of [/Name Service/u, /Ledger/u, /Booking Portal/u]) await tick(name);
    await write(page, dialog.getByLabel('Who opens it'), 'Ruth Adeyemi');
    await look('open-dialog');
    await sendDialog();
    await card('Name Service').waitFor();
    expect(await page.evaluate('document.body.dataset.mode')).toBe('rehearsal');
    expect(await text(card('Ledger'))).toMatch(/Can begin.*of 2 h/u);
    expect(await text(page.getByRole('region', { name: 'Clocks of the incident' }))).toMatch(/Since the outage 0:2\d:\d\d.*0 of 3/u);
  }, 120_000);

  it('has an order: what depends on another waits, and the forecast of the whole says so', async () => {
    await press(page, card('Booking Portal').getByRole('button', { name: 'Order: Booking Portal' }));
    await dialog.waitFor();
    for (const name of [/Name Service/u, /Ledger/u]) await tick(name);
    await write(page, dialog.getByLabel('Who says so'), 'Ruth Adeyemi');
    await look('order-dialog');
    await sendDialog();
    await expect.poll(() => text(card('Booking Portal'))).toMatch(/Waits for another.*Waits for Name Service and Ledger, so not before/u);
    expect(await text(page.getByRole('region', { name: 'What decides the end' }))).toMatch(/1 Ledger.*it waits for no other system, and has not begun.*2 Booking Portal.*The last to be back, by the forecast: it cannot begin before ledger is back/u);
    await look('ordered');
  }, 120_000);

  it('starts its runs from the keyboard, each under the incident’s outage, and comes back', async () => {
    await page.keyboard.press('1');
    await dialog.getByText('A part of the open incident').waitFor();
    await look('start-dialog');
    await enterUntil(page, async () => (await stepHeading(page)).includes('Count the zones'));
    await confirmStep('Count the zones');
    await confirmStep('Start the name service');
    await backToIncident();
    await expect.poll(() => text(card('Name Service'))).toMatch(/Back, run goes on.*2\d min/u);
    await page.keyboard.press('2');
    await enterUntil(page, async () => (await stepHeading(page)).includes('Fetch the dump'));
    await confirmStep('Fetch the dump');
    await backToIncident();
    await expect.poll(() => text(card('Ledger'))).toMatch(/Needs you.*Step 2 of 2: Restore the ledger\. Expected back at/u);
  }, 180_000);

  it('lets what depends on another begin only with a reason and a name, which stand on it from then on', async () => {
    await press(page, card('Booking Portal').getByRole('button', { name: 'Start all the same: Booking Portal' }));
    await dialog.getByText('Booking Portal depends on Ledger, which is not back.').waitFor();
    expect(await dialog.locator('.missing').innerText()).toBe('Say why it begins before Ledger is back.');
    await write(page, dialog.getByLabel('Why begin it all the same?'), 'Bookings can wait on paper');
    await write(page, dialog.getByLabel('Who accepts that'), 'Jonas Weidmann');
    await look('despite-dialog');
    await enterUntil(page, async () => (await stepHeading(page)).includes('Install the portal'));
    await look('run');
    await backToIncident();
    await expect.poll(() => text(card('Booking Portal'))).toContain('Begun before Ledger was back: Jonas Weidmann, “Bookings can wait on paper”');
    await look('side-by-side');
    await page.keyboard.press('3'); // and by its number to its run
    await expect.poll(() => stepHeading(page)).toContain('Install the portal');
    await backToIncident();
  }, 180_000);

  it('comes first on Home', async () => {
    await goTo('Home');
    await page.getByRole('heading', { name: 'An incident is being rehearsed: The machine hall burns' }).waitFor();
    expect(await primaryLabel(page)).toMatch(/^Back to the incident/u);
    await look('home');
    await enterUntil(page, () => page.locator('.members').isVisible());
  }, 120_000);

  it('is measured as a whole when the last is back, and says what decided that', async () => {
    await page.keyboard.press('2');
    await confirmLast('Restore the ledger');
    await backToIncident();
    await page.keyboard.press('3');
    await confirmStep('Install the portal');
    await confirmLast('Book a berth');
    await backToIncident();
    await expect.poll(() => text(page.getByRole('region', { name: 'Clocks of the incident' }))).toMatch(/Total recovery time 0:2\d:\d\d.*3 of 3 every target met.*Booking Portal/u);
    await more('Report');
    const sheet = page.frameLocator('iframe.sheet');
    await sheet.getByText('Systems, target against measured').waitFor();
    expect((await sheet.locator('body').innerText()).replace(/\s+/gu, ' ')).toMatch(/REHEARSAL.*MET ?All 3 systems were back 2\d min.*name-service.*✓ met.*Begun before harbour-ledger was back/u);
    await look('report', { iframes: false });
    await enterUntil(page, () => page.locator('.members').isVisible());
  }, 180_000);

  it('is closed with a reason while a run goes on, and stays to be read', async () => {
    await more('Close the incident…');
    await dialog.getByText('Runs that are not over:').waitFor();
    await write(page, dialog.getByLabel('Why is it closed all the same?'), 'The label can wait');
    await write(page, dialog.getByLabel('Who closes it'), 'Ruth Adeyemi');
    await look('close-dialog');
    await sendDialog();
    await page.getByText('Closed by Ruth Adeyemi').waitFor();
    expect(await page.evaluate('document.body.dataset.mode ?? null')).toBeNull();
    await look('closed');
  }, 120_000);
});

describe('the run of a laptop that died', () => {
  /** Another laptop with the same runbooks, up to a program under way; its bundle is all that is left of it. */
  async function dyingLaptop(): Promise<{ run: string; bundle: string }> {
    const data = openDataFolder({ dataDir: join(folder, 'other'), runbookDirs: [FIXTURE], clock: systemClock(), nodePath: process.execPath, launcher: 'blackstart', env: process.env });
    try {
      const live = await data.runs.start({ id: 'harbour-ferry', mode: 'rehearsal', params: {}, outage_at: new Date(Date.now() - 50 * 60_000).toISOString(), operator: 'Mira Holm' }, 'auto');
      const state = (id: string): string | undefined => data.runs.view(live.id).steps.find((step) => step.id === id)?.state;
      await expect.poll(() => state('quay'), { timeout: 20_000 }).toBe('waiting');
      await data.runs.command(live.id, { do: 'decide', step: 'quay', option: 'north' });
      await expect.poll(() => state('print'), { timeout: 20_000 }).toBe('running');
      const bundle = join(folder, 'ferry.zip');
      await data.exportRun(live.id, bundle);
      return { run: live.id, bundle };
    } finally {
      await data.close();
    }
  }

  it('is imported, taken over by name and reason, and asks how that ended which was under way', async () => {
    const { run, bundle } = await dyingLaptop();
    await opened.app.evaluate(({ dialog: native }, path) => { native.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] }); }, bundle);
    await goTo('Record');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /Import a bundle/u }).click();
    const take = page.getByRole('button', { name: new RegExp(`^Take over .*${run}`, 'u') });
    await take.waitFor({ timeout: 30_000 });
    await look('imported');
    await take.click();
    await dialog.waitFor();
    await write(page, dialog.getByLabel('Who takes it over'), 'Jonas Weidmann');
    await write(page, dialog.getByLabel('Why?'), 'The first laptop smokes');
    await write(page, dialog.getByLabel(/Nobody here knows the key/u), 'Mira handed me the stick');
    await look('takeover-dialog');
    await page.getByRole('button', { name: /^Go on here/u }).click();
    await expect.poll(() => stepHeading(page), { timeout: 30_000 }).toContain('Print the sheets');
    expect(await text(page.locator('.step-head').first())).toContain('Unknown');
    expect(await text(page.locator('.clocks'))).toMatch(/Elapsed since the outage.* 0:5\d:\d\d/u);
    await page.getByText(/Taken over from device/u).first().waitFor();
    await look('taken-over');
  }, 180_000);

  it('is not taken over twice', async () => {
    await goTo('Record');
    await page.getByRole('button', { name: /The run here that goes on with/u }).waitFor();
    expect(await page.getByRole('button', { name: /^Take over/u }).count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  }, 60_000);
});
