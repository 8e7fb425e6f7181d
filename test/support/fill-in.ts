/** Fills in the console's forms by keyboard alone. */
import type { Locator, Page } from 'playwright';
import { expect, vi } from 'vitest';
import { enterUntil, tabTo } from './drive-console.ts';

/** Replaces what a field holds. Passphrases and secrets are fields as well. */
export async function write(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
  await expect.poll(() => field.inputValue()).toBe(text);
}

/** Moves through a closed list until it shows the option that begins with `words`. */
export async function pick(page: Page, list: Locator, words: string): Promise<void> {
  await tabTo(page, list);
  const shown = (): Promise<string> => list.locator('option:checked').innerText();
  const options = await list.locator('option').count();
  await page.keyboard.press('Home');
  for (let moves = 0; moves < options && !(await shown()).startsWith(words); moves += 1) await page.keyboard.press('ArrowDown');
  expect(await shown()).toContain(words);
}

/** Chooses one of a group of radio buttons by its words. */
export async function choose(page: Page, group: Locator, words: string | RegExp): Promise<void> {
  const wanted = group.locator('.radio', { hasText: words }).locator('input');
  const all = group.locator('input[type=radio]');
  const chosen = group.locator('input[type=radio]:checked');
  // A group is one stop of Tab: its chosen button, or its first.
  await tabTo(page, (await chosen.count()) > 0 ? chosen : all.first());
  await page.keyboard.press('Space');
  for (let moves = 0; moves < 20 && !(await wanted.isChecked()); moves += 1) await page.keyboard.press('ArrowDown');
  expect(await wanted.isChecked()).toBe(true);
}

/** Presses a button that is not the primary one. */
export async function press(page: Page, button: Locator): Promise<void> {
  await tabTo(page, button);
  await page.keyboard.press('Enter');
}

/** Words in a large field are sent with Ctrl Enter. */
export async function sendWords(page: Page, box: Locator, field: Locator, words: string): Promise<void> {
  await write(page, field, words);
  await vi.waitUntil(async () => {
    if (!(await box.isVisible())) return true;
    await page.keyboard.press('Control+Enter');
    return !(await box.isVisible());
  }, { timeout: 20_000, interval: 300 });
}

/** From the menu at the end of the action bar. */
export async function more(page: Page, item: string): Promise<void> {
  await press(page, page.locator('.actions').getByRole('button', { name: 'More' }));
  const entry = page.getByRole('menuitem', { name: item });
  await entry.waitFor();
  const focused = (): Promise<boolean> => entry.evaluate((element) => element === document.activeElement);
  for (let moves = 0; moves < 20 && !(await focused()); moves += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

/** Walks to a check of the list. */
export async function selectCheck(page: Page, title: string): Promise<void> {
  await tabTo(page, page.locator('[data-primary]'));
  const shown = page.locator('.detail h3');
  for (let moves = 0; moves < 20; moves += 1) await page.keyboard.press('k');
  for (let moves = 0; moves < 20 && (await shown.innerText()) !== title; moves += 1) await page.keyboard.press('j');
  expect(await shown.innerText()).toBe(title);
}

export interface Enrolment {
  name: string;
  roles: string;
  passphrase: string;
}

/** From the People screen. */
export async function enrol(page: Page, person: Enrolment): Promise<void> {
  const dialog = page.getByRole('dialog');
  await enterUntil(page, () => dialog.isVisible());
  await write(page, dialog.getByLabel('Name', { exact: true }), person.name);
  await write(page, dialog.getByLabel('Roles, as the runbooks name them'), person.roles);
  await write(page, dialog.getByLabel(/Passphrase; the person/u), person.passphrase);
  await write(page, dialog.getByLabel('The same once more'), person.passphrase);
  await enterUntil(page, async () => !(await dialog.isVisible()));
  await page.getByRole('cell', { name: person.name, exact: true }).waitFor();
}
