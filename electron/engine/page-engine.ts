/**
 * The engine as the window sees it: every method of the contract over the real data folder and, beside it, the First
 * drill's own. Which of the two a call means follows from its runbook or run.
 */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EngineError, spokenFault } from '../contract/errors.ts';
import { METHODS, type EngineEvent, type HomeView } from '../contract/methods.ts';
import type { KitBoard, KitInPlace } from '../contract/kit.ts';
import type { OutageView } from '../contract/outage.ts';
import type { ReadinessReport } from '../contract/readiness.ts';
import type { RunSummary } from '../contract/run.ts';
import type { Runbook } from '../contract/runbook.ts';
import type { ParticipantsView } from '../contract/tabletop/view.ts';
import { viewParticipants } from '../contract/tabletop/view-exercise.ts';
import { spokenBytes } from '../contract/wording.ts';
import { checkRunbook } from './check-runbook.ts';
import { kitFacts, openDataFolder, type DataFolder, type FolderOptions } from './data-folder.ts';
import { drillCalendar } from './drill/calendar.ts';
import { commsAnswers } from './comms-answers.ts';
import { dueDrills } from './drill/due.ts';
import { FIRST_DRILL_ID, firstDrillDataDir } from './drill/first-drill.ts';
import { openFirstDrill, type OpenDrill } from './drill/open-first-drill.ts';
import { escrowPage, type EscrowPage, type KeyTarget } from './escrow/register/page-escrow.ts';
import { findingAnswers, planOfAll, type FindingHost } from './finding-answers.ts';
import { guardAnswers } from './guard-answers.ts';
import { homeView } from './home/home-view.ts';
import { incidentAnswers } from './incident-answers.ts';
import { kitBoard } from './kit/kit-board.ts';
import { markOutage, outageView, readOutage } from './outage/outage.ts';
import { holdSecrets } from './readiness/held-secrets.ts';
import { recordAnswers } from './record-answers.ts';
import { lintPaths } from './runbook/lint.ts';
import { entryError, type LibraryEntry } from './runbook/library.ts';
import { answer, type Answers, type PageEngine } from './serve-page.ts';
import { readStock } from './tabletop/stock.ts';
import { VERSION } from './version.ts';

/** How soon after an event a page gets the new view: one frame, however many events come in it. */
const VIEW_MS = 16;
/** How soon after output a page learns when it came. */
const HEARD_MS = 1_000;
/** How often the views of runs under way are made anew, so that forecasts move with the clock. */
const REFRESH_MS = 10_000;

export interface ConsoleEngine extends PageEngine {
  participants(run: string): ParticipantsView | null;
  close(): Promise<void>;
}

/** @throws EngineError as `openDataFolder` does */
export function openConsoleEngine(options: FolderOptions): ConsoleEngine {
  return new Console(options);
}

