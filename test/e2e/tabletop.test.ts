/** A whole tabletop in the real console, by keyboard alone: two windows, three injects, answers, an absence, the end, its report. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { enterUntil, goAnywhere, pressUntil, primaryLabel, tabTo, typeHere } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { pick, write } from '../support/fill-in.ts';
import { expectAccessible, resizeWindow, setTheme } from '../support/look.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-tabletop-'));
const pictures = join(ROOT, 'screenshots', 'tabletop');
const FIXTURE = join(ROOT, 'test', 'fixtures', 'tabletop');
let opened: LaunchedConsole;
let page: Page;
let wall: Page;
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
  rmSync(dataDir, { recursive: true, force: true });
});

/** Pictures of a window at both sizes, dark and light, and what axe finds. */
async function look(which: Page, name: string): Promise<void> {
  if (process.env['BLACKSTART_PICTURES'] !== undefined) {
    for (const [width, height] of [[1920, 1080], [1280, 800]] as const) {
      await resizeWindow(opened.app, which, width, height);
      for (const theme of ['light', 'dark'] as const) {
        await setTheme(which, theme);
        await which.screenshot({ path: join(pictures, `${name}-${theme}-${width}.png`), animations: 'disabled' });
      }
    }
  }
  await expectAccessible(which, name);
}

async function closes(): Promise<void> {
  await dialog.waitFor({ state: 'detached' });
}
/** A letter opens a dialog; the field that has the focus takes the words; Enter sends. */
async function note(key: string, words: string): Promise<void> {
  await pressUntil(page, key, dialog);
  await typeHere(page, words);
  await enterUntil(page, async () => !(await dialog.isVisible()));
}
async function person(name: string, role: string): Promise<void> {
  await write(page, dialog.getByLabel('Name', { exact: true }), name);
  await write(page, dialog.getByLabel('Role', { exact: true }), role);
  await enterUntil(page, () => dialog.getByRole('cell', { name, exact: true }).isVisible());
}
const clock = async (): Promise<string> => (await page.locator('.clock.big .v').textContent()) ?? '';
const wallText = async (): Promise<string> => (await wall.locator('body').innerText()).replace(/\s+/gu, ' ');
async function act(label: RegExp): Promise<void> {
  await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toMatch(label);
  await enterUntil(page, async () => !label.test((await primaryLabel(page)) ?? ''));
}
async function jumpTo(time: string): Promise<void> {
  await pressUntil(page, 'c', dialog);
  await typeHere(page, time);
  await enterUntil(page, async () => !(await dialog.isVisible()));
}

async function startTabletop(): Promise<void> {
  await goAnywhere(page, 'Start recovery');
  await dialog.waitFor();
  await pick(page, dialog.getByLabel('Runbook', { exact: true }), 'Bring the harbour back');
  await tabTo(page, dialog.locator('.radio input').first());
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await dialog.getByText('Left empty, the clock counts').waitFor();
  await enterUntil(page, () => page.locator('.inj').isVisible());
}

