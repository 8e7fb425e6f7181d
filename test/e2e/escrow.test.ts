/** Escrow in the real window, by keyboard: enrolment, a ceremony of three of five with a wrong share, signatures, the record. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import encodeQR from 'qr';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { commandFolder, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';
import { enterUntil, primaryLabel, signAll, tabTo, typeHere } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { expectAccessible, takePictures } from '../support/look.ts';
import { filesWith, wholePage } from '../support/secret-traces.ts';
import { ssssShares, vaultShares } from '../support/shares.ts';

const pictures = join(ROOT, 'screenshots', 'escrow');
const secret = randomBytes(32);
const holders = ['Anders Holm', 'Mei Tanaka', 'Olu Bankole', 'Katrin Vogel', 'David Moreau'];
const passphrases = { JONAS: 'copper lantern harbour tide', RUTH: 'wide amber ferry gate' };
let kit: CommandFolder;
let stick: string;
let shares: string[];
let opened: LaunchedConsole;
let page: Page;

/** The last hex digit turned into another: what a slip of the eye does. */
function misread(share: string): string {
  return `${share.slice(0, -1)}${share.endsWith('7') ? '1' : '7'}`;
}

/** A value as the log's database seals it: `enc:v1:`, AES-256-GCM under the SHA-256 of the key. */
function sealed(key: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(key).digest(), nonce);
  return `enc:v1:${Buffer.concat([nonce, cipher.update('harbour log'), cipher.final(), cipher.getAuthTag()]).toString('base64url')}`;
}

const ANSWER = '{ kind: aead, alg: aes-256-gcm, key: { encoding: raw, kdf: sha256 }, prefix: "enc:v1:", encoding: base64url, layout: "nonce:12,ct,tag:16" }';

const RUNBOOK = wikiRunbook(`## Work\n${wikiStep('key', 'kind: secret\nsecret: master_key')}${wikiStep('told', 'kind: manual\nconfirm: The key is there')}`, 'secrets:\n  master_key: { sources: [{ escrow: ampora-master }], prompt: The master key of Ampora }\n');

async function ok(...argv: string[]): Promise<void> {
  const { status, stderr } = await kit.run(...argv);
  expect(status, stderr).toBe(0);
}

/** A key of two versions' worth of backups: one set opens, the newest of the other was sealed with a key that nobody holds. */
async function enrolHarbourLog(): Promise<void> {
  const key = randomBytes(32);
  const dir = mkdtempSync(join(kit.folder, 'log-'));
  const files = await vaultShares(key, 3, 2);
  files.forEach((share, index) => { writeFileSync(join(dir, `share-${index + 1}`), share); });
  for (const [name, sealing] of [['daily-old', key], ['daily-new', key], ['copy-old', key], ['copy-new', randomBytes(32)]] as const) kit.write(`${name}.enc`, sealed(sealing));
  const answer = kit.write('answer.yaml', ANSWER);
  await ok('escrow', 'enroll', '--key', 'harbour-log', '--scheme', 'vault', '--threshold', '2', '--from-dir', dir, '--generated', '--title', 'Harbour log key', '--algorithm', 'AES-256-GCM', '--by', 'Jonas Weidmann');
  for (const [set, title] of [['daily', 'Daily dumps'], ['copy', 'Cross-region copy']] as const) await ok('escrow', 'set', '--key', 'harbour-log', '--set', set, '--title', title, '--known-answer', answer, '--oldest', join(kit.folder, `${set}-old.enc`), '--newest', join(kit.folder, `${set}-new.enc`), '--by', 'Jonas Weidmann');
  expect((await kit.run('escrow', 'verify', '--key', 'harbour-log', '--shares', dir, '--backups')).status).toBe(1); // the newest copy does not open
  rmSync(dir, { recursive: true });
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  kit = commandFolder(passphrases);
  await ok('people', 'enroll', 'Jonas Weidmann', '--role', 'operator', '--passphrase-env', 'JONAS');
  await ok('people', 'enroll', 'Ruth Adeyemi', '--role', 'audit', '--passphrase-env', 'RUTH');
  await enrolHarbourLog();
  stick = mkdtempSync(join(tmpdir(), 'blackstart-stick-')); // beside the data folder, which must hold no trace of it
  shares = ssssShares(secret.toString('hex'), 5, 3, ['-x', '-s', '256']).map((share) => share.toString('latin1').trim());
  shares.forEach((share, index) => { writeFileSync(join(stick, `share-${index + 1}.txt`), `${share}\n`); });
  writeFileSync(join(stick, 'card-4.gif'), encodeQR(shares[3] ?? '', 'gif', { scale: 6, border: 4 }));
  mkdirSync(join(kit.data, 'runbooks', 'wiki'), { recursive: true });
  writeFileSync(join(kit.data, 'runbooks', 'wiki', 'wiki.runbook.md'), RUNBOOK);
  opened = await launchConsole({ dataDir: kit.data });
  page = opened.page;
  await page.locator('.bar').waitFor();
});
afterEach(async ({ task }) => { if (task.result?.state === 'fail') await page.screenshot({ path: join(pictures, `failed-${Date.now()}.png`) }); });
/** An Enter too many, as a dialog closes, opens the menu that the focus goes back to. */
beforeEach(async () => {
  if (await page.getByRole('menu').isVisible()) await page.keyboard.press('Escape');
});

