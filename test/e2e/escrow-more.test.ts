/**
 * Escrow in the real window, by keyboard: a set of backups, one custodian alone with a photo, words, a key that is held whole, what
 * people say for the record, and the papers. The other ceremonies: `escrow.test.ts`.
 */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import type { Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { openDataFolder } from '../../electron/engine/data-folder.ts';
import { defineSet, setCustody } from '../../electron/engine/escrow/register/custodians.ts';
import { enrollFromShares, enrollKms, enrollWhole } from '../../electron/engine/escrow/register/enroll.ts';
import { findInstallation } from '../../electron/engine/installation.ts';
import { ROOT } from '../../electron/setup/places.mjs';
import { enterUntil, primaryLabel, signAll, tabTo } from '../support/drive-console.ts';
import { answerSaveDialogs, launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { expectAccessible, takePictures } from '../support/look.ts';
import { filesWith, wholePage } from '../support/secret-traces.ts';
import { slip39Shares, vaultShares } from '../support/shares.ts';

const pictures = join(ROOT, 'screenshots', 'escrow-more');
const BY = 'Jonas Weidmann';
const PASSPHRASE = { 'Jonas Weidmann': 'copper lantern harbour tide', 'Ruth Adeyemi': 'wide amber ferry gate' } as const;
const WHITE_POINT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
const logKey = randomBytes(32);
let folder: string;
let data: string;
let tide: string; // an age identity
let logShares: Buffer[];
let wordShares: Buffer[];
let opened: LaunchedConsole;
let page: Page;

/** As the log's backups are sealed: AES-256-GCM under the SHA-256 of the key. */
function sealed(key: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(key).digest(), nonce);
  return `enc:v1:${Buffer.concat([nonce, cipher.update('harbour log'), cipher.final(), cipher.getAuthTag()]).toString('base64url')}`;
}

const ANSWER = 'kind: aead\nalg: aes-256-gcm\nkey: { encoding: raw, kdf: sha256 }\nprefix: "enc:v1:"\nencoding: base64url\nlayout: "nonce:12,ct,tag:16"';
const at = (...names: string[]): string => join(folder, ...names);

/** Two sets of shares of the log key, the older superseded; words; an age identity; and a key that a key service keeps. */
async function enrol(): Promise<void> {
  const { node, launcher } = findInstallation(process.execPath);
  const open = openDataFolder({ dataDir: data, clock: systemClock(), nodePath: node, launcher, env: process.env, runbookDirs: [] });
  try {
    const { host } = open.escrow;
    for (const [name, role] of [[BY, 'operator'], ['Ruth Adeyemi', 'audit']] as const) await open.people.enroll({ name, roles: [role], passphrase: PASSPHRASE[name] });
    const split = async (as: 'new' | 'reshare'): Promise<Buffer[]> => {
      const shares = await vaultShares(logKey, 3, 2);
      await enrollFromShares(host, { key: 'harbour-log', title: 'Harbour log key', algorithm: 'AES-256-GCM', as, by: BY }, { set: { scheme: 'vault', threshold: 2, shares: shares.map((bytes, index) => ({ label: String(index + 1), bytes })) }, total: 3, method: 'sha256' });
      return shares;
    };
    await split('new');
    logShares = (await split('reshare')).sort((a, b) => numberOf(a) - numberOf(b));
    for (const [index, custodian] of ['Anders Holm', 'Mei Tanaka', 'Olu Bankole'].entries()) setCustody(host, { key: 'harbour-log', x: numberOf(logShares[index]) }, { custodian, bag: `B-${index + 1}` }, BY);
    wordShares = slip39Shares(randomBytes(16), [[2, 3]]).flat();
    await enrollFromShares(host, { key: 'beacon', title: 'Beacon key', as: 'new', by: BY }, { set: { scheme: 'slip39', threshold: null, shares: wordShares.map((bytes, index) => ({ label: String(index + 1), bytes })) }, total: 3, method: 'sha256' });
    await enrollWhole(host, { key: 'tide-gauge', title: 'Tide gauge key', as: 'new', by: BY, witnesses: 1 }, { format: 'age', bytes: Buffer.from(`${tide}\n`) });
    defineSet(host, 'tide-gauge', { id: 'daily', title: 'Daily dumps', answer: { kind: 'age' }, samples: at('tide-*.age'), oldest: null, newest: null }, BY);
    enrollKms(host, { key: 'cloud', title: 'Cloud key', as: 'new', by: BY }, randomBytes(184), { arn: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab', keyVersion: '3', lastUnwrappedAt: '2026-09-01T10:00:00Z' });
  } finally {
    await open.close();
  }
}

const numberOf = (share: Buffer | undefined): number => Buffer.from(share?.toString() ?? '', 'base64').at(-1) ?? 0;

async function seal(name: string, day: string): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(tide));
  writeFileSync(at(name), await encrypter.encrypt('low water'));
  utimesSync(at(name), new Date(day), new Date(day));
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'blackstart-more-'));
  data = mkdtempSync(join(tmpdir(), 'blackstart-data-')); // beside the files, and free of any trace of them
  tide = await generateIdentity();
  for (const [name, key] of [['log-old.enc', logKey], ['log-new.enc', logKey]] as const) writeFileSync(at(name), sealed(key));
  await seal('tide-1.age', '2026-10-01');
  await seal('tide-2.age', '2026-11-01');
  writeFileSync(at('tide.key'), `${tide}\n`);
  await enrol();
  writeFileSync(at('seal.png'), WHITE_POINT);
  opened = await launchConsole({ dataDir: data });
  page = opened.page;
  await page.locator('.bar').waitFor();
  await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: /^Escrow/u }));
  await page.keyboard.press('Enter');
});
afterEach(async ({ task }) => { if (task.result?.state === 'fail') await page.screenshot({ path: join(pictures, `failed-${Date.now()}.png`) }); });
/** An Enter too many, as a dialog closes, opens the menu that the focus goes back to. */
beforeEach(async () => {
  if (await page.getByRole('menu').isVisible()) await page.keyboard.press('Escape');
});

