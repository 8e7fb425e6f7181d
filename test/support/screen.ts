/** A screen without a monitor for the whole end-to-end suite. The workers inherit DISPLAY from this process. */
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

export async function setup(): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return () => Promise.resolve();
  const { display, stop } = await startScreen();
  process.env['DISPLAY'] = display;
  return stop;
}
