/** `npm start` as a person calls it where there is no display. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt } from '../../electron/setup/build.mjs';
import { ROOT } from '../../electron/setup/places.mjs';

const folder = mkdtempSync(join(tmpdir(), 'blackstart-start-'));
const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;

beforeAll(() => ensureBuilt(['engine']));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.runIf(process.platform === 'linux')('runs the First drill in the terminal, shows its steps as they go, and leaves a report', () => {
  const { status, stdout, stderr } = spawnSync('npm', ['--prefix', ROOT, 'start', '--', '--data-dir', join(folder, 'data')], { encoding: 'utf8', cwd: folder, env: { ...env, INIT_CWD: undefined }, timeout: 170_000 });
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('no display here, so the First drill runs in this terminal') });
  expect(`${stderr}${stdout}`).toMatch(/▶ restore-newest +running[^]+✓ restore-newest +succeeded[^]+Recovery time .+: met/u);
  const [report] = globSync(join(folder, '**', '*.html'));
  expect(report !== undefined && existsSync(report)).toBe(true);
  expect(readFileSync(report ?? '', 'utf8')).toContain('First drill');
}, 180_000);