afterAll(async () => {
  await opened.close();
  for (const made of [folder, data]) rmSync(made, { recursive: true, force: true });
});

/** axe looks at the few screens that no other test opens. */
async function look(name: string, judged = true): Promise<void> {
  if (process.env['BLACKSTART_PICTURES'] !== undefined) await takePictures({ app: opened.app, page }, pictures, name);
  if (judged) await expectAccessible(page, name, { iframes: false });
}

async function fill(field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

async function press(name: string | RegExp, of: Locator | Page = page): Promise<void> {
  await tabTo(page, of.getByRole('button', { name }));
  await page.keyboard.press('Enter');
}

const dialog = (): Locator => page.getByRole('dialog').or(page.getByRole('alertdialog')).last();
const heading = (name: string | RegExp): Locator => page.getByRole('heading', { level: 1, name });
const closed = async (): Promise<boolean> => !(await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().isVisible());
const enterTo = (name: string | RegExp): Promise<void> => enterUntil(page, () => heading(name).isVisible());

async function menu(button: string, item: RegExp): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: item }).press('Enter');
}

/** Every dialog of the system that opens a file answers with this one. */
async function systemChooses(path: string): Promise<void> {
  await opened.app.evaluate(({ dialog: system }, file) => { system.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] }); }, path);
}

async function choose(key: string): Promise<void> {
  const button = page.getByRole('navigation', { name: 'Keys' }).getByRole('button', { name: new RegExp(`${key}$`, 'u') });
  await tabTo(page, button);
  await page.keyboard.press('Enter');
  await expect.poll(() => button.getAttribute('aria-current')).toBe('true');
  await page.locator('main, body').first().evaluate(() => { if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); });
}

