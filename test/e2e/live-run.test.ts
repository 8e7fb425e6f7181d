/** A live recovery in the window, by keyboard alone: everything that a run can ask of people, a crash in the middle, and the papers at the end. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Report } from '../../electron/contract/report.ts';
import { ROOT } from '../../electron/setup/places.mjs';
import { blackstart } from '../integration/command-line.ts';
import { enterUntil, goAnywhere, primaryLabel, stepHeading, tabTo, typeHere } from '../support/drive-console.ts';
import { answerSaveDialogs, launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { enginePids } from '../support/engine-processes.ts';
import { choose, enrol, more, pick, press, selectCheck, sendWords, write } from '../support/fill-in.ts';
import { expectAccessible, takePictures } from '../support/look.ts';
import { filesWith, sealedSample, wholePage } from '../support/secret-traces.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/live-lab', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-live-'));
const papers = mkdtempSync(join(tmpdir(), 'blackstart-papers-'));
const pictures = join(ROOT, 'screenshots', 'live');

const VAULT_KEY = 'seven grey herons at the weir';
const GATE_PASSWORD = 'tide-table-4711-mooring';
const OPERATOR = { name: 'Mara Okafor', roles: 'operator, harbour-master', passphrase: 'amber buoys drift slowly' };
const ADA = { name: 'Ada Keeper', roles: 'harbour-master', passphrase: 'light the north quay' };
const JONAS = { name: 'Jonas Weidmann', roles: 'harbour-master', passphrase: 'copper lantern harbour tide' };

let opened: LaunchedConsole;
let page: Page;
let dialog: Locator;
let alert: Locator;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const book = join(dataDir, 'runbooks', 'live-lab');
  cpSync(FIXTURE, book, { recursive: true });
  writeFileSync(join(book, 'canary.txt'), sealedSample(VAULT_KEY));
  opened = await launchConsole({ dataDir });
  page = opened.page;
  dialog = page.getByRole('dialog');
  alert = page.getByRole('alertdialog');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await page.screenshot({ path: join(pictures, 'failure.png') });
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(papers, { recursive: true, force: true });
});

async function look(name: string): Promise<void> {
  if (process.env['BLACKSTART_PICTURES'] !== undefined) await takePictures({ app: opened.app, page }, pictures, name);
  await expectAccessible(page, name, { iframes: false });
}

async function go(name: string): Promise<void> {
  await press(page, page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }));
}

/** Presses Enter until a dialog is there. */
async function openDialog(box: Locator): Promise<void> {
  await enterUntil(page, () => box.isVisible());
}
async function sendDialog(box: Locator): Promise<void> {
  await enterUntil(page, async () => !(await box.isVisible()));
}
async function isAt(heading: string | RegExp, label: string | RegExp): Promise<void> {
  await expect.poll(() => stepHeading(page), { timeout: 20_000 }).toMatch(heading);
  await expect.poll(() => primaryLabel(page), { timeout: 20_000 }).toMatch(label);
}

async function stateOf(title: string): Promise<string> {
  return (await page.locator('.steps .step', { hasText: title }).locator('.sr').first().textContent()) ?? '';
}

async function isNowhere(secret: string): Promise<void> {
  expect((await wholePage(page)).includes(secret)).toBe(false);
  expect(filesWith(dataDir, secret)).toEqual([]);
}

