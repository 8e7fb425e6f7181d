/** The display goes away in the middle of a run: the window is gone with it, the run is not. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Verification } from '../../electron/contract/record.ts';
import { ROOT, blackstart, type CommandResult } from '../integration/command-line.ts';
import { enterUntil, primaryLabel, stepHeading, tabTo } from '../support/drive-console.ts';
import { launchConsole } from '../support/electron.ts';
import { startScreen } from '../support/screen.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-display-'));
const drill = join(dataDir, 'first-drill');
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const run = (...argv: string[]): Promise<CommandResult> => blackstart([...argv, '--data-dir', drill], { cwd: dataDir, env: { PATH: process.env['PATH'] ?? '', BLACKSTART_DRILL_WITNESS: 'light the north quay' } });
const State = z.object({ run: z.looseObject({ state: z.string(), steps: z.array(z.looseObject({ state: z.string() })) }) });

it.runIf(process.platform === 'linux')('leaves the run whole: it is told as interrupted, and goes on in the terminal or in a new window', async () => {
  const screen = await startScreen();
  const opened = await launchConsole({ dataDir, env: { DISPLAY: screen.display } });
  const { page } = opened;
  await page.getByRole('heading', { name: 'Nothing is set up yet' }).waitFor();
  const dialog = page.getByRole('dialog');
  await enterUntil(page, () => dialog.isVisible());
  await dialog.getByText('These values are right').waitFor();
  await tabTo(page, dialog.locator('.check input'));
  await page.keyboard.press('Space');
  await enterUntil(page, async () => !(await dialog.isVisible()));
  await page.locator('.clocks').waitFor();
  const heading = await stepHeading(page);
  const ended = once(opened.app.process(), 'exit');
  await screen.stop();
  await ended;

  await expect.poll(async () => State.parse((await run('status', 'last', '--json')).json()).run.state, { timeout: 30_000, interval: 500 }).toMatch(/^(?:interrupted|waiting)$/u);
  const record = await run('record', 'verify', '--json');
  expect(record.status, record.stdout).toBe(0);
  expect(Verification.parse(record.json())).toMatchObject({ ok: true, problems: [] });

  const again = await startScreen();
  const second = await launchConsole({ dataDir, env: { DISPLAY: again.display } });
  await expect.poll(() => primaryLabel(second.page), { timeout: 30_000 }).toMatch(/^(?:Resume the run|Confirm)/u);
  expect(await stepHeading(second.page)).toBe(heading);
  await second.close();
  await again.stop();

  const resumed = await run('resume', 'last', '--answers', join(ROOT, 'runbooks', 'first-drill', 'answers.yaml'), '--json');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(State.parse(resumed.json()).run.state).toBe('succeeded');
}, 240_000);