async function begin(goal: RegExp, { signed = false } = {}): Promise<void> {
  await tabTo(page, page.locator('[data-primary]'));
  await enterUntil(page, () => dialog().isVisible());
  await dialog().getByText(/^The network is (?:off|on)\.$/u).waitFor();
  await tabTo(page, dialog().getByRole('radio', { checked: true }).first());
  while (!(await dialog().getByRole('radio', { name: goal }).isChecked())) await page.keyboard.press('ArrowDown');
  if (signed) {
    await dialog().getByLabel('Who runs it').selectOption('jonas-weidmann');
    await tabTo(page, dialog().getByRole('checkbox', { name: /Ruth Adeyemi/u }));
    await page.keyboard.press('Space');
  }
  const why = dialog().getByLabel(/Why you go on with the network on/u);
  if (await why.isVisible()) await fill(why, 'The test laptop cannot be cut off');
}

/** The seal of one bag, up to the field for what was in it. */
async function openBag(bag: string, photo: string | null = null): Promise<void> {
  await fill(page.getByLabel('Number on the bag'), bag);
  await tabTo(page, page.getByRole('radio').first());
  await page.keyboard.press('Space');
  for (const box of await page.getByRole('checkbox', { name: /has seen bag and seal/u }).all()) {
    await tabTo(page, box);
    await page.keyboard.press('Space');
  }
  if (photo !== null) {
    const chooser = page.waitForEvent('filechooser'); // the system's dialog, as Chromium opens it for a field of files
    await press(/^Add a photo/u);
    await (await chooser).setFiles(photo);
    await page.getByText('seal.png').waitFor();
    await tabTo(page, page.locator('[data-primary]')); // Enter on the button of the photo is another photo
  }
  await enterTo(/^(?:Type|Choose)/u);
}

/** The field has the focus once its step is drawn; what is typed before goes nowhere. */
async function typeHidden(secret: string): Promise<void> {
  await tabTo(page, page.getByRole('textbox', { name: /, hidden, /u }));
  await page.keyboard.type(secret);
}

async function sealAgain(bag: string): Promise<void> {
  await enterTo(/^Seal /u);
  await fill(page.getByLabel('Number of the new bag'), bag);
  await enterTo(/is back in bag/u);
}

/** From the end of a ceremony back to the register. */
async function recordIt(reason: RegExp | null, done: RegExp): Promise<void> {
  if (reason !== null) await fill(page.getByLabel(reason), 'Not needed today');
  await enterTo(done);
}

async function toRegister(): Promise<void> {
  await enterUntil(page, () => page.getByRole('region', { name: 'Verifications' }).isVisible());
}

