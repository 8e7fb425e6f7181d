/** A data folder opened: everything that lives in it, put together. One to write, one to read. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckProgress, ReadinessReport } from '../contract/readiness.ts';
import type { Person, Verification } from '../contract/record.ts';
import type { Report } from '../contract/report.ts';
import type { RunDocument, RunView } from '../contract/run.ts';
import { RunSnapshot } from '../contract/run/snapshot.ts';
import { toRunDocument } from '../contract/run/view.ts';
import { SignatureState, type Runbook } from '../contract/runbook.ts';
import type { Clock } from './deps.ts';
import { startsLauncher } from './installation.ts';
import { exportBundle } from './journal/export-bundle.ts';
import type { Journal, JournalReader } from './journal/journal.ts';
import { openJournal } from './journal/open-journal.ts';
import { openJournalReader } from './journal/read-journal.ts';
import { wordsForHash } from './journal/words.ts';
import { parseVerifier, type Verifier } from './note/note.ts';
import { readKitState } from './kit/fold-kit.ts';
import { judgeKitRunbooks } from './kit/judge-kit.ts';
import type { KitFacts } from './kit/kit-board.ts';
import { kitRoot } from './kit/kit-place.ts';
import { createKits, kitInPlace, type KitPlaceFacts, type Kits } from './kit/kits.ts';
import { settleKit } from './kit/settle-kit.ts';
import { readPins } from './kit/pins.ts';
import type { OutageMarks } from './outage/fold-outage.ts';
import { readOutage } from './outage/outage.ts';
import { createPeople, publicPeople, readPeople, type People } from './people/people.ts';
import { evaluate } from './readiness/evaluate.ts';
import { foldReadiness, READINESS_EVENTS } from './readiness/fold-readiness.ts';
import { createReadiness, withToolbox, type Readiness } from './readiness/readiness.ts';
import { RELEASE_KEYS } from './release-keys.ts';
import { buildReport, renderReport } from './report/report.ts';
import { clockEventsOf } from './run/clock-notes.ts';
import { readRunView, readRunViews } from './run/read-runs.ts';
import { createShelf } from './run/shelf.ts';
import { createRuns, type Runs } from './run/runs.ts';
import { findRunbook, listRunbooks, type LibraryEntry, type LibraryOptions } from './runbook/library.ts';
import { toolEnvironment } from './tool/environment.ts';
import { createRunTool } from './tool/run-tool.ts';
import { readStock } from './tabletop/stock.ts';
import { verifyInChild } from './verify/verify-in-child.ts';
import { VERSION } from './version.ts';

export interface FolderOptions {
  dataDir: string;
  runbookDirs: readonly string[];
  clock: Clock;
  nodePath: string;
  /** `{{blackstart}}`. */
  launcher: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether an imported kit's runbooks are at hand too; default true. */
  withKit?: boolean;
  /** Folder that the caller's relative paths start from. */
  base?: string;
  onProgress?: (progress: CheckProgress) => void;
  onReadiness?: (report: ReadinessReport) => void;
  inhibitSleep?: (run: string) => () => void;
}

/** The runbooks at hand, judged against the keys that this folder trusts. */
export interface Library {
  list(): LibraryEntry[];
  /** By id or path. EngineError `not-found`, or `refused` with the first error of a broken one. */
  find(idOrPath: string): LibraryEntry & { runbook: Runbook };
}

export interface DataFolderReader {
  readonly dataDir: string;
  readonly library: Library;
  readonly runs: { views(): RunView[]; view(name: string): RunView; documents(): RunDocument[]; document(name: string): RunDocument };
  people(): Person[];
  outage(): OutageMarks;
  kit(): Omit<KitFacts, 'laptop'>;
  readiness(runbook: Runbook): ReadinessReport;
  report(run: string): Report;
  verifyRecord(anchors: readonly string[]): Promise<Verification>;
  close(): void;
}

export interface DataFolder {
  readonly dataDir: string;
  readonly journal: Journal;
  readonly library: Library;
  readonly people: People;
  readonly readiness: Readiness;
  readonly runs: Runs;
  readonly kits: Kits;
  report(run: string): Report;
  exportRun(run: string, file: string): Promise<{ path: string; sha256: string }>;
  verifyRecord(anchors: readonly string[]): Promise<Verification>;
  close(): Promise<void>;
}

