/**
 * Temporary folders that name their owner: `PREFIX` pid, start time and a random part. What a crash left behind is known by
 * its dead owner, and removed by the next check; it can hold the plain text of sealed backups.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livingProcesses, startTimeOf } from '../tool/process-table.ts';

const MEMORY = '/dev/shm';
const TEMPORARY = 'bs-tmp-';

/** Mode 0700; @param prefix letters and dashes, ends with a dash */
export function makeOwnedFolder(parent: string, prefix: string): string {
  return mkdtempSync(join(parent, `${prefix}${process.pid}-${startTimeOf(process.pid) ?? '0'}-`));
}

export function temporaryFolder(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return makeOwnedFolder(parent, TEMPORARY);
}

/** For plain text of sealed backups and for secrets: in memory when `bytes` fit well into it, else in `parent`. */
export function privateFolder(parent: string, bytes: number): string {
  return temporaryFolder(process.platform === 'linux' && freeBytes(MEMORY) > bytes * 4 ? MEMORY : parent);
}

/** Removes folders whose owner has ended, and processes of ours that still work in them; @returns how many folders */
export function sweepOwnedFolders(parent: string, prefix: string = TEMPORARY): number {
  const left = entries(parent).filter((name) => name.startsWith(prefix)).map((name) => join(parent, name)).filter((path) => isOurs(path) && !ownerLives(path, prefix));
  for (const path of left) {
    endProcessesIn(path);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
  return left.length;
}

/** Everywhere that checks put temporary folders. */
export function sweepTemporaryFolders(scratchDir: string): number {
  return [...new Set([scratchDir, MEMORY, tmpdir()])].reduce((sum, parent) => sum + sweepOwnedFolders(parent), 0);
}

function ownerLives(path: string, prefix: string): boolean {
  const [pid = '', start = ''] = path.slice(path.lastIndexOf(prefix) + prefix.length).split('-');
  if (!/^\d+$/u.test(pid)) return true; // not named by us
  try {
    process.kill(Number(pid), 0);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM')) return false;
  }
  return start === '0' || startTimeOf(Number(pid)) === start;
}

/** A server names its folders in its arguments. Only processes of this user are ended, and only where /proc tells. */
function endProcessesIn(path: string): void {
  for (const { pid } of livingProcesses()) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`${path}/`)) process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended, or it is not ours to see
    }
  }
}

function isOurs(path: string): boolean {
  const state = statSync(path, { throwIfNoEntry: false });
  return state?.isDirectory() === true && (process.getuid === undefined || state.uid === process.getuid());
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it is not there on this system
  }
}

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
