/** The key of the laptop and its credentials in the real window: set, locked and unlocked, and nothing typed is to be found again. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { enterUntil, tabTo } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { choose, pick, press, write } from '../support/fill-in.ts';
import { expectAccessible, takePictures } from '../support/look.ts';
import { filesWith, wholePage } from '../support/secret-traces.ts';
import { openedByAge } from '../support/open-by-age.ts';

const folder = mkdtempSync(join(tmpdir(), 'blackstart-guards-'));
const dataDir = join(folder, 'data');
const pictures = join(ROOT, 'screenshots', 'screens');
const DEVICE = 'four slow grey herons';
const VAULT = 'under the harbour wall';
const VALUE = 'AKIAMARKERMARKER:wJalrXUtnFEMImarker';
/** No keyring can be asked: what stands there is the same on every machine. */
const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', HOME: folder };

let opened: LaunchedConsole;
async function open(): Promise<void> {
  opened = await launchConsole({ dataDir, env });
}
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  await open();
});
afterAll(async () => {
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
});

async function goToRecord(): Promise<void> {
  const entry = opened.page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Record' });
  await entry.waitFor();
  await tabTo(opened.page, entry);
  await opened.page.keyboard.press('Enter');
  await opened.page.getByRole('heading', { name: 'The key that signs this record' }).waitFor();
}

async function look(name: string): Promise<void> {
  await takePictures(opened, pictures, name);
  await expectAccessible(opened.page, name);
}

/** Pictures, axe in both themes and a restart: on a machine that is busy with something else, minutes. */
describe('what is guarded on this laptop', { timeout: 240_000 }, () => {
  it('is said on the Record screen, and the key is protected there', async () => {
    await goToRecord();
    const { page } = opened;
    await page.getByText('Unwrapped: a file that whoever').waitFor();
    await look('guards');
    await press(page, page.getByRole('button', { name: 'Protect it…' }));
    const dialog = page.getByRole('dialog');
    await choose(page, dialog, /^A passphrase/u);
    await write(page, dialog.getByLabel('New passphrase'), DEVICE);
    await write(page, dialog.getByLabel('The same once more'), `${DEVICE}x`);
    await look('protect-key');
    await tabTo(page, dialog.getByLabel('The same once more'));
    await page.keyboard.press('Enter');
    await dialog.getByText('They differed. Type both again.').waitFor();
    await write(page, dialog.getByLabel('New passphrase'), DEVICE);
    await write(page, dialog.getByLabel('The same once more'), DEVICE);
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.getByText('Wrapped by a passphrase.').waitFor();
    expect(await wholePage(page)).not.toContain(DEVICE);
  });

  it('keeps a credential in the vault, which the age program opens', async () => {
    const { page } = opened;
    await press(page, page.getByRole('button', { name: 'Credentials…' }));
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing was set here yet.').waitFor();
    await look('credentials-none');
    await enterUntil(page, () => dialog.getByLabel('Name', { exact: true }).isVisible());
    await write(page, dialog.getByLabel('Name', { exact: true }), 'blackstart-s3/default');
    await write(page, dialog.getByLabel(/^Value/u), VALUE);
    await pick(page, dialog.getByLabel('Keep it in'), 'Vault');
    await write(page, dialog.getByLabel('A passphrase for the new vault'), VAULT);
    await write(page, dialog.getByLabel('The same once more'), VAULT);
    await look('credential-set');
    await enterUntil(page, () => dialog.getByRole('cell', { name: 'blackstart-s3/default', exact: true }).isVisible());
    await look('credentials');
    const shown = await wholePage(page);
    for (const secret of [VALUE, VAULT, DEVICE]) expect(shown).not.toContain(secret);
    expect(await openedByAge(join(dataDir, 'vault.age'), VAULT)).toMatchObject({ entries: { 'blackstart-s3/default': { text: VALUE } } });
    await page.keyboard.press('Escape');
  });

  it('is locked at the next start, says so, and opens with the passphrase alone', async () => {
    await opened.close();
    await open();
    await goToRecord();
    const { page } = opened;
    await page.getByText(/It is locked now, so nothing is signed until it is unlocked/u).waitFor();
    await look('key-locked');
    await press(page, page.getByRole('button', { name: 'Checkpoint…', exact: true }));
    await page.getByRole('dialog').getByText(/The key of this laptop is locked, so nothing can be signed/u).waitFor();
    await page.keyboard.press('Escape');
    await press(page, page.getByRole('button', { name: 'Unlock…' }));
    const dialog = page.getByRole('dialog');
    await write(page, dialog.getByLabel('Its passphrase'), 'three quick grey herons');
    await enterUntil(page, () => dialog.getByText('It stays locked: that is not its passphrase.').isVisible());
    await write(page, dialog.getByLabel('Its passphrase'), DEVICE);
    await look('unlock-key');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.getByText('Wrapped by a passphrase.', { exact: true }).waitFor();
    await press(page, page.getByRole('button', { name: 'Checkpoint…', exact: true }));
    await page.locator('.words-big').waitFor();
    await page.keyboard.press('Escape');
    expect(opened.complaints).toEqual([]);
  });

  it('leaves nothing of what was typed in any file, argument or environment', async () => {
    const { page } = opened;
    await opened.close();
    expect(page.isClosed()).toBe(true);
    for (const secret of [DEVICE, VAULT, VALUE, 'wJalrXUtnFEMImarker']) expect(filesWith(folder, secret), secret).toEqual([]);
    // The search finds what is there.
    writeFileSync(join(folder, 'planted'), Buffer.from(VALUE).toString('base64'));
    expect(filesWith(folder, VALUE)).toEqual([join(folder, 'planted')]);
    expect(existsSync(join(dataDir, 'keys', 'device.sealed'))).toBe(true);
    expect(execFileSync('stat', ['-c', '%a', join(dataDir, 'vault.age'), join(dataDir, 'keys', 'device.sealed')], { encoding: 'utf8' })).toBe('600\n600\n');
  });
});