describe('before the day', () => {
  it('enrols three people, and takes no passphrase that was mistyped or is too short', async () => {
    await go('People');
    await openDialog(dialog);
    await write(page, dialog.getByLabel('Name', { exact: true }), OPERATOR.name);
    const [first, second] = [dialog.getByLabel(/Passphrase; the person/u), dialog.getByLabel('The same once more')];
    await write(page, first, OPERATOR.passphrase);
    await write(page, second, 'amber buoys drift slowl');
    await enterUntil(page, () => dialog.getByText('They differed').isVisible());
    await write(page, first, 'short');
    await write(page, second, 'short');
    await enterUntil(page, () => dialog.getByText('at least 8 characters').isVisible());
    await look('enrol-refused');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    for (const person of [OPERATOR, ADA, JONAS]) await enrol(page, person);
    await look('people');
  }, 60_000);

  it('supplies a secret to a check in the window; it is never shown and never kept', async () => {
    await go('Readiness');
    await pick(page, page.getByLabel('Runbook', { exact: true }), 'Bring the lock gates back');
    await page.getByRole('heading', { level: 1, name: 'Locks' }).waitFor();
    await press(page, page.getByRole('button', { name: 'Supply a secret…' }));
    await dialog.waitFor();
    const field = dialog.getByRole('textbox');
    await write(page, field, VAULT_KEY);
    await look('readiness-secret');
    await sendDialog(dialog);
    expect((await wholePage(page)).includes(VAULT_KEY)).toBe(false);
    await tabTo(page, page.locator('[data-primary]'));
    await page.getByText('Held in memory for these checks: vault_key').waitFor();
    // Once: a second round would begin while this one is watched.
    const judged = page.getByRole('row', { name: /The spare pump starts/u }).getByText('not good');
    await enterUntil(page, async () => (await judged.isVisible()) || page.getByRole('button', { name: /Stop checking/u }).isVisible());
    await judged.waitFor();
    await page.getByRole('button', { name: /Check everything/u }).waitFor({ timeout: 60_000 });
    await page.getByRole('row', { name: /The key opens the vault/u }).getByText('opens the sample').waitFor();
    await look('readiness-failed');
    await isNowhere(VAULT_KEY);
  }, 90_000);

  it('overrides a check that failed, with a name and a reason', async () => {
    await selectCheck(page, 'The chart of the gates lies here');
    await press(page, page.getByRole('button', { name: 'Override…' }));
    await dialog.waitFor();
    await write(page, dialog.getByLabel('Your name'), OPERATOR.name);
    await write(page, dialog.getByLabel('Why may it be ignored?'), 'The pilots have it and read it out over the radio');
    await look('readiness-override');
    await sendWords(page, dialog, dialog.getByLabel('Why may it be ignored?'), 'The pilots have it and read it out over the radio');
    await page.locator('.detail').getByText('The pilots have it and read it out over the radio').waitFor();
    await page.locator('.detail').getByText('Overridden').first().waitFor();
  });

  it('takes a person’s word for what no program can see', async () => {
    await selectCheck(page, 'The sealed envelope is in the safe');
    await press(page, page.getByRole('button', { name: 'Say so…' }));
    await dialog.waitFor();
    await write(page, dialog.getByLabel('Your name'), ADA.name);
    await look('readiness-attest');
    await sendWords(page, dialog, dialog.getByLabel('How do you know?'), 'I looked at 02:40; the seal is whole');
    await page.locator('.detail').getByText('A person says so').first().waitFor();
    await page.locator('.page-head').getByText('Not ready').waitFor();
    await look('readiness-mixed');
  });
});

describe('the start', () => {
  it('asks since when, with what, who answers for it, and why it goes on unsigned and not ready', async () => {
    await goAnywhere(page, 'Start recovery');
    await dialog.waitFor();
    await pick(page, dialog.getByLabel('Runbook', { exact: true }), 'Bring the lock gates back');
    await dialog.getByText('These values are right').waitFor();
    await write(page, dialog.getByLabel('Outage began, UTC'), new Date().toISOString());
    await tabTo(page, dialog.locator('.check input'));
    await page.keyboard.press('Space');
    await write(page, dialog.getByLabel('Nobody trusted has signed this runbook. Why go on?'), 'Read line by line with Ada Keeper');
    await write(page, dialog.getByLabel('Readiness does not hold. Why go on?'), 'The spare pump is not needed tonight');
    await pick(page, dialog.getByLabel('Operator'), OPERATOR.name);
    await write(page, dialog.getByLabel('Passphrase, checked on this laptop'), ADA.passphrase);
    await look('start');
    await enterUntil(page, () => dialog.getByText(`That is not the passphrase of ${OPERATOR.name}`).isVisible());
    await look('start-refused');
    await write(page, dialog.getByLabel('Passphrase, checked on this laptop'), OPERATOR.passphrase);
    await sendDialog(dialog);
    await page.locator('.clocks').waitFor();
    expect(await page.locator('body').getAttribute('data-mode')).toBe('live');
    await isAt('Agree that the gates may move', /^Approve step 1/u);
  }, 60_000);
});

