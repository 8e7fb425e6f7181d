/**
 * The runs' door, for the page's engine and the command line alike.
 *
 * ```
 * const runs = createRuns({ deps, journal, dataDir, people, findRunbook, readiness, … });      // RunsDeps
 * runs.prepare({ id, mode, params })                → questions, signature, readiness, what is needed; writes nothing
 * const live = await runs.start({ id, mode, params, operator, … }, 'step' | 'auto')            → LiveRun
 * const live = await runs.resume(run, { operator?, passphrase?, pace })                        → LiveRun; the same one when it is carried here
 * const live = await runs.takeOver(source, { operator, reason, … })                            → LiveRun that goes on with another laptop's run
 * runs.list() → RunView[] newest first       runs.view(run) → RunView       runs.resolve('last' | prefix) → id
 * await runs.command(run, command, { actor?, unattended? }) → RunView; EngineError `refused` with the reason when it cannot be
 * runs.output(run, step, offset, length) → { offset, bytes, size }
 * runs.subscribe(listener) → unsubscribe        listener gets RunNews
 * await runs.close()                                ends what runs, parks every run that is carried here
 *
 * await driveRun(runs, live, answers, host) → { state, exit: 0 | 1 | 5, why }   (drive.ts)      parseAnswers(text, path) (answers.ts)
 * ```
 * `step` (the page): programs wait for a person's start; `auto` (unattended): they start as soon as they may.
 * Reading needs no lock: `readRunViews(reader, clock, dataDir)` and `readRunView(reader, name, clock, dataDir)` in read-runs.ts.
 */
import { EngineError, spokenFault } from '../../contract/errors.ts';
import type { RunCommand, RunView } from '../../contract/run.ts';
import type { Pace } from '../../contract/run/events.ts';
import type { RunFold, StepFold } from '../../contract/run/state.ts';
import { summarise } from '../../contract/run/view.ts';
import type { NamedFault } from '../../contract/suspect.ts';
import { planRun } from '../../contract/run/plan.ts';
import type { Inject, Runbook } from '../../contract/runbook.ts';
import type { ExerciseFold } from '../../contract/tabletop/state.ts';
import type { RunSummary } from '../../contract/run/summary.ts';
import type { Mode, ReadinessState } from '../../contract/vocabulary.ts';
import type { Deps } from '../deps.ts';
import type { Journal, JournalEvent } from '../journal/journal.ts';
import { packageDigest } from '../installation.ts';
import { admitRun, type Admitted } from '../incident/admit-run.ts';
import { expectRecovery } from '../incident/expect-recovery.ts';
import { deadAtStart, readOutage } from '../outage/outage.ts';
import { personId, type People } from '../people/people.ts';
import { removeLeftoverSecrets } from '../secrets/deliver-file.ts';
import type { EscrowAccess } from '../secrets/escrow-access.ts';
import { systemKeychain, type Keychain } from '../secrets/keychain.ts';
import { createSecretStore } from '../secrets/secret-store.ts';
import { startTimeOf } from '../tool/process-table.ts';
import { VERSION } from '../version.ts';
import { checkAnswers, type Answers } from './answers.ts';
import { doCommand, type CommandOptions } from './commands.ts';
import { LiveRun } from './live-run.ts';
import { makeRunDir } from './programs.ts';
import { isCarried, runDirOf, viewRecorded } from './read-runs.ts';
import { createShelf } from './shelf.ts';
import { interruptions, settleSurvivors, survivorsOf, takeUpServices } from './resume.ts';
import { createScratch } from './scratch.ts';
import type { FindRunbook, Preparation, StartRequest } from './start.ts';
import { checkStart, findOperator, freezePlan, freezeRun, givenTimes, newRunId, prepareRun, shortRoles } from './start.ts';
import { prepareTakeOver, takeOverEvents, type TakeOverRequest, type TakeOverSource } from './take-over.ts';

export type { FindRunbook, FoundRunbook, Preparation, StartRequest } from './start.ts';
export type { LiveRun } from './live-run.ts';
export type { TakeOverRequest, TakeOverSource } from './take-over.ts';

