/** Files of checksums as sha256sum writes them, and the BSD form `SHA256 (name) = …`. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { CannotTell } from './probe.ts';

export interface SumEntry {
  sha256: string; // hex, lower case
  name: string; // as written
  path: string; // absolute, resolved against the folder of the sums file
}

/** @throws CannotTell `sums-unreadable` when the file is missing, has a line of another form, or no line at all */
export function readSums(path: string): SumEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CannotTell('sums-unreadable', `The checksums ${path} cannot be read.`);
  }
  const entries = text.split(/\r?\n/u).flatMap((line, index) => (line.trim() === '' || line.startsWith('#') ? [] : [parseLine(line, index + 1, path)]));
  if (entries.length === 0) throw new CannotTell('sums-unreadable', `The file of checksums ${path} lists nothing.`);
  return entries;
}

/** The digest recorded for a file: by its resolved path, else by its bare name if only one line has it. */
export function sumFor(entries: readonly SumEntry[], path: string): string | null {
  const exact = entries.find((entry) => entry.path === resolve(path));
  if (exact !== undefined) return exact.sha256;
  const named = entries.filter((entry) => basename(entry.name) === basename(path));
  return named.length === 1 ? (named[0]?.sha256 ?? null) : null;
}

/** Hex digits of a digest that may carry the `sha256:` prefix. */
export function bareDigest(text: string): string {
  return text.replace(/^sha256:/u, '');
}

function parseLine(line: string, number: number, sums: string): SumEntry {
  const gnu = /^(\\?)([0-9a-fA-F]{64}) [ *](.+)$/u.exec(line);
  const bsd = /^SHA256 \((.+)\) = ([0-9a-fA-F]{64})$/u.exec(line);
  const [sha256, written] = gnu === null ? [bsd?.[2], bsd?.[1]] : [gnu[2], gnu[1] === '\\' ? unescape(gnu[3] ?? '') : gnu[3]];
  if (sha256 === undefined || written === undefined) throw new CannotTell('sums-unreadable', `Line ${number} of ${sums} is no checksum: it should read "64 hex digits, two spaces, file name".`);
  return { sha256: sha256.toLowerCase(), name: written, path: resolve(dirname(resolve(sums)), written) };
}

/** sha256sum marks a line with a leading backslash when the name holds a newline or a backslash. */
function unescape(name: string): string {
  return name.replace(/\\(n|\\)/gu, (_, mark: string) => (mark === 'n' ? '\n' : '\\'));
}
