/**
 * The signed list of a kit: `FOLDER/MANIFEST`, a signed note.
 *
 *     blackstart/kit/v1
 *     number 7
 *     date 2026-11-20T09:12:33Z
 *     made-with 0.1.0
 *     runbooks 12                     (version of runbooks/MANIFEST, or -)
 *     SHA256 SIZE MODIFIED KIND PATH  (sorted by path, one line a file; MODIFIED in seconds since 1970)
 */
import { EngineError } from '../../contract/errors.ts';
import { KitKind, type KitFile, type KitSheet } from '../../contract/kit.ts';
import { openNote, splitNote, type Verifier } from '../note/note.ts';
import { before, MANIFEST, readRegular, refuseCollisions, requirePath, sha256Of } from '../runbook/manifest.ts';
import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HEADER = 'blackstart/kit/v1';
export const MAX_KIT_FILES = 50_000;
const DATE = /^date (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/u;

export interface KitList {
  number: number;
  made_at: string;
  made_with: string;
  runbooks: number | null;
  files: readonly KitFile[];
}

/** A list whose signature holds. */
export interface SignedKit extends KitList {
  /** SHA-256 of the signed text. */
  root: string;
  signers: { name: string; vkey: string }[];
  /** The whole note, as it lies in the kit. */
  note: string;
}

export function refuse(message: string, hint?: string): never {
  throw new EngineError('refused', message, hint === undefined ? {} : { hint });
}

export function kitText({ number, made_at, made_with, runbooks, files }: KitList): string {
  const lines = files.map(({ sha256, size, modified, kind, path }) => `${sha256} ${size} ${modified} ${kind} ${path}\n`);
  return `${HEADER}\nnumber ${number}\ndate ${made_at}\nmade-with ${made_with}\nrunbooks ${runbooks ?? '-'}\n${lines.join('')}`;
}

/** @throws EngineError `refused` for anything but the one way to write it */
export function parseKitText(text: string): KitList {
  const [header, numberLine = '', dateLine = '', withLine = '', runbooksLine = '', ...rest] = text.split('\n');
  const number = /^number ([1-9]\d{0,8})$/u.exec(numberLine)?.[1];
  const made_at = DATE.exec(dateLine)?.[1];
  const made_with = /^made-with (\S{1,64})$/u.exec(withLine)?.[1];
  const runbooks = /^runbooks (-|[1-9]\d{0,14})$/u.exec(runbooksLine)?.[1];
  if (header !== HEADER) refuse(header === 'blackstart/runbooks/v1' ? 'This is a signed folder of runbooks, not a kit.' : `The manifest does not begin with "${HEADER}".`, 'Sign the folder with: blackstart kit sign FOLDER');
  if (number === undefined || made_at === undefined || Number.isNaN(Date.parse(made_at)) || made_with === undefined || runbooks === undefined) refuse('The manifest does not begin with its number, date and versions.');
  if (rest.pop() !== '') refuse('The manifest does not end with a newline.');
  if (rest.length > MAX_KIT_FILES) refuse(`The manifest lists more than ${MAX_KIT_FILES} files.`);
  const files = rest.map(parseLine);
  refuseCollisions(files.map(({ path }) => path));
  files.forEach(({ path }, index) => { if (index > 0 && !before(files[index - 1]?.path ?? '', path)) refuse(`The manifest is not sorted at ${path}.`); });
  return { number: Number(number), made_at, made_with, runbooks: runbooks === '-' ? null : Number(runbooks), files };
}

function parseLine(line: string): KitFile {
  const [, sha256 = '', size = '', modified = '', word = '', path = ''] = /^([0-9a-f]{64}) (0|[1-9]\d{0,14}) (0|[1-9]\d{0,11}) ([a-z]+) (.+)$/u.exec(line) ?? [];
  const kind = KitKind.safeParse(word);
  if (!kind.success) refuse(`The manifest line "${line.slice(0, 80)}" is not "sha256 size modified kind path".`);
  requirePath(path);
  return { sha256, size: Number(size), modified: Number(modified), kind: kind.data, path };
}

/** @throws EngineError `not-found` without a folder or a manifest, `refused` when it is no text */
export function readKitNote(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new EngineError('not-found', `${folder} is no folder.`, { hint: 'Give the folder that holds the kit, and check whether its disk is mounted.' });
  if (lstatSync(join(folder, MANIFEST), { throwIfNoEntry: false }) === undefined) throw new EngineError('not-found', `${folder} holds no ${MANIFEST}.`, { hint: 'Sign the folder with: blackstart kit sign FOLDER' });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readRegular(join(folder, MANIFEST), MANIFEST));
  } catch (thrown) {
    if (thrown instanceof EngineError) throw thrown;
    return refuse(`${MANIFEST} is not valid UTF-8 text.`);
  }
}

/** @throws EngineError `refused` with the reason: no known key, a wrong signature, a list that cannot be */
export function openKit(note: string, verifiers: readonly Verifier[]): SignedKit {
  const { text, signedBy } = openNote(note, verifiers);
  const signers = signedBy.flatMap(({ name, keyId }) => verifiers.find((verifier) => verifier.name === name && verifier.keyId === keyId) ?? []);
  return { ...parseKitText(text), root: sha256Of(Buffer.from(text)), signers: signers.map(({ name, vkey }) => ({ name, vkey })), note };
}

/** The number that an existing manifest claims, whoever signed it; null when there is none. */
export function presentNumber(folder: string): number | null {
  if (lstatSync(join(folder, MANIFEST), { throwIfNoEntry: false }) === undefined) return null;
  return parseKitText(splitNote(readKitNote(folder)).text).number;
}

export function sheetOf({ number, made_at, made_with, runbooks, files, root, signers }: SignedKit): KitSheet {
  return { number, made_at, made_with, runbooks, root, signers: signers.map(({ name }) => name), files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

const FOLDERS: Readonly<Record<string, KitKind>> = { toolbox: 'tool', backups: 'backup', images: 'image', contacts: 'contacts', manifests: 'manifest' };

/** Programs lie in `toolbox/` at the top alone; the other kinds are told by any folder on the way, or by the file's name. */
export function kindOf(path: string): KitKind {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (parts[0] === 'toolbox') return 'tool';
  if (name.endsWith('.runbook.md')) return 'runbook';
  if (name === 'contacts.yaml') return 'contacts';
  return parts.flatMap((part) => (part === 'toolbox' ? [] : (FOLDERS[part] ?? [])))[0] ?? 'file';
}
