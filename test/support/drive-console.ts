/** Drives the console's window by keyboard alone, as an operator would whose mouse stayed at home. */
import type { Locator, Page } from 'playwright';
import { vi } from 'vitest';

const WAIT = { timeout: 30_000, interval: 100 };

/** Presses Tab until the element has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab never reached the element');
}

/** What the one primary action on top says; null while there is none. */
export async function primaryLabel(page: Page): Promise<string | null> {
  const all = page.locator('[data-primary]');
  const count = await all.count();
  if (count === 0) return null;
  const text = await all.nth(count - 1).textContent({ timeout: 1_000 }).catch(() => null);
  return text === null ? null : text.trim();
}

/** Presses Enter, with the patience that the guard asks for, until the page has moved on. */
export async function enterUntil(page: Page, moved: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(async () => {
    if (await moved()) return true;
    await page.keyboard.press('Enter');
    return moved();
  }, { ...WAIT, interval: 300 });
}

/** A key of the screen, again if it came while the screen was changing. */
export async function pressUntil(page: Page, key: string, seen: Locator): Promise<void> {
  await vi.waitUntil(async () => {
    if (await seen.isVisible()) return true;
    await page.keyboard.press(key);
    return seen.waitFor({ timeout: 3_000 }).then(() => true, () => false);
  }, WAIT);
}

/** Types into what has the focus: a dialog's first field gets it a moment after the dialog is seen, and letters typed before are keys of the screen. */
export async function typeHere(page: Page, words: string): Promise<void> {
  await vi.waitUntil(() => page.evaluate(() => {
    const field = document.activeElement;
    const dialog = [...document.querySelectorAll('[role=dialog], [role=alertdialog]')].at(-1);
    return field?.matches('input, textarea') === true && (dialog === undefined || dialog.contains(field));
  }), WAIT);
  await page.keyboard.type(words);
}

/** The palette, by words of which the first match is meant. It comes as soon as it is loaded, and only then takes what is typed. */
export async function goAnywhere(page: Page, words: string): Promise<void> {
  const field = page.getByRole('searchbox', { name: 'Go to' });
  await pressUntil(page, 'Control+k', field);
  await typeHere(page, words);
  await vi.waitUntil(async () => (await page.getByRole('menuitem').first().textContent() ?? '').startsWith(words), WAIT);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });
}

/** Everybody types their passphrase where the ceremony asks for it, one after the other. */
export async function signAll(page: Page, people: readonly (readonly [name: string, passphrase: string])[]): Promise<void> {
  for (const [name, passphrase] of people) {
    const field = page.getByLabel(`Passphrase of ${name}, checked on this laptop`);
    await field.waitFor();
    await tabTo(page, field);
    await page.keyboard.type(passphrase);
    await enterUntil(page, async () => !(await field.isVisible()));
  }
}

export async function stepHeading(page: Page): Promise<string> {
  return (await page.locator('.step-head h1').first().textContent({ timeout: 20_000 }).catch(() => null)) ?? '';
}

/** What distinguishes one moment of a run from the next: step, its state, and what is asked. */
async function moment(page: Page): Promise<string> {
  const line = await page.locator('.step-head').first().textContent({ timeout: 20_000 }).catch(() => '');
  return `${await primaryLabel(page) ?? ''} ${(line ?? '').replace(/\d+:\d\d.*/u, '')}`;
}

async function movedOn(page: Page): Promise<() => Promise<boolean>> {
  const before = await moment(page);
  return async () => (await moment(page)) !== before;
}

export interface Manners {
  /** Chooses among the options of a decision, by their words; the first by default. */
  decide?: RegExp;
  /** Passphrase of the one person who may approve. */
  passphrase: string;
  /** Typed where a secret is asked for. */
  secret?: string;
  /** Written where the runbook asks for a note. */
  note?: string;
  /** Stops before this primary action is taken. */
  stopAt?: RegExp;
  /** Called once for each new step heading. */
  onStep?(heading: string): Promise<void>;
}

