/** Telling people and handing over, in the real console by keyboard alone: contact cards, cadence, drafts, files, numbers to scan, a handover, the report. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { enterUntil, goAnywhere, primaryLabel, stepHeading, tabTo, typeHere } from '../support/drive-console.ts';
import { answerSaveDialogs, launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { enrol, more, pick, press, sendWords, write } from '../support/fill-in.ts';
import { expectAccessible, takePictures } from '../support/look.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-comms-'));
const pictures = join(ROOT, 'screenshots', 'comms');
const JONAS = { name: 'Jonas Weidmann', roles: 'operator', passphrase: 'amber buoys drift slowly' };
const RUTH = { name: 'Ruth Adeyemi', roles: 'operator', passphrase: 'copper gulls land softly' };
let opened: LaunchedConsole;
let page: Page;
let dialog: Locator;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  cpSync(join(ROOT, 'test', 'fixtures', 'comms'), join(dataDir, 'runbooks', 'harbour'), { recursive: true });
  opened = await launchConsole({ dataDir });
  page = opened.page;
  dialog = page.getByRole('dialog');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await answerSaveDialogs(opened.app, dataDir);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await page.screenshot({ path: join(pictures, 'failure.png') });
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function look(name: string, accessible = true): Promise<void> {
  await takePictures(opened, pictures, name);
  if (accessible) await expectAccessible(page, name);
}
async function go(name: string): Promise<void> {
  await press(page, page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name, exact: true }));
}
async function start(mode: 'Rehearsal' | 'Tabletop'): Promise<void> {
  await goAnywhere(page, 'Start recovery');
  await dialog.waitFor();
  await pick(page, dialog.getByLabel('Runbook', { exact: true }), 'Bring the harbour back and tell everybody');
  await tabTo(page, dialog.locator('.radio input').first());
  await page.keyboard.press('ArrowDown');
  if (mode === 'Tabletop') await page.keyboard.press('ArrowDown');
  await dialog.getByText('Left empty, the clock counts').waitFor();
  await tabTo(page, dialog.getByRole('checkbox', { name: 'These values are right.' }));
  await page.keyboard.press('Space');
}
const side = (): Locator => page.getByRole('region', { name: 'Whom to tell' });
const row = (title: string): Locator => side().locator('li', { hasText: title });
const file = (name: RegExp): string => {
  const path = /Written: (\S+)/u.exec(shownStatus)?.[1] ?? '';
  expect(path).toMatch(name);
  return readFileSync(path, 'utf8');
};
let shownStatus = '';
/** What the form says of the last thing that was taken along. */
async function status(words: RegExp): Promise<void> {
  await expect.poll(async () => { shownStatus = (await dialog.getByRole('status').allInnerTexts()).join(' '); return shownStatus; }, { timeout: 15_000 }).toMatch(words);
}

describe('before the day', () => {
  it('shows whom the runbooks would tell, and who has to be verified again; prints the call tree', async () => {
    await go('People');
    for (const person of [JONAS, RUTH]) await enrol(page, person);
    const contacts = page.getByRole('region', { name: 'Contacts' });
    await contacts.getByText('vp@harbour.example').waitFor();
    const cards = (await contacts.innerText()).replace(/\s+/gu, ' ');
    expect(cards).toMatch(/Marta Silva .*verified on 2026-03-01, \d+ days ago: stale/u);
    expect(cards).toMatch(/Jonas Weber .*never verified/u);
    expect(cards).toContain('every 25 s, by phone, else email, else sms');
    await look('contacts');
    await press(page, page.getByRole('button', { name: 'Print the call tree…' }));
    await page.getByText('call-tree.pdf').waitFor({ timeout: 30_000 });
    expect(readFileSync(join(dataDir, 'call-tree.pdf')).subarray(0, 5).toString('latin1')).toBe('%PDF-');
  }, 120_000);
});

