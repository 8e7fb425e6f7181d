/** Files that are whole or absent, whatever happens to the power. */
import { EngineError } from '../../contract/errors.ts';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const ErrorWithCode = z.object({ code: z.string(), message: z.string() });

const WORDS_FOR: Readonly<Record<string, [message: string, hint: string]>> = {
  ENOSPC: ['The disk is full.', 'Free some space and try again; nothing that was acknowledged is lost.'],
  EDQUOT: ['The disk quota is used up.', 'Free some space and try again; nothing that was acknowledged is lost.'],
  EROFS: ['The disk is read-only.', 'Check the disk; it may have been remounted read-only after an error.'],
  EIO: ['The disk reports a read or write error.', 'Copy the data folder to another disk and go on there.'],
  EACCES: ['The data folder may not be written.', 'Check who owns it.'],
};

const SQLITE_CODE: readonly [RegExp, string][] = [
  [/^SQLITE_FULL/u, 'ENOSPC'],
  [/^SQLITE_IOERR_SHMSIZE/u, 'ENOSPC'], // the index of the WAL could not grow
  [/^SQLITE_IOERR/u, 'EIO'],
  [/^SQLITE_READONLY/u, 'EROFS'],
  [/^SQLITE_CANTOPEN/u, 'EACCES'],
];

/** Puts an operating system's or SQLite's failure into words. Anything else comes back as it is. */
export function asDiskError(thrown: unknown, doing: string): unknown {
  const parsed = ErrorWithCode.safeParse(thrown);
  if (thrown instanceof EngineError || !parsed.success) return thrown;
  const { code, message } = parsed.data;
  const known = WORDS_FOR[SQLITE_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? code];
  if (known === undefined && !/^(?:E[A-Z]+|SQLITE_(?:CORRUPT|NOTADB|BUSY|PROTOCOL|NOLFS)[A-Z_]*)$/u.test(code)) return thrown;
  const [said, hint] = known ?? [`The disk failed (${message}).`, 'Check the disk and the rights on the data folder.'];
  return new EngineError('disk', `${said} It happened while ${doing}.`, { hint, cause: thrown });
}

/** Runs `act` and turns what the disk threw into an EngineError `disk`. */
export function onDisk<T>(doing: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw asDiskError(thrown, doing);
  }
}

/** Makes names in a folder durable. Windows has no such call and keeps names with the file. */
export function fsyncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Makes a folder for its owner alone, with every parent that is missing, and makes the names durable. */
export function makeFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let at = folder; at.length >= made.length; at = dirname(at)) fsyncFolder(dirname(at));
}

/**
 * Temporary file, fsync, rename, fsync of the folder: a reader sees the old content or the new.
 *
 * @param nearby folder on the same disk for the temporary file, which a crash may leave behind
 */
export function writeDurably(path: string, bytes: Uint8Array | string, mode = 0o600, nearby = dirname(path)): void {
  const temporary = join(nearby, `.${process.pid}-${crypto.randomUUID()}.tmp`);
  const handle = openSync(temporary, 'wx', mode);
  try {
    writeAll(handle, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    fsyncSync(handle);
  } catch (thrown) {
    closeSync(handle);
    rmSync(temporary, { force: true });
    throw thrown;
  }
  closeSync(handle);
  renameSync(temporary, path);
  fsyncFolder(dirname(path));
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written, bytes.length - written, written);
}
