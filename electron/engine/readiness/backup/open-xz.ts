/** Backups in xz, which Node cannot open: unpacked with the program xz before anything is read. */
import { rmSync, symlinkSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../find-program.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { complaint, runProgram } from '../run-program.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { broken, held, unprovable } from './ladder.ts';
import type { Rung } from './ladder.ts';
import { foreignWrapping } from './read-wrapped.ts';
import { withRoom } from './room.ts';

export interface Opened {
  path: string;
  /** What the wrapping proves of the bytes; null when there was none. */
  proof: Rung | null;
}

/** Calls `work` with the plain backup, or with the file itself when it is not in xz. @returns what is wrong with it instead, when xz refuses it */
export async function withoutXz(path: string, context: ProbeContext, work: (opened: Opened) => Promise<void>): Promise<Rung | null> {
  if (!(await stat(path)).isFile() || (await foreignWrapping(path)) !== 'xz') {
    await work({ path, proof: null });
    return null;
  }
  const folder = temporaryFolder(context.scratchDir);
  try {
    const fault = await unpack(path, folder, context);
    if (fault !== null) return fault;
    await work({ path: join(folder, 'backup'), proof: await proofOf(path) });
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `--force` follows the link, `--keep` leaves what it points to. */
async function unpack(path: string, folder: string, context: ProbeContext): Promise<Rung | null> {
  const program = findProgram('xz', context.env);
  if (program === null) throw new CannotTell('tool-missing', 'The backup is compressed with xz, which is neither in the kit\'s toolbox nor on the PATH.');
  symlinkSync(path, join(folder, 'backup.xz'));
  context.progress('unpacking the backup');
  const outcome = await withRoom(context, (await stat(path)).size, (guarded) => runProgram(guarded, { argv: [program, '--decompress', '--keep', '--force', 'backup.xz'], cwd: folder, env: { LC_ALL: 'C', XZ_OPT: '', XZ_DEFAULTS: '' } }));
  if (outcome.ok) return null;
  const words = complaint(outcome);
  if (/No space left/iu.test(words)) throw new CannotTell('no-space', 'The disk is full: unpacking the backup found no room. Free space and check again.');
  if (/memory/iu.test(words)) throw new CannotTell('no-memory', `This laptop has too little memory to unpack the backup: ${words}`);
  return broken('xz', /Unexpected end of input/iu.test(words) ? 'the compressed backup is cut off: it ends in the middle' : `the compressed backup is damaged: ${words}`);
}

/** The kind of checksum stands in the stream's flags, at byte 7; 0 is none (xz file format 1.2, 2.1.1.2). */
async function proofOf(path: string): Promise<Rung> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 7);
    return (buffer[0] ?? 0) === 0 ? unprovable('the format', 'this xz file was written without a checksum, so a changed byte would not show; give `sums` or `sha256`') : held('xz checksum', 'the checksum inside the xz file holds to its end');
  } finally {
    await file.close();
  }
}
