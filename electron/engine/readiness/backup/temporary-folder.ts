/** Folders for what must not stay: 0700, in memory where the system offers it and the content is small. */
import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';

export function temporaryFolder(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return mkdtempSync(join(parent, 'bs-tmp-'));
}

/** For plain text of sealed backups: in memory when `bytes` fit well into it, else in `parent`. */
export function privateFolder(parent: string, bytes: number): string {
  return process.platform === 'linux' && freeBytes(MEMORY) > bytes * 4 ? mkdtempSync(join(MEMORY, 'bs-tmp-')) : temporaryFolder(parent);
}

export function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
