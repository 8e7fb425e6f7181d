/**
 * Temporary folders of checks. What a crash left behind is known by its dead owner, and removed by the next check with the
 * processes that still work in it; it can hold the plain text of sealed backups.
 */
import { mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { makeOwnedFolder, orphanedFolders } from '../tool/owned-folder.ts';
import { livingProcesses } from '../tool/process-table.ts';

const MEMORY = '/dev/shm';
const TEMPORARY = 'bs-tmp';

export function temporaryFolder(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return makeOwnedFolder(parent, TEMPORARY);
}

/** For plain text of sealed backups and for secrets: in memory when `bytes` fit well into it, else in `parent`. */
export function privateFolder(parent: string, bytes: number): string {
  return temporaryFolder(process.platform === 'linux' && freeBytes(MEMORY) > bytes * 4 ? MEMORY : parent);
}

/** Removes folders whose owner has ended, and processes of ours that still work in them; @returns how many folders */
export function sweepFolders(parent: string, prefix: string = TEMPORARY): number {
  const left = orphanedFolders(parent, prefix);
  for (const path of left) {
    endProcessesIn(path);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
  return left.length;
}

/** Everywhere that checks put temporary folders. */
export function sweepTemporaryFolders(scratchDir: string): number {
  return [...new Set([scratchDir, MEMORY, tmpdir()])].reduce((sum, parent) => sum + sweepFolders(parent), 0);
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

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
