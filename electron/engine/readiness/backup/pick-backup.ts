/** Which file or folder is the backup: the one named, or the newest that a folder or a pattern holds. */
import { globSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BackupReader } from './reader.ts';

export interface Copy {
  path: string;
  mtimeMs: number;
  size: number;
  folder: boolean;
}

type FolderReader = Pick<BackupReader, 'folder' | 'within'>;

/** @param reader says which folders are backups as a whole @returns newest first; empty when there is nothing */
export function findCopies(at: string, reader: FolderReader): Copy[] {
  const state = statSync(at, { throwIfNoEntry: false });
  if (state?.isFile() === true) return [fileCopy(at)];
  const whole = state?.isDirectory() === true ? (reader.folder?.(at) ?? null) : null;
  if (whole !== null) return [{ ...whole, path: at, folder: true }];
  if (state?.isDirectory() === true) return inFolder(reader.within?.(at) ?? at, reader);
  return /[*?[{]/u.test(at) ? newestFirst(globSync(at), reader) : [];
}

function inFolder(folder: string, reader: FolderReader): Copy[] {
  return newestFirst(readdirSync(folder).map((name) => join(folder, name)), reader);
}

function newestFirst(paths: readonly string[], reader: FolderReader): Copy[] {
  const copies = paths.flatMap((path): Copy[] => {
    const state = statSync(path, { throwIfNoEntry: false });
    if (state?.isFile() === true) return isCompanion(path) ? [] : [fileCopy(path)];
    const whole = state?.isDirectory() === true ? (reader.folder?.(path) ?? null) : null;
    return whole === null ? [] : [{ ...whole, path, folder: true }];
  });
  return copies.toSorted((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
}

/** Files that stand beside backups and are none: checksums, signatures, notes, unfinished copies. */
export function isCompanion(path: string): boolean {
  const name = basename(path);
  return name.startsWith('.') || /\.(?:sha\d+|sha\d+sums?|md5|sig|asc|minisig|txt|md|json|log|part|tmp|partial)$/iu.test(name) || /^(?:SHA\d+SUMS|MD5SUMS|MANIFEST)/u.test(name);
}

function fileCopy(path: string): Copy {
  const { mtimeMs, size } = statSync(path);
  return { path, mtimeMs, size, folder: false };
}
