/** Every screen in the real window: pictures at both sizes, dark and light; axe finds nothing; hostile keys and closings. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import decodeQR from 'qr/decode.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { driveRun, enterUntil, primaryLabel, stepHeading, tabTo, typeHere } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { expectAccessible, resize, takePictures } from '../support/look.ts';
import { makeStick } from '../support/kit-stick.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-screens-'));
const pictures = join(ROOT, 'screenshots', 'screens');
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

/** Looks at the screen as it stands: a picture a size and theme, and axe in both themes. */
async function look(name: string): Promise<void> {
  await takePictures({ app: opened.app, page }, pictures, name);
  await expectAccessible(page, name);
}

/** What a camera reads off the screen. */
async function readQr(code: Locator): Promise<string> {
  const png = (await code.screenshot()).toString('base64');
  const picture = await opened.app.evaluate(({ nativeImage }, data) => {
    const image = nativeImage.createFromDataURL(`data:image/png;base64,${data}`);
    return { ...image.getSize(), pixels: image.toBitmap().toString('base64') };
  }, png);
  return decodeQR({ width: picture.width, height: picture.height, data: Buffer.from(picture.pixels, 'base64') });
}

async function go(name: string): Promise<void> {
  const entry = page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name, exact: false });
  await tabTo(page, entry);
  await page.keyboard.press('Enter');
}