export interface RunsDeps {
  deps: Deps;
  journal: Journal;
  dataDir: string;
  people: People;
  findRunbook: FindRunbook;
  readiness(runbook: Runbook): ReadinessState;
  /** What readiness last found wrong with backups of a runbook; default nothing. */
  faults?(runbook: Runbook): (NamedFault & { check: string })[];
  /** Environment that tools inherit the allowed names from. */
  processEnv: Readonly<Record<string, string | undefined>>;
  /** Node, for children of our own; default this process's program. */
  nodePath?: string;
  /** `{{blackstart}}`: the path of the command line. */
  blackstart: string;
  /** Default: the system's. */
  keychain?: Keychain;
  /** Keys out of escrow; without it such sources have nothing. */
  escrow?: EscrowAccess;
  /** Injects that fit any runbook; default none. */
  stock?: () => readonly Inject[];
  /** Keeps the laptop awake while a run goes on; called with the run's id, returns what lets it sleep again. */
  inhibitSleep?: (run: string) => () => void;
}

export type RunNews =
  | { kind: 'event'; run: string; event: JournalEvent }
  | { kind: 'output'; run: string; step: string; offset: number; bytes: Uint8Array }
  | { kind: 'fault'; run: string; message: string };

export interface ResumeRequest {
  operator?: string | undefined;
  passphrase?: string | undefined;
  pace: Pace;
  /** Checked against the runbook before anything is recorded. */
  answers?: Answers;
}

export interface Runs {
  prepare(request: StartRequest): Preparation;
  /** @param answers are checked against the runbook before the run is made */
  start(request: StartRequest, pace: Pace, answers?: Answers): Promise<LiveRun>;
  resume(run: string, request: ResumeRequest): Promise<LiveRun>;
  /**
   * Goes on here with a run of another laptop, as its evidence bundle tells it.
   * @throws EngineError `refused` when it is over or was taken over here before, `waiting` for what only a person may accept, `usage` for params
   */
  takeOver(source: TakeOverSource, request: TakeOverRequest): Promise<LiveRun>;
  /** Milliseconds from the start of a run to the service restored; null when the runbook does not say. */
  expected(idOrPath: string, mode: Mode): number | null;
  /** Newest first; runs that this version cannot read are left out. */
  list(): RunView[];
  /** What a list says of each, newest first: cheap, however many there are. Those that do not read are left out. */
  summaries(): RunSummary[];
  /** Oldest first, all of them. */
  ids(): string[];
  view(run: string): RunView;
  /** Whether this journal knows a run of that whole id; cheap. */
  has(run: string): boolean;
  /** The run as it is carried here, or null. */
  live(run: string): LiveRun | null;
  resolve(name: string): string;
  /** The run as its events made it so far; nobody changes it. EngineError `not-found` for a run that is not here. */
  folded(name: string): Readonly<RunFold>;
  command(run: string, command: RunCommand, options?: CommandOptions): Promise<RunView>;
  output(run: string, step: string, offset: number, length: number): { offset: number; bytes: Uint8Array; size: number };
  subscribe(listener: (news: RunNews) => void): () => void;
  /** EngineError `disk` when a run could not be parked; it is left then, and taken up like one that was interrupted. */
  close(): Promise<void>;
}

export function createRuns(given: RunsDeps): Runs {
  return new CarriedRuns(given);
}

/** Live output that is kept for pages that come late, by step; the whole of it is in the blob once the step has ended. */
const RECENT_BYTES = 1024 * 1024;

class CarriedRuns implements Runs {
  readonly #given: RunsDeps;
  readonly #carried = new Map<string, LiveRun>();
  readonly #listeners = new Set<(news: RunNews) => void>();
  readonly #shelf: ReturnType<typeof createShelf>;
  readonly #recent = new Map<string, { start: number; bytes: Buffer }>();
  /** Views of runs that are over: nothing about them changes any more. */
  readonly #over = new Map<string, RunView>();
  readonly #awake = new Map<string, () => void>();

  constructor(given: RunsDeps) {
    this.#given = given;
    this.#shelf = createShelf(given.journal);
    removeLeftoverSecrets(given.dataDir); // of a process that was killed
  }