describe('escrow in the window, beyond the quorum of strangers', { retry: 0 }, () => {
  it('names a set of backups: the parser says what is wrong and where, and the system’s dialog which files it is', async () => {
    await choose('Harbour log key');
    await page.keyboard.press('b');
    await dialog().getByLabel('Id of the set').waitFor();
    await fill(dialog().getByLabel('Id of the set'), 'daily');
    await fill(dialog().getByLabel('What people call it'), 'Daily dumps');
    await fill(dialog().getByLabel('How its samples are sealed, as YAML'), ANSWER.replace('aes-256-gcm', 'aes-255-gcm'));
    await fill(dialog().getByLabel('Who says so'), BY);
    await tabTo(page, dialog().locator('[data-primary]'));
    await enterUntil(page, () => dialog().getByText('does not read in line 2: alg', { exact: false }).isVisible());
    await look('set-refused');
    await fill(dialog().getByLabel('How its samples are sealed, as YAML'), ANSWER);
    await tabTo(page, dialog().locator('[data-primary]'));
    await enterUntil(page, () => dialog().getByText('Name the samples: a pattern of their files, or both the oldest and the newest.').isVisible());
    for (const which of ['old', 'new'] as const) {
      await systemChooses(at(`log-${which}.enc`));
      await press(new RegExp(`^Choose the file: Its ${which === 'old' ? 'oldest' : 'newest'}`, 'u'), dialog());
      await dialog().getByText(`log-${which}.enc,`, { exact: false }).waitFor();
    }
    await dialog().getByText('What the samples are today:').waitFor();
    await look('set-defined', false);
    await tabTo(page, dialog().locator('[data-primary]'));
    await enterUntil(page, closed);
    await page.getByRole('columnheader', { name: /Daily dumps/u }).waitFor();
  });

  it('looks at one share alone, with a photo of its seal on record', async () => {
    await begin(/^L1/u);
    await enterTo(/Anders Holm: look at the seal/u);
    await openBag('B-1', at('seal.png'));
    await page.getByText('whole, photo kept').waitFor();
    await typeHidden(logShares[0]?.toString().trim() ?? '');
    await enterTo(/^Share \d+ is unchanged/u);
    await sealAgain('C-1');
    await page.getByRole('navigation', { name: 'Steps of the ceremony' }).getByRole('button', { name: 'Write the record' }).press('Enter');
    await heading('1 of 1 share matched').waitFor();
    await recordIt(/^Why share/u, /Recorded/u);
    await press(/^Read the record/u);
    const sheet = page.frameLocator('iframe.escrow-sheet');
    await sheet.getByText(/, photo [0-9a-f]{16}…/u).waitFor();
    await page.keyboard.press('Escape');
    await toRegister();
  });

  it('opens the backups of the set that was named here, with the quorum’s key', async () => {
    await begin(/^L4/u);
    await enterTo(/look at the seal/u);
    for (const [index, name] of ['Anders Holm', 'Mei Tanaka'].entries()) {
      if (index > 0) await enterTo(new RegExp(`${name}: look at the seal`, 'u'));
      await openBag(index === 0 ? 'C-1' : 'B-2');
      await typeHidden(logShares[index]?.toString().trim() ?? '');
      await enterTo(/^Share \d+ is unchanged/u);
      await sealAgain(`D-${index + 1}`);
    }
    expect(await primaryLabel(page)).toContain('Rebuild the key from 2 shares');
    await enterTo('The quorum rebuilds the committed key');
    await page.getByText('log-old.enc').waitFor();
    await recordIt(/^Why share/u, /Recorded/u);
    await toRegister();
    await page.getByRole('cell', { name: /^L4 proven/u }).getByText('opens oldest and newest', { exact: false }).waitFor();
  });

  it('changes the set, and removes it with a reason', async () => {
    await menu('Backup sets', /^Change Daily dumps/u);
    await fill(dialog().getByLabel('What people call it'), 'Nightly dumps');
    expect(await dialog().getByLabel('How its samples are sealed, as YAML').inputValue()).toContain('alg: aes-256-gcm');
    await fill(dialog().getByLabel('Who says so'), BY);
    await tabTo(page, dialog().locator('[data-primary]'));
    await enterUntil(page, closed);
    await page.getByRole('columnheader', { name: /Nightly dumps/u }).waitFor();
    await page.getByRole('cell', { name: /^L4 proven/u }).waitFor();
    await look('register', false);
    await menu('Backup sets', /^Remove Nightly dumps/u);
    await fill(dialog().getByLabel('Why', { exact: true }), 'The log is no longer backed up');
    await fill(dialog().getByLabel('Who says so'), BY);
    await look('set-remove', false);
    await enterUntil(page, closed);
    await page.getByRole('columnheader', { name: /no set is named yet/u }).waitFor();
  });

  it('puts on record that the shares of an earlier splitting are destroyed', async () => {
    await menu('Change', /^Old shares are destroyed/u);
    await fill(dialog().getByLabel('How'), 'Shredded, ash stirred');
    await fill(dialog().getByLabel('Who says so'), BY);
    await fill(dialog().getByLabel('Who saw it'), 'Ruth Adeyemi');
    await look('destroyed', false);
    await enterUntil(page, closed);
    await expect.poll(() => page.getByText('not recorded as destroyed', { exact: false }).count()).toBe(0);
  });

  it('saves the card of a custodian as a paper', async () => {
    await answerSaveDialogs(opened.app, folder);
    await menu('Take along', /^Cards of the custodians/u);
    await page.frameLocator('iframe.escrow-sheet').getByText('Anders Holm').waitFor();
    await look('cards', false);
    await enterUntil(page, () => dialog().getByText('Written:').isVisible());
    const paper = readFileSync(at('cards-harbour-log-v1.pdf')).toString('latin1');
    expect(paper.slice(0, 5)).toBe('%PDF-');
    expect(paper.match(/\/Type \/Page\b/gu)?.length).toBe(3); // a sheet a custodian
    await page.keyboard.press('Escape');
    await expect.poll(closed).toBe(true);
  });

  it('takes shares in words, and retires the version when it is needed no more', async () => {
    await choose('Beacon key');
    await begin(/^L3/u);
    await enterTo(/Share 1: look at the seal|Group 1, share 1: look at the seal/u);
    for (const [index, words] of wordShares.slice(0, 2).entries()) {
      if (index > 0) await enterTo(/look at the seal/u);
      await openBag(`W-${index + 1}`);
      await typeHidden(words.toString().trim());
      await page.getByRole('textbox', { name: /^Share, hidden, 20 words typed/u }).waitFor();
      if (index === 0) await look('words', false);
      await enterTo(/is unchanged/u);
      await sealAgain(`X-${index + 1}`);
    }
    await enterTo('The quorum rebuilds the committed key');
    await recordIt(/^Why /u, /Recorded/u);
    expect(await wholePage(page)).not.toContain(wordShares[0]?.toString().trim().split(' ').slice(4, 8).join(' '));
    await toRegister();
    await menu('Change', /^Retire v1/u);
    await fill(dialog().getByLabel('Why it is not needed any more'), 'Its last backup was deleted');
    await fill(dialog().getByLabel('Type v1'), 'v1');
    await fill(dialog().getByLabel('Who says so'), BY);
    await look('retire', false);
    await enterUntil(page, closed);
    await page.getByRole('rowheader').getByText('retired, until', { exact: false }).waitFor();
    await page.getByText('Beacon key: Every version is retired; nothing of it is checked any more.', { exact: false }).waitFor();
    expect(await primaryLabel(page)).toBeNull();
  });

  it('compares a key that is held whole, tries it on the backups, and keeps nothing of it', async () => {
    await choose('Tide gauge key');
    expect(await primaryLabel(page)).toContain('Verify the key');
    await begin(/^L4/u, { signed: true });
    expect(await dialog().getByRole('radio', { name: /^L1/u }).count()).toBe(0);
    await look('whole-start', false);
    await enterTo(/The whole key: look at the seal/u);
    await openBag('T-1');
    await typeHidden(await generateIdentity());
    await look('whole-entry');
    await enterTo('The whole key does not match');
    await look('whole-no-match', false);
    await enterTo('Type the key once more');
    await page.locator('[data-picker=share]').setInputFiles(at('tide.key'));
    await enterTo('The whole key is the enrolled one');
    await page.getByText('L4, opens 2 backups').waitFor();
    await look('whole-match');
    await sealAgain('T-2');
    await enterTo('It is the committed key');
    await look('whole-end', false);
    await enterTo('The record is written; now it is signed');
    await signAll(page, Object.entries(PASSPHRASE));
    await heading(/^Recorded and signed by/u).waitFor();
    await press(/^Read the record/u);
    const sheet = page.frameLocator('iframe.escrow-sheet');
    await sheet.getByText('The key tide-gauge version 1 opens tide-1.age, tide-2.age (L4).', { exact: false }).first().waitFor();
    expect(await sheet.locator('body').innerText()).toMatch(/the whole key, generation 1\s+✓ match/u);
    await look('whole-record', false);
    await page.keyboard.press('Escape');
    await toRegister();
    await look('whole-register', false);
  });

  it('says of a wrapped key what cannot be proven, and offers nothing to enter', async () => {
    await choose('Cloud key');
    await page.getByText('There is nothing to enter here.').waitFor();
    expect(await primaryLabel(page)).toBeNull();
    await look('wrapped');
  });

  it('left nothing of any share or key in the page or in the data folder', async () => {
    const tree = await wholePage(page);
    for (const text of [tide, logKey.toString('base64'), ...logShares.map((share) => share.toString().trim()), ...wordShares.map((share) => share.toString().trim())]) {
      expect(tree).not.toContain(text);
      expect(filesWith(data, text)).toEqual([]);
    }
    expect(existsSync(at('tide.key'))).toBe(true);
    expect(opened.complaints).toEqual([]);
  });
});
