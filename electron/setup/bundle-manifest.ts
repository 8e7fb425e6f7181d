/**
 * The package's own signed manifest. Electron checks its archive on some systems only, and never the files beside it;
 * this note covers every file, in the line format of the runbooks' manifest:
 *
 *     blackstart/bundle/v1
 *     version 1.2.0
 *     SHA256 SIZE PATH        (sorted by path, one line a file; a link counts as the path that it names)
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openNote, signNote, type Signer, type Verifier } from '../engine/note/note.ts';

export const BUNDLE_MANIFEST = 'MANIFEST';
const HEADER = 'blackstart/bundle/v1';

interface Line {
  path: string;
  sha256: string;
  size: number;
}

function* filesBelow(folder: string, root = folder): Generator<{ file: string; path: string; link: boolean }> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name);
    const path = relative(root, file).split(sep).join('/');
    if (entry.isDirectory()) yield* filesBelow(file, root);
    else if (path !== BUNDLE_MANIFEST) yield { file, path, link: entry.isSymbolicLink() };
  }
}

/** Streamed: the executable alone is larger than what should be held in memory. */
async function measure({ file, path, link }: { file: string; path: string; link: boolean }): Promise<Line> {
  const hash = createHash('sha256');
  if (link) {
    const target = readlinkSync(file);
    return { path, sha256: hash.update(target).digest('hex'), size: Buffer.byteLength(target) };
  }
  await pipeline(createReadStream(file), hash);
  return { path, sha256: hash.digest('hex'), size: statSync(file).size };
}

async function measureAll(folder: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const found of filesBelow(folder)) lines.push(await measure(found));
  return lines.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const format = ({ sha256, size, path }: Line): string => `${sha256} ${size} ${path}`;

/** @param version the product's @returns how many files are covered */
export async function signBundle(folder: string, signers: readonly Signer[], version: string): Promise<number> {
  const lines = await measureAll(folder);
  writeFileSync(join(folder, BUNDLE_MANIFEST), signNote(`${HEADER}\nversion ${version}\n${lines.map((line) => `${format(line)}\n`).join('')}`, signers));
  return lines.length;
}

/**
 * @returns what differs, one sentence each; empty when the bundle is, file by file, the one that was signed
 * @throws EngineError `refused` when no trusted key signed the manifest
 */
export async function checkBundle(folder: string, verifiers: readonly Verifier[]): Promise<string[]> {
  const file = join(folder, BUNDLE_MANIFEST);
  if (!existsSync(file)) return [`${BUNDLE_MANIFEST} is missing.`];
  const [header, , ...rest] = openNote(readFileSync(file), verifiers).text.trimEnd().split('\n');
  if (header !== HEADER) return [`${BUNDLE_MANIFEST} is signed, but not as a bundle's.`];
  const pathOf = (line: string): string => line.split(' ').slice(2).join(' ');
  const signed = new Map(rest.map((line) => [pathOf(line), line]));
  const present = new Map((await measureAll(folder)).map((line) => [line.path, format(line)]));
  return [
    ...[...signed].filter(([path]) => !present.has(path)).map(([path]) => `${path} is missing.`),
    ...[...present].filter(([path]) => !signed.has(path)).map(([path]) => `${path} was added.`),
    ...[...present].filter(([path, line]) => signed.has(path) && signed.get(path) !== line).map(([path]) => `${path} was changed.`),
  ];
}