/** @throws EngineError `locked`, `refused`, `bad` or `disk`, as `openJournal` does */
export function openDataFolder(options: FolderOptions): DataFolder {
  const { dataDir, clock, nodePath, env, launcher, inhibitSleep } = options;
  const journal = openJournal({ dataDir, clock });
  settleKit(journal, dataDir);
  const library = openLibrary(options, journal, [journal.device.vkey]);
  acceptVersions(journal, options.runbookDirs, library.list().filter(({ path }) => !path.startsWith(kitRoot(dataDir))));
  const kits = createKits({
    ...kitPlaceFacts(options, journal, [journal.device.vkey]), journal, clock, runbookDirs: options.runbookDirs, library: libraryOptions(options, journal, [journal.device.vkey]),
    runbooks: () => library.list().flatMap(({ runbook }) => runbook ?? []),
  });
  const people = createPeople(journal);
  const deps = { clock, runTool: startsLauncher(createRunTool({ node: nodePath }), { launcher, node: nodePath }) };
  const readiness = createReadiness({
    ...deps, journal, dataDir, nodePath, env: toolEnvironment(env, []), processEnv: env,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.onReadiness === undefined ? {} : { onChanged: options.onReadiness }),
  });
  const runs = createRuns({
    deps, journal, dataDir, people, nodePath, blackstart: launcher, processEnv: env,
    findRunbook: (wanted) => library.find(wanted), readiness: (runbook) => readiness.view(runbook).state, stock: () => readStock(options.runbookDirs),
    ...(inhibitSleep === undefined ? {} : { inhibitSleep }),
  });
  const report = (run: string): Report => reportOf(journal, options, runs.view(run), journal.device.vkey);
  return {
    dataDir, journal, library, people, readiness, runs, kits, report,
    exportRun: async (run, file) => {
      const made = report(run);
      const reports = (['html', 'json'] as const).map((format) => ({ name: `report.${format}`, bytes: Buffer.from(renderReport(made, format)) }));
      return exportBundle(journal, { run: runs.resolve(run), file, reports });
    },
    verifyRecord: async (anchors) => verifyInChild(dataDir, { anchors: [...anchors] }, options.nodePath),
    close: async () => {
      try {
        await runs.close();
      } finally {
        journal.close();
      }
    },
  };
}

/** Takes no lock. A folder without a journal yet reads as empty. */
export function readDataFolder(options: FolderOptions): DataFolderReader {
  const { dataDir, clock } = options;
  const reader = existsSync(join(dataDir, 'journal.sqlite')) ? openJournalReader(dataDir) : EMPTY;
  const device = readDeviceVkey(dataDir);
  const view = (name: string): RunView => readRunView(reader, name, clock, dataDir);
  const library = openLibrary(options, reader, device === null ? [] : [device]);
  // The journal is folded once for all the runbooks that are asked about.
  const judging = (): ((runbook: Runbook) => ReadinessReport) => {
    const fold = foldReadiness(reader.events({ types: READINESS_EVENTS }));
    const { dead } = readOutage(reader);
    return (runbook) => evaluate(runbook, fold, clock.now(), dead);
  };
  return {
    dataDir,
    library,
    runs: { views: () => readRunViews(reader, clock, dataDir), view, documents: () => readRunViews(reader, clock, dataDir).map(toRunDocument), document: (name) => toRunDocument(view(name)) },
    people: () => publicPeople(readPeople(reader)),
    outage: () => readOutage(reader),
    kit: () => kitFacts(library, judging(), reader, clock.now(), kitInPlace(kitPlaceFacts(options, reader, device === null ? [] : [device]), library.list().flatMap(({ runbook }) => runbook ?? []))),
    readiness: (runbook) => judging()(runbook),
    report: (run) => reportOf(reader, options, view(run), device ?? 'unknown'),
    verifyRecord: async (anchors) => verifyInChild(dataDir, { anchors: [...anchors] }, options.nodePath),
    close: () => reader.close(),
  };
}

/** What the kit board is made of. */
export function kitFacts(library: Library, readiness: (runbook: Runbook) => ReadinessReport, journal: Pick<JournalReader, 'events' | 'head'>, now: number, imported: KitFacts['imported']): Omit<KitFacts, 'laptop'> {
  const { size, hash } = journal.head;
  return {
    now,
    runbooks: library.list().flatMap(({ runbook, signature }) => (runbook === null ? [] : [{ runbook, signature, report: readiness(runbook) }])),
    pins: [...readPins(journal).values()],
    imported,
    words: size === 0 ? null : wordsForHash(hash),
  };
}

const EMPTY: JournalReader = {
  events: () => [].values(),
  blobs: { read: missingBlob, size: missingBlob, path: missingBlob },
  head: { size: 0, hash: '' },
  close: () => undefined,
};

