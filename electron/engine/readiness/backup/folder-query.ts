/**
 * Questions to a restored folder, in place of SQL: what `assert` and `key` of a tar or restic check ask.
 *
 *   count PATTERN     how many files            size PATTERN      their bytes, summed
 *   files PATTERN     rows of path, TAB, bytes  newest PATTERN    when the newest was written, RFC 3339
 *   read PATH         a text file's content     sha256 PATH       hex
 *   json PATTERN /A/B rows of what the pointer finds in files of JSON; texts without quotes, nothing as \N
 *
 * Paths count from the restored folder; `*` stays in one folder, `**` goes below. Links are not followed.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync, readSync, readdirSync, lstatSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { EngineError } from '../../../contract/errors.ts';
import { pointTo } from '../../assertion/json-pointer.ts';

const READ_BYTES = 1024 * 1024;
const ANSWER_BYTES = 16 * 1024 * 1024;
const VERBS = ['count', 'size', 'files', 'newest', 'read', 'sha256', 'json'] as const;

interface FileFound {
  name: string; // relative, with slashes
  path: string;
  size: number;
  mtimeMs: number;
}

/** @throws EngineError `bad` when the question is none, or what it names is not there */
export function askFolder(folder: string, question: string): string {
  const [, verb, rest] = /^\s*(\S+)\s+(.+?)\s*$/su.exec(question) ?? [];
  const name = (rest ?? '').replace(/^(?:\.?\/)+/u, '');
  switch (VERBS.find((one) => one === verb)) {
    case 'count': return String(matching(folder, name).length);
    case 'size': return String(matching(folder, name).reduce((sum, file) => sum + file.size, 0));
    case 'files': return matching(folder, name).map((file) => `${file.name}\t${file.size}`).join('\n');
    case 'newest': return newest(matching(folder, name), name);
    case 'read': return content(only(folder, name));
    case 'sha256': return digest(only(folder, name));
    case 'json': return pointed(folder, name);
    case undefined: throw new EngineError('bad', `"${question}" is no question to a folder: it begins with ${VERBS.join(', ')}, and names a path or a pattern`);
  }
}

/** Regular files below a folder, sorted by name; links, devices and pipes are none. */
export function filesBelow(folder: string): FileFound[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, name: relative(folder, path).split(sep).join('/'), size: lstatSync(path).size, mtimeMs: lstatSync(path).mtimeMs }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function matching(folder: string, pattern: string): FileFound[] {
  return filesBelow(folder).filter((file) => file.name === pattern || posix.matchesGlob(file.name, pattern));
}

function only(folder: string, name: string): FileFound {
  const found = filesBelow(folder).find((file) => file.name === name);
  if (found === undefined) throw new EngineError('bad', `the backup has no file ${name}`);
  return found;
}

function newest(files: readonly FileFound[], pattern: string): string {
  if (files.length === 0) throw new EngineError('bad', `the backup has no file ${pattern}`);
  return new Date(Math.max(...files.map((file) => file.mtimeMs))).toISOString();
}

/** One final newline is not part of the answer, as with a query. */
function content({ path, name, size }: FileFound): string {
  if (size > ANSWER_BYTES) throw new EngineError('bad', `${name} is too large to be read (over 16 MiB)`);
  return readFileSync(path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW }).replace(/\r?\n$/u, '');
}

/** RFC 6901. */
function pointed(folder: string, words: string): string {
  const [, pattern, pointer] = /^(.+?)\s+(\/\S*)$/u.exec(words) ?? [];
  if (pattern === undefined || pointer === undefined) throw new EngineError('bad', 'json takes a pattern and a pointer: json resources/secrets/**/*.json /data/password');
  const files = matching(folder, pattern);
  if (files.length === 0) throw new EngineError('bad', `the backup has no file ${pattern}`);
  return files
    .map((file) => {
      const found = pointTo(jsonIn(file), pointer);
      return cell(found.found ? found.value : null);
    })
    .join('\n');
}

function jsonIn(file: FileFound): unknown {
  try {
    const value: unknown = JSON.parse(content(file));
    return value;
  } catch (thrown) {
    throw thrown instanceof EngineError ? thrown : new EngineError('bad', `${file.name} is no JSON`);
  }
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '\\N';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function digest({ path }: FileFound): string {
  const hash = createHash('sha256');
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    for (let read = readSync(file, buffer, 0, READ_BYTES, null); read > 0; read = readSync(file, buffer, 0, READ_BYTES, null)) hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
