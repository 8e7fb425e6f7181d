/** Which file or folder is the backup: the one named, or the newest that a folder or a pattern holds. */
import { globSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface Copy {
  path: string;
  mtimeMs: number;
  size: number;
}

/** @returns newest first; empty when there is nothing */
export function findCopies(at: string): Copy[] {
  const state = statSync(at, { throwIfNoEntry: false });
  if (state?.isFile() === true) return [copyOf(at)];
  if (state?.isDirectory() === true) return newestFirst(readdirSync(at).map((name) => join(at, name)));
  return /[*?[{]/u.test(at) ? newestFirst(globSync(at)) : [];
}

function newestFirst(paths: readonly string[]): Copy[] {
  return paths
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true && !isCompanion(path))
    .map(copyOf)
    .toSorted((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
}

/** Files that stand beside backups and are none: checksums, signatures, notes, unfinished copies. */
function isCompanion(path: string): boolean {
  const name = basename(path);
  return name.startsWith('.') || /\.(?:sha\d+|sha\d+sums?|md5|sig|asc|minisig|txt|md|json|log|part|tmp|partial)$/iu.test(name) || /^(?:SHA\d+SUMS|MD5SUMS|MANIFEST)/u.test(name);
}

function copyOf(path: string): Copy {
  const { mtimeMs, size } = statSync(path);
  return { path, mtimeMs, size };
}
