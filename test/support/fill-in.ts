/** Fills in the console's forms by keyboard alone. */
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { tabTo } from './drive-console.ts';

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
  await page.keyboard.press('Home');
  for (let moves = 0; moves < 20 && !(await shown()).startsWith(words); moves += 1) await page.keyboard.press('ArrowDown');
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