describe('a tabletop', () => {
  it('is started from anywhere, planned, and peopled', async () => {
    await startTabletop();
    await page.keyboard.press('g');
    await dialog.waitFor();
    expect(await dialog.getByLabel('Objectives, one a line').inputValue()).toBe('Find the key that fits the backup\nNobody guesses');
    await write(page, dialog.getByLabel('Facilitator'), 'Ruth Adeyemi');
    await look(page, 'plan');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.keyboard.press('r');
    await dialog.waitFor();
    await person('Jonas Weidmann', 'operator');
    await person('Helena Brandt', 'vp');
    await page.keyboard.press('Escape');
    await closes();
    await look(page, 'planned');
  }, 120_000);

  it('opens a second window for the projector, which has no way to say anything', async () => {
    const coming = opened.app.waitForEvent('window');
    await page.keyboard.press('w');
    wall = await coming;
    await wall.getByText('Keys at the table').waitFor();
    expect(await wall.evaluate('document.body.dataset.mode')).toBe('tabletop');
    expect(await wallText()).toContain('EXERCISE');
    expect(await wall.evaluate('Object.keys(window.blackstartWall).sort()')).toEqual(['onEngine', 'onFrame']);
    expect(await wall.evaluate('typeof window.blackstart')).toBe('undefined');
    await page.getByText('Participants see the situation').waitFor();
  });

  it('begins, and walks: a step is talked through, a contact is none that could be dialled', async () => {
    await act(/^Start the exercise/u);
    await expect.poll(clock, { timeout: 10_000 }).not.toBe('H+0:00:00');
    await page.keyboard.press('p');
    await page.getByText(/^held, really since/u).waitFor();
    const held = await clock();
    expect(await page.locator('.prose').innerText()).toContain('Call the harbour master at ‹not in an exercise› or write to ‹not in an exercise›.');
    expect(await page.content()).not.toMatch(/901820|master@harbour|tel:/u);
    await look(page, 'step');
    await act(/^Go on, step 1 is simulated/u);
    await act(/^Go on, step 2 is simulated/u);
    expect(await clock()).toBe(held);
  }, 60_000);

  it('fires an inject early while the clock is held, and the others at their time when it jumps', async () => {
    await page.keyboard.press('1');
    await page.getByRole('heading', { level: 1, name: /A journalist is on the line/u }).waitFor();
    await wall.getByRole('heading', { name: 'A journalist is on the line' }).waitFor();
    await note('n', 'We give them the number of the press office');
    await pressUntil(page, 'm', page.getByText('5 of 5 so far'));
    await jumpTo('H+0:52');
    await page.getByRole('heading', { level: 1, name: /The key in the manager was rotated last week/u }).waitFor();
    await wall.getByRole('heading', { name: 'The envelope says version 3. The manager only has version 4.' }).waitFor();
    expect(await page.locator('.inj').innerText()).toMatch(/Chat and paging are gone too\s+H\+0:12/u);
    for (const secret of ['rotated last week', 'compare the fingerprint', 'Who else has ever held', 'press office', 'Met', 'points']) expect(await wallText()).not.toContain(secret);
    await look(page, 'inject');
    await look(wall, 'participants');
  }, 120_000);

  it('is scored by keys, with what was seen and what is to be learnt', async () => {
    const scores = page.locator('.score button[aria-pressed="true"]');
    for (const [at, key] of ['m', 'y', 'x'].entries()) {
      await pressUntil(page, key, scores.nth(at));
      expect(await scores.count()).toBe(at + 1);
    }
    await note('o', 'They asked who may open the safe');
    await note('l', 'The paper phone list has two old numbers');
    await page.getByText('The paper phone list has two old numbers').waitFor();
    expect(await wallText()).not.toContain('phone list');
  }, 60_000);

  it('lets nobody approve who is not to be reached, and goes on when they are', async () => {
    await page.keyboard.press('r');
    await dialog.waitFor();
    await tabTo(page, dialog.getByRole('button', { name: 'Change Helena Brandt' }));
    await page.keyboard.press('Enter');
    await pick(page, dialog.getByLabel('Presence'), 'not to be reached');
    await write(page, dialog.getByLabel('Why (optional)'), 'on a plane');
    await enterUntil(page, () => dialog.getByText('not to be reached, simulated: on a plane').isVisible());
    await page.keyboard.press('Escape');
    await closes();
    await wall.getByText('Helena Brandt').waitFor();
    await page.keyboard.press('t');
    await page.getByRole('heading', { level: 1, name: /Restore the berths/u }).waitFor();
    await enterUntil(page, () => dialog.isVisible());
    await dialog.getByText('Not to be reached: Helena Brandt (on a plane)').waitFor();
    await look(page, 'approval');
    await page.keyboard.press('Escape');
    await closes();
    await page.keyboard.press('r');
    await dialog.waitFor();
    await tabTo(page, dialog.getByRole('button', { name: 'Change Helena Brandt' }));
    await page.keyboard.press('Enter');
    await pick(page, dialog.getByLabel('Presence'), 'at the table');
    await write(page, dialog.getByLabel('Why (optional)'), 'landed early');
    await enterUntil(page, () => dialog.getByText('at the table: landed early').isVisible());
    await page.keyboard.press('Escape');
    await closes();
    await enterUntil(page, () => dialog.isVisible());
    await tabTo(page, dialog.locator('.radio input').first());
    await page.keyboard.press('Space');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await jumpTo('H+2:10');
    await act(/^Go on, step 3 is simulated/u);
    await act(/^Go on, step 4 is simulated/u);
  }, 120_000);

  it('is rated, ended by a typed word, and its report says what it was', async () => {
    await pressUntil(page, 'b', dialog);
    await pick(page, dialog.getByLabel('Rating 1'), 'S:');
    await write(page, dialog.getByLabel('Why 1 (optional)'), 'They asked late');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await tabTo(page, page.getByRole('button', { name: 'End exercise…' }));
    await page.keyboard.press('Enter');
    const end = page.getByRole('alertdialog');
    await end.waitFor();
    await typeHere(page, 'end');
    await look(page, 'end');
    await enterUntil(page, async () => !(await end.isVisible()));
    await wall.getByRole('heading', { name: 'The exercise is over' }).waitFor();
    await look(page, 'over');
    await look(wall, 'participants-over');
    await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toMatch(/^Open the report/u);
    await enterUntil(page, () => page.locator('iframe').isVisible());
    const report = page.frameLocator('iframe').locator('body');
    const text = await report.innerText();
    for (const words of ['EXERCISE', 'A journalist is on the line', 'The key in the manager was rotated last week', 'Chat and paging are gone too', 'They compare the fingerprint with the register', 'Find the key that fits the backup', 'Jonas Weidmann', 'The paper phone list has two old numbers']) expect(text).toContain(words);
    expect(text).not.toMatch(/901820|master@harbour/u);
    expect(opened.complaints).toEqual([]);
  }, 120_000);

  it('stops at one key in a real emergency, and says so on both windows', async () => {
    await startTabletop();
    await page.keyboard.press('w');
    await act(/^Start the exercise/u);
    await wall.getByText('The situation').waitFor();
    await page.keyboard.press('Control+e');
    await page.getByRole('heading', { name: 'Real emergency. This is no exercise.' }).waitFor();
    await wall.getByRole('heading', { name: 'Real emergency. This is no exercise.' }).waitFor();
    await look(page, 'emergency');
    await look(wall, 'participants-emergency');
    expect(await primaryLabel(page)).toMatch(/^Start recovery/u);
  }, 120_000);
});