  prepare(request: StartRequest): Preparation {
    return prepareRun(this.#sources(), request);
  }

  async start(request: StartRequest, pace: Pace, answers?: Answers): Promise<LiveRun> {
    const { deps, journal, dataDir, people, readiness } = this.#given;
    const found = this.#given.findRunbook(request.id);
    const state = readiness(found.runbook);
    const faults = this.#given.faults?.(found.runbook) ?? [];
    const now = deps.clock.now();
    const named = request.operator === undefined ? null : (people.find(request.operator) ?? people.find(personId(request.operator)));
    const short_of = request.mode === 'live' ? shortRoles(found.runbook, people.list(), named?.id ?? null) : [];
    checkStart(request, found, state, now, short_of);
    const operator = await findOperator(people, request.mode, request.operator, request.passphrase);
    const admitted = this.#admit(request, found.runbook.front.id, operator?.name ?? request.by ?? null);
    const run = newRunId(deps.clock.now());
    const snapshot = freezeRun(this.#sources(), found, request, runDirOf(dataDir, run), this.#shelf.measured());
    if (answers !== undefined) checkAnswers(answers, planRun(snapshot));
    const dead = deadAtStart(request.mode, request.dead ?? [], [snapshot.root, ...Object.values(snapshot.calls)].map(({ runbook }) => runbook), () => readOutage(journal).dead);
    const run_dir = makeRunDir(dataDir, run);
    const { declared_at, outage_at } = admitted ?? givenTimes(request, deps.clock.now());
    const { front, sha256 } = found.runbook;
    journal.startRunKey(run);
    journal.append({
      type: 'run.created', run, actor: operator === null ? 'engine' : `person/${operator.id}`,
      data: {
        mode: request.mode, runbook: { id: front.id, sha256 }, title: front.title, system: front.system, snapshot: { ...journal.blobs.put(Buffer.from(JSON.stringify(snapshot))) },
        signature: found.signature.state, vouched: { signers: [...found.signature.signers], version: found.signature.version ?? null },
        blackstart: { version: VERSION, bundle: packageDigest() }, outage_at, declared_at, operator, pace, engine: this.#engine(),
        acknowledged_unsigned: request.acknowledge_unsigned ?? null, proceeded_not_ready: request.proceed_not_ready ?? null, readiness: state, run_dir,
        ...(admitted === null ? {} : { incident: { ...admitted.incident } }),
        ...(faults.length === 0 ? {} : { faults }),
        ...(request.mode === 'live' || dead.length > 0 ? { dead } : {}),
        ...(short_of.length === 0 ? {} : { short_of: short_of.map((row) => ({ ...row })) }),
      },
    });
    const live = this.#carry(run);
    await this.#orLeave(live, async () => {
      live.sign('run.created');
      await this.#begin(live);
    });
    return live;
  }

  #admit({ incident, mode, outage_at, despite_dependencies }: Pick<StartRequest, 'incident' | 'mode' | 'outage_at' | 'despite_dependencies'>, runbook: string, by: string | null): Admitted | null {
    if (incident === undefined) return null;
    return admitRun(this.#given.journal, { incident, runbook, mode, outage_at, by, despite: despite_dependencies }, this.#shelf.readable().map((run) => this.#shelf.fold(run)));
  }