describe('a run', () => {
  it('says who is due, and says in words when somebody is overdue', async () => {
    await start('Rehearsal');
    await pick(page, dialog.getByLabel('Operator', { exact: true }), JONAS.name);
    await write(page, dialog.getByLabel(/^Passphrase/u), JONAS.passphrase);
    await enterUntil(page, async () => (await stepHeading(page)).includes('Declare the disaster'));
    expect(await row('Partners and clients').innerText()).toMatch(/every 15 min; not told yet/u);
    expect(await row('Regulators').innerText()).toMatch(/once, within 4 h[\s\S]*Only if regulator_duty == "yes"; not decided yet/u);
    const clock = page.locator('.clock.told-next');
    const place = await clock.boundingBox();
    await expect.poll(() => clock.innerText(), { timeout: 60_000 }).toMatch(/Overdue, Executive team/u);
    expect((await clock.boundingBox())?.width).toBe(place?.width);
    await expect.poll(() => row('Executive team').innerText(), { timeout: 90_000 }).toMatch(/due now|overdue by/u);
    await look('overdue');
  }, 180_000);

  it('drafts what is known and says what is not; a number is there to dial and to scan', async () => {
    await page.keyboard.press('u');
    await dialog.getByRole('heading', { name: 'Tell: Executive team' }).waitFor();
    const words = await dialog.getByLabel('What you say').inputValue();
    expect(words).toMatch(/^EXERCISE EXERCISE EXERCISE\n\n0 of 4 steps are done\. Back: nothing yet\. RTO 4 h, .* left; data: not measured yet, 15 min allowed\. Now: Declare the disaster\. Forecast: \d\d:\d\d UTC\. Ask Jonas Weidmann or the crane driver ‹crane_driver: not known›\./u);
    await dialog.getByText('Not known, and not made up: crane_driver').waitFor();
    await dialog.getByText('+44 1632 960303').waitFor();
    await dialog.getByRole('img', { name: 'Call Nkechi Adeyemi' }).waitFor();
    await look('tell-phone');
  }, 90_000);

  it('goes on to the next living channel where nobody is reached, and takes the words along as a mail and as text', async () => {
    await press(page, dialog.getByRole('button', { name: 'Nobody reached by phone' }));
    await dialog.getByText(/not reached \d\d:\d\d/u).waitFor();
    await expect.poll(() => dialog.locator('.radio.on').innerText()).toBe('email');
    const area = dialog.getByLabel('What you say');
    await write(page, area, 'Grüße from the quay – all hands are well.');
    await press(page, dialog.getByRole('button', { name: 'Save as mail (.eml)…' }));
    await status(/Written: \S+\.eml/u);
    const mail = file(/executives-.*\.eml$/u);
    expect(mail).toMatch(/^Subject: EXERCISE: /mu);
    expect(mail).toMatch(/^To: Nkechi Adeyemi <vp@harbour\.example>, Marta Silva\r?\n? <md@harbour\.example>/mu);
    expect(mail.replaceAll('=\r\n', '')).toContain('Gr=C3=BC=C3=9Fe from the quay');
    await press(page, dialog.getByRole('button', { name: 'Save as text…' }));
    await status(/Written: \S+\.txt/u);
    expect(file(/\.txt$/u)).toContain('Grüße from the quay – all hands are well.');
    await press(page, dialog.getByRole('button', { name: 'Copy', exact: true }));
    await status(/^Copied\.$/u);
    await look('tell-mail');
    await tabTo(page, dialog.getByRole('checkbox', { name: 'Marta Silva' }));
    await page.keyboard.press('Space');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await expect.poll(() => row('Executive team').innerText()).toMatch(/told \d\d:\d\d by email/u);
  }, 120_000);

  it('passes over what the switchboard says is dead, and says so', async () => {
    await more(page, 'What is dead…');
    await dialog.getByText('tells Executive team').first().waitFor();
    await tabTo(page, dialog.getByRole('checkbox', { name: /^phone/u }));
    await page.keyboard.press('Space');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await expect.poll(() => row('Executive team').innerText()).toContain('phone is dead, passed over');
    await press(page, row('Executive team').getByRole('button'));
    await dialog.getByText('phone is marked as dead and passed over').waitFor();
    await tabTo(page, dialog.locator('.radio input:checked'));
    await page.keyboard.press('ArrowDown');
    await dialog.getByRole('img', { name: 'Message to Nkechi Adeyemi' }).waitFor();
    await look('tell-sms');
    await tabTo(page, dialog.getByRole('checkbox', { name: 'Nkechi Adeyemi' }));
    await page.keyboard.press('Space');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await expect.poll(() => row('Executive team').innerText()).toMatch(/told \d\d:\d\d by sms/u);
  }, 120_000);

  it('is handed over while a step runs, signed by both', async () => {
    await expect.poll(() => primaryLabel(page)).toMatch(/^Confirm: done/u);
    await enterUntil(page, async () => (await stepHeading(page)).includes('Is the regulator'));
    await tabTo(page, page.locator('.ask .radio input').first());
    await page.keyboard.press('Space');
    await enterUntil(page, async () => (await stepHeading(page)).includes('Pump the hall dry'));
    await expect.poll(() => row('Regulators').innerText()).not.toContain('not decided yet');
    await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toMatch(/^Run step 3/u);
    await enterUntil(page, async () => !/^Run step 3/u.test((await primaryLabel(page)) ?? ''));
    await page.getByRole('button', { name: 'Stop step…' }).waitFor();
    await page.keyboard.press('w');
    await dialog.getByRole('heading', { name: 'Hand the run over' }).waitFor();
    expect(await dialog.getByLabel('What is done').inputValue()).toContain('2 of 4 steps; the last is 2 Is the regulator to be told?');
    expect(await dialog.getByLabel(/^What is running/u).inputValue()).toMatch(/3 Pump the hall dry runs since \d\d:\d\d UTC\./u);
    await write(page, dialog.getByLabel('What worries'), 'The pump stutters; the harbour master was promised a call at six.');
    await write(page, dialog.getByLabel('Passphrase of whoever hands over'), JONAS.passphrase);
    await pick(page, dialog.getByLabel('Person', { exact: true }), RUTH.name);
    await write(page, dialog.getByLabel('Passphrase of whoever takes over'), 'not her passphrase');
    await enterUntil(page, () => dialog.getByText('That is not the passphrase of Ruth Adeyemi.').isVisible());
    await look('handover');
    await write(page, dialog.getByLabel('Passphrase of whoever hands over'), JONAS.passphrase);
    await write(page, dialog.getByLabel('Passphrase of whoever takes over'), RUTH.passphrase);
    await enterUntil(page, async () => !(await dialog.isVisible()));
    const aside = page.getByRole('complementary', { name: 'Context' });
    await aside.getByText('Jonas Weidmann to Ruth Adeyemi, both signed').waitFor();
    await aside.getByText('The pump stutters').waitFor();
    await expect.poll(() => aside.locator('li', { hasText: 'Ruth Adeyemi' }).first().innerText()).toContain('operator');
    expect(await page.getByRole('button', { name: 'Stop step…' }).isVisible()).toBe(true);
    await look('handed-over');
  }, 120_000);

  it('has it all in its report: who was reached by what, what was passed over, what was tried, who led it', async () => {
    await more(page, 'Abort run…');
    const abort = page.getByRole('alertdialog');
    await abort.waitFor();
    await write(page, abort.getByLabel('Type the word abort'), 'abort');
    await sendWords(page, abort, abort.getByLabel('Why?'), 'The rehearsal has shown what it should');
    await expect.poll(() => primaryLabel(page), { timeout: 30_000 }).toMatch(/^Open the report/u);
    await enterUntil(page, async () => !/^Open the report/u.test((await primaryLabel(page)) ?? ''));
    await page.locator('iframe').waitFor();
    const report = page.frameLocator('iframe').locator('body');
    const text = (await report.innerText()).replace(/\s+/gu, ' ');
    for (const words of ['Handover from Jonas Weidmann to Ruth Adeyemi', 'The pump stutters; the harbour master was promised a call at six.', '✓ both signatures hold', 'Grüße from the quay', 'sms; phone is dead', 'Tried, and nobody reached', 'Marta Silva']) expect(text).toContain(words);
    await report.getByText('Handover from Jonas Weidmann to Ruth Adeyemi').scrollIntoViewIfNeeded();
    await takePictures(opened, pictures, 'report-people');
    await report.getByText('Tried, and nobody reached').scrollIntoViewIfNeeded();
    await takePictures(opened, pictures, 'report-told');
    expect(opened.complaints).toEqual([]);
  }, 120_000);
});

