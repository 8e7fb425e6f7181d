/**
 * Signed runbooks: `DIR/MANIFEST` is a signed note that lists every file below DIR.
 *
 *     blackstart/runbooks/v1
 *     version 7
 *     SHA256 SIZE PATH        (sorted by path, one line a file)
 *
 * Each file is opened once, without following links, and the bytes that were hashed are the bytes that are handed out:
 * what changes on disk afterwards changes nothing.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, toEnvelope } from '../../contract/errors.ts';
import type { SignatureState } from '../../contract/runbook.ts';
import type { Signer, Verifier } from '../note/note.ts';
import { openNote, signNote, splitNote } from '../note/note.ts';

export const MANIFEST = 'MANIFEST';
const HEADER = 'blackstart/runbooks/v1';
const MAX_FILES = 5_000;
const MAX_FILE_BYTES = 32 * 1024 * 1024;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

export interface ManifestLine {
  sha256: string;
  size: number;
  /** Relative, with `/`. */
  path: string;
}

export interface VerifyOptions {
  /** How many different keys must have signed; default 1. */
  require?: number;
  /** The highest version accepted before; a lower one is refused although its signature holds. */
  minimumVersion?: number;
}

export interface VerifiedRunbooks {
  version: number;
  signers: string[];
  manifestSha256: string;
  /** The very bytes that were verified, by path. */
  files: ReadonlyMap<string, Uint8Array>;
}

export type JudgedRunbooks = { signature: SignatureState; files: VerifiedRunbooks['files'] | null };

function refuse(message: string, hint?: string): never {
  throw new EngineError('refused', message, hint === undefined ? {} : { hint });
}

/**
 * Writes `dir/MANIFEST`, replacing an older one in one step.
 * @throws EngineError `refused` when the folder holds what cannot be signed, or `version` is not above the present one
 */
export function signRunbooks(dir: string, signers: readonly Signer[], version: number): { path: string; files: number } {
  if (!Number.isSafeInteger(version) || version < 1) refuse('The version is a whole number from 1.');
  const present = presentVersion(dir);
  if (present !== null && version <= present) refuse(`Version ${version} is not above the present one, ${present}.`, `Sign it as version ${present + 1}.`);
  const lines = [...readTree(dir)].map(([path, bytes]) => `${sha256Of(bytes)} ${bytes.length} ${path}\n`);
  if (lines.length === 0) refuse(`${dir} holds no files to sign.`);
  const path = join(dir, MANIFEST);
  replaceFile(path, signNote(`${HEADER}\nversion ${version}\n${lines.join('')}`, signers));
  return { path, files: lines.length };
}

/** The version that an existing manifest claims, whoever signed it; null when there is none. */
export function presentVersion(dir: string): number | null {
  const note = readManifest(dir);
  return note === null ? null : parseManifest(splitNote(note).text).version;
}

/** @throws EngineError `not-found` without a manifest, `refused` with the reason otherwise */
export function verifyRunbooks(dir: string, verifiers: readonly Verifier[], options: VerifyOptions = {}): VerifiedRunbooks {
  const note = readManifest(dir);
  if (note === null) throw new EngineError('not-found', `${dir} holds no ${MANIFEST}.`, { hint: 'Sign the folder with: blackstart runbook sign DIR' });
  const { text, signedBy } = openNote(note, verifiers, { require: options.require ?? 1 });
  const { version, lines } = parseManifest(text);
  if (version < (options.minimumVersion ?? 0)) throw new OutdatedRunbooks(version, options.minimumVersion ?? 0);
  const files = readTree(dir);
  compare(lines, files);
  return { version, signers: signedBy.map(({ name }) => name), manifestSha256: sha256Of(Buffer.from(note)), files };
}

class OutdatedRunbooks extends EngineError {
  constructor(version: number, minimum: number) {
    super('refused', `The runbooks are of version ${version}, and version ${minimum} was accepted before.`, { hint: 'Somebody put back an older set; fetch the newest one.' });
  }
}

/** The same judgement as a state, for people who must decide whether to go on. */
export function judgeRunbooks(dir: string, verifiers: readonly Verifier[], options: VerifyOptions = {}): JudgedRunbooks {
  try {
    const note = readManifest(dir);
    if (note === null) return { signature: { state: 'unsigned', signers: [] }, files: null };
    if (!knowsSigner(note, verifiers)) return { signature: { state: 'untrusted', signers: splitNote(note).lines.map((line) => line.name), reason: 'No trusted key signed these runbooks.' }, files: null };
    const { version, signers, files } = verifyRunbooks(dir, verifiers, options);
    return { signature: { state: 'signed', signers, version }, files };
  } catch (error) {
    const state = error instanceof OutdatedRunbooks ? 'outdated' : 'altered';
    return { signature: { state, signers: [], reason: toEnvelope(error).message }, files: null };
  }
}

function knowsSigner(note: string, verifiers: readonly Verifier[]): boolean {
  return splitNote(note).lines.some((line) => verifiers.some((verifier) => verifier.name === line.name && verifier.keyId === line.keyId));
}

function readManifest(dir: string): string | null {
  const path = join(dir, MANIFEST);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readRegular(path, MANIFEST));
  } catch (error) {
    if (error instanceof EngineError) throw error;
    return refuse(`${MANIFEST} is not valid UTF-8 text.`);
  }
}

