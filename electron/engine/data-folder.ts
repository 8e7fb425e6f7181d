/** A data folder opened: everything that lives in it, put together. One to write, one to read. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ImprovementPlan } from '../contract/after-action.ts';
import type { EscrowView, VerificationRecord } from '../contract/escrow-register.ts';
import type { CheckProgress, ReadinessReport } from '../contract/readiness.ts';
import type { Replication, ReplicationRequest } from '../contract/replication.ts';
import type { Cosigned, ImportedRun, Person, RecordMatch, Verification } from '../contract/record.ts';
import type { Report } from '../contract/report.ts';
import type { RunDocument, RunView } from '../contract/run.ts';
import { toRunDocument } from '../contract/run/view.ts';
import type { ReportStatus, ReportVerification } from '../contract/report-signature.ts';
import type { Runbook } from '../contract/runbook.ts';
import { cosignCheckpoint, keepWitnessed } from './anchor/cosign.ts';
import type { Clock } from './deps.ts';
import { findImported, importBundle, importedReport, showImported, type ImportPlace, type ShownImport } from './imported/imported.ts';
import { createIncidents, readingIncidents, type Incidents, type ReadIncidents } from './incident/create-incidents.ts';
import { startsLauncher } from './installation.ts';
import type { DeviceKeyView } from '../contract/credentials.ts';
import { exportBundle } from './journal/export-bundle.ts';
import { describeDeviceKey } from './journal/describe-device-key.ts';
import { readDeviceKey } from './journal/device-key.ts';
import type { Journal, JournalReader } from './journal/journal.ts';
import { openJournal } from './journal/open-journal.ts';
import { protectDeviceKey, settleDeviceKey, type ProtectRequest } from './journal/protect-device-key.ts';
import { openWrapped } from './journal/seal-device-key.ts';
import { lookAtDeviceKey } from './journal/look-at-device-key.ts';
import { openJournalReader } from './journal/read-journal.ts';
import { wordsForHash } from './journal/words.ts';
import { cosignerVkey, parseVerifier, type Signer, type Verifier } from './note/note.ts';
import { readKitState } from './kit/fold-kit.ts';
import { judgeKitRunbooks } from './kit/judge-kit.ts';
import type { KitFacts } from './kit/kit-board.ts';
import { kitRoot } from './kit/kit-place.ts';
import { createFindings, improvementPlan, ofRunbook, readFindings, type Findings } from './findings/findings.ts';
import { findingWarnings } from './findings/warnings.ts';
import { createKits, kitInPlace, type KitPlaceFacts, type Kits } from './kit/kits.ts';
import { settleKit } from './kit/settle-kit.ts';
import { readPins } from './kit/pins.ts';
import type { RegisterFold } from './escrow/register/fold-register.ts';
import { openEscrow, type Escrow } from './escrow/register/open-escrow.ts';
import { keyViewOf, readRegister, recordOf, viewOf } from './escrow/register/register.ts';
import type { OutageMarks } from './outage/fold-outage.ts';
import { readOutage } from './outage/outage.ts';
import { createPeople, publicPeople, readPeople, type People } from './people/people.ts';
import { evaluate } from './readiness/evaluate.ts';
import { knownFaults } from './readiness/known-faults.ts';
import { foldReadiness, READINESS_EVENTS } from './readiness/fold-readiness.ts';
import { createReadiness, withToolbox, type Readiness } from './readiness/readiness.ts';
import { RELEASE_KEYS } from './release-keys.ts';
import { replicate, type ReplicateWatch } from './replicate/replicate.ts';
import { readReplications } from './replicate/replications.ts';
import { createReports, readReport, readStatus, renderReport, verifyReport, type KnownHere, type ReportRecord, type Reports } from './report/report.ts';
import { readHistory } from './report/report-history.ts';
import { readRunView, readRunViews } from './run/read-runs.ts';
import { createRuns, type LiveRun, type Runs, type TakeOverRequest } from './run/runs.ts';
import { createCredentials, type Credentials, type CredentialsOptions } from './secrets/credentials.ts';
import { findRunbook, listRunbooks, type LibraryEntry, type LibraryOptions } from './runbook/library.ts';
import { toolEnvironment } from './tool/environment.ts';
import { createRunTool } from './tool/run-tool.ts';
import { readStock } from './tabletop/stock.ts';
import { matchInChild, verifyInChild } from './verify/verify-in-child.ts';

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
  /** See `CredentialsOptions`. */
  askVaultPassphrase?: CredentialsOptions['askVaultPassphrase'];
  keyrings?: CredentialsOptions['libraries'];
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
  escrow(): { fold: RegisterFold; view: Omit<EscrowView, 'ceremony'>; record(id: string): VerificationRecord };
  kit(): Omit<KitFacts, 'laptop'>;
  readiness(runbook: Runbook): ReadinessReport;
  findings(): ImprovementPlan;
  /** @param revision a number: that one, as it was frozen; default the newest, or a draft when something was recorded since */
  report(run: string, revision?: number): Report;
  /** Who has signed, who may, and what nobody has said. */
  reportStatus(run: string): ReportStatus;
  /** @param trust verifier keys that somebody vouches for. EngineError `refused` when the file is no report */
  verifyReport(bytes: Uint8Array, trust?: readonly string[]): ReportVerification;
  /** Null before the first start. `locked` is the answer of its guards now. */
  deviceKey(passphrase: () => Promise<Uint8Array | null>): Promise<DeviceKeyView | null>;
  readonly credentials: Pick<Credentials, 'list' | 'view' | 'read'>;
  verifyRecord(anchors: readonly string[]): Promise<Verification>;
  /** A checkpoint from elsewhere, as words or as a note, held against this record. EngineError `refused` when it is neither. */
  matchRecord(text: string): Promise<RecordMatch>;
  /** Runs of other laptops, each verified now. */
  imported(): Promise<ShownImport[]>;
  /** Of this record, newest first. */
  replications(): Replication[];
  importedView(run: string): Promise<RunView>;
  importedVerification(run: string): Promise<Verification>;
  importedReport(run: string, revision?: number): Promise<Report>;
  readonly incidents: ReadIncidents;
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
  readonly reports: Reports;
  readonly findings: Findings;
  report(run: string, revision?: number): Report;
  verifyReport(bytes: Uint8Array, trust?: readonly string[]): ReportVerification;
  readonly credentials: Credentials;
  deviceKey(): DeviceKeyView;
  /** EngineError `waiting` while the device key is locked. */
  deviceSigner(): Signer;
  /** Tries its guards; what stays locked is told, and holds nothing up. @param passphrase stays the caller's */
  unlockDevice(passphrase?: Uint8Array): Promise<DeviceKeyView>;
  /** EngineError as `protectDeviceKey`. */
  protectDevice(wish: Pick<ProtectRequest, 'actor' | 'byKeyring' | 'byPassphrase' | 'current'>): Promise<DeviceKeyView>;
  readonly escrow: Escrow;
  exportRun(run: string, file: string): Promise<{ path: string; sha256: string }>;
  verifyRecord(anchors: readonly string[]): Promise<Verification>;
  matchRecord(text: string): Promise<RecordMatch>;
  /** Signs another record's checkpoint, as this laptop or as one of its people. */
  cosign(note: string, options: { trust?: readonly string[]; person?: { id: string; passphrase: string } | undefined }): Promise<Cosigned>;
  /** Keeps a checkpoint of this record that a known witness has signed. */
  keepWitnessed(note: string): Promise<RecordMatch>;
  importBundle(file: string): Promise<ImportedRun>;
  /** Copies the record into a bucket with Object Lock; EngineError as `replicate`. */
  replicate(request: ReplicationRequest, watch?: ReplicateWatch): Promise<Replication>;
  imported(): Promise<ShownImport[]>;
  /** Of this record, newest first. */
  replications(): Replication[];
  importedView(run: string): Promise<RunView>;
  importedVerification(run: string): Promise<Verification>;
  importedReport(run: string, revision?: number): Promise<Report>;
  /** Goes on here with an imported run. EngineError as `Runs.takeOver`; `not-found` for none, `bad` when its bundle was changed. */
  takeOver(run: string, request: TakeOverRequest): Promise<LiveRun>;
  readonly incidents: Incidents;
  close(): Promise<void>;
}

