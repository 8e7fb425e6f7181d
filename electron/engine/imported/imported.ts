/**
 * Runs of other laptops: evidence bundles, kept as they came under `imported/SHA256.zip`, to read and never to write. Each
 * is verified when it comes and each time it is shown.
 */
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, createReadStream, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import type { ImportedRun, Person } from '../../contract/record.ts';
import type { Report } from '../../contract/report.ts';
import type { RunView } from '../../contract/run.ts';
import { toRunSummary } from '../../contract/run/view.ts';
import type { Clock } from '../deps.ts';
import { asDiskError, fsyncFolder } from '../journal/durable-file.ts';
import type { Journal, JournalReader } from '../journal/journal.ts';
import { wordsForHash } from '../journal/words.ts';
import { publicPeople, readPeople } from '../people/people.ts';
import { readReport } from '../report/read-report.ts';
import { readRunView } from '../run/read-runs.ts';
import { openBundle, type OpenedBundle } from './bundle-reader.ts';

const Imported = z.object({ sha256: z.string(), bytes: z.int(), run: z.string(), device: z.string(), vkey: z.string() });

export interface ImportPlace {
  dataDir: string;
  clock: Clock;
  /** Keys that are known here. */
  trusted(): readonly string[];
}

export interface ShownImport { imported: ImportedRun; view: RunView | null }

function folderOf(dataDir: string): string {
  return join(dataDir, 'imported');
}

/**
 * @throws EngineError `not-found` for no such file, `refused` when the bundle does not hold or is this laptop's own
 */
export async function importBundle(journal: Journal, place: ImportPlace, file: string): Promise<ImportedRun> {
  if (!existsSync(file)) throw new EngineError('not-found', `There is no bundle at ${file}.`);
  const { path, sha256, bytes } = await keep(place.dataDir, file);
  const opened = await openBundle(path, place.trusted());
  const refusal = refusalOf(opened, journal);
  if (refusal !== null || opened.run === null) {
    if (![...importsOf(journal)].some((one) => one.sha256 === sha256)) rmSync(path, { force: true });
    throw refusal ?? new EngineError('refused', 'The bundle holds no run.');
  }
  const { signer } = opened.verification;
  const known = [...importsOf(journal)].some((one) => one.sha256 === sha256);
  if (!known) journal.append({ type: 'record.imported', run: null, actor: 'device', data: { sha256, bytes, run: opened.run, device: signer?.name ?? '', vkey: signer?.vkey ?? '' } });
  const [shown] = (await showImported(journal, place)).filter(({ imported }) => imported.sha256 === sha256);
  if (shown === undefined) throw new EngineError('internal', 'The bundle was imported and cannot be found.');
  return shown.imported;
}

function refusalOf({ verification }: Pick<OpenedBundle, 'verification'>, journal: Journal): EngineError | null {
  const [problem] = verification.problems;
  if (problem !== undefined) return new EngineError('refused', `The bundle does not hold, so it is not imported: ${problem.message}`, { hint: 'Run "blackstart record verify-bundle": it names every problem. Ask for the bundle again.' });
  if (verification.signer?.vkey === journal.device.vkey) return new EngineError('refused', 'This bundle comes from this laptop: its run is here already.');
  return null;
}

/** Copied first, then judged: nobody can change it in between. */
async function keep(dataDir: string, file: string): Promise<{ path: string; sha256: string; bytes: number }> {
  const folder = folderOf(dataDir);
  const temporary = join(folder, `.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync(file, temporary);
    const digest = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(temporary, { highWaterMark: 1024 * 1024 })) if (Buffer.isBuffer(chunk)) { digest.update(chunk); bytes += chunk.length; }
    const sha256 = digest.digest('hex');
    const path = join(folder, `${sha256}.zip`);
    const handle = openSync(temporary, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    renameSync(temporary, path);
    fsyncFolder(folder);
    return { path, sha256, bytes };
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw asDiskError(thrown, 'importing the bundle');
  }
}

function* importsOf(journal: Pick<JournalReader, 'events'>): IterableIterator<z.infer<typeof Imported> & { at: string }> {
  for (const { data, wall } of journal.events({ types: ['record.imported'] })) yield { ...Imported.parse(data), at: wall };
}

/** Every run that came from elsewhere, newest import first, judged now. What does not hold any more is listed without its content. */
export async function showImported(journal: Pick<JournalReader, 'events'>, place: ImportPlace): Promise<ShownImport[]> {
  const shown: ShownImport[] = [];
  for (const one of importsOf(journal)) shown.push(await show(one, place));
  return shown.reverse();
}

async function show(one: z.infer<typeof Imported> & { at: string }, place: ImportPlace): Promise<ShownImport> {
  const base = { run: one.run, sha256: one.sha256, device: one.device, imported_at: one.at };
  const path = join(folderOf(place.dataDir), `${one.sha256}.zip`);
  if (!existsSync(path)) return { view: null, imported: { ...base, ok: false, known: false, problems: ['The bundle is gone from the folder of imported records.'], summary: null } };
  const opened = await openBundle(path, place.trusted());
  const { verification } = opened;
  const problems = verification.problems.map(({ message }) => message);
  if (opened.run !== null && (verification.signer?.vkey !== one.vkey || opened.run !== one.run)) problems.push('The bundle under this name is another one than was imported.');
  const view = opened.run === null || problems.length > 0 ? null : readRunView(opened.reader, opened.run, place.clock, place.dataDir);
  return { view, imported: { ...base, ok: problems.length === 0, known: verification.signer?.known ?? false, problems, summary: view === null ? null : toRunSummary(view) } };
}

/** The view of an imported run that holds. EngineError `not-found` for none, `bad` when its bundle was changed. */
export async function findImported(journal: Pick<JournalReader, 'events'>, place: ImportPlace, name: string): Promise<{ opened: OpenedBundle; view: RunView; people: Person[]; sha256: string }> {
  const matching = [...importsOf(journal)].filter(({ run }) => run === name || (name !== '' && run.startsWith(name)));
  const one = matching.findLast(({ run }) => run === name) ?? matching.at(-1); // a run that is imported again is at its newest
  if (one === undefined) throw new EngineError('not-found', `There is no run "${name}".`, { hint: '"blackstart runs" lists them.' });
  const opened = await openBundle(join(folderOf(place.dataDir), `${one.sha256}.zip`), place.trusted());
  if (opened.run === null || opened.verification.signer?.vkey !== one.vkey) throw new EngineError('bad', `The imported bundle of ${one.run} does not hold any more: ${opened.verification.problems[0]?.message ?? 'it is another one than was imported'}`, { hint: 'Import it again from where it came.' });
  return { opened, sha256: one.sha256, view: readRunView(opened.reader, opened.run, place.clock, place.dataDir), people: publicPeople(readPeople(opened.reader)) };
}

/** The report of an imported run, from its own record. */
export async function importedReport(journal: Pick<JournalReader, 'events'>, place: ImportPlace, name: string, revision?: number): Promise<Report> {
  const { opened: { reader, verification, checkpoint }, view } = await findImported(journal, place, name);
  const { size, hash } = verification.head;
  return readReport({ reader, dataDir: place.dataDir, clock: place.clock, device: verification.signer?.vkey ?? null, checkpoint: { size, hash, words: wordsForHash(hash), note: checkpoint } }, view, revision);
}

