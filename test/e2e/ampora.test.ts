/**
 * Ampora's rehearsal in the window, by keyboard, from readiness to the report: the shipped runbook, the real console under the lab's
 * account, a real PostgreSQL whose primary is gone and a real pgBackRest repository. The kit of this laptop lacks the master key, so
 * that it is typed. Afterwards the command line reads the same record.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Report } from '../../electron/contract/report.ts';
import { ROOT } from '../../electron/setup/places.mjs';
import { blackstart, RunAnswer, stepOf, type CommandResult } from '../integration/command-line.ts';
import { missingForLab, REHEARSAL_PORT, startAmporaLab, TENANTS, type AmporaLab } from '../lab/ampora/ampora-lab.ts';
import { asLabAccount, giveToLab } from '../lab/lab-account.ts';
import { driveRun, enterUntil, goAnywhere, stepHeading, tabTo } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';
import { takePictures } from '../support/look.ts';

const missing = missingForLab();
if (missing.length > 0) process.stderr.write(`Ampora's rehearsal in the window is left out, this machine lacks ${missing.join(', ')}\n`);
const pictures = join(ROOT, 'screenshots', 'ampora');

// Each test goes on where the one before it ended, so none can be tried again.
describe.skipIf(missing.length > 0)('the rehearsal of Ampora in the window', { retry: 0 }, () => {
  let lab: AmporaLab;
  let values: AmporaLab['values'];
  let masterKey: string;
  let dataDir: string;
  let opened: LaunchedConsole;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    lab = await startAmporaLab();
    masterKey = readFileSync(join(lab.kit, 'master.key'), 'utf8').trim();
    ({ values } = lab.copyKit((kit) => { rmSync(join(kit, 'master.key')); }));
    dataDir = mkdtempSync(join(lab.folder, 'blackstart', 'd-'));
    giveToLab(dataDir);
    const home = join(lab.folder, 'home');
    opened = await launchConsole({ dataDir, through: startAsLabAccount, env: { ...lab.env, XDG_CONFIG_HOME: join(home, 'config'), XDG_RUNTIME_DIR: home } });
    page = opened.page;
    await page.getByRole('heading', { name: 'Nothing is set up yet' }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await opened.close();
    await lab.remove();
  });

  /** PostgreSQL refuses root, so the whole console runs under the account that owns the servers. */
  function startAsLabAccount(executable: string): string {
    const file = join(lab.folder, 'start-console');
    writeFileSync(file, `#!/bin/sh\nexec ${asLabAccount([executable]).join(' ')} "$@"\n`, { mode: 0o755 });
    return file;
  }

  async function look(name: string): Promise<void> {
    await takePictures(opened, pictures, name);
  }

  async function fill(field: Locator, text: string): Promise<void> {
    await tabTo(page, field);
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
  }

  /** A list is chosen from by typing the first words. */
  async function choose(field: Locator, words: string): Promise<void> {
    await field.locator('option', { hasText: words }).waitFor({ state: 'attached' });
    await tabTo(page, field);
    await page.keyboard.type(words);
    await expect.poll(() => field.locator('option:checked').textContent()).toContain(words);
  }

  async function goThrough(name: string): Promise<void> {
    await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }));
    await page.keyboard.press('Enter');
  }

  /** Writes the lab's values into the form that asks for them. */
  async function fillValues(form: Locator): Promise<void> {
    for (const [name, value] of Object.entries(values)) {
      const field = form.locator('.field').filter({ has: page.getByText(new RegExp(`^${name}\\b`, 'u')) }).getByRole('textbox');
      await fill(field, value);
    }
    await page.keyboard.press('Tab');
  }

  it('is read first, with everything that the kit must hold', async () => {
    await goThrough('Runbooks');
    await tabTo(page, page.getByRole('button', { name: 'Rebuild Ampora after total loss', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 3, name: 'Tear the sandbox down' }).waitFor();
    await look('runbook');
  });

  it('finds readiness with the values of this laptop and a key that is typed', async () => {
    await goThrough('Readiness');
    await choose(page.getByLabel('Runbook', { exact: true }), 'Rebuild Ampora');
    await page.getByRole('heading', { level: 1, name: 'Ampora' }).waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Values…' }));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator('.params').waitFor();
    await fillValues(dialog);
    await look('readiness-values');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await tabTo(page, page.getByRole('button', { name: 'Supply a secret…' }));
    await enterUntil(page, () => dialog.isVisible());
    await choose(dialog.getByLabel('Which secret'), 'master');
    await tabTo(page, dialog.getByLabel('Secret', { exact: true }));
    await page.keyboard.type(masterKey);
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await tabTo(page, page.locator('[data-primary]'));
    await enterUntil(page, () => page.getByRole('button', { name: /Stop checking/u }).isVisible());
    await page.getByRole('button', { name: /Check everything/u }).waitFor({ timeout: 90_000 });
    await look('readiness');
    expect(await page.locator('.page-head, main').first().textContent()).toContain('Ready');
    const rungs = page.locator('.rungs li');
    expect(await rungs.count()).toBe(6);
    for (const rung of await rungs.all()) expect(await rung.getAttribute('class')).toMatch(/^(?:on|counts)$/u);
    expect(await rungs.nth(4).textContent()).toMatch(/Tenants \(set your own minimum\): "?1250/u);
    expect(await rungs.nth(5).textContent()).toContain('the key opens the sample');
  }, 150_000);

  it('starts as a rehearsal with the same values', async () => {
    await goAnywhere(page, 'Start recovery');
    const dialog = page.getByRole('dialog');
    await choose(dialog.getByLabel('Runbook', { exact: true }), 'Rebuild Ampora');
    await tabTo(page, dialog.getByRole('radio', { name: /Live/u }));
    await page.keyboard.press('ArrowDown');
    await dialog.locator('.params').waitFor();
    await fillValues(dialog);
    await fill(dialog.getByLabel('Outage began, UTC (optional)'), lab.outageAt.replace('T', ' ').replace('Z', ''));
    await tabTo(page, dialog.getByRole('checkbox', { name: /These values are right/u }));
    await page.keyboard.press('Space');
    await look('start');
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await page.locator('.clocks').waitFor();
  }, 60_000);

  const manners = { passphrase: '', note: 'Written down by the lab.', decide: /^(?:Everything|A fresh Kubernetes|pgBackRest|The kit|The corporate CA)/u };
  /** Steps whose picture is worth keeping, by number. */
  const SHOWN = new Set(['1', '3', '7', '17', '21', '29', '33', '44']);
  const numberIn = (heading: string): string => heading.trim().split(/\s/u)[0] ?? '';

  it('goes from step to step to its end, with the key typed and the photo attached', async () => {
    // The system's own file dialog cannot be driven; what it would answer is given instead.
    await opened.app.evaluate(({ dialog }, path) => { dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] }); }, join(values['kit'] ?? '', 'dashboard.png'));
    const onStep = async (heading: string): Promise<void> => { if (SHOWN.has(numberIn(heading))) await look(`step-${numberIn(heading)}`); };
    const seen = await driveRun(page, { ...manners, secret: masterKey, onStep }, 200_000);
    expect(seen.length).toBeGreaterThan(25);
    await look('end');
    expect(await page.locator('.clocks').textContent()).toMatch(/Recovered in, target 4 h/u);
    expect(await page.locator('.clocks').textContent()).toMatch(/Data lost, measured\d+ s/u);
  }, 240_000);

  it('shows at each step what proves it', async () => {
    const shown = await walkBack();
    expect(shown.get('21')).toMatch(new RegExp(`enough: ${TENANTS}[^]*tenants\\s*${TENANTS}`, 'u'));
    for (const [number, proof] of [['2', /is intact/u], ['4', /its chain holds/u], ['17', /completed successfully/u], ['29', /the key opens the sample/u], ['37', /secret\/ampora-tls/u], ['38', /ampora-web/u], ['42', /holds/u], ['46', /: OK/u], ['52', /it is not there/u]] as const) {
      expect(shown.get(number), number).toMatch(/Done, measured/u);
      expect(shown.get(number), number).toMatch(proof);
    }
    for (const number of ['11', '39']) expect(shown.get(number), number).toMatch(/Not part of a rehearsal run/u);
    expect([...shown.values()].filter((text) => /\{\{|does not hold/u.test(text))).toEqual([]);
  }, 60_000);

  /** What the window shows of every step, by its number, from the last to the first. */
  async function walkBack(): Promise<Map<string, string>> {
    const shown = new Map<string, string>();
    for (let heading = await stepHeading(page), before = ''; heading !== before; heading = await stepHeading(page)) {
      const parts = await page.locator('.now-step .step-head, .now-step .notice, .now-step .asserts, .now-step .captures').allInnerTexts();
      shown.set(numberIn(heading), parts.join('\n'));
      before = heading;
      await page.keyboard.press('k');
    }
    return shown;
  }

  it('says the same in the report', async () => {
    await enterUntil(page, () => page.locator('iframe.sheet').isVisible());
    const frame = page.frameLocator('iframe.sheet');
    await frame.getByText('REHEARSAL: no production system was touched').waitFor();
    await look('report');
    const text = await frame.locator('body').innerText();
    expect(text).toMatch(/Recovered within the target/u);
    expect(text).toMatch(/Data lost, target 15 min\s+\d+ s\s+✓ Met/u);
    expect(text).toMatch(/Assertions that hold\s+(\d+) of \1\s/u);
    for (const proof of [`enough: ${TENANTS}`, 'sample.txt (authenticated): the key opens the sample', 'Not part of a rehearsal run']) expect(text).toContain(proof);
    expect(text).not.toContain(masterKey);
  }, 60_000);

  it('says the same on the command line, and the record is whole', async () => {
    const command = (...argv: string[]): Promise<CommandResult> => blackstart([...argv, '--data-dir', dataDir], { env: lab.env, cwd: lab.folder, as: asLabAccount });
    const { runs } = Runs.parse((await command('runs', '--json')).json());
    expect(runs).toMatchObject([{ mode: 'rehearsal', state: 'succeeded', rto: { met: true }, rpo: { target_s: 900, met: true } }]);
    const answer = RunAnswer.parse((await command('status', runs[0]?.id ?? '', '--json')).json());
    expect(stepOf(answer, 'count-tenants').assertions[0]?.actual).toContain(`enough: ${TENANTS}`);
    expect(answer.run.rpo.achieved_s).toBeCloseTo((Date.parse(lab.outageAt) - Date.parse(answer.run.rpo.newest_at ?? '')) / 1000, 3);
    const file = join(lab.folder, 'blackstart', 'report.json');
    expect((await command('report', answer.run.id, '--format', 'json', '-o', file)).status).toBe(0);
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(report.results).toMatchObject({ rto: { met: true }, rpo: { achieved_s: answer.run.rpo.achieved_s, met: true } });
    expect(report.data.backups.map(({ level }) => level)).toContain('key-proven');
    expect(report.data.keys.find(({ secret }) => secret === 'master_key')).toMatchObject({ source: 'prompt', length: masterKey.length });
    const verified = await command('record', 'verify', '--json');
    expect(verified.json()).toMatchObject({ ok: true, problems: [] });
  }, 60_000);

  it('leaves no server, no scratch folder and no secret behind', () => {
    const scratch = join(dataDir, 'scratch');
    expect(existsSync(scratch) ? readdirSync(scratch) : []).toEqual([]);
    expect(readFileSync('/proc/net/tcp', 'utf8').split('\n').filter((line) => line.includes(`:${REHEARSAL_PORT.toString(16).toUpperCase()} 00000000:0000 0A`))).toEqual([]);
    const secrets = [masterKey, readFileSync(join(lab.kit, 'pg-password'), 'utf8').trim()];
    const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]);
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => { const bytes = readFileSync(file); return forms.some((form) => bytes.includes(form)); })).toEqual([]);
  });

  it('never complained', () => {
    expect(opened.complaints).toEqual([]);
  });
});

const Runs = z.looseObject({ runs: z.array(z.looseObject({ id: z.string() })) });
