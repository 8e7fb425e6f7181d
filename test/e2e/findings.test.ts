/** After a run, in the real console, by keyboard: hot wash, a finding that lives on until it is retested, and a copy of the record. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/setup/places.mjs';
import { blackstart, RunAnswer } from '../integration/command-line.ts';
import { wikiRunbook, wikiStep } from '../support/command-folder.ts';
import { enterUntil, goAnywhere, tabTo } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { pick, press, write } from '../support/fill-in.ts';
import { expectAccessible, takePictures } from '../support/look.ts';
import { startS3StandIn, type S3StandIn } from '../support/s3-stand-in.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-findings-'));
const pictures = join(ROOT, 'screenshots', 'findings');
const DAY = 86_400_000;
const BOOK = wikiRunbook(`## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`, 'drills: [{ kind: rehearsal, title: Wiki drill, every: 3mo }]\n');
const runs: string[] = [];
let store: S3StandIn;
let opened: LaunchedConsole;
let page: Page;
let dialog: Locator;

async function command(...argv: string[]): Promise<unknown> {
  const done = await blackstart([...argv, '--json', '--data-dir', dataDir, '--runbooks', join(dataDir, 'runbooks')], { cwd: dataDir, env: { PATH: process.env['PATH'] ?? '', PASS: 'four quiet words here' } });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.json();
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  mkdirSync(join(dataDir, 'runbooks', 'wiki'), { recursive: true });
  writeFileSync(join(dataDir, 'runbooks', 'wiki', 'wiki.runbook.md'), BOOK);
  for (const [name, role] of [['Jonas Weidmann', 'operator'], ['Ruth Adeyemi', 'witness']] as const) await command('people', 'enroll', name, '--role', role, '--passphrase-env', 'PASS');
  for (const _ of [1, 2]) runs.push(RunAnswer.parse(await command('run', 'wiki-restore', '--mode', 'rehearsal', '--operator', 'jonas-weidmann')).run.id);
  store = await startS3StandIn();
  opened = await launchConsole({ dataDir, env: { AWS_ACCESS_KEY_ID: 'AKIDOFNOBODY', AWS_SECRET_ACCESS_KEY: 'a-secret-access-key-of-no-value' } });
  page = opened.page;
  dialog = page.getByRole('dialog');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}, 240_000);
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await page.screenshot({ path: join(pictures, 'failure.png') });
});
afterAll(async () => {
  await opened.close();
  await store.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function look(name: string, iframes = true): Promise<void> {
  await takePictures(opened, pictures, name);
  await expectAccessible(page, name, { iframes });
}
const go = (place: string): Promise<void> => goAnywhere(page, place);
const sends = (): Promise<void> => enterUntil(page, async () => !(await dialog.isVisible()));
const day = (from: number): string => new Date(Date.now() + from * DAY).toISOString().slice(0, 10);

describe('the end of a run', () => {
  it('asks for the hot wash while it is fresh', async () => {
    await go('Record');
    await press(page, page.getByRole('button', { name: 'Bring the wiki back', exact: true }).last()); // the older of the two
    await page.getByRole('button', { name: /^Hot wash/u }).waitFor();
    await look('run-end');
    await page.keyboard.press('w');
    await dialog.getByText('Ask everybody who was there').waitFor();
    await write(page, dialog.getByLabel('What was planned', { exact: true }), 'The wiki back within an hour, with two people.');
    await write(page, dialog.getByLabel('What went well'), 'The dump was whole.');
    await write(page, dialog.getByLabel('What did not'), 'The key came 22 minutes late.');
    await write(page, dialog.getByLabel('Why', { exact: true }), 'Nobody knew the drawer.');
    await write(page, dialog.getByLabel('Who speaks for it'), 'Ruth Adeyemi');
    await look('hot-wash', false);
    await tabTo(page, dialog.locator('[data-primary]'));
    await sends();
    await page.getByText('Hot wash recorded by Ruth Adeyemi.').waitFor();
  }, 90_000);

  it('raises a finding beside the report, which holds both', async () => {
    await press(page, page.getByRole('button', { name: 'Raise a finding…' }));
    await write(page, dialog.getByLabel('Finding, in one line'), 'The key came late');
    await pick(page, dialog.getByLabel('Severity'), 'High');
    await write(page, dialog.getByLabel('Who says this'), 'Ruth Adeyemi');
    await write(page, dialog.getByLabel('Owner'), 'Jonas Weidmann');
    await write(page, dialog.getByLabel('Due'), '2026-13-40');
    await dialog.getByText('A date reads 2026-12-01.').waitFor();
    await write(page, dialog.getByLabel('Due'), day(-12));
    await write(page, dialog.getByLabel('Root cause'), 'No register of keys');
    await write(page, dialog.getByLabel('Action'), 'Keep a register of keys and drawers');
    await look('raise', false);
    await tabTo(page, dialog.locator('[data-primary]'));
    await sends();
    const report = page.frameLocator('iframe.sheet');
    await report.getByText('The key came 22 minutes late.').waitFor();
    await report.getByText('Keep a register of keys and drawers').first().waitFor();
    await page.locator('.parts').getByRole('button', { name: 'The key came late' }).waitFor();
    await look('report', false);
    await press(page, page.locator('.parts').getByRole('button', { name: 'Findings' }));
    await look('report-findings', false);
  }, 90_000);
});

describe('a finding', () => {
  it('stands on Home and at the readiness of its runbook, where it warns and does not block', async () => {
    await go('Home');
    await page.getByText('12 days overdue').waitFor();
    await look('home');
    await go('Readiness');
    await page.getByLabel('Runbook', { exact: true }).selectOption('wiki-restore');
    await page.getByText('Finding “The key came late” (high) is open, 12 days overdue; owner Jonas Weidmann.').waitFor();
    await look('readiness');
  }, 60_000);

  it('stands first in the improvement plan, and is not closed untested without a reason', async () => {
    await go('Findings');
    const plan = page.getByRole('region', { name: 'Improvement plan' });
    await plan.waitFor();
    expect(await plan.getByRole('row').nth(1).innerText()).toContain('The key came late');
    await look('plan');
    await press(page, page.getByRole('button', { name: 'Change: The key came late' }));
    await pick(page, dialog.getByLabel('Status'), 'Done');
    await write(page, dialog.getByLabel('Who says this'), 'Jonas Weidmann');
    await write(page, dialog.getByLabel('Why it changes'), 'The register hangs in the control room');
    await dialog.getByText('Name the retest, or say why without.').waitFor();
    await look('change');
    await tabTo(page, dialog.locator('[data-primary]'));
    await page.keyboard.press('Enter');
    expect(await dialog.isVisible()).toBe(true);
  }, 60_000);

  it('is closed with the run that retested it, and keeps everything that was said', async () => {
    await pick(page, dialog.getByLabel('Retested by the run'), 'Bring the wiki back');
    await tabTo(page, dialog.locator('[data-primary]'));
    await sends();
    const closed = page.getByRole('region', { name: 'Closed' });
    await closed.getByText('The key came late').waitFor();
    expect(await closed.getByRole('row').nth(1).innerText()).toContain(runs[1] ?? '');
    await press(page, page.getByRole('button', { name: 'Change: The key came late' }));
    await dialog.getByText('2 entries in the record').scrollIntoViewIfNeeded();
    await dialog.getByText('status open → done').waitFor();
    await look('history');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }, 60_000);
});

describe('a copy of the record', () => {
  async function ask(endpoint: string): Promise<void> {
    await press(page, page.getByRole('button', { name: 'Copy the record…' }));
    await write(page, dialog.getByLabel('Bucket and prefix'), 's3://records/laptops');
    await write(page, dialog.getByLabel('Endpoint'), endpoint);
    await write(page, dialog.getByLabel('Your name, for the record'), 'Ruth Adeyemi');
  }

  it('says plainly that the store is not there', async () => {
    await go('Record');
    await ask('http://127.0.0.1:9');
    await tabTo(page, dialog.locator('[data-primary]'));
    await enterUntil(page, () => dialog.getByText('cannot be reached').isVisible());
    await look('copy-unreachable');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }, 90_000);

  it('is made when it is, read back, and listed with its time, place and last entry', async () => {
    await ask(store.endpoint);
    await tabTo(page, dialog.locator('[data-primary]'));
    await enterUntil(page, () => dialog.getByText('each read back and locked').isVisible());
    await look('copied');
    await sends();
    const copies = page.getByRole('region', { name: 'Copies in a locked bucket' });
    const rows = await copies.getByRole('row').allInnerTexts();
    expect(rows[1]).toMatch(/Ruth Adeyemi[\s\S]*s3:\/\/records\/laptops\/[\s\S]*Copied and read back/u);
    expect(rows[2]).toContain('Not done');
    expect(store.versions.length).toBeGreaterThan(5);
    await look('record');
  }, 90_000);

  it('never complained', () => {
    expect(opened.complaints).toEqual([]);
  });
});