  expected(idOrPath: string, mode: Mode): number | null {
    return expectRecovery(freezePlan(this.#sources(), this.#given.findRunbook(idOrPath), mode, this.#shelf.measured()), mode);
  }

  async takeOver(source: TakeOverSource, request: TakeOverRequest): Promise<LiveRun> {
    const { deps, journal, dataDir, people } = this.#given;
    const run = newRunId(deps.clock.now());
    const taking = prepareTakeOver({ ...this.#sources(), readiness: this.#given.readiness }, source, request, { runDir: runDirOf(dataDir, run), measured: this.#shelf.measured(), known: this.#shelf.readable().map((id) => this.#shelf.fold(id)) });
    if (request.answers !== undefined) checkAnswers(request.answers, planRun(taking.snapshot));
    const operator = await findOperator(people, taking.mode, request.operator, request.passphrase);
    const admitted = this.#admit({ ...request, mode: taking.mode, outage_at: taking.outage_at ?? undefined }, taking.runbook.front.id, operator?.name ?? null);
    const run_dir = makeRunDir(dataDir, run);
    journal.startRunKey(run);
    takeOverEvents(journal, { run, run_dir, taking, source, request, operator, engine: this.#engine(), bundle: packageDigest(), incident: admitted?.incident ?? null });
    const live = this.#carry(run);
    await this.#orLeave(live, async () => {
      live.sign('run.created');
      await this.#begin(live);
    });
    return live;
  }

  async resume(name: string, request: ResumeRequest): Promise<LiveRun> {
    const run = this.resolve(name);
    const here = this.live(run);
    if (here !== null) return here;
    const fold = this.#shelf.fold(run);
    if (fold.finished !== null) throw new EngineError('refused', `The run ${run} is over: it ${fold.finished.state}. Nothing about it can be changed any more.`, { hint: 'Start a new run.' });
    if (request.answers !== undefined) checkAnswers(request.answers, fold.plan);
    const operator = await findOperator(this.#given.people, fold.mode, request.operator, request.passphrase);
    removeLeftoverSecrets(makeRunDir(this.#given.dataDir, run));
    this.#given.journal.startRunKey(run);
    const live = this.#carry(run);
    await this.#orLeave(live, async () => {
      const serving: StepFold[] = live.fold.order.filter(({ service }) => service === 'running');
      live.append([...takeUpServices(live, serving), ...interruptions(live), { type: 'run.resumed', data: { operator, pace: request.pace, engine: this.#engine() } }], operator === null ? 'engine' : `person/${operator.id}`);
      for (const step of live.fold.order) if (step.survivors.length > 0 && survivorsOf(live, step).length === 0) await settleSurvivors(live, step, 'look');
      live.sign('run.resumed');
      await this.#begin(live);
    });
    return live;
  }

  /** A run that could not be taken up is nobody's: it is there to be resumed. */
  async #orLeave(live: LiveRun, takeUp: () => Promise<void>): Promise<void> {
    try {
      await takeUp();
    } catch (thrown) {
      live.leave();
      this.#awake.get(live.id)?.();
      this.#awake.delete(live.id);
      throw thrown;
    }
  }

  /** Scratch resources first; without them a rehearsal has nothing to work on. */
  async #begin(live: LiveRun): Promise<void> {
    const { inhibitSleep } = this.#given;
    if (inhibitSleep !== undefined) this.#awake.set(live.id, inhibitSleep(live.id));
    if (live.fold.mode === 'rehearsal') {
      try {
        await live.scratchOfRun().start(live);
      } catch (thrown) {
        await live.record(() => [{ type: 'run.aborted', data: { reason: `The scratch resources could not be started: ${spokenFault(thrown)}`.slice(0, 4000) } }]);
      }
    }
    live.release();
  }

  #carry(run: string): LiveRun {
    const { deps, journal, dataDir, nodePath, blackstart, processEnv } = this.#given;
    const live = new LiveRun(this.#shelf.fold(run), {
      clock: deps.clock, runTool: deps.runTool, journal, dataDir, nodePath: nodePath ?? process.execPath, blackstart, processEnv,
      secrets: createSecretStore(), keychain: this.#given.keychain ?? systemKeychain(), escrow: this.#given.escrow ?? null, scratch: createScratch(),
      table: { stock: this.#given.stock ?? (() => []), earlier: (name) => this.#exercise(name) },
      watch: {
        event: (id, event) => this.#event(id, event),
        output: (id, step, offset, bytes) => this.#output(id, step, offset, bytes),
        fault: (id, message) => this.#tell({ kind: 'fault', run: id, message }),
      },
    });
    this.#carried.set(run, live);
    return live;
  }

  #exercise(name: string): { run: string; exercise: ExerciseFold } {
    const run = this.resolve(name);
    const { exercise } = this.#shelf.fold(run);
    if (exercise === null) throw new EngineError('refused', `The run ${run} was no tabletop exercise.`, { hint: '"blackstart runs" says the mode of each.' });
    return { run, exercise };
  }

  #event(run: string, event: JournalEvent): void {
    if (event.type === 'run.finished' || event.type === 'run.parked') {
      this.#awake.get(run)?.();
      this.#awake.delete(run);
    }
    const { step, purpose, output } = event.data;
    // A service goes on after its result, which names no output: what it says stays at hand here.
    const isStored = event.type === 'step.result' && output !== null;
    if (typeof step === 'string' && (isStored || (event.type === 'step.intent' && purpose === 'work'))) this.#recent.delete(`${run} ${step}`);
    this.#tell({ kind: 'event', run, event });
  }

  #output(run: string, step: string, offset: number, bytes: Uint8Array): void {
    const key = `${run} ${step}`;
    const before = this.#recent.get(key) ?? { start: offset, bytes: Buffer.alloc(0) };
    const joined = Buffer.concat([before.bytes, bytes]);
    const cut = Math.max(0, joined.length - RECENT_BYTES);
    this.#recent.set(key, { start: before.start + cut, bytes: joined.subarray(cut) });
    this.#tell({ kind: 'output', run, step, offset, bytes });
  }

  #tell(news: RunNews): void {
    for (const listener of this.#listeners) listener(news);
  }

  list(): RunView[] {
    return this.#shelf.readable().map((run) => this.view(run)).reverse();
  }

  summaries(): RunSummary[] {
    return this.#shelf.readable().map((run) => this.#shelf.summary(run) ?? this.#summaryOf(run)).reverse();
  }

  #summaryOf(run: string): RunSummary {
    const { clock } = this.#given.deps;
    const fold = this.#shelf.fold(run);
    const now = { wall: clock.now(), boot: clock.bootId(), up: clock.uptime() };
    return summarise(fold, { now, alive: this.live(run) !== null || (!this.#isLeft(run, fold) && isCarried(fold, now.boot)) });
  }

  /** This process carried it and does not any more. */
  #isLeft(run: string, { engine }: RunFold): boolean {
    return engine.pid === process.pid && this.#carried.has(run);
  }

  ids(): string[] {
    return [...this.#shelf.ids()];
  }

  has(run: string): boolean {
    return this.#carried.has(run) || this.#shelf.has(run);
  }

  view(name: string): RunView {
    const run = this.resolve(name);
    const live = this.live(run);
    if (live !== null) return live.view();
    const known = this.#over.get(run);
    if (known !== undefined) return known;
    const fold = this.#shelf.fold(run);
    const view = viewRecorded(fold, this.#given.journal, this.#given.deps.clock, this.#given.dataDir, this.#isLeft(run, fold) ? false : undefined);
    if (fold.finished !== null) this.#over.set(run, view);
    return view;
  }

  live(run: string): LiveRun | null {
    const live = this.#carried.get(run);
    return live?.alive === true ? live : null;
  }

  resolve(name: string): string {
    return this.#shelf.resolve(name);
  }

  folded(name: string): Readonly<RunFold> {
    const run = this.resolve(name);
    return this.live(run)?.fold ?? this.#shelf.fold(run);
  }

  async command(name: string, command: RunCommand, options: CommandOptions = {}): Promise<RunView> {
    const run = this.resolve(name);
    const live = this.live(run);
    if (live === null) {
      const { finished } = this.#shelf.fold(run);
      throw new EngineError('refused', finished === null ? `The run ${run} was interrupted or left; resume it first.` : `The run ${run} is over: it ${finished.state}. Nothing about it can be changed any more.`);
    }
    await doCommand(live, this.#given.people, command, options);
    return live.view();
  }

  /** While a tool runs, its last megabyte; afterwards the stored output. */
  output(name: string, step: string, offset: number, length: number): { offset: number; bytes: Uint8Array; size: number } {
    const run = this.resolve(name);
    const recent = this.#recent.get(`${run} ${step}`);
    if (recent !== undefined) {
      const from = Math.max(0, offset - recent.start);
      return { offset: recent.start + from, bytes: recent.bytes.subarray(from, from + length), size: recent.start + recent.bytes.length };
    }
    const stored = this.#shelf.fold(run).steps.get(step)?.output ?? null;
    if (stored === null || stored.size === 0) return { offset, bytes: new Uint8Array(), size: 0 };
    return { offset, bytes: this.#given.journal.blobs.read(stored.sha256, offset, length), size: stored.size };
  }

  subscribe(listener: (news: RunNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    const ends = [...this.#carried.values()].filter(({ alive }) => alive).map(async (live) => {
      try {
        await live.park('closed', 'Blackstart was closed');
      } finally {
        live.leave();
      }
    });
    const fault = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
    if (fault !== undefined) throw fault.reason;
  }

  #sources(): Parameters<typeof prepareRun>[0] {
    const { findRunbook, readiness, people, dataDir, blackstart } = this.#given;
    return { findRunbook, readiness, people, builtIns: { data_dir: dataDir, blackstart } };
  }

  #engine(): { pid: number; start_time: string | null; boot: string } {
    return { pid: process.pid, start_time: startTimeOf(process.pid), boot: this.#given.deps.clock.bootId() };
  }
}
