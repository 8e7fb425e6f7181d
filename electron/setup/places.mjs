// Where things lie in a checkout. Plain JavaScript: a fresh machine's Node runs this before anything is installed.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CACHE = join(ROOT, '.cache');
export const BUILD = join(ROOT, 'build');
export const MODULES = join(ROOT, 'node_modules');
/** The command line as built; `npm run blackstart` and the terminal's First drill run it. */
export const CLI = join(BUILD, 'engine', 'blackstart.mjs');

/** Progress and complaints go to stderr: stdout belongs to the command that was asked for. */
export function say(text) {
  process.stderr.write(`blackstart: ${text}\n`);
}

/** Ends with a message instead of a stack trace: what is missing is the machine's state, not a fault in the code. */
export function stop(text) {
  say(text);
  process.exit(1);
}
