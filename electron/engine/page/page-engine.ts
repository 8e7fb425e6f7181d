/**
 * The engine as the window sees it: every method of the contract over the real data folder and, beside it, the First
 * drill's own. Which of the two a call means follows from its runbook or run.
 */
import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { EngineError, spokenFault } from '../../contract/errors.ts';
import { METHODS, type EngineEvent } from '../../contract/methods.ts';
import type { OutageView } from '../../contract/outage.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { ParticipantsView } from '../../contract/tabletop/view.ts';
import { viewParticipants } from '../../contract/tabletop/view-exercise.ts';
import { spokenBytes } from '../../contract/wording.ts';
import type { Greeting, HomeView } from '../../contract/home.ts';
import type { FolderOptions } from '../data-folder.ts';
import { drillCalendar } from '../drill/calendar.ts';
import { dueDrills } from '../drill/due.ts';
import { FIRST_DRILL_ID } from '../drill/first-drill.ts';
import { escrowPage, type EscrowPage, type KeyTarget } from './escrow-answers.ts';
import { homeView } from '../home/home-view.ts';
import { markOutage, outageView, readOutage } from '../outage/outage.ts';
import { holdSecrets } from '../readiness/held-secrets.ts';
import { lintPaths } from '../runbook/lint.ts';
import { entryError, type LibraryEntry } from '../runbook/library.ts';
import { VERSION } from '../version.ts';
import { commsAnswers } from './comms-answers.ts';
import { findingAnswers, planOfAll, type FindingHost } from './finding-answers.ts';
import { guardAnswers } from './guard-answers.ts';
import { incidentAnswers } from './incident-answers.ts';
import { kitAnswers } from './kit-answers.ts';
import { readinessAnswers } from './readiness-answers.ts';
import { recordAnswers } from './record-answers.ts';
import { peopleAnswers, runAnswers } from './run-answers.ts';
import { RunNews } from './run-news.ts';
import { answer, type Answers, type PageEngine, type Say } from './serve-page.ts';
import { TwoFolders } from './two-folders.ts';

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
  readonly #folders: TwoFolders;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #say: Say = {
    emit: (event) => this.#listeners.forEach((listener) => listener(event)),
    changed: (event) => {
      this.#say.emit(event);
      this.#say.emit({ event: 'home.changed' });
    },
  };
  readonly #news: RunNews;
  readonly #secrets = holdSecrets();
  readonly #escrow: EscrowPage;
  readonly #kit: ReturnType<typeof kitAnswers>;
  readonly #closing = new AbortController();
  #replicating: Promise<unknown> | null = null;

  constructor(options: FolderOptions) {
    this.#options = { ...options, onProgress: (progress) => this.#say.emit({ event: 'readiness.progress', progress }), onReadiness: (report) => this.#say.changed({ event: 'readiness.changed', report }) };
    this.#news = new RunNews({ view: (run) => this.#folders.ofRun(run).runs.view(run), underWay: () => (this.#listeners.size === 0 ? [] : this.#folders.liveRuns()), say: this.#say });
    this.#folders = new TwoFolders(this.#options, (folder) => this.#news.watch(folder));
    this.#escrow = escrowPage(this.#folders.real.escrow.host, {
      secretOf: (run, step) => this.#folders.ofRun(run).runs.live(run)?.fold.steps.get(step)?.waitingDetail ?? step,
      take: async (to, key, source) => this.#takeKey(to, key, source),
    }, (view) => this.#say.changed({ event: 'escrow.changed', view }));
    this.#kit = kitAnswers(this.#folders, this.#options.clock, this.#say);
    this.answers = this.#allAnswers();
    void this.#unlockAtStart();
  }

  async greeting(): Promise<Greeting> {
    return { event: 'greeting', home: await this.#home() };
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
    const view = this.#folders.findRun(run)?.runs.view(run);
    if (view?.exercise === undefined) return null;
    return viewParticipants(view, view.exercise);
  }

  async close(): Promise<void> {
    this.#kit.importing.stop();
    this.#closing.abort();
    this.#news.close();
    this.#secrets.forgetAll();
    this.#escrow.close();
    await this.#kit.importing.ended();
    await this.#replicating?.catch(() => undefined);
    await this.#folders.close();
  }

  #allAnswers(): Answers {
    const folders = this.#folders;
    const { real } = folders;
    const { clock, runbookDirs } = this.#options;
    const changedHome = (): void => this.#say.emit({ event: 'home.changed' });
    return {
      ...this.#readingAnswers(), ...this.#kit.answers, ...runAnswers(folders, runbookDirs), ...peopleAnswers(folders), ...this.#escrow.answers,
      ...readinessAnswers({ folders, secrets: this.#secrets, options: this.#options, say: this.#say }),
      ...recordAnswers({
        real, clock, folders: () => folders.all(), folderOfRun: (run) => folders.findRun(run),
        closing: this.#closing.signal, onReplication: (progress) => this.#say.emit({ event: 'replication.progress', progress }), underWay: (work) => { this.#replicating = work; },
      }),
      ...commsAnswers({ clock, library: real.library, runsOf: (run) => folders.ofRun(run).runs }),
      ...guardAnswers(real, changedHome), ...incidentAnswers(real, changedHome), ...findingAnswers(this.#findingHost()),
    };
  }

  #findingHost(): FindingHost {
    const folders = this.#folders;
    return {
      folders: () => folders.all(), runbooks: () => folders.runbooks(), folderOfRunbook: (id) => folders.ofRunbook(id), folderOfRun: (run) => folders.ofRun(run),
      changed: (id) => {
        const runbook = folders.runbooks().find(({ front }) => front.id === id);
        if (runbook !== undefined) this.#tellReadiness(runbook);
        this.#say.emit({ event: 'home.changed' });
      },
    };
  }

  #tellReadiness(runbook: Runbook): void {
    this.#say.emit({ event: 'readiness.changed', report: this.#folders.ofRunbook(runbook.front.id).readiness.view(runbook) });
  }

  #outage(): OutageView {
    return outageView(this.#folders.runbooks(), readOutage(this.#folders.real.journal));
  }

  #readingAnswers() {
    const { real } = this.#folders;
    return {
      'app.info': answer(METHODS['app.info'], () => this.#info()),
      'app.echo': answer(METHODS['app.echo'], ({ text }) => ({ text })),
      'drill.calendar': answer(METHODS['drill.calendar'], () => drillCalendar(this.#folders.runbooks(), this.#folders.summaries(), this.#options.clock.now())),
      'home.view': answer(METHODS['home.view'], async () => this.#home()),
      'runbook.list': answer(METHODS['runbook.list'], () => ({ runbooks: real.library.list().map(runbookRow) })),
      'runbook.get': answer(METHODS['runbook.get'], ({ id }) => {
        const { runbook, signature, bytes } = this.#folders.runbook(id);
        return { runbook, signature, text: Buffer.from(bytes).toString('utf8') };
      }),
      'runbook.lint': answer(METHODS['runbook.lint'], ({ id }) => lintPaths([this.#folders.runbook(id).path], { at: new Date(this.#options.clock.now()) })),
      'outage.view': answer(METHODS['outage.view'], () => this.#outage()),
      'outage.mark': answer(METHODS['outage.mark'], ({ dead, by }) => {
        const runbooks = this.#folders.runbooks();
        markOutage(real.journal, runbooks, dead, by);
        for (const runbook of runbooks) this.#tellReadiness(runbook);
        this.#say.emit({ event: 'home.changed' });
        return this.#outage();
      }),
      'drill.prepare': answer(METHODS['drill.prepare'], async () => {
        const { folder, made } = await this.#folders.openDrill();
        return { runbook: FIRST_DRILL_ID, made, data_dir: folder.dataDir };
      }),
    };
  }

  #info() {
    const { runs, journal } = this.#folders.real;
    return {
      version: VERSION, data_dir: this.#options.dataDir, node: process.versions.node, platform: process.platform, laptop: hostname(),
      first_start: runs.ids().length === 0, device_key: journal.device.protection,
    };
  }

  /** A key that a ceremony released goes into a memory handle of a run or of checks. */
  async #takeKey(to: KeyTarget, key: Uint8Array, source: string): Promise<void> {
    if ('run' in to) {
      await this.#folders.ofRun(to.run).runs.command(to.run, { do: 'secret', step: to.step, value: Uint8Array.from(key) }, { source });
      return;
    }
    const spec = this.#folders.runbook(to.runbook).runbook.front.secrets?.[to.secret];
    if (spec === undefined) throw new EngineError('not-found', `The runbook ${to.runbook} has no secret ${to.secret}.`);
    this.#secrets.keep(to.runbook, to.secret, spec, key, source);
  }

  /** By the keyring, which may answer late or never; nothing waits for it. */
  async #unlockAtStart(): Promise<void> {
    const { real } = this.#folders;
    if (real.journal.device.locked === null) return;
    try {
      const { locked } = await real.unlockDevice();
      if (locked !== null) this.#say.emit({ event: 'notice', level: 'attention', text: `The key of this laptop is locked: ${locked}. Runs go on; unlock it on the Record screen, so that they are signed.` });
    } catch (thrown) {
      if (!this.#closing.signal.aborted) this.#say.emit({ event: 'notice', level: 'attention', text: spokenFault(thrown) });
    }
    this.#say.emit({ event: 'home.changed' });
  }

  async #home(): Promise<HomeView> {
    const folders = this.#folders;
    const { journal, people, incidents } = folders.real;
    const entries = folders.real.library.list();
    const runbooks = entries.flatMap(({ runbook }) => runbook ?? []);
    const runs = folders.summaries();
    return homeView({
      runbooks, runs, drills: dueDrills(runbooks, runs, this.#options.clock.now()), findings: planOfAll(this.#findingHost(), runbooks).findings, kit: await this.#kitLines(entries), peopleEnrolled: people.list().length,
      dead: readOutage(journal).dead, incidents: incidents.list().filter(({ state }) => state === 'open'),
      readiness: new Map(runbooks.map((runbook) => [runbook.front.id, folders.ofRunbook(runbook.front.id).readiness.view(runbook)])),
    });
  }

  async #kitLines(entries: readonly LibraryEntry[]): Promise<HomeView['kit']> {
    const { bavail, bsize } = await statfs(this.#options.dataDir);
    const { people: roster, journal } = this.#folders.real;
    const signed = entries.filter(({ signature }) => signature.state === 'signed').length;
    const people = roster.list().filter(({ revoked_at }) => revoked_at === null).length;
    const { guards, locked } = journal.device;
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
