/**
 * Brings a signed kit from a stick into the data folder. Nothing is put in place before every byte that was copied has the
 * digest that the list says; until then the former kit stays, and after that one rename makes the new one the kit.
 */
import { mkdirSync, statfsSync } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { KitFile, KitProgress } from '../../contract/kit.ts';
import { spokenBytes } from '../../contract/wording.ts';
import type { Clock } from '../deps.ts';
import { asDiskError, fsyncFolder, makeFolder, onDisk, writeDurably } from '../journal/durable-file.ts';
import type { EventData, Journal } from '../journal/journal.ts';
import type { Verifier } from '../note/note.ts';
import { MANIFEST } from '../runbook/manifest.ts';
import { KIT_IMPORT_FAILED, KIT_IMPORTED, KIT_IMPORTING, readKitState, type KitEntry } from './fold-kit.ts';
import { readKitFile, requireListed } from './kit-files.ts';
import { openKit, readKitNote, refuse, type KitList, type SignedKit } from './kit-manifest.ts';
import { kitsFolder, leftovers, linkKit, newKitName, removeKit } from './kit-place.ts';

/** What stays free on the disk, so that the journal can go on. */
const RESERVE_BYTES = 32 * 1024 * 1024;
/** A file takes whole blocks, and an entry in its folder. */
const FILE_BYTES = 4096;
const PROGRESS_MS = 100;

export interface ImportPlace {
  journal: Journal;
  dataDir: string;
  clock: Clock;
}

export interface ImportRequest {
  folder: string;
  /** Whoever imports it, for the record. */
  by: string;
  verifiers: readonly Verifier[];
  /** The reason for going back to an older kit; without it, one is refused. */
  older?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: KitProgress) => void) | undefined;
}

/**
 * @throws EngineError `not-found` without a kit, `refused` with the reason, `disk` when there is no room or a disk fails, `bad`
 * when it was stopped; in each case the former kit stands
 */
export async function importKit(place: ImportPlace, request: ImportRequest): Promise<void> {
  const { journal, dataDir } = place;
  const { folder, verifiers, older } = request;
  const by = request.by.trim();
  if (by === '') throw new EngineError('usage', 'The name of who imports the kit is missing.', { hint: 'It is kept in the record, so it has to be given.' });
  const kit = openKit(readKitNote(folder), verifiers);
  const { inPlace } = readKitState(journal);
  const tooOld = olderThan(kit, inPlace);
  if (tooOld !== null && (older ?? '').trim() === '') refuse(tooOld, 'Fetch the newest kit. If this one is meant all the same, give the reason with --allow-older REASON --by NAME.');
  await requireListed(folder, kit.files);
  requireRoom(dataDir, kit);
  const name = newKitName(kit);
  const manifest = journal.blobs.put(Buffer.from(kit.note));
  tell(journal, KIT_IMPORTING, { name, number: kit.number, root: kit.root, signers: kit.signers, manifest: { ...manifest }, by, from: folder, older_because: tooOld === null ? null : (older ?? '').trim() });
  await putInPlace(place, request, kit, name);
  tell(journal, KIT_IMPORTED, { name, root: kit.root });
  for (const left of leftovers(dataDir)) removeKit(dataDir, left);
}

function tell(journal: Journal, type: string, data: EventData): void {
  journal.append({ type, run: null, actor: 'engine', data });
}

/** Why somebody must give a reason for this kit; null when it is newer than what is in place, or the very same. */
export function olderThan({ number, root }: Pick<SignedKit, 'number' | 'root'>, inPlace: Pick<KitEntry, 'number' | 'root' | 'at'> | null): string | null {
  if (inPlace === null || number > inPlace.number || root === inPlace.root) return null;
  const since = `kit ${inPlace.number} is in place since ${inPlace.at.slice(0, 10)}`;
  return number < inPlace.number ? `This is kit ${number}, and ${since}: somebody put back an older one.` : `This kit has the number ${number} too, and other content: ${since}.`;
}

