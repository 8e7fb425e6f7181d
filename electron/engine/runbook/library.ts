/** The runbooks at hand: every `*.runbook.md` in the given folders, also broken ones, with their signatures. */
import { hash } from 'node:crypto';
import { readdirSync, statSync, type Dirent } from 'node:fs';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { EngineError, toEnvelope } from '../../contract/errors.ts';
import type { Finding, Runbook, SignatureState } from '../../contract/runbook.ts';
import type { Verifier } from '../note/note.ts';
import { nearest } from './finding.ts';
import type { VerifyOptions } from './manifest.ts';
import { judgeRunbooks, type JudgedRunbooks } from './manifest.ts';
import { firstError, parseRunbook, readRunbookFile, type ReadRunbook } from './parse.ts';
import { preparedRunbooks, type PreparedRunbooks } from './prepared.ts';

export const RUNBOOK_SUFFIX = '.runbook.md';
const MAX_DEPTH = 6;
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git']);

export interface LibraryEntry {
  /** Absolute. */
  path: string;
  id: string | null;
  sha256: string;
  /** Null when the file is broken; `error` then says why. */
  runbook: Runbook | null;
  findings: Finding[];
  error: EngineError | null;
  signature: SignatureState;
  /** The file's bytes, the very ones that were judged. */
  bytes: Uint8Array;
}

export interface LibraryOptions {
  /** Keys that are trusted to sign runbooks; none means that nothing counts as signed. */
  verifiers?: readonly Verifier[];
  verify?: VerifyOptions;
  /** The folder of runbooks of an imported kit, judged by the kit's own list. */
  kit?: { folder: string; judged: JudgedRunbooks } | null;
}

const UNSIGNED: SignatureState = { state: 'unsigned', signers: [] };

/**
 * A signed kit's runbooks are newer than what shipped and stand in its place; others that share an id are refused.
 * @throws EngineError `not-found` when a folder does not exist
 */
export function listRunbooks(folders: readonly string[], options: LibraryOptions = {}): LibraryEntry[] {
  const entries = searchOrder(folders, options).flatMap((folder) => readFolder(folder, options));
  const owners = new Map<string, string>();
  return entries.flatMap((entry) => {
    const owner = entry.id === null || entry.runbook === null ? undefined : owners.get(entry.id);
    if (owner === undefined) {
      if (entry.id !== null && entry.runbook !== null) owners.set(entry.id, entry.path);
      return entry;
    }
    if (owner === entry.path) return entry;
    if (isOfKit(owner, options) && !isOfKit(entry.path, options)) return [];
    return { ...entry, runbook: null, error: new EngineError('refused', `The id ${entry.id ?? ''} is taken by ${owner}.`, { hint: 'Give one of the two another id.', at: { file: entry.path } }) };
  });
}

/** An altered kit comes last: it takes nothing's place. */
function searchOrder(folders: readonly string[], { kit }: LibraryOptions): string[] {
  const own = folders.map((folder) => resolve(folder));
  if (kit == null) return own;
  return kit.judged.signature.state === 'signed' ? [kit.folder, ...own] : [...own, kit.folder];
}

function isOfKit(path: string, { kit }: LibraryOptions): boolean {
  return kit != null && path.startsWith(`${kit.folder}${sep}`);
}

function judgeFolder(folder: string, options: LibraryOptions): JudgedRunbooks {
  return options.kit?.folder === folder ? options.kit.judged : judgeRunbooks(folder, options.verifiers ?? [], options.verify);
}

function readFolder(folder: string, options: LibraryOptions): LibraryEntry[] {
  const paths = runbookPaths(folder);
  const judged = judgeFolder(folder, options);
  return paths.map((relative) => entryOf(join(folder, relative), judged.files?.get(relative) ?? null, judged.signature));
}