class Console implements ConsoleEngine {
  readonly answers: Answers;
  readonly #options: FolderOptions;
  readonly #real: DataFolder;
  #drill: DataFolder | null = null;
  #openingDrill: Promise<OpenDrill> | null = null;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #secrets = holdSecrets();
  readonly #escrow: EscrowPage;
  readonly #stale = new Set<string>();
  readonly #talking = new Map<string, NodeJS.Timeout>();
  #importing: { stop: AbortController; done: Promise<KitInPlace> } | null = null;
  readonly #closing = new AbortController();
  readonly #findingHost: FindingHost = {
    folders: () => this.#folders(), runbooks: () => this.#runbooks(), folderOfRunbook: (id) => this.#folderOfRunbook(id), folderOfRun: (run) => this.#folderOfRun(run),
    changed: (id) => {
      const runbook = this.#runbooks().find(({ front }) => front.id === id);
      if (runbook !== undefined) this.#emit({ event: 'readiness.changed', report: this.#folderOfRunbook(id).readiness.view(runbook) });
      this.#emit({ event: 'home.changed' });
    },
  };
  #replicating: Promise<unknown> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #refresh: NodeJS.Timeout;

  constructor(options: FolderOptions) {
    this.#options = { ...options, onProgress: (progress) => this.#emit({ event: 'readiness.progress', progress }), onReadiness: (report) => this.#changed({ event: 'readiness.changed', report }) };
    this.#real = openDataFolder(this.#options);
    this.#watch(this.#real);
    this.#escrow = escrowPage(this.#real.escrow.host, {
      secretOf: (run, step) => this.#folderOfRun(run).runs.live(run)?.fold.steps.get(step)?.waitingDetail ?? step,
      take: async (to, key, source) => this.#takeKey(to, key, source),
    }, (view) => this.#changed({ event: 'escrow.changed', view }));
    this.#refresh = setInterval(() => this.#refreshViews(), REFRESH_MS).unref();
    const changedHome = (): void => this.#emit({ event: 'home.changed' });
    this.answers = {
      ...this.#readingAnswers(), ...this.#kitAnswers(), ...this.#readinessAnswers(), ...this.#runAnswers(), ...this.#peopleAnswers(), ...this.#escrow.answers,
      ...recordAnswers({
        real: this.#real, clock: this.#options.clock, folders: () => this.#folders(), folderOfRun: (run) => this.#folders().find((folder) => folder.runs.has(run)) ?? null,
        closing: this.#closing.signal, onReplication: (progress) => this.#emit({ event: 'replication.progress', progress }), underWay: (work) => { this.#replicating = work; },
      }),
      ...commsAnswers({ clock: this.#options.clock, library: this.#real.library, runsOf: (run) => this.#folderOfRun(run).runs }),
      ...guardAnswers(this.#real, changedHome), ...incidentAnswers(this.#real, changedHome), ...findingAnswers(this.#findingHost),
    };
    void this.#unlockAtStart();
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#secrets.forgetAll(); // nobody is left who gave them
    };
  }

  /** What the participants of an exercise may know; null when there is no such exercise. */
  participants(run: string): ParticipantsView | null {
    const folder = this.#folders().find(({ runs }) => runs.has(run));
    const view = folder?.runs.view(run);
    if (view?.exercise === undefined) return null;
    return viewParticipants(view, view.exercise);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#importing?.stop.abort();
    this.#closing.abort();
    clearTimeout(this.#timer);
    for (const timer of this.#talking.values()) clearTimeout(timer);
    clearInterval(this.#refresh);
    this.#secrets.forgetAll();
    this.#escrow.close();
    await this.#openingDrill?.catch(() => undefined);
    await this.#importing?.done.catch(() => undefined);
    await this.#replicating?.catch(() => undefined);
    await this.#drill?.close();
    await this.#real.close();
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Whatever changes a run or a check changes Home as well. */
  #changed(event: EngineEvent): void {
    this.#emit(event);
    this.#emit({ event: 'home.changed' });
  }

  #watch(folder: DataFolder): void {
    folder.runs.subscribe((news) => {
      if (news.kind === 'output') {
        this.#emit({ event: 'run.output', run: news.run, step: news.step, offset: news.offset, bytes: Uint8Array.from(news.bytes) });
        this.#heard(news.run);
      }
      if (news.kind === 'fault') this.#emit({ event: 'notice', level: 'alarm', text: news.message });
      if (news.kind !== 'output') this.#markStale(news.run); // what went wrong stands in the view as well
    });
  }

  /** The view says when a tool last printed something; a flood of output makes it anew once a second. */
  #heard(run: string): void {
    if (this.#talking.has(run)) return;
    this.#talking.set(run, setTimeout(() => {
      this.#talking.delete(run);
      this.#markStale(run);
    }, HEARD_MS).unref());
  }

  #markStale(run: string): void {
    if (this.#isClosed) return; // runs that are parked at the end have nobody to be shown to
    this.#stale.add(run);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const stale of this.#stale) this.#changed({ event: 'run.changed', run: stale, view: this.#folderOfRun(stale).runs.view(stale) });
      this.#stale.clear();
    }, VIEW_MS);
  }

  #refreshViews(): void {
    if (this.#listeners.size === 0) return;
    for (const folder of this.#folders()) {
      for (const id of folder.runs.ids()) if (folder.runs.live(id) !== null) this.#markStale(id);
    }
  }

  #folders(): DataFolder[] {
    if (this.#drill === null && this.#openingDrill === null && existsSync(join(firstDrillDataDir(this.#options.dataDir), 'journal.sqlite'))) this.#adoptDrill(openDataFolder({ ...this.#options, dataDir: firstDrillDataDir(this.#options.dataDir) }));
    return this.#drill === null ? [this.#real] : [this.#real, this.#drill];
  }

  #adoptDrill(folder: DataFolder): DataFolder {
    this.#drill = folder;
    this.#watch(folder);
    return folder;
  }

  /** The First drill's folder, its material made; opened once, however many ask for it at the same time. */
  async #openDrill(): Promise<OpenDrill> {
    const opened = this.#folders()[1];
    if (opened !== undefined && existsSync(join(opened.dataDir, 'lanterns'))) return { folder: opened, made: false };
    this.#openingDrill ??= this.#makeDrill().finally(() => { this.#openingDrill = null; });
    return this.#openingDrill;
  }

  async #makeDrill(): Promise<OpenDrill> {
    await this.#drill?.close();
    this.#drill = null;
    const { folder, made } = await openFirstDrill(this.#options);
    return { folder: this.#adoptDrill(folder), made };
  }

  #folderOfRunbook(id: string): DataFolder {
    return id === FIRST_DRILL_ID ? (this.#folders()[1] ?? this.#real) : this.#real;
  }

  async #folderToUse(id: string): Promise<DataFolder> {
    return id === FIRST_DRILL_ID ? (await this.#openDrill()).folder : this.#real;
  }

  #folderOfRun(run: string): DataFolder {
    const found = this.#folders().find((folder) => folder.runs.has(run));
    if (found === undefined) throw new EngineError('not-found', `There is no run ${run}.`);
    return found;
  }

  #runbook(id: string): LibraryEntry & { runbook: Runbook } {
    return this.#real.library.find(id);
  }

  #runbooks(): Runbook[] {
    return this.#real.library.list().flatMap(({ runbook }) => runbook ?? []);
  }

  #board(): KitBoard {
    const readiness = (runbook: Runbook): ReadinessReport => this.#folderOfRunbook(runbook.front.id).readiness.view(runbook);
    return kitBoard({ ...kitFacts(this.#real.library.list(), readiness, this.#real.journal, this.#options.clock.now(), this.#real.kits.inPlace()), laptop: hostname() });
  }

  #outage(): OutageView {
    return outageView(this.#runbooks(), readOutage(this.#real.journal));
  }

  #readingAnswers() {
    return {
      'app.info': answer(METHODS['app.info'], () => this.#info()),
      'app.echo': answer(METHODS['app.echo'], ({ text }) => ({ text })),
      'drill.calendar': answer(METHODS['drill.calendar'], () => drillCalendar(this.#runbooks(), this.#summaries(), this.#options.clock.now())),
      'home.view': answer(METHODS['home.view'], async () => this.#home()),
      'runbook.list': answer(METHODS['runbook.list'], () => ({ runbooks: this.#real.library.list().map(runbookRow) })),
      'runbook.get': answer(METHODS['runbook.get'], ({ id }) => {
        const { runbook, signature, bytes } = this.#runbook(id);
        return { runbook, signature, text: Buffer.from(bytes).toString('utf8') };
      }),
      'runbook.lint': answer(METHODS['runbook.lint'], ({ id }) => lintPaths([this.#runbook(id).path], { at: new Date(this.#options.clock.now()) })),
      'outage.view': answer(METHODS['outage.view'], () => this.#outage()),
      'outage.mark': answer(METHODS['outage.mark'], ({ dead, by }) => {
        markOutage(this.#real.journal, this.#runbooks(), dead, by);
        for (const runbook of this.#runbooks()) this.#emit({ event: 'readiness.changed', report: this.#folderOfRunbook(runbook.front.id).readiness.view(runbook) });
        this.#emit({ event: 'home.changed' });
        return this.#outage();
      }),
      'drill.prepare': answer(METHODS['drill.prepare'], async () => {
        const { folder, made } = await this.#openDrill();
        return { runbook: FIRST_DRILL_ID, made, data_dir: folder.dataDir };
      }),
    };
  }

  #kitAnswers() {
    return {
      'kit.view': answer(METHODS['kit.view'], () => this.#board()),
      'kit.look': answer(METHODS['kit.look'], async ({ folder, trust }) => this.#real.kits.look(folder, trust === undefined ? [] : [trust])),
      'kit.import': answer(METHODS['kit.import'], async ({ folder, by, trust, older }) => this.#importKit({ folder, by, older, trust: trust === undefined ? [] : [trust] })),
      'kit.cancel': answer(METHODS['kit.cancel'], () => {
        this.#importing?.stop.abort();
        return {};
      }),
    };
  }

  /** Steps under way may read from the kit in place, so it is not taken away under them. */
  async #importKit(request: Pick<Parameters<DataFolder['kits']['import']>[0], 'folder' | 'by' | 'older' | 'trust'>): Promise<KitInPlace> {
    const live = this.#folders().flatMap(({ runs }) => runs.ids().filter((id) => runs.live(id) !== null));
    if (live.length > 0) throw new EngineError('refused', `A run is under way (${live.join(', ')}); the kit stays as it is until it is over.`, { hint: 'Refresh the kit afterwards.' });
    if (this.#importing !== null) throw new EngineError('refused', 'A kit is being imported already.', { hint: 'Wait for it, or stop it first.' });
    const stop = new AbortController();
    const done = this.#real.kits.import({ ...request, signal: stop.signal, onProgress: (progress) => this.#emit({ event: 'kit.progress', progress }) });
    this.#importing = { stop, done };
    try {
      return await done;
    } finally {
      this.#importing = null;
      this.#emit({ event: 'home.changed' });
    }
  }

  #info() {
    const { dataDir } = this.#options;
    return {
      version: VERSION, data_dir: dataDir, node: process.versions.node, platform: process.platform, laptop: hostname(),
      first_start: this.#real.runs.ids().length === 0, device_key: this.#real.journal.device.protection,
    };
  }

  #readinessAnswers() {
    return {
      'readiness.view': answer(METHODS['readiness.view'], ({ id }) => this.#folderOfRunbook(id).readiness.view(this.#runbook(id).runbook)),
      'readiness.start': answer(METHODS['readiness.start'], async ({ id, only, prove, params }) => {
        const folder = await this.#folderToUse(id);
        const { runbook } = this.#runbook(id);
        void this.#check(folder, runbook, { only, prove }, params ?? {});
        return { started: only ?? runbook.checks.map((check) => check.id) };
      }),
      'readiness.cancel': answer(METHODS['readiness.cancel'], ({ id }) => {
        this.#folderOfRunbook(id).readiness.cancel(id);
        return {};
      }),
      'readiness.override': answer(METHODS['readiness.override'], async ({ id, check, by, reason }) => (await this.#folderToUse(id)).readiness.override(this.#runbook(id).runbook, check, { by, actor: `person/${by}`, reason })),
      'readiness.attest': answer(METHODS['readiness.attest'], async ({ id, check, by, note }) => (await this.#folderToUse(id)).readiness.attest(this.#runbook(id).runbook, check, { by, actor: `person/${by}`, note, ...this.#rolesOf(by) })),
      'readiness.secret': answer(METHODS['readiness.secret'], ({ id, secret, value }) => {
        const spec = this.#runbook(id).runbook.front.secrets?.[secret];
        if (spec === undefined) throw new EngineError('not-found', `The runbook ${id} has no secret ${secret}.`);
        this.#secrets.keep(id, secret, spec, typeof value === 'string' ? Buffer.from(value, 'utf8') : value, 'prompt');
        return { held: this.#secrets.names(id) };
      }),
      'readiness.secrets': answer(METHODS['readiness.secrets'], ({ id }) => ({ held: this.#secrets.names(id) })),
      'readiness.forget': answer(METHODS['readiness.forget'], ({ id, secret }) => {
        this.#secrets.forget(id, secret);
        return { held: this.#secrets.names(id) };
      }),
    };
  }

  /** Of somebody who is enrolled under that name; of others nothing is known. */
  #rolesOf(name: string): { roles?: string[] } {
    const person = this.#real.people.list().find((one) => one.name === name.trim() && one.revoked_at === null);
    return person === undefined ? {} : { roles: person.roles };
  }

  /** Results come as events; what goes wrong around the checks is told as a notice. */
  async #check(folder: DataFolder, runbook: Runbook, { only, prove }: { only: readonly string[] | undefined; prove: boolean | undefined }, params: Readonly<Record<string, string>>): Promise<void> {
    const secrets = this.#secrets.forRound(runbook.front.id);
    try {
      const { env, launcher } = this.#options;
      const report = await checkRunbook(folder, { runbook, params, secrets, actor: 'engine', env, launcher, ...(only === undefined ? {} : { only }), ...(prove === undefined ? {} : { prove }) });
      this.#changed({ event: 'readiness.changed', report });
    } catch (thrown) {
      this.#emit({ event: 'notice', level: 'attention', text: spokenFault(thrown) });
    } finally {
      secrets.forgetAll();
    }
  }

  #runAnswers() {
    return {
      'run.prepare': answer(METHODS['run.prepare'], async (request) => (await this.#folderToUse(request.id)).runs.prepare(request)),
      'run.start': answer(METHODS['run.start'], async (request) => ({ run: (await (await this.#folderToUse(request.id)).runs.start(request, 'step')).id })),
      'run.list': answer(METHODS['run.list'], () => ({ runs: this.#summaries() })),
      'run.view': answer(METHODS['run.view'], ({ run }) => this.#folderOfRun(run).runs.view(run)),
      'run.resume': answer(METHODS['run.resume'], async ({ run, operator, passphrase }) => {
        const { runs } = this.#folderOfRun(run);
        await runs.resume(run, { operator, passphrase, pace: 'step' });
        return runs.view(run);
      }),
      'run.command': answer(METHODS['run.command'], async ({ run, command }) => this.#folderOfRun(run).runs.command(run, command)),
      'tabletop.stock': answer(METHODS['tabletop.stock'], () => ({ injects: readStock(this.#options.runbookDirs) })),
      'run.output': answer(METHODS['run.output'], ({ run, step, offset, length }) => {
        const found = this.#folderOfRun(run).runs.output(run, step, offset, length);
        return { ...found, bytes: Uint8Array.from(found.bytes) };
      }),
    };
  }

  /** A key that a ceremony released goes into a memory handle of a run or of checks. */
  async #takeKey(to: KeyTarget, key: Uint8Array, source: string): Promise<void> {
    if ('run' in to) {
      await this.#folderOfRun(to.run).runs.command(to.run, { do: 'secret', step: to.step, value: Uint8Array.from(key) }, { source });
      return;
    }
    const spec = this.#runbook(to.runbook).runbook.front.secrets?.[to.secret];
    if (spec === undefined) throw new EngineError('not-found', `The runbook ${to.runbook} has no secret ${to.secret}.`);
    this.#secrets.keep(to.runbook, to.secret, spec, key, source);
  }

  /** By the keyring, which may answer late or never; nothing waits for it. */
  async #unlockAtStart(): Promise<void> {
    if (this.#real.journal.device.locked === null) return;
    try {
      const { locked } = await this.#real.unlockDevice();
      if (locked !== null) this.#emit({ event: 'notice', level: 'attention', text: `The key of this laptop is locked: ${locked}. Runs go on; unlock it on the Record screen, so that they are signed.` });
    } catch (thrown) {
      if (!this.#isClosed) this.#emit({ event: 'notice', level: 'attention', text: spokenFault(thrown) });
    }
    this.#emit({ event: 'home.changed' });
  }

  #peopleAnswers() {
    return {
      'people.list': answer(METHODS['people.list'], ({ run }) => ({ people: (run === undefined ? this.#real : this.#folderOfRun(run)).people.list() })),
      'people.enroll': answer(METHODS['people.enroll'], async (enrolment) => this.#real.people.enroll(enrolment)),
      'people.endorse': answer(METHODS['people.endorse'], async ({ id, by, passphrase }) => {
        await this.#real.people.endorse(id, by, passphrase);
        return {};
      }),
      'people.revoke': answer(METHODS['people.revoke'], async ({ id }) => {
        await this.#real.people.revoke(id);
        return {};
      }),
    };
  }

  #summaries(): RunSummary[] {
    return this.#folders().flatMap(({ runs }) => runs.summaries()).sort((a, b) => b.id.localeCompare(a.id));
  }

  async #home(): Promise<HomeView> {
    const runbooks = this.#runbooks();
    const runs = this.#summaries();
    const now = this.#options.clock.now();
    return homeView({
      runbooks, runs, drills: dueDrills(runbooks, runs, now), findings: planOfAll(this.#findingHost, runbooks).findings, kit: await this.#kit(), peopleEnrolled: this.#real.people.list().length,
      dead: readOutage(this.#real.journal).dead, incidents: this.#real.incidents.list().filter(({ state }) => state === 'open'),
      readiness: new Map(runbooks.map((runbook) => [runbook.front.id, this.#folderOfRunbook(runbook.front.id).readiness.view(runbook)])),
    });
  }

  async #kit(): Promise<HomeView['kit']> {
    const { bavail, bsize } = await statfs(this.#options.dataDir);
    const entries = this.#real.library.list();
    const signed = entries.filter(({ signature }) => signature.state === 'signed').length;
    const people = this.#real.people.list().filter(({ revoked_at }) => revoked_at === null).length;
    const { guards, locked } = this.#real.journal.device;
    return [
      { title: 'Runbooks signed', value: `${signed} of ${entries.length}`, state: signed === entries.length ? 'good' : 'due' },
      { title: 'People enrolled', value: String(people), state: people >= 2 ? 'good' : 'due' },
      { title: 'Disk free', value: spokenBytes(bavail * bsize), state: bavail * bsize > 10e9 ? 'good' : 'due' },
      { title: 'Device key', value: locked !== null ? 'locked' : guards.length === 0 ? 'unwrapped' : `by ${guards.join(' or ')}`, state: locked === null && guards.length > 0 ? 'good' : 'due' },
    ];
  }
}

function runbookRow(entry: LibraryEntry) {
  const { runbook, path, sha256, signature } = entry;
  const name = path.split(/[/\\]/u).at(-1) ?? path;
  return {
    id: entry.id ?? name, title: runbook?.front.title ?? name, system: runbook?.front.system ?? '', sha256, severity: runbook?.front.severity ?? '',
    path, rto: runbook?.front.targets?.rto ?? null, steps: runbook?.steps.length ?? 0, signature, error: entryError(entry),
  };
}