/** Reads the text of a manifest. @throws EngineError `refused` for anything but the one way to write it */
export function parseManifest(text: string): { version: number; lines: ManifestLine[] } {
  const [header, versionLine = '', ...rest] = text.split('\n');
  const version = /^version ([1-9]\d{0,14})$/u.exec(versionLine)?.[1];
  if (header !== HEADER || version === undefined) refuse(`The manifest does not begin with "${HEADER}" and its version.`);
  if (rest.pop() !== '') refuse('The manifest does not end with a newline.');
  if (rest.length > MAX_FILES) refuse(`The manifest lists more than ${MAX_FILES} files.`);
  const lines = rest.map(parseLine);
  refuseCollisions(lines.map(({ path }) => path));
  lines.forEach(({ path }, index) => { if (index > 0 && !before(lines[index - 1]?.path ?? '', path)) refuse(`The manifest is not sorted at ${path}.`); });
  return { version: Number(version), lines };
}

function parseLine(line: string): ManifestLine {
  const match = /^([0-9a-f]{64}) (0|[1-9]\d{0,14}) (.+)$/u.exec(line);
  const [, sha256 = '', size = '', path = ''] = match ?? [];
  if (match === null) refuse(`The manifest line "${line.slice(0, 80)}" is not "sha256 size path".`);
  requirePath(path);
  return { sha256, size: Number(size), path };
}

/** A path stays below its folder, on every system, and can be read back from a line. */
export function requirePath(path: string): void {
  const parts = path.split('/');
  const shown = JSON.stringify(path);
  if (path.startsWith('/') || /^[A-Za-z]:/u.test(path)) refuse(`The path ${shown} is absolute.`);
  if (parts.includes('..')) refuse(`The path ${shown} leads out of its folder.`);
  if (parts.some((part) => part === '' || part === '.') || /[\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u.test(path) || /^\s|\s$/u.test(path)) refuse(`The path ${shown} cannot stand in a manifest.`);
  if (path === MANIFEST) refuse('The manifest lists itself.');
}

export function before(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

/** Two paths that one system keeps apart and another takes for one, and two lines for one path. */
export function refuseCollisions(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    for (const [key, prefix] of prefixes(path)) {
      const other = seen.get(key);
      if (other === path && prefix === path) refuse(`The manifest lists ${path} twice.`);
      if (other !== undefined && other !== prefix) refuse(`${other} and ${prefix} are one name on systems that ignore case.`);
      seen.set(key, prefix);
    }
  }
}

function prefixes(path: string): [key: string, prefix: string][] {
  const parts = path.split('/');
  return parts.map((_, index) => {
    const prefix = parts.slice(0, index + 1).join('/');
    return [prefix.normalize('NFC').toLowerCase(), prefix];
  });
}

function compare(lines: readonly ManifestLine[], files: ReadonlyMap<string, Uint8Array>): void {
  const listed = new Set(lines.map(({ path }) => path));
  for (const path of files.keys()) if (!listed.has(path)) refuse(`${path} is not in the manifest.`, 'Remove it, or sign the folder again.');
  for (const { path, size, sha256 } of lines) {
    const bytes = files.get(path);
    if (bytes === undefined) refuse(`${path} is missing.`, 'Put the file back, or sign the folder again.');
    if (bytes.length !== size || sha256Of(bytes) !== sha256) refuse(`${path} was changed after it was signed.`, 'Put the signed file back, or read the change and sign the folder again.');
  }
}

/** All regular files below a folder but the manifest, by path, sorted; anything else is refused. */
function readTree(dir: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const path of listTree(dir, '', 0)) {
    if (path === MANIFEST) continue;
    requirePath(path);
    const bytes = readRegular(join(dir, path), path);
    total += bytes.length;
    if (total > MAX_TOTAL_BYTES || files.size >= MAX_FILES) refuse(`${dir} holds more than ${MAX_FILES} files or ${MAX_TOTAL_BYTES} bytes.`);
    files.set(path, bytes);
  }
  refuseCollisions([...files.keys()]);
  return new Map([...files].sort(([a], [b]) => (before(a, b) ? -1 : 1)));
}

export function listTree(dir: string, prefix: string, depth: number): string[] {
  if (depth > 16) refuse(`${prefix} is nested too deep.`);
  return readdirSync(join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isSymbolicLink()) refuse(`${path} is a symbolic link.`, 'Put the file itself there: a link can lead anywhere.');
    if (entry.isDirectory()) return listTree(dir, path, depth + 1);
    return entry.isFile() ? [path] : refuse(`${path} is no regular file (a pipe, socket or device).`, 'Remove it.');
  });
}

/** Opens once and never follows a link or waits for a pipe; type, links and size are those of the opened file. */
export function readRegular(path: string, shown: string): Buffer {
  const handle = openRegular(path, shown);
  try {
    const state = fstatSync(handle);
    if (!state.isFile()) refuse(`${shown} is no regular file.`, 'Remove it.');
    if (state.nlink > 1) refuse(`${shown} has ${state.nlink} names (hard links): it could be changed from elsewhere.`, 'Put a copy of the file there.');
    if (state.size > MAX_FILE_BYTES) refuse(`${shown} has ${state.size} bytes; a file beside runbooks has at most ${MAX_FILE_BYTES}.`);
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function openRegular(path: string, shown: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const link = cause instanceof Error && 'code' in cause && cause.code === 'ELOOP';
    throw new EngineError('refused', link ? `${shown} is a symbolic link.` : `${shown} cannot be read: ${toEnvelope(cause).message}`, { cause });
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Temp file, fsync, rename, fsync of the folder: a crash leaves the old file or the new one. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = openSync(temporary, 'wx', 0o644);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const folder = openSync(join(path, '..'), constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
