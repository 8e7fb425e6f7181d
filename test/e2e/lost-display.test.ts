/** The display goes away in the middle of a run: the window is gone with it, the run is not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Verification } from '../../electron/contract/record.ts';
import { ensureBuilt } from '../../electron/setup/build.mjs';
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
  // A run that waits for a person is opened at once; one that was interrupted is offered on Home.
  await expect.poll(() => primaryLabel(second.page), { timeout: 30_000 }).toMatch(/^(?:Back to the open run|Resume the run|Confirm)/u);
  await enterUntil(second.page, async () => (await primaryLabel(second.page)) !== 'Back to the open run');
  await expect.poll(() => primaryLabel(second.page), { timeout: 30_000 }).toMatch(/^(?:Resume the run|Confirm)/u);
  expect(await stepHeading(second.page)).toBe(heading);
  await second.close();
  await again.stop();

  const resumed = await run('resume', 'last', '--answers', join(ROOT, 'runbooks', 'first-drill', 'answers.yaml'), '--json');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(State.parse(resumed.json()).run.state).toBe('succeeded');
}, 240_000);

describe.runIf(process.platform === 'linux')('npm start, when its display goes away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blackstart-start-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts the window as a person would, takes its display away, and tells what the terminal said. */
  async function loseDisplay(data: string): Promise<{ status: unknown; said: string }> {
    await ensureBuilt(['engine', 'shell', 'renderer']);
    const screen = await startScreen();
    const started = spawn(process.execPath, [join(ROOT, 'electron', 'setup', 'start.mjs'), `--data-dir=${data}`, '--remote-debugging-port=0'], { cwd: folder, env: { ...process.env, DISPLAY: screen.display }, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
    const ended = once(started, 'close');
    await vi.waitUntil(() => said.includes('DevTools listening'), { timeout: 60_000 });
    await screen.stop();
    const [status] = await ended;
    return { status, said };
  }

  it('says so, that the run is kept, and the command that goes on with it', async () => {
    const data = join(folder, "data of o'neil");
    const command = (words: readonly string[]): Promise<CommandResult> => blackstart(words, { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } });
    expect((await command(['run', 'first-drill', '--mode', 'tabletop', '--data-dir', data])).status).toBe(5);

    const { status, said } = await loseDisplay(data);
    expect(status).not.toBe(0);
    expect(said).toMatch(/the display \(:\d+\) went away, and the window with it\. The run that was under way is kept in the journal/u);
    const [, run = '', named] = /First drill.*: npm run -s blackstart -- resume (\S+) --data-dir (.+)/u.exec(said) ?? [];
    expect(named).toBe(`'${data.replace("'", "'\\''")}'`);
    expect((await command(['resume', run, '--data-dir', data])).status).toBe(5);
  }, 120_000);

  it('names no run where none was under way', async () => {
    const { status, said } = await loseDisplay(join(folder, 'empty'));
    expect(status).not.toBe(0);
    expect(said).toContain('No run was under way; nothing is lost.');
    expect(said).not.toContain('resume');
  }, 120_000);
});