export function roomFor({ files }: Pick<KitList, 'files'>, dataDir: string): { needed: number; free: number } {
  const { bavail, bsize } = statfsSync(dataDir);
  return { needed: files.reduce((sum, { size }) => sum + size + FILE_BYTES, RESERVE_BYTES), free: bavail * bsize };
}

function requireRoom(dataDir: string, kit: KitList): void {
  const { needed, free } = roomFor(kit, dataDir);
  if (free < needed) throw new EngineError('disk', `The kit needs ${spokenBytes(needed)} on this laptop's disk, and ${spokenBytes(free)} are free.`, { hint: `Free some space on the disk of ${dataDir}; the former kit stays until the new one is in place, so both must fit.` });
}

/** Until the link is made everything can be given up; from there on the kit is in place. */
async function putInPlace({ journal, dataDir, clock }: ImportPlace, request: ImportRequest, kit: SignedKit, name: string): Promise<void> {
  const root = join(kitsFolder(dataDir), name);
  try {
    onDisk('making the folder of the kit', () => {
      makeFolder(kitsFolder(dataDir));
      mkdirSync(root, { mode: 0o755 });
    });
    await copyFiles(request, kit, root, progressOf(clock, kit, request.onProgress));
    await requireListed(request.folder, kit.files);
    onDisk('putting the kit in place', () => {
      writeDurably(join(root, MANIFEST), kit.note, 0o644);
      syncFolders(root, kit.files);
      linkKit(dataDir, name);
    });
  } catch (thrown) {
    removeKit(dataDir, name);
    const fault = asDiskError(thrown, 'copying the kit');
    // a full disk may refuse this too; the next start then says that the import was cut off
    if (!(fault instanceof EngineError && fault.code === 'disk')) tell(journal, KIT_IMPORT_FAILED, { name, root: kit.root, reason: fault instanceof Error ? fault.message : String(fault) });
    else tryToTell(journal, { name, root: kit.root, reason: fault.message });
    throw fault;
  }
}

function tryToTell(journal: Journal, data: EventData): void {
  try {
    tell(journal, KIT_IMPORT_FAILED, data);
  } catch {
    // the fault that is being told is the one to show
  }
}

async function copyFiles({ folder, signal }: ImportRequest, kit: SignedKit, root: string, onBytes: (path: string, bytes: number) => void): Promise<void> {
  for (const file of kit.files) {
    const path = join(root, ...file.path.split('/'));
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    const target = await open(path, 'wx', file.kind === 'tool' ? 0o755 : 0o644);
    try {
      const read = await readKitFile(folder, file.path, { signal, onBytes, take: (chunk) => writeAll(target, chunk) });
      if (read.size !== file.size || read.sha256 !== file.sha256) refuse(`${file.path} was changed after it was signed.`, 'Put the signed file back, or sign the folder again.');
      await target.utimes(file.modified, file.modified);
      await target.sync();
    } finally {
      await target.close();
    }
  }
}

async function writeAll(target: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) written += (await target.write(bytes, written, bytes.length - written, null)).bytesWritten;
}

/** The names of all files, deepest folders first, up to the kit's own. */
function syncFolders(root: string, files: readonly KitFile[]): void {
  const folders = new Set(files.flatMap(({ path }) => path.split('/').slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join('/'))));
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) fsyncFolder(join(root, folder));
  fsyncFolder(root);
  fsyncFolder(dirname(root));
}

/** Tells at most every tenth of a second, and at the end. */
export function progressOf(clock: Pick<Clock, 'uptime'>, { files }: Pick<KitList, 'files'>, onProgress: ImportRequest['onProgress'], doing = 'copying'): (path: string, bytes: number) => void {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const began = clock.uptime();
  let [done, told] = [0, began - PROGRESS_MS];
  return (path, bytes) => {
    done += bytes;
    const now = clock.uptime();
    if (now - told < PROGRESS_MS && done < total) return;
    told = now;
    const passed = (now - began) / 1000;
    onProgress?.({ doing: `${doing} ${path}`, done, total, eta_s: passed < 1 ? null : Math.round((passed / done) * (total - done)) });
  };
}