describe('the run', () => {
  it('needs two approvers, and the operator is none of them', async () => {
    await openDialog(alert);
    const list = alert.getByLabel('Person');
    await list.waitFor();
    expect(await list.locator('option').allInnerTexts()).toEqual(['Choose', expect.stringContaining(ADA.name), expect.stringContaining(JONAS.name)]);
    await pick(page, list, ADA.name);
    const passphrase = alert.getByLabel('Your passphrase, checked on this laptop');
    await write(page, passphrase, JONAS.passphrase);
    await enterUntil(page, () => alert.getByText(`That is not the passphrase of ${ADA.name}`).isVisible());
    await look('approval-refused');
    await write(page, passphrase, ADA.passphrase);
    await enterUntil(page, () => alert.getByRole('listitem').filter({ hasText: ADA.name }).isVisible());
    expect(await primaryLabel(page)).toBe(`Approve as ${JONAS.name}`);
    await look('approval-second');
    await write(page, passphrase, JONAS.passphrase);
    await sendDialog(alert);
    await isAt('Fetch the password of the gates', /^Hand it over/u);
  }, 60_000);

  it('takes a secret in a masked field and gives it to a tool; it is nowhere afterwards', async () => {
    const field = page.getByLabel('Secret gate_password');
    await write(page, field, GATE_PASSWORD);
    expect(await field.evaluate((element) => getComputedStyle(element).getPropertyValue('-webkit-text-security'))).toBe('disc');
    await look('secret');
    await enterUntil(page, async () => /^Run step 3/u.test(await primaryLabel(page) ?? ''));
    await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Run step 3') !== true);
    await isAt('Empty the lock', /^(?:Run step 4|Look at what cannot be undone)/u);
    await page.keyboard.press('k');
    await isAt('Open the vault', /./u);
    await page.keyboard.press('o');
    await dialog.getByText('vault open, 23 characters').waitFor();
    expect(await dialog.locator('pre').innerText()).toMatch(/password: (?!tide)/u);
    await look('output-masked');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await isNowhere(GATE_PASSWORD);
    await page.keyboard.press('j');
  });

  it('runs what cannot be undone only when its own id was typed', async () => {
    await isAt('Empty the lock', /^(?:Run step 4|Look at what cannot be undone)/u);
    await look('no-return-before');
    await openDialog(alert);
    await write(page, alert.getByLabel('Type the step’s id, empty-lock'), 'empty-loc');
    await look('no-return');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await alert.isVisible()).toBe(true);
    expect(await stateOf('Empty the lock')).not.toContain('Done');
    await page.keyboard.type('k');
    await sendDialog(alert);
    await isAt('Answer the gate', /^Run step 5/u);
    expect(await stateOf('Empty the lock')).toContain('Done');
  });

  it('gives keystrokes to a tool that asks on a terminal of its own', async () => {
    await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Run step 5') !== true);
    await page.locator('.xterm-rows').getByText('Which harbour is this?').waitFor();
    await page.keyboard.press('i');
    await typeHere(page, 'Nordhafen');
    await page.locator('.xterm-rows').getByText('Which harbour is this? Nordhafen').waitFor();
    await look('terminal');
    await page.keyboard.press('F6');
    expect(await page.getByRole('region', { name: 'Current step' }).evaluate((region) => region === document.activeElement)).toBe(true);
    await page.keyboard.press('i');
    await page.keyboard.press('Enter');
    await isAt('Choose the side', /^Decide/u);
    expect(await stateOf('Answer the gate')).toContain('Done');
  });

  it('waits for a decision', async () => {
    await choose(page, page.locator('.ask'), 'The gate to the river');
    await look('decide');
    await enterUntil(page, async () => !/^Decide/u.test(await primaryLabel(page) ?? ''));
    await isAt('Move the first gate', /^Run step 7/u);
  });

  it('goes to a later step after a failure, with a reason', async () => {
    await enterUntil(page, async () => (await primaryLabel(page)) === 'Try again');
    expect(await page.locator('.sus').first().textContent()).toContain('Its pump has no pressure');
    await look('failed');
    const output = page.locator('.now-step .xterm textarea');
    await tabTo(page, output);
    await page.keyboard.press('Tab');
    expect(await output.evaluate((area) => area === document.activeElement)).toBe(false);
    await more(page, 'Go to a later step…');
    await dialog.waitFor();
    await look('goto');
    await sendWords(page, dialog, dialog.getByLabel('Why?'), 'The river gate is enough for tonight');
    await isAt('Move the second gate', /^Run step 9/u);
    expect(await page.getByRole('main').evaluate((main) => main === document.activeElement)).toBe(true);
    expect(await stateOf('Grease the first gate')).toContain('Not executed');
  });

  it('overrides what failed, with a reason', async () => {
    await enterUntil(page, async () => (await primaryLabel(page)) === 'Try again');
    await more(page, 'Override…');
    await dialog.waitFor();
    await look('override');
    await sendWords(page, dialog, dialog.getByRole('textbox'), 'The gate stands open, seen by Jonas Weidmann');
    await isAt('Ring the bell', /^Confirm/u);
    expect(await stateOf('Move the second gate')).toContain('Overridden');
  });

  it('writes notes, skips and defers, and an abort begun by mistake ends nothing', async () => {
    await page.keyboard.press('n');
    await dialog.waitFor();
    await sendWords(page, dialog, dialog.getByRole('textbox'), 'Ada Keeper went home at 03:10');
    await page.locator('.side').getByText('Ada Keeper went home at 03:10').waitFor();
    await more(page, 'Abort run…');
    await alert.waitFor();
    await look('abort');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await alert.waitFor({ state: 'detached' });
    await isAt('Ring the bell', /^Confirm/u);
    await page.keyboard.press('s');
    await dialog.waitFor();
    await look('skip');
    await sendWords(page, dialog, dialog.getByRole('textbox'), 'The bell is with the founder');
    await vi.waitUntil(async () => (await stateOf('Ring the bell')).includes('Skipped'), { timeout: 10_000 });
    await look('after-skip');
    await isAt('Paint the gate', /^Confirm/u);
    await page.keyboard.press('d');
    await dialog.waitFor();
    await sendWords(page, dialog, dialog.getByRole('textbox'), 'Needs daylight');
    await isAt('Fill the lock', /^Run step 12/u);
    expect(await stateOf('Paint the gate')).toContain('Deferred');
  }, 60_000);

  it('asks what happened when the engine was killed under a tool that lives on', async () => {
    await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Run step 12') !== true);
    const runs = join(dataDir, 'runs');
    const filling = (): string | undefined => readdirSync(runs, { recursive: true }).map(String).find((name) => name.endsWith('filling'));
    const begun = await vi.waitUntil(filling, { timeout: 20_000 });
    for (const pid of enginePids(dataDir)) process.kill(pid, 'SIGKILL');
    await expect.poll(() => primaryLabel(page), { timeout: 40_000 }).toContain('Resume the run');
    await openDialog(dialog);
    await dialog.getByLabel('Passphrase, checked on this laptop').waitFor();
    expect(await dialog.getByLabel('Operator').locator('option:checked').innerText()).toContain(OPERATOR.name);
    await write(page, dialog.getByLabel('Passphrase, checked on this laptop'), OPERATOR.passphrase);
    await look('resume');
    await sendDialog(dialog);
    await isAt('Fill the lock', /^Say what happened/u);
    await look('unknown');
    await openDialog(dialog);
    await dialog.getByText('Still running:').waitFor();
    await look('outcome-alive');
    await press(page, dialog.getByRole('button', { name: 'Look again' }));
    await dialog.getByText('Still running:').waitFor();
    // A press while the engine still looks does nothing.
    await tabTo(page, dialog.getByRole('button', { name: 'End it' }));
    await enterUntil(page, async () => !(await dialog.getByText('Still running:').isVisible()));
    await dialog.getByText('nothing of it runs any more').waitFor();
    // The keeper opens the last valve by hand: the console looks for what must hold, whatever a person says.
    writeFileSync(join(runs, dirname(begun), 'full'), 'full\n');
    await choose(page, dialog, 'It did its work');
    await look('outcome');
    await sendWords(page, dialog, dialog.getByLabel('How do you know?'), 'The gauge at the lock says full');
    await isAt('Measure the lock', /^Run step 13/u);
  }, 120_000);

  it('takes from another machine what a program printed that this laptop lacks, and judges it', async () => {
    await enterUntil(page, async () => (await primaryLabel(page)) === 'Try again');
    await page.getByText('read-gauge is not on this laptop.').waitFor();
    await page.getByText('Read the staff at the upper gate.').waitFor();
    await look('missing-program');
    await page.keyboard.press('h');
    await dialog.waitFor();
    const command = await dialog.getByLabel('Run exactly this on a machine that has it').inputValue();
    expect(command).toMatch(/^GAUGE_LINE=river read-gauge --lock north --unit 'cm above sill'$/u);
    await write(page, dialog.getByLabel('What it printed there'), 'empty, level 3');
    await look('by-hand');
    await sendWords(page, dialog, dialog.getByLabel('Who did it, and where?'), 'The keeper, at the lock');
    await page.getByText('but The lock is full: expected').waitFor();
    await page.keyboard.press('h');
    await dialog.waitFor();
    await write(page, dialog.getByLabel('What it printed there'), 'full, level 412');
    await sendWords(page, dialog, dialog.getByLabel('Who did it, and where?'), 'The keeper read the right gauge');
    await isAt('Paint the gate', /^Do step 11 now/u);
    expect(await stateOf('Measure the lock')).toContain('Done by hand, then measured');
    await look('deferred');
  }, 60_000);

  it('asks again at its end for what was deferred, and is over', async () => {
    await enterUntil(page, async () => (await primaryLabel(page)) === 'Confirm: done');
    await enterUntil(page, async () => /^Open the report/u.test(await primaryLabel(page) ?? ''));
    expect(await page.locator('.clock.big').textContent()).toContain('Recovered in');
    await look('end');
  });
});