/** Does whatever the run asks for, until it is over. Returns the headings that it passed. */
export async function driveRun(page: Page, manners: Manners, timeout: number): Promise<string[]> {
  const seen: string[] = [];
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    const label = await primaryLabel(page);
    if (label !== null && (label.startsWith('Open the report') || manners.stopAt?.test(label) === true)) return seen;
    const heading = await stepHeading(page);
    if (heading !== '' && seen.at(-1) !== heading) {
      seen.push(heading);
      await manners.onStep?.(heading);
    }
    await act(page, label, manners);
  }
  throw new Error(`The run did not end in time; it stands at "${await stepHeading(page)}" with "${await primaryLabel(page) ?? 'no action'}"`);
}

async function act(page: Page, label: string | null, manners: Manners): Promise<void> {
  if (label === null) {
    await vi.waitUntil(async () => (await primaryLabel(page)) !== null, WAIT);
    return;
  }
  if (label.startsWith('Approve step')) return approve(page, manners.passphrase);
  if (label.startsWith('Confirm')) await confirm(page, manners);
  if (label.startsWith('Decide')) await choose(page, manners.decide);
  if (label.startsWith('Hand it over')) await type(page, page.locator('.ask textarea.secret'), manners.secret ?? '');
  if (label.startsWith('They have been told')) await type(page, page.locator('.ask .reached').getByRole('textbox'), 'Harbour office, Mira');
  await enterUntil(page, await movedOn(page));
}

/** Ticks, notes and evidence, as far as the runbook asks for them. */
async function confirm(page: Page, { note }: Manners): Promise<void> {
  await tickAll(page);
  const field = page.getByLabel('Note, for the record');
  if (note !== undefined && (await field.isVisible())) await type(page, field, note);
  const add = page.locator('.ask').getByRole('button', { name: /^Add a/u });
  if (!(await add.isVisible())) return;
  await tabTo(page, add);
  await page.keyboard.press('Enter');
  await page.locator('.ask .mono').first().waitFor();
  await tabTo(page, page.locator('[data-primary]'));
}

async function tickAll(page: Page): Promise<void> {
  const boxes = page.locator('.ask input[type=checkbox]');
  for (let index = 0; index < (await boxes.count()); index += 1) {
    if (await boxes.nth(index).isChecked()) continue;
    await tabTo(page, boxes.nth(index));
    await page.keyboard.press('Space');
  }
}

async function choose(page: Page, words: RegExp | undefined): Promise<void> {
  const options = page.locator('.ask .radio');
  const wanted = words === undefined ? options.first() : options.filter({ hasText: words }).first();
  if (!(await wanted.isVisible())) return; // the decision was taken a moment ago
  await tabTo(page, page.locator('.ask input[type=radio]').first());
  await page.keyboard.press('Space');
  const chosen = (): Promise<boolean> => wanted.locator('input').isChecked({ timeout: 2_000 });
  for (let moves = 0; moves < 20 && !(await chosen()); moves += 1) await page.keyboard.press('ArrowDown');
}

async function type(page: Page, field: Locator, text: string): Promise<void> {
  const there = await field.waitFor({ timeout: 5_000 }).then(() => true, () => false);
  if (!there) return; // what asked for it was answered a moment ago
  if ((await field.inputValue()) === text) return;
  await tabTo(page, field);
  await page.keyboard.type(text);
}

async function approve(page: Page, passphrase: string): Promise<void> {
  const dialog = page.getByRole('alertdialog');
  await enterUntil(page, () => dialog.isVisible());
  const field = dialog.locator('input[type=password]');
  await field.waitFor().catch(async (thrown: unknown) => {
    throw new Error(`The dialog asks for no passphrase: "${await dialog.textContent({ timeout: 1_000 }).catch(() => 'it is gone')}"`, { cause: thrown });
  });
  await tabTo(page, field);
  await page.keyboard.type(passphrase);
  await enterUntil(page, async () => !(await dialog.isVisible()));
}
