/** Screens without a monitor for the end-to-end suite, one a worker. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** @returns the number that Xvfb chose; it writes it once it accepts windows */
async function displayNumber(pipe: Readable): Promise<string> {
  let text = '';
  for await (const chunk of pipe.setEncoding('utf8')) {
    text += String(chunk);
    if (text.includes('\n')) return text.trim();
  }
  throw new Error('Xvfb ended before it offered a display; is the package xvfb installed?');
}

/** A screen of its own, to be taken away while something is shown on it. */
export async function startScreen(): Promise<{ display: string; stop(): Promise<void> }> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2560x1600x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const failed = once(screen, 'error').then(([error]) => {
    throw new Error('Xvfb could not be started', { cause: error });
  });
  const pipe = screen.stdio[3];
  if (pipe === null || pipe === undefined || !('setEncoding' in pipe)) throw new Error('Xvfb has no descriptor 3');
  const display = `:${await Promise.race([displayNumber(pipe), failed])}`;
  return {
    display,
    stop: async () => {
      if (screen.exitCode !== null || screen.signalCode !== null) return;
      screen.kill();
      await once(screen, 'exit');
    },
  };
}

/** Windows on one screen would take the keyboard from each other, so every worker has its own. */
const SCREENS = 'BLACKSTART_TEST_SCREENS';

interface Project { config: { maxWorkers?: number | string } }

export async function setup(project?: Project): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return () => Promise.resolve();
  const screens = await Promise.all(Array.from({ length: Number(project?.config.maxWorkers ?? 1) }, startScreen));
  process.env[SCREENS] = screens.map(({ display }) => display).join(' ');
  process.env['DISPLAY'] = screens[0]?.display;
  return async () => { await Promise.all(screens.map(({ stop }) => stop())); };
}

/** In a worker: its own screen of those that the suite was given. */
export function takeOwnScreen(): void {
  const screens = process.env[SCREENS]?.split(' ') ?? [];
  const own = screens[(Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % screens.length];
  if (own !== undefined) process.env['DISPLAY'] = own;
}
