// Runs a program in our place: its input, output and exit status are ours, and signals meant for us reach it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT'];

/** @returns {Promise<number>} the exit status; 128+n after signal n */
export function runChild(program, words, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit', ...options });
    // A terminal sends SIGINT to the child as well; without a listener we would end before it and lose its status.
    for (const signal of FORWARDED) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal]));
  });
}
