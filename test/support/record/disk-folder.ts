/** A temporary folder on a disk: on a tmpfs no fsync means anything, and a crash test would prove nothing. */
import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TMPFS = 0x01021994;

export function diskFolder(prefix: string): string {
  const candidates = [tmpdir(), '/var/tmp', join(process.cwd(), 'build')];
  mkdirSync(join(process.cwd(), 'build'), { recursive: true });
  const disk = candidates.find((folder) => statfsSync(folder).type !== TMPFS);
  if (disk === undefined) throw new Error('No folder on a disk was found for the crash tests; set TMPDIR to one.');
  return mkdtempSync(join(disk, prefix));
}