describe('the quiet screens', () => {
  it('shows Home', () => look('home'));

  it('shows the runbooks, and one to read', async () => {
    await go('Runbooks');
    await page.getByRole('button', { name: 'First drill, light the harbour again', exact: true }).waitFor();
    await look('runbooks');
    await tabTo(page, page.getByRole('button', { name: 'First drill, light the harbour again', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'First drill' }).waitFor();
    await look('runbook');
    await page.keyboard.press('l');
    await page.getByRole('dialog').waitFor();
    await look('linter');
    await page.keyboard.press('Escape');
  });

  it('checks everything and shows what was found', async () => {
    await page.keyboard.press('r');
    await page.getByRole('heading', { level: 1, name: 'Lanterns' }).waitFor();
    await enterUntil(page, () => page.getByRole('button', { name: /Stop checking/u }).isVisible());
    await page.getByRole('button', { name: /Check everything/u }).waitFor({ timeout: 90_000 });
    await page.getByText('Ready', { exact: true }).first().waitFor();
    await look('readiness');
    expect(await page.locator('.rungs .counts').count()).toBeGreaterThan(0);
  }, 180_000);

  it('proves one backup at a press, and says what its full size would take', async () => {
    await tabTo(page, page.getByRole('button', { name: 'The backup is undamaged' }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Prove this backup/u }).waitFor();
    await page.keyboard.press('p');
    await expect.poll(() => page.locator('.restore-rate').isVisible(), { timeout: 60_000 }).toBe(true);
    expect(await page.locator('.restore-rate').innerText()).toMatch(/Restored .* in .* a second\..*At that rate all .* take .*of the RTO of/su);
    await look('readiness-proven');
  }, 120_000);

  it('marks what is dead, and shows what turns red with it', async () => {
    await go('Outage');
    await page.getByRole('heading', { level: 1, name: 'Everything counts as alive' }).waitFor();
    await page.keyboard.press('d');
    await page.getByText('not marked yet').waitFor();
    await enterUntil(page, () => page.getByRole('dialog').isVisible());
    await typeHere(page, 'Jonas Weidmann');
    await look('outage-mark');
    await enterUntil(page, async () => !(await page.getByRole('dialog').isVisible()));
    await page.getByRole('heading', { level: 1, name: '1 thing is dead' }).waitFor();
    await look('outage');
    await go('Readiness');
    await page.getByLabel('Runbook', { exact: true }).selectOption('akko-verification');
    await page.getByRole('region', { name: 'What is dead' }).getByText('cluster', { exact: true }).click();
    await look('readiness-outage');
    await page.getByRole('button', { name: 'Open the switchboard' }).click();
    await page.getByRole('heading', { level: 1, name: '1 thing is dead' }).waitFor();
    await page.keyboard.press('d');
    await enterUntil(page, () => page.getByRole('dialog').isVisible());
    await typeHere(page, 'Jonas Weidmann');
    await enterUntil(page, async () => !(await page.getByRole('dialog').isVisible()));
    await page.getByRole('heading', { level: 1, name: 'Everything counts as alive' }).waitFor();
  }, 60_000);

  it('shows which drills are owed and what was achieved, and begins one at a press', async () => {
    await go('Drills');
    await page.getByRole('region', { name: 'Drills to come' }).waitFor();
    expect(await page.getByRole('region', { name: /^Results: / }).first().innerText()).toMatch(/from the runbook’s history/u);
    await look('drills');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /Start/u }).waitFor();
    expect(await page.getByRole('dialog').getByRole('radio', { checked: true }).first().getAttribute('value')).toMatch(/rehearsal|tabletop/u);
    await page.keyboard.press('Escape');
  }, 60_000);

  it('enrols a person, and says when the passphrases differ', async () => {
    await go('People');
    await enterUntil(page, () => page.getByRole('dialog').isVisible());
    const dialog = page.getByRole('dialog');
    await typeHere(page, 'Jonas Weidmann');
    const [first, second] = [dialog.getByLabel(/Passphrase; the person/u), dialog.getByLabel('The same once more')];
    await tabTo(page, first);
    await page.keyboard.type('copper lantern harbour tide');
    await tabTo(page, second);
    await page.keyboard.type('copper lantern harbour tid');
    await look('enrol');
    await enterUntil(page, () => dialog.getByText('They differed').isVisible());
    expect(await first.inputValue()).toBe('');
    await tabTo(page, first);
    await page.keyboard.type('copper lantern harbour tide');
    await tabTo(page, second);
    await page.keyboard.type('copper lantern harbour tide');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.getByRole('cell', { name: 'Jonas Weidmann', exact: true }).waitFor();
    await look('people');
  });

  it('shows the kit board, ready to print', async () => {
    await go('Kit');
    await page.getByRole('region', { name: 'Kit board' }).waitFor();
    await look('kit');
    await go('People');
    await page.getByRole('cell', { name: 'Jonas Weidmann', exact: true }).waitFor();
  }, 60_000);

  it('refreshes the kit from a stick: what it would change, what it lacks, progress and the result; an older one only with a reason', async () => {
    const stick = makeStick(mkdtempSync(join(dataDir, 'stick-')));
    stick.put('wiki/backups/big.dump', Buffer.alloc(30_000_000, 'dump'));
    await stick.sign(7);
    await opened.app.evaluate(({ dialog }, path) => { dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] }); }, stick.folder);
    await go('Kit');
    await page.getByRole('region', { name: 'Kit board' }).waitFor();
    const dialog = page.getByRole('dialog');
    await enterUntil(page, () => dialog.isVisible());
    await dialog.getByText('No known key signed this').waitFor();
    await look('kit-stranger');
    await typeHere(page, stick.signer.vkey);
    await enterUntil(page, () => dialog.getByText('Number 7', { exact: true }).isVisible());
    await tabTo(page, dialog.getByLabel('Who imports it'));
    await page.keyboard.type('Jonas Weidmann');
    await look('kit-plan');
    await enterUntil(page, () => page.getByRole('heading', { name: 'Kit 7 is in place' }).isVisible());
    await look('kit-imported');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.getByRole('cell', { name: /^kit 7 of .* signed by kit-maker, 5 files/u }).waitFor();
    await look('kit-refreshed');
    await go('Runbooks');
    await page.getByRole('button', { name: 'Bring the wiki back', exact: true }).waitFor();
    await go('Kit');
    stick.take('MANIFEST');
    stick.take('toolbox');
    await stick.sign(6);
    await enterUntil(page, () => dialog.isVisible());
    await typeHere(page, stick.signer.vkey);
    await enterUntil(page, () => dialog.getByText('This is kit 6, and kit 7 is in place').isVisible());
    await dialog.getByText('toolbox/bell').first().waitFor();
    await tabTo(page, dialog.getByLabel('Who imports it'));
    await page.keyboard.type('Jonas Weidmann');
    await look('kit-older');
    await dialog.getByText('A reason for the older kit is missing.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('cell', { name: /^kit 7 of / }).waitFor();
    await go('People');
    await page.getByRole('cell', { name: 'Jonas Weidmann', exact: true }).waitFor();
  }, 240_000);

  it('lets somebody vouch for whoever was enrolled later', async () => {
    const dialog = page.getByRole('dialog');
    await enterUntil(page, () => dialog.isVisible());
    await typeHere(page, 'Mira Holt');
    for (const field of [dialog.getByLabel(/Passphrase; the person/u), dialog.getByLabel('The same once more')]) {
      await tabTo(page, field);
      await page.keyboard.type('wide amber ferry gate');
    }
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await tabTo(page, page.getByRole('button', { name: 'Vouch for Mira Holt' }));
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Who vouches').selectOption('jonas-weidmann');
    await tabTo(page, dialog.getByLabel(/Their passphrase/u));
    await page.keyboard.type('copper lantern harbour tid');
    await look('vouch');
    await enterUntil(page, () => dialog.getByText('That is not the passphrase of Jonas Weidmann').isVisible());
    await tabTo(page, dialog.getByLabel(/Their passphrase/u));
    await page.keyboard.type('copper lantern harbour tide');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.getByText('Mira Holt has been vouched for').waitFor();
    expect(await page.getByRole('button', { name: 'Vouch for Jonas Weidmann' }).count()).toBe(0);
  });

  it('verifies the record and gives a checkpoint in words and as a code that a camera reads', async () => {
    await go('Record');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await enterUntil(page, () => page.getByText('The record is whole.').isVisible());
    await look('record');
    await tabTo(page, page.getByRole('button', { name: 'Checkpoint…', exact: true }));
    await page.keyboard.press('Enter');
    await page.locator('.words-big').waitFor();
    await look('checkpoint');
    expect(await readQr(page.locator('.qr'))).toBe(await page.getByLabel('Signed note', { exact: true }).textContent());
    await page.keyboard.press('Escape');
  });

  it('says so when a screen cannot be drawn, and draws it again', async () => {
    await page.evaluate('globalThis.sound = Date.prototype.getUTCDate; Date.prototype.getUTCDate = () => { throw new Error("no such day"); }');
    // The clock draws itself again every second, and with it the day.
    await page.getByRole('heading', { name: 'This screen could not be drawn' }).waitFor();
    await page.screenshot({ path: join(pictures, 'not-drawn.png') });
    await page.evaluate('Date.prototype.getUTCDate = globalThis.sound');
    await enterUntil(page, async () => (await page.locator('.page h1').textContent()) !== 'This screen could not be drawn');
    opened.complaints.length = 0;
  });

  it('shows its keys, and goes anywhere by name', async () => {
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys of this screen' }).waitFor();
    await look('keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Go to a screen').waitFor();
    await look('palette');
    await page.keyboard.type('home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.locator('.rail [aria-current=page]').textContent()).toContain('Home');
  });
});

