// Builds what is older than its sources. One target a bundle; each has its own stamp, so the command line never waits for the page.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { findNode } from './node.mjs';
import { BUILD, MODULES, ROOT, say, stop } from './places.mjs';

const CONFIG = 'electron/setup';
/** What each bundle is made of. Folders are read whole; a file that is not there counts as absent. */
const TARGETS = {
  engine: { configs: ['vite.engine.config.ts'], sources: ['electron/contract', 'electron/engine', 'electron/cli', 'runbooks'] },
  shell: { configs: ['vite.main.config.ts', 'vite.preload.config.ts', 'vite.participants.config.ts'], sources: ['electron/contract', 'electron/engine/data-dir.ts'], flat: 'electron' },
  renderer: { configs: ['vite.renderer.config.ts', 'vite.wall.config.ts'], sources: ['electron/contract', 'renderer', 'assets'] },
};
/** A bundle takes seconds; on a machine that is busy with something else, a minute. */
const BUILD_MS = 10 * 60 * 1000;
const EVERY_TARGET = ['package-lock.json', 'package.json', 'electron/setup', 'electron/tsconfig.base.json'];
export const ALL = Object.keys(TARGETS);

function* filesUnder(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) yield [path, stat];
  else for (const name of readdirSync(path).sort()) yield* filesUnder(join(path, name));
}

function* filesOf({ sources, flat }) {
  for (const source of [...EVERY_TARGET, ...sources]) yield* filesUnder(join(ROOT, source));
  if (flat === undefined) return;
  const folder = join(ROOT, flat);
  for (const name of readdirSync(folder).sort()) if (name.endsWith('.ts')) yield* filesUnder(join(folder, name));
}

/** Names, sizes and times of the sources: reading them takes milliseconds, hashing the content would not. */
function stateOf(target, flavour) {
  const hash = createHash('sha256').update(`${flavour}\0${process.platform}\0${process.env.BLACKSTART_RELEASE_VKEY ?? ''}\0`);
  for (const [path, stat] of filesOf(TARGETS[target])) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`);
  return hash.digest('hex');
}

function outputOf(target, out) {
  return join(out, target);
}

function isFresh(target, { out, flavour }) {
  const stamp = join(outputOf(target, out), '.stamp');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stateOf(target, flavour);
}

function buildTarget(target, { out, flavour }) {
  const state = stateOf(target, flavour);
  const final = outputOf(target, out);
  // Of one's own name: a bundler whose command was killed may still be writing.
  for (const name of readdirSync(out)) if (name.startsWith(`${target}.new`)) rmSync(join(out, name), { recursive: true, force: true, maxRetries: 3 });
  const fresh = `${final}.new-${process.pid}`;
  say(`building ${target} …`);
  for (const config of TARGETS[target].configs) {
    const words = [join(MODULES, 'vite', 'bin', 'vite.js'), 'build', '--config', join(CONFIG, config), '--configLoader', 'runner', '--outDir', fresh, '--logLevel', 'warn'];
    const env = { ...process.env, NODE_ENV: 'production', BLACKSTART_FLAVOUR: flavour };
    const { status, error } = spawnSync(findNode(), words, { cwd: ROOT, stdio: ['ignore', 2, 2], env, timeout: BUILD_MS, killSignal: 'SIGKILL' });
    if (status !== 0) stop(`the ${target} could not be built${error === undefined ? '; the messages are above' : ` (${error.message})`}`);
  }
  writeFileSync(join(fresh, '.stamp'), state);
  // The old bundle stays whole until the new one is; a command that has it open keeps its files.
  rmSync(`${final}.old`, { recursive: true, force: true });
  if (existsSync(final)) renameSync(final, `${final}.old`);
  renameSync(fresh, final);
  rmSync(`${final}.old`, { recursive: true, force: true });
  if (target === 'engine') rmSync(join(out, 'compiled'), { recursive: true, force: true }); // what Node compiled of the former one
}

/**
 * @param {string[]} targets of `ALL`
 * @param {{out?: string, flavour?: 'development' | 'shipping' | 'fallback-test'}} [options] `flavour` decides at build time what the shell can do
 */
export async function ensureBuilt(targets, { out = BUILD, flavour = 'development' } = {}) {
  const place = { out, flavour };
  if (targets.every((target) => isFresh(target, place))) return;
  mkdirSync(out, { recursive: true });
  await withLock('build', () => {
    for (const target of targets) if (!isFresh(target, place)) buildTarget(target, place);
  });
}