afterAll(async () => {
  await opened.close();
  kit.remove();
  rmSync(stick, { recursive: true, force: true });
});

async function look(name: string): Promise<void> {
  if (process.env['BLACKSTART_PICTURES'] !== undefined) await takePictures({ app: opened.app, page }, pictures, name);
  await expectAccessible(page, name, { iframes: false });
}

async function fill(field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

const dialog = (): Locator => page.getByRole('dialog').or(page.getByRole('alertdialog')).last();
const heading = (name: string | RegExp): Locator => page.getByRole('heading', { level: 1, name });
const closed = async (): Promise<boolean> => !(await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().isVisible());
const enterTo = (name: string | RegExp): Promise<void> => enterUntil(page, () => heading(name).isVisible());

async function menu(button: string | RegExp, item: RegExp): Promise<void> {
  await page.getByRole('button', { name: button, exact: typeof button === 'string' }).first().press('Enter');
  await page.getByRole('menuitem', { name: item }).press('Enter');
}

/** The seal of one custodian's bag, up to the field for the share. */
async function openBag(number: number): Promise<void> {
  await heading(new RegExp(`${holders[number - 1] ?? ''}: look at the seal`, 'u')).waitFor();
  await fill(page.getByLabel('Number on the bag'), `B-2041${number}`);
  await tabTo(page, page.getByRole('radio').first());
  await page.keyboard.press('Space');
  await tabTo(page, page.getByRole('checkbox', { name: /Ruth Adeyemi has seen/u }));
  await page.keyboard.press('Space');
  await enterTo(/^Type the share/u);
}

async function typeShare(text: string): Promise<void> {
  await tabTo(page, page.getByRole('textbox', { name: /^Share, hidden/u }));
  await page.keyboard.type(text);
}

async function sealAgain(number: number): Promise<void> {
  await enterTo(/^Seal share/u);
  await fill(page.getByLabel('Number of the new bag'), `C-3041${number}`);
  await enterTo(/is back in bag/u);
}

describe('escrow in the window', () => {
  it('shows which backups the escrowed keys open, and the rotation that nobody announced', async () => {
    await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: /^Escrow/u }));
    await page.keyboard.press('Enter');
    const matrix = page.getByRole('region', { name: 'Key version against backup set' });
    await matrix.getByText('Silent rotation: no escrowed version opens the newest backup of Cross-region copy', { exact: false }).waitFor();
    expect(await matrix.getByRole('cell', { name: /^L4 proven/u }).innerText()).toMatch(/opens oldest and newest.*authenticated/su);
    await look('escrow-silent-rotation');
  });

  it('enrols a key from the files of its shares', async () => {
    await page.keyboard.press('e');
    await dialog().getByLabel('Id of the key, as runbooks name it').waitFor();
    await fill(dialog().getByLabel('Id of the key, as runbooks name it'), 'ampora-master');
    await fill(dialog().getByLabel('What people call it'), 'Ampora master key');
    await dialog().getByLabel('What the custodians hold').selectOption('ssss');
    await fill(dialog().getByLabel('Who says so'), 'Jonas Weidmann');
    await page.locator('[data-picker=shares]').setInputFiles([1, 2, 3, 4, 5].map((number) => join(stick, `share-${number}.txt`)));
    await look('enrol-key');
    await enterUntil(page, closed);
    await page.getByRole('region', { name: 'Custodians of version 1' }).getByText('5 of 5 can be had', { exact: false }).waitFor();
  });

  it('says who holds which share, and what is left while one is away', async () => {
    for (const [index, name] of holders.entries()) {
      await menu(`Share ${index + 1}`, /Say who holds it/u);
      await fill(dialog().getByLabel('Custodian'), name);
      await fill(dialog().getByLabel('Place'), index === 1 ? 'Munich, bank deposit' : 'Frankfurt, safe 2');
      await fill(dialog().getByLabel('Number of the bag'), `B-2041${index + 1}`);
      await fill(dialog().getByLabel('Who says so'), 'Jonas Weidmann');
      if (index === 1) await look('custody');
      await enterUntil(page, closed);
    }
    await menu('Share 5', /Is away/u);
    await fill(dialog().getByLabel('Who says so'), 'Jonas Weidmann');
    await look('away');
    await enterUntil(page, closed);
    await page.getByRole('row', { name: /David Moreau/u }).getByText('away', { exact: true }).waitFor();
    await look('escrow-enrolled');
  }, 120_000);

  it('lets a ceremony begin under dual control alone, and with the network’s state on record', async () => {
    await tabTo(page, page.locator('[data-primary]'));
    await enterUntil(page, () => dialog().isVisible());
    await dialog().getByText(/^The network is (?:off|on)\.$/u).waitFor();
    await dialog().getByText('Say who runs the ceremony.').waitFor();
    await tabTo(page, dialog().getByRole('radio', { name: /^L1/u }).or(dialog().getByRole('radio', { checked: true })).first());
    while (!(await dialog().getByRole('radio', { name: /^L3/u }).isChecked())) await page.keyboard.press('ArrowDown');
    await dialog().getByLabel('Who runs it').selectOption('jonas-weidmann');
    await dialog().getByText('The key is under dual control: 1 witness is missing.').waitFor();
    expect(await dialog().getByRole('checkbox', { name: /Jonas Weidmann/u }).count()).toBe(0);
    await tabTo(page, dialog().getByRole('checkbox', { name: /Ruth Adeyemi/u }));
    await page.keyboard.press('Space');
    const why = dialog().getByLabel(/Why you go on with the network on/u);
    if (await why.isVisible()) await fill(why, 'The test laptop cannot be cut off');
    await look('ceremony-start');
    await enterTo(/Anders Holm: look at the seal/u);
    await look('ceremony-seal');
  }, 60_000);

  it('refuses a share in any other field: it is neither shown nor kept', async () => {
    const [share = ''] = shares;
    await tabTo(page, page.getByLabel('Number on the bag'));
    await page.keyboard.insertText(share);
    await dialog().getByText('It looks like an ssss share.', { exact: false }).waitFor();
    await look('refused-share');
    await enterUntil(page, closed);
    expect(await page.getByLabel('Number on the bag').inputValue()).toBe('');
    await tabTo(page, page.getByLabel('Number on the bag'));
    await page.keyboard.type(share);
    await dialog().getByText('It looks like an ssss share.', { exact: false }).waitFor();
    await enterUntil(page, closed);
    expect(await page.getByLabel('Number on the bag').inputValue()).not.toContain(share.slice(0, 16));
  }, 60_000);

  it('takes a typed share behind dots, says that it matches, and puts it into a new bag', async () => {
    const [share = ''] = shares;
    await openBag(1);
    await typeShare(share.slice(0, 26));
    expect(await primaryLabel(page)).toContain('Check this share');
    await page.getByText('40 characters to go').waitFor();
    await page.keyboard.press('Enter'); // passes nobody over
    await page.keyboard.press('Control+Backspace');
    await page.getByText('42 characters to go').waitFor();
    await look('ceremony-entry');
    await page.keyboard.press('Escape');
    await enterTo(/^Type the share/u); // paused and gone on with: what was typed is wiped
    await page.getByText('Nothing is entered yet.').waitFor();
    await typeShare(share);
    await enterTo('Share 1 is unchanged');
    expect(await wholePage(page)).not.toContain(share);
    await look('ceremony-match');
    await enterTo(/^Seal share 1/u);
    await look('ceremony-new-bag');
    await sealAgain(1);
    await look('ceremony-between');
  }, 120_000);

  it('names the share that does not match, and lets it be entered again or left at that', async () => {
    await enterTo(/Mei Tanaka: look at the seal/u);
    await openBag(2);
    const wrong = misread(shares[1] ?? '');
    await typeShare(wrong);
    await enterTo('Share 2 does not match');
    await page.getByText('Mei Tanaka.').waitFor();
    expect(await primaryLabel(page)).toContain('Enter it again');
    await look('ceremony-no-match');
    await enterTo('Type the share once more');
    await typeShare(wrong);
    await enterTo('Share 2 does not match');
    await page.getByRole('button', { name: /^Leave it at that/u }).press('Enter');
    await sealAgain(2);
  }, 60_000);

  it('reads a share from a file, and one from a picture of its QR code', async () => {
    await enterTo(/Olu Bankole: look at the seal/u);
    await openBag(3);
    await page.locator('[data-picker=share]').setInputFiles(join(stick, 'share-3.txt'));
    await page.getByText('67 bytes read. Nothing of it is shown.').waitFor();
    await look('ceremony-file');
    await enterTo('Share 3 is unchanged');
    await sealAgain(3);
    await enterTo(/Katrin Vogel: look at the seal/u);
    await openBag(4);
    await page.locator('[data-picker=share]').setInputFiles(join(stick, 'card-4.gif'));
    await page.getByText('66 bytes read. Nothing of it is shown.').waitFor();
    await enterTo('Share 4 is unchanged');
    await sealAgain(4);
  }, 60_000);

  it('rebuilds the key from the three that match, and passes nobody over without a reason', async () => {
    expect(await primaryLabel(page)).toContain('Rebuild the key from 3 shares');
    await enterTo('The quorum rebuilds the committed key');
    await page.getByText('Say why 1 share was not looked at.').waitFor();
    await fill(page.getByLabel('Why share 5 was not looked at'), 'David Moreau is travelling');
    await look('ceremony-quorum');
    await enterTo('The record is written; now it is signed');
  }, 60_000);

  it('is signed by whoever ran it and by the witness, each with their own passphrase', async () => {
    await tabTo(page, page.getByLabel('Passphrase of Jonas Weidmann, checked on this laptop'));
    await page.keyboard.type('not the passphrase');
    await enterUntil(page, () => page.getByText('That is not the passphrase of Jonas Weidmann').isVisible());
    await tabTo(page, page.getByLabel('Passphrase of Jonas Weidmann, checked on this laptop'));
    await page.keyboard.type(passphrases.JONAS);
    await look('ceremony-sign');
    await enterUntil(page, () => page.getByLabel('Passphrase of Ruth Adeyemi, checked on this laptop').isVisible());
    await tabTo(page, page.getByLabel('Passphrase of Ruth Adeyemi, checked on this laptop'));
    await page.keyboard.type(passphrases.RUTH);
    await enterTo(/^Not everything holds. Recorded and signed by Jonas Weidmann and Ruth Adeyemi/u); // share 2
    await look('ceremony-finished');
  }, 60_000);

  it('has everything in the record that an auditor asks for, and goes back to the register', async () => {
    await page.getByRole('button', { name: /^Read the record/u }).press('Enter');
    const sheet = page.frameLocator('iframe.escrow-sheet');
    await sheet.getByText('ampora-master version 1', { exact: false }).first().waitFor();
    const text = await sheet.locator('body').innerText();
    for (const said of ['Mei Tanaka', 'Ruth Adeyemi', 'C-30411', 'David Moreau is travelling']) expect(text).toContain(said);
    await look('record');
    await page.keyboard.press('Escape');
    await enterUntil(page, () => page.getByRole('region', { name: 'Verifications' }).isVisible());
    await page.getByRole('region', { name: 'Verifications' }).getByText('Ruth Adeyemi').waitFor();
    await page.getByRole('row', { name: /Mei Tanaka/u }).getByText(/^Did not match/u).waitFor();
    await look('escrow-after');
  }, 60_000);

  it('gives the key to a run’s step by the same ceremony, and never to the page', async () => {
    await page.keyboard.press('Control+K');
    await typeHere(page, 'Start recovery');
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Runbook').selectOption('wiki-restore');
    await dialog().getByRole('radio', { name: /Rehearsal/u }).press('Space');
    const right = dialog().locator('.check input');
    if (await right.isVisible()) await right.press('Space');
    await enterUntil(page, async () => (await closed()) && page.locator('.clocks').isVisible());
    await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toContain('Bring the custodians together');
    await look('run-secret');
    await enterUntil(page, () => dialog().getByText('Verify Ampora master key, v1').isVisible());
    await dialog().getByLabel('Who runs it').selectOption('jonas-weidmann');
    await dialog().getByRole('checkbox', { name: /Ruth Adeyemi/u }).press('Space');
    await dialog().getByText(/^The network is (?:off|on)\.$/u).waitFor();
    const why = dialog().getByLabel(/Why you go on with the network on/u);
    if (await why.isVisible()) await fill(why, 'The test laptop cannot be cut off');
    await enterTo(/Anders Holm: look at the seal/u);
    for (const number of [1, 3, 4]) {
      await page.getByRole('navigation', { name: 'Steps of the ceremony' }).getByRole('button', { name: new RegExp(holders[number - 1] ?? '', 'u') }).press('Enter');
      await openBag(number);
      await page.locator('[data-picker=share]').setInputFiles(join(stick, `share-${number}.txt`));
      if (number === 3) await look('run-ceremony');
      await enterTo(`Share ${number} is unchanged`);
      await sealAgain(number);
    }
    await enterTo('The quorum rebuilds the committed key');
    await fill(page.getByLabel('Why share 2 and share 5 were not looked at'), 'Not needed for this drill');
    await enterTo('The record is written; now it is signed');
    await signAll(page, [['Jonas Weidmann', passphrases.JONAS], ['Ruth Adeyemi', passphrases.RUTH]]);
    await heading(/^Recorded and signed by/u).waitFor();
    expect(await primaryLabel(page)).toContain('Give the key to the run');
    await enterUntil(page, closed);
    await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toContain('Confirm: done');
    await look('run-after');
  }, 180_000);

  it('left no share and no key in the page or in the data folder', async () => {
    const hidden = [...shares, secret.toString('hex'), secret.toString('base64')];
    const tree = await wholePage(page);
    for (const text of hidden) {
      expect(tree).not.toContain(text);
      expect(filesWith(kit.data, text)).toEqual([]);
    }
    expect(readFileSync(join(stick, 'share-1.txt'), 'utf8').trim()).toBe(shares[0]);
    expect(opened.complaints).toEqual([]);
  }, 180_000);

  // a snapshot of the page's memory takes most of a minute
  if (process.env['BLACKSTART_LONG_TESTS'] === '1') {
    it('left no share and no key in the memory of the page', async () => {
      const memory = await heapOf(page);
      expect(memory.includes('Bring the wiki back')).toBe(true); // so that it was the page’s memory
      for (const text of [...shares, secret.toString('hex'), secret.toString('base64')]) expect(memory.includes(text)).toBe(false);
    }, 180_000);
  }
});

/** Every string of the page's memory, after a collection: what was typed, what came over the port, what was drawn. */
async function heapOf(of: Page): Promise<string> {
  const session = await of.context().newCDPSession(of);
  const parts: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => { parts.push(chunk); });
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return parts.join('');
}