/** @throws EngineError `locked`, `refused`, `bad` or `disk`, as `openJournal` does */
export function openDataFolder(options: FolderOptions): DataFolder {
  const { dataDir, clock, nodePath, env, launcher, inhibitSleep } = options;
  const journal = openJournal({ dataDir, clock });
  settleKit(journal, dataDir);
  settleDeviceKey(journal, dataDir);
  const credentials = createCredentials({ dataDir, journal, env, askVaultPassphrase: options.askVaultPassphrase, libraries: options.keyrings });
  const library = openLibrary(options, journal, [journal.device.vkey]);
  acceptVersions(journal, options.runbookDirs, library.list().filter(({ path }) => !path.startsWith(kitRoot(dataDir))));
  const kits = createKits({
    ...kitPlaceFacts(options, journal, [journal.device.vkey]), journal, clock, runbookDirs: options.runbookDirs, library: libraryOptions(options, journal, [journal.device.vkey]),
    runbooks: () => library.list().flatMap(({ runbook }) => runbook ?? []),
  });
  const people = createPeople(journal);
  const deps = { clock, runTool: startsLauncher(createRunTool({ node: nodePath }), { launcher, node: nodePath }) };
  const tools = toolEnvironment(env, []);
  const escrow = openEscrow({ journal, people, clock, runTool: deps.runTool, nodePath, env: withToolbox(tools, dataDir) });
  const findings = createFindings({
    journal, people, clock, runbooks: () => library.list().flatMap(({ runbook }) => runbook ?? []),
    run: (name) => runs.view(name),
  });
  const readiness = createReadiness({
    ...deps, journal, dataDir, nodePath, env: tools, processEnv: env, keychain: credentials, warnings: (runbook) => findingWarnings(findings.of(runbook)), escrow: (key) => keyViewOf(journal, key, clock.now()),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.onReadiness === undefined ? {} : { onChanged: options.onReadiness }),
  });
  const runs = createRuns({
    deps, journal, dataDir, people, nodePath, blackstart: launcher, processEnv: env, keychain: credentials, escrow: escrow.access,
    findRunbook: (wanted) => library.find(wanted), readiness: (runbook) => readiness.view(runbook).state, stock: () => readStock(options.runbookDirs),
    faults: (runbook) => knownFaults(readiness.view(runbook)),
    ...(inhibitSleep === undefined ? {} : { inhibitSleep }),
  });
  const record = { reader: journal, dataDir, clock, device: journal.device.vkey };
  const reports = createReports(record, people);
  const report = (run: string, revision?: number): Report => reports.read(runs.view(run), revision);
  return {
    dataDir, journal, library, people, readiness, runs, kits, escrow, reports, findings, report, credentials,
    verifyReport: (bytes, trust = []) => verifyReport(bytes, knownHere(record, trust, (run) => runs.view(run))),
    deviceKey: () => describeDeviceKey(journal.device),
    deviceSigner: () => journal.deviceSigner(),
    unlockDevice: async (passphrase) => {
      const { wrapped } = readDeviceKey(join(dataDir, 'keys'));
      if (wrapped !== null && journal.device.locked !== null) journal.unlockDevice(await openWrapped(wrapped, { keyring: credentials.keyring, passphrase }));
      return describeDeviceKey(journal.device);
    },
    protectDevice: async (wish) => {
      await protectDeviceKey({ ...wish, dataDir, journal, keyring: credentials.keyring });
      return describeDeviceKey(journal.device);
    },
    exportRun: async (run, file) => {
      const made = report(run);
      const reports = (['html', 'json'] as const).map((format) => ({ name: `report.${format}`, bytes: Buffer.from(renderReport(made, format)) }));
      return exportBundle(journal, { run: runs.resolve(run), file, reports });
    },
    verifyRecord: async (anchors) => verifyInChild(dataDir, { anchors: [...anchors] }, options.nodePath),
    ...elsewhere(record, options),
    cosign: async (note, { trust = [], person }) => cosignCheckpoint({ journal, people, clock }, { note, person, trusted: [...trustedKeys(dataDir, []), ...trust.map((vkey) => parseVerifier(vkey))] }),
    keepWitnessed: async (note) => keepWitnessed(journal, note, await elsewhere(record, options).matchRecord(note)),
    importBundle: async (file) => importBundle(journal, importPlace(record), file),
    takeOver: async (run, request) => {
      const { opened, sha256 } = await findImported(journal, importPlace(record), run);
      const { signer, head } = opened.verification;
      return runs.takeOver({ run: opened.run, device: signer?.name ?? '', vkey: signer?.vkey ?? '', known: signer?.known ?? false, bundle: sha256, head, reader: opened.reader }, request);
    },
    incidents: createIncidents({
      journal, clock, find: (runbook) => library.find(runbook).runbook, expected: (runbook, mode) => runs.expected(runbook, mode),
      runs: () => runs.summaries().flatMap(({ id, incident: part }) => (part === undefined ? [] : [runs.view(id)])),
    }),
    replicate: async (request, watch) => replicate({ journal, dataDir, clock, keychain: credentials, env, resolve: (path) => resolve(options.base ?? process.cwd(), path) }, request, watch),
    close: async () => {
      try {
        await runs.close();
      } finally {
        credentials.close();
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
  const record = { reader, dataDir, clock, device };
  const credentials = createCredentials({ dataDir, journal: { events: (filter) => reader.events(filter) }, env: options.env, askVaultPassphrase: options.askVaultPassphrase, libraries: options.keyrings });
  const view = (name: string): RunView => readRunView(reader, name, clock, dataDir);
  const library = openLibrary(options, reader, device === null ? [] : [device]);
  // The journal is folded once for all the runbooks that are asked about.
  const judging = (): ((runbook: Runbook) => ReadinessReport) => {
    const fold = foldReadiness(reader.events({ types: READINESS_EVENTS }));
    const { dead } = readOutage(reader);
    const findings = readFindings(reader);
    return (runbook) => evaluate(runbook, fold, clock.now(), dead, findingWarnings(ofRunbook(findings, runbook, clock.now())));
  };
  return {
    dataDir,
    library,
    runs: { views: () => readRunViews(reader, clock, dataDir), view, documents: () => readRunViews(reader, clock, dataDir).map(toRunDocument), document: (name) => toRunDocument(view(name)) },
    people: () => publicPeople(readPeople(reader)),
    outage: () => readOutage(reader),
    escrow: () => {
      const fold = readRegister(reader);
      return { fold, view: viewOf(fold, reader, clock.now()), record: (id) => recordOf(fold, reader, id) };
    },
    kit: () => {
      const entries = library.list();
      return kitFacts(entries, judging(), reader, clock.now(), kitInPlace(kitPlaceFacts(options, reader, device === null ? [] : [device]), entries.flatMap(({ runbook }) => runbook ?? [])));
    },
    readiness: (runbook) => judging()(runbook),
    findings: () => improvementPlan(readFindings(reader), library.list().flatMap(({ runbook }) => runbook ?? []), clock.now()),
    credentials,
    deviceKey: async (passphrase) => lookAtDeviceKey(join(dataDir, 'keys'), credentials.keyring, passphrase),
    report: (run, revision) => readReport(record, view(run), revision),
    reportStatus: (run) => readStatus(record, view(run), readPeople(reader)),
    verifyReport: (bytes, trust = []) => verifyReport(bytes, knownHere(record, trust, view)),
    verifyRecord: async (anchors) => verifyInChild(dataDir, { anchors: [...anchors] }, options.nodePath),
    ...elsewhere(record, options),
    incidents: readingIncidents({ journal: reader, clock, runs: () => readRunViews(reader, clock, dataDir) }),
    close: () => {
      credentials.close();
      reader.close();
    },
  };
}

/** What the kit board is made of. */
export function kitFacts(entries: readonly LibraryEntry[], readiness: (runbook: Runbook) => ReadinessReport, journal: Pick<JournalReader, 'events' | 'head'>, now: number, imported: KitFacts['imported']): Omit<KitFacts, 'laptop'> {
  const { size, hash } = journal.head;
  return {
    now,
    runbooks: entries.flatMap(({ runbook, signature }) => (runbook === null ? [] : [{ runbook, signature, report: readiness(runbook) }])),
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

/** What this folder can hold against a report. */
function knownHere(record: ReportRecord, trust: readonly string[], view: (run: string) => RunView): KnownHere {
  const { reader, dataDir, device } = record;
  const people = new Map<string, string[]>();
  for (const { data } of reader.events({ types: ['person.enrolled'] })) {
    const { id, vkey } = data;
    if (typeof id === 'string' && typeof vkey === 'string') people.set(id, [...(people.get(id) ?? []), vkey]);
  }
  const issued = [...reader.events({ types: ['report.issued'] })];
  const revisions = (run: string) => readHistory(issued.filter((event) => event.run === run), () => null).revisions;
  return {
    people,
    trusted: [...trustedKeys(dataDir, device === null ? [] : [device]).map(({ vkey }) => vkey), ...trust],
    issued: (run, revision) => revisions(run).find(({ number }) => number === revision)?.sha256 ?? null,
    *reports() {
      for (const run of new Set(issued.flatMap((event) => event.run ?? []))) yield readReport(record, view(run));
    },
  };
}

function importPlace({ dataDir, clock, device }: ReportRecord): ImportPlace {
  return { dataDir, clock, trusted: () => trustedKeys(dataDir, device === null ? [] : [device]).map(({ vkey }) => vkey) };
}

/** What concerns other records: papers that came back, and runs that came from other laptops. */
function elsewhere(record: ReportRecord, { nodePath }: FolderOptions): Pick<DataFolderReader, 'matchRecord' | 'replications' | 'imported' | 'importedView' | 'importedVerification' | 'importedReport'> {
  const { reader, dataDir } = record;
  const place = importPlace(record);
  return {
    matchRecord: async (text) => {
      const people = [...readPeople(reader).values()].map(({ vkey }) => parseVerifier(vkey));
      return matchInChild(dataDir, text, people.map(({ name, publicKey }) => cosignerVkey(name, Buffer.from(publicKey, 'hex'))), nodePath);
    },
    replications: () => readReplications(reader),
    imported: async () => showImported(reader, place),
    importedView: async (run) => (await findImported(reader, place, run)).view,
    importedVerification: async (run) => (await findImported(reader, place, run)).opened.verification,
    importedReport: async (run, revision) => importedReport(reader, place, run, revision),
  };
}