describe('the papers', () => {
  const saved = (ending: string): string => {
    const found = readdirSync(papers).find((name) => name.endsWith(ending));
    if (found === undefined) throw new Error(`no ${ending} was written; there are: ${readdirSync(papers).join(', ')}`);
    return join(papers, found);
  };
  const written = async (ending: string): Promise<string> => {
    await page.getByRole('main').getByText(new RegExp(`(?:Written|written):?.*${ending.replace('.', '\\.')}`, 'u')).waitFor({ timeout: 40_000 });
    return saved(ending);
  };

  it('saves the report as PDF, HTML and JSON', async () => {
    await answerSaveDialogs(opened.app, papers);
    await enterUntil(page, () => page.locator('iframe.sheet').isVisible());
    await press(page, page.getByRole('button', { name: 'PDF…' }));
    const pdf = readFileSync(await written('.pdf'));
    expect(pdf.subarray(0, 4).toString()).toBe('%PDF');
    expect([...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b(?!s)/gu)].length).toBeGreaterThan(1);
    for (const [item, ending] of [['HTML document…', '.html'], ['JSON…', '.json']] as const) {
      await press(page, page.getByRole('button', { name: 'Save as' }));
      const entry = page.getByRole('menuitem', { name: item });
      await entry.waitFor();
      for (let moves = 0; moves < 10 && !(await entry.evaluate((element) => element === document.activeElement)); moves += 1) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await written(ending);
    }
    await look('report');
    const html = readFileSync(saved('.html'), 'utf8');
    const facts = ['Read line by line with Ada Keeper', 'The spare pump is not needed tonight', 'The river gate is enough for tonight', JONAS.name, 'Needs daylight'];
    expect(facts.filter((fact) => !html.includes(fact))).toEqual([]);
    const report = Report.parse(JSON.parse(readFileSync(saved('.json'), 'utf8')));
    expect([report.identity.type, report.identity.state, report.execution.length, report.results.rto.met]).toEqual(['live', 'succeeded', 13, true]);
    for (const secret of [GATE_PASSWORD, VAULT_KEY]) for (const ending of ['.html', '.json', '.pdf']) expect(readFileSync(saved(ending)).includes(secret)).toBe(false);
  }, 90_000);

  it('saves an evidence bundle that holds without Blackstart', async () => {
    // The focus has gone back to the menu, where Enter would open it again.
    await tabTo(page, page.locator('[data-primary]'));
    await enterUntil(page, () => page.getByText(/blackstart-.*\.zip/u).isVisible());
    const bundle = await written('.zip');
    const unpacked = join(papers, 'unpacked');
    execFileSync('python3', ['-m', 'zipfile', '-e', bundle, unpacked]);
    expect(execFileSync('python3', [join(unpacked, 'verify.py')], { encoding: 'utf8' })).toMatch(/\nVERIFIED\n$/u);
    const place = { env: { PATH: process.env['PATH'] ?? '', HOME: papers, BLACKSTART_DATA: dataDir }, cwd: papers };
    const judged = await blackstart(['record', 'verify', '--json'], place);
    expect(z.object({ ok: z.boolean(), problems: z.array(z.unknown()) }).parse(judged.json())).toEqual({ ok: true, problems: [] });
    expect((await blackstart(['record', 'verify-bundle', bundle], place)).status).toBe(0);
    for (const secret of [GATE_PASSWORD, VAULT_KEY, OPERATOR.passphrase, ADA.passphrase, JONAS.passphrase]) expect(filesWith(dataDir, secret)).toEqual([]);
  }, 60_000);

  it('prints a checkpoint', async () => {
    await page.evaluate(`window.print = () => { document.documentElement.dataset.printed = 'yes'; }`);
    await go('Record');
    await enterUntil(page, () => page.getByText('The record is whole.').isVisible());
    await look('record');
    await press(page, page.getByRole('button', { name: 'Checkpoint…', exact: true }));
    await page.locator('.words-big').waitFor();
    await press(page, dialog.getByRole('button', { name: 'Print' }));
    expect(await page.locator('html').getAttribute('data-printed')).toBe('yes');
    await page.keyboard.press('Escape');
    expect(opened.complaints).toEqual([]);
  });
});