function missingBlob(): never {
  throw new Error('an empty journal names no blob');
}

export function readDeviceVkey(dataDir: string): string | null {
  const path = join(dataDir, 'keys', 'device.vkey');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}

function openLibrary(folder: FolderOptions, journal: Pick<JournalReader, 'events'>, device: readonly string[]): Library {
  const { dataDir, runbookDirs, base, withKit = true } = folder;
  const fixed = libraryOptions(folder, journal, device);
  const options = (): LibraryOptions => ({ ...fixed, kit: withKit ? judgeKitRunbooks(dataDir, readKitState(journal), fixed.verifiers ?? []) : null });
  return {
    list: () => listRunbooks(runbookDirs, options()),
    find: (wanted) => findRunbook(wanted, runbookDirs, { ...options(), ...(base === undefined ? {} : { base }) }),
  };
}

function libraryOptions({ dataDir }: FolderOptions, journal: Pick<JournalReader, 'events'>, device: readonly string[]): LibraryOptions {
  return { verifiers: trustedKeys(dataDir, device), verify: { minimumVersion: acceptedVersion(journal) } };
}

function kitPlaceFacts({ dataDir, env, launcher }: FolderOptions, journal: KitPlaceFacts['journal'], device: readonly string[]): KitPlaceFacts {
  return { journal, dataDir, verifiers: trustedKeys(dataDir, device), env: withToolbox(toolEnvironment(env, []), dataDir), launcher };
}

/** The release key compiled in, this device, and every `DATA/trust/*.vkey`. */
export function trustedKeys(dataDir: string, device: readonly string[]): Verifier[] {
  const folder = join(dataDir, 'trust');
  const added = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.vkey')).map((name) => readFileSync(join(folder, name), 'utf8').trim()) : [];
  return [...RELEASE_KEYS, ...device, ...added].map((vkey) => parseVerifier(vkey));
}

const ACCEPTED = 'runbooks.accepted';

/** The highest version of signed runbooks that was ever accepted here; 0 when none was. */
function acceptedVersion(journal: Pick<JournalReader, 'events'>): number {
  return Math.max(0, ...[...journal.events({ types: [ACCEPTED] })].map(({ data }) => (typeof data['version'] === 'number' ? data['version'] : 0)));
}

/** So that an older set, validly signed, is refused from now on. */
function acceptVersions(journal: Journal, folders: readonly string[], entries: readonly LibraryEntry[]): void {
  const newest = entries.map(({ signature }) => signature).filter(({ state }) => state === 'signed').sort((a, b) => (b.version ?? 0) - (a.version ?? 0))[0];
  if (newest?.version === undefined || newest.version <= acceptedVersion(journal)) return;
  journal.append({ type: ACCEPTED, run: null, actor: 'device', data: { version: newest.version, signers: newest.signers, folders: [...folders] } });
}

function reportOf(reader: JournalReader, options: FolderOptions, view: RunView, device: string): Report {
  const shelf = createShelf(reader);
  const created = shelf.fold(view.id).created;
  const snapshot = RunSnapshot.parse(JSON.parse(readText(reader, created.snapshot.sha256) ?? 'null'));
  const { runbook } = snapshot.root;
  const signature = SignatureState.shape.state.safeParse(created.signature);
  const notes = join(options.dataDir, 'checkpoints');
  const events = [...reader.events({ run: view.id })];
  return buildReport({
    view, runbook,
    signature: { state: signature.data ?? 'unsigned', signers: [] },
    readiness: evaluate(runbook, foldReadiness(reader.events({ types: READINESS_EVENTS })), options.clock.now(), readOutage(reader).dead),
    events: [...events, ...clockEventsOf(reader, events)].sort((a, b) => a.seq - b.seq),
    people: publicPeople(readPeople(reader)),
    readText: (sha256) => readText(reader, sha256),
    record: {
      entries: reader.head.size, head: reader.head, words: reader.head.size === 0 ? null : wordsForHash(reader.head.hash),
      checkpoints: existsSync(notes) ? readdirSync(notes).filter((name) => name.endsWith('.note')).length : 0, verified: null, device,
    },
    version: VERSION,
    now: new Date(options.clock.now()),
  });
}

function readText(reader: Pick<JournalReader, 'blobs'>, sha256: string): string | null {
  try {
    return Buffer.from(reader.blobs.read(sha256)).toString('utf8');
  } catch {
    return null; // the verification names a missing output; a report is written all the same
  }
}