describe('a tabletop', () => {
  it('tells nobody outside the room: its clock sets the cadence, the words are marked, no number is shown', async () => {
    await goAnywhere(page, 'Home');
    await start('Tabletop');
    await enterUntil(page, () => page.getByRole('button', { name: /^Plan/u }).first().isVisible());
    expect(await row('Partners and clients').innerText()).toContain('nothing due');
    await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toMatch(/^Start the exercise/u);
    await enterUntil(page, async () => !/^Start the exercise/u.test((await primaryLabel(page)) ?? ''));
    await page.keyboard.press('p');
    await page.getByText(/^held, really since/u).waitFor();
    expect(await row('Partners and clients').innerText()).toMatch(/in 1[45] min/u);
    await page.keyboard.press('c');
    await dialog.waitFor();
    await typeHere(page, 'H+0:21');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await expect.poll(() => row('Partners and clients').innerText()).toMatch(/overdue by 6 minutes/u);
    await look('tabletop');
    await press(page, row('Executive team').getByRole('button'));
    await dialog.getByText('‹not in an exercise›').first().waitFor();
    expect(await dialog.locator('.qr').count()).toBe(0);
    expect(await page.content()).not.toMatch(/1632|harbour\.example/u);
    expect(await dialog.getByLabel('What you say').inputValue()).toMatch(/^EXERCISE EXERCISE EXERCISE[\s\S]*EXERCISE EXERCISE EXERCISE$/u);
    await look('tabletop-tell');
    await tabTo(page, dialog.getByRole('checkbox', { name: 'Nkechi Adeyemi' }));
    await page.keyboard.press('Space');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await expect.poll(() => row('Executive team').innerText()).toMatch(/told H\+0:21\S* by phone/u);
    expect(opened.complaints).toEqual([]);
  }, 120_000);
});