function entryOf(path: string, verified: Uint8Array | null, signature: SignatureState): LibraryEntry {
  try {
    const bytes = verified ?? readRunbookFile(path);
    const { runbook, findings, id, sha256 } = readOnce(bytes, path);
    return { path, id, sha256, runbook, findings, error: runbook === null ? firstError(findings, path) : null, signature, bytes };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { path, id: null, sha256: '', runbook: null, findings: [], error, signature, bytes: new Uint8Array() };
  }
}

const known = new Map<string, ReadRunbook>();
const MOST_KNOWN = 64;

/** The same bytes under the same name give the same runbook; reading it takes a hundred times as long as knowing it again. */
function readOnce(bytes: Uint8Array, path: string): ReadRunbook {
  const sha256 = hash('sha256', bytes);
  const key = `${sha256} ${path}`;
  const read = known.get(key) ?? readAhead(sha256, path) ?? parseRunbook(bytes, path);
  known.delete(key); // the newest stands last
  known.set(key, read);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return read;
}

let prepared: PreparedRunbooks | undefined;

/** As the build read the very same bytes. */
function readAhead(sha256: string, path: string): ReadRunbook | undefined {
  prepared ??= preparedRunbooks();
  const read = prepared[sha256];
  return read?.runbook == null ? undefined : { ...read, runbook: { ...read.runbook, path } };
}

/** A folder that may not be read, or that went away while others were read, holds no runbooks. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Paths of all runbooks below a folder, at most `depth` folders down, relative, sorted; links are not followed. */
export function runbookPaths(folder: string, depth = MAX_DEPTH): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new EngineError('not-found', `${folder} is no folder.`, { hint: 'Give the folder that holds the runbooks.' });
  return search(folder, '', depth).sort();
}

function search(folder: string, prefix: string, depth: number): string[] {
  if (depth < 0) return [];
  return entriesOf(join(folder, prefix)).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : search(folder, path, depth - 1);
    return entry.isFile() && entry.name.endsWith(RUNBOOK_SUFFIX) ? [path] : [];
  });
}

/**
 * A runbook by its id in the folders, or by the path of its file.
 * @param wanted an id, or a path (it holds a `/` or ends with `.md`), relative to `base`
 * @throws EngineError `not-found`, or `refused` with the first error of a broken runbook
 */
export function findRunbook(wanted: string, folders: readonly string[], options: LibraryOptions & { base?: string } = {}): LibraryEntry & { runbook: Runbook } {
  const entry = /[/\\]|\.md$/u.test(wanted) ? entryAt(wanted, folders, options) : entryById(wanted, folders, options);
  if (entry.runbook === null) throw entry.error ?? new EngineError('internal', `${entry.path} was refused without a reason.`);
  return { ...entry, runbook: entry.runbook };
}

function entryAt(wanted: string, folders: readonly string[], options: LibraryOptions & { base?: string }): LibraryEntry {
  const path = isAbsolute(wanted) ? wanted : resolve(options.base ?? process.cwd(), wanted);
  for (const folder of searchOrder(folders, options)) {
    if (!path.startsWith(`${folder}/`)) continue;
    const judged = judgeFolder(folder, options);
    return entryOf(path, judged.files?.get(path.slice(folder.length + 1)) ?? null, judged.signature);
  }
  const entry = entryOf(path, null, UNSIGNED);
  if (entry.error?.code === 'not-found') throw entry.error;
  return entry;
}

function entryById(id: string, folders: readonly string[], options: LibraryOptions): LibraryEntry {
  const entries = listRunbooks(folders, options);
  const matching = entries.filter((entry) => entry.id === id);
  const found = matching.find((entry) => entry.runbook !== null) ?? matching[0];
  if (found !== undefined) return found;
  const meant = nearest(id, entries.flatMap((entry) => (entry.id === null ? [] : [entry.id])));
  throw new EngineError('not-found', `There is no runbook ${id}.`, { hint: meant === null ? 'See: blackstart runbook list' : `Did you mean ${meant}?` });
}

/** Why an entry cannot be used, as one sentence for a list; null when it can. */
export function entryError(entry: LibraryEntry): string | null {
  return entry.error === null ? null : toEnvelope(entry.error).message;
}