describe('a run', () => {
  it('asks what it needs before it starts', async () => {
    await page.keyboard.press('Control+k');
    await typeHere(page, 'Start recovery');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Runbook', { exact: true }).selectOption('first-drill');
    await dialog.getByText('These values are right').waitFor();
    await look('start-live');
    const target = dialog.getByLabel(/Folder to restore into/u);
    await target.fill('/srv/the-real-one');
    await tabTo(page, dialog.getByRole('radio', { name: /Live/u }));
    await page.keyboard.press('ArrowDown');
    await dialog.getByText('These values are right').waitFor();
    // What was meant for the real target is not inherited by a rehearsal.
    await expect.poll(() => target.inputValue()).not.toBe('/srv/the-real-one');
    await tabTo(page, dialog.locator('.check input'));
    await page.keyboard.press('Space');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.locator('.clocks').waitFor();
    await look('run-manual');
  });

  it('does nothing by single letters while a field has the focus', async () => {
    await tabTo(page, page.getByLabel('Note (optional)'));
    await page.keyboard.type('snd');
    expect(await page.getByLabel('Note (optional)').inputValue()).toBe('snd');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('keeps a draft that Esc has put away', async () => {
    await page.locator('.now-step > .scroll').focus();
    await page.keyboard.press('s');
    await page.getByRole('dialog').waitFor();
    await typeHere(page, 'Nobody to ask');
    await look('skip');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('s');
    expect(await page.getByRole('dialog').getByRole('textbox').inputValue()).toBe('Nobody to ask');
    await page.keyboard.press('Escape');
    expect(await stepHeading(page)).toContain('Read what is lost');
  });

  it('asks for an approval with everything that must be known', async () => {
    await driveRun(page, { passphrase: '', stopAt: /Approve step/u }, 60_000);
    await enterUntil(page, () => page.getByRole('alertdialog').isVisible());
    await look('approval');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await stepHeading(page)).toContain('Let the harbour master agree');
  }, 120_000);

  it('does not run two steps while Enter is held', async () => {
    await driveRun(page, { passphrase: 'light the north quay', stopAt: /^Run step 10/u }, 60_000);
    await look('run-start');
    const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, nativeVirtualKeyCode: 13, text: '\r', unmodifiedText: '\r' };
    const client = await page.context().newCDPSession(page);
    const repeat = async (times: number): Promise<void> => {
      for (let count = 0; count < times; count += 1) await client.send('Input.dispatchKeyEvent', { type: 'keyDown', autoRepeat: true, ...key });
    };
    // A press may fall into the half second in which a new action ignores Enter: then a person presses again, and holds.
    await expect.poll(async () => {
      const waits = (await primaryLabel(page))?.startsWith('Run step 10') === true;
      if (waits) {
        await client.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
        await client.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
      }
      return waits;
    }, { timeout: 30_000, interval: 1_500 }).toBe(false);
    await expect.poll(async () => {
      await repeat(20);
      const label = await primaryLabel(page);
      return label === 'Try again' ? page.locator('main').innerText() : label; // what failed, in the words of the screen
    }, { timeout: 30_000 }).toMatch(/^Run step 12/u);
    await repeat(300);
    expect(await primaryLabel(page)).toMatch(/^Run step 12/u);
    await client.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Run step 12') !== true);
  }, 150_000);

  it('goes on while its window is closed, and is there when it opens again', async () => {
    await expect.poll(() => primaryLabel(page), { timeout: 30_000 }).toMatch(/^Run step 13/u);
    const heading = await stepHeading(page);
    const again = opened.app.waitForEvent('window');
    await opened.app.evaluate(({ BrowserWindow, app }) => {
      const window = BrowserWindow.getAllWindows()[0];
      window?.once('closed', () => { app.emit('activate'); });
      window?.close();
    });
    page = await again;
    await page.locator('.clocks').waitFor();
    expect(await page.locator('body').getAttribute('data-mode')).toBe('rehearsal');
    expect(await stepHeading(page)).toBe(heading);
  });

  it('loses nothing at 200 % zoom: one column, and nothing beside it', async () => {
    await resize({ app: opened.app, page }, 1280, 800);
    await opened.app.evaluate(({ BrowserWindow }) => { BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2); });
    await expect.poll(() => page.evaluate('innerWidth'), { timeout: 15_000 }).toBe(640);
    await page.screenshot({ path: join(pictures, 'run-zoom-200.png') });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    for (const part of ['.clocks', '.steps', '.now-step', '.actions', '.side', '.tl-panel']) expect(await page.locator(part).isVisible()).toBe(true);
    await opened.app.evaluate(({ BrowserWindow }) => { BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1); });
  });
});
