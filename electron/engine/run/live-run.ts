/**
 * A run that this process carries: one fold, one way into the journal, and the effects that are under way.
 *
 * The order is always the same: an event becomes durable, the fold takes it in, those who watch are told, and only then
 * follows what the rules say comes next.
 */
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import type { RunView } from '../../contract/run.ts';
import type { RunEvent, RunEventBody } from '../../contract/run/events.ts';
import { readRunEvent } from '../../contract/run/events.ts';
import type { Instant, RunFold } from '../../contract/run/state.ts';
import { applyEvent } from '../../contract/run/fold.ts';
import { runState } from '../../contract/run/view.ts';
import type { RunState } from '../../contract/vocabulary.ts';
import type { EventData, Journal, JournalEvent, NewEvent } from '../journal/journal.ts';
import { toolEnvironment } from '../tool/environment.ts';
import { createRedactor, type SecretRedactor } from '../tool/create-redactor.ts';
import { withToolbox } from '../readiness/readiness.ts';
import type { Clock } from '../deps.ts';
import type { EscrowAccess } from '../secrets/escrow-access.ts';
import type { Keychain } from '../secrets/keychain.ts';
import type { SecretStore } from '../secrets/secret.ts';
import type { RunTool } from '../tool/tool.ts';
import { ClockNotes } from './clock-notes.ts';
import { DISK_PAUSE_MS, DiskWait } from './disk-wait.ts';
import type { TableSources } from '../tabletop/settle-act.ts';
import { advance } from './advance.ts';
import { Efforts, type EffortHost } from './efforts.ts';
import type { Service } from './host.ts';
import type { Names } from './names.ts';
import { conditionOf, drillRefusal, frozenOf, namesFor } from './names.ts';
import type { ScratchOfRun } from './scratch.ts';
import { letInjectsCome } from '../tabletop/come-by-themselves.ts';
import { settleSurvivors } from './resume.ts';
import { stopServices } from './services.ts';
import { viewLive } from './view-live.ts';

export interface LiveRunDeps {
  clock: Clock;
  runTool: RunTool;
  journal: Journal;
  dataDir: string;
  nodePath: string;
  /** `{{blackstart}}`: the command line's program. */
  blackstart: string;
  processEnv: Readonly<Record<string, string | undefined>>;
  secrets: SecretStore;
  keychain: Keychain;
  escrow: EscrowAccess | null;
  scratch: ScratchOfRun;
  table: TableSources;
  watch: RunWatcher;
}

export interface RunWatcher {
  event(run: string, event: JournalEvent): void;
  output(run: string, step: string, offset: number, bytes: Uint8Array): void;
  fault(run: string, message: string): void;
}

/** A tool that ends within this time has its start and its result in one transaction: half the cost of a short step. */
const SOON_MS = 20;

export class LiveRun implements EffortHost {
  readonly id: string;
  readonly fold: RunFold;
  readonly clock: Clock;
  readonly runTool: RunTool;
  readonly journal: Journal;
  readonly dataDir: string;
  readonly nodePath: string;
  readonly secrets: SecretStore;
  readonly #deps: LiveRunDeps;
  readonly #efforts: Efforts;
  readonly #services = new Map<string, Service>();
  readonly #heard = new Map<string, number>();
  readonly #typing = new Map<string, (text: string) => void>();
  #redactor: { made: SecretRedactor; of: string } | null = null;
  #pumping = false;
  #again = false;
  #ending: Promise<void> | null = null;
  #left = false;
  readonly #over = new AbortController();
  #held = true;
  #halting = false;
  readonly #soon: RunEventBody[] = [];
  #killing: Promise<unknown> = Promise.resolve();
  readonly disk: DiskWait;
  readonly #clockNotes: ClockNotes;
  /** A statement that is due: why. What the disk refuses of it is made up with the next event. */
  #statement: string | null = null;
  #waiters: (() => void)[] = [];
  words: string | null = null;

  constructor(fold: RunFold, deps: LiveRunDeps) {
    this.id = fold.id;
    this.fold = fold;
    this.#deps = deps;
    this.disk = new DiskWait(deps.clock, (thrown) => this.fault(thrown));
    this.#efforts = new Efforts(this, () => {
      this.#wake();
      this.go();
    });
    this.#clockNotes = new ClockNotes(deps.journal, fold);
    ({ clock: this.clock, runTool: this.runTool, journal: this.journal, dataDir: this.dataDir, nodePath: this.nodePath, secrets: this.secrets } = deps);
  }

  get processEnv(): LiveRunDeps['processEnv'] {
    return this.#deps.processEnv;
  }

  get keychain(): Keychain {
    return this.#deps.keychain;
  }

  get escrow(): EscrowAccess | null {
    return this.#deps.escrow;
  }

  get table(): TableSources {
    return this.#deps.table;
  }

  get runDir(): string {
    return this.fold.created.run_dir;
  }

  /** Whether this process still carries the run. */
  get alive(): boolean {
    return !this.#left;
  }

  /** Nothing is started any more. */
  get halting(): boolean {
    return this.#halting;
  }

  state(): RunState {
    return runState(this.fold, this.alive);
  }

  view(): RunView {
    return viewLive(this, this.alive);
  }

  clockNotes(): readonly string[] {
    return this.#clockNotes.read();
  }

  /** What keeps the run from being recorded now, in words; null when nothing does. */
  get trouble(): string | null {
    return this.disk.trouble;
  }

  append(bodies: readonly RunEventBody[], actor = 'engine'): void {
    if (bodies.length === 0) return;
    if (this.#left) throw new EngineError('refused', `The run ${this.id} is not carried by this process any more.`);
    const entry = (by: string) => ({ type, data }: RunEventBody) => ({ type, run: this.id, actor: by, data: asEventData(data) });
    const passed = this.disk.over();
    const told: RunEventBody[] = passed === null ? [] : [{ type: 'run.fault', data: { reason: passed } }];
    const stored = this.#store([...[...this.#soon, ...told].map(entry('engine')), ...bodies.map(entry(actor))]);
    this.#soon.length = 0;
    this.disk.forget();
    for (const entry of stored) this.#take(entry);
    this.sign();
    this.#wake();
    this.go();
  }

  #store(events: readonly NewEvent[]): JournalEvent[] {
    try {
      return this.journal.appendAll(events);
    } catch (thrown) {
      this.disk.notes(thrown);
      throw thrown;
    }
  }

  async record(events: () => readonly RunEventBody[], signal?: AbortSignal): Promise<void> {
    return this.whenDiskLets(() => this.append(events()), signal);
  }

  /** Does what may be refused by the disk until it is not; rejects when the run is left meanwhile. */
  async whenDiskLets<T>(act: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.disk.until(act, () => this.#left || this.#halting, signal);
  }

  /** Makes the statement that is due, or `reason`'s; what is durable stays so when the disk refuses the statement. */
  sign(reason: string | null = this.#statement): void {
    this.#statement = reason;
    if (reason === null) return;
    // Nothing holds a recovery up: with a locked device key the statement waits and the run goes on; the record says so since the run's key was due.
    if (this.journal.device.locked !== null) return;
    try {
      this.words = this.journal.checkpoint(reason).words;
      this.#statement = null;
    } catch (thrown) {
      if (!this.disk.notes(thrown)) throw thrown;
    }
  }

  soon(body: RunEventBody, refused: (thrown: unknown) => void): void {
    this.#soon.push(body);
    void this.clock.sleep(SOON_MS).then(() => {
      if (!this.#soon.includes(body)) return; // another event took it along
      const due = this.#soon.splice(0);
      if (!this.#left) this.append(due);
    }).catch(refused);
  }

  #take(entry: JournalEvent): void {
    const event: RunEvent | null = readRunEvent(entry);
    if (event !== null) applyEvent(this.fold, event);
    if (event?.type === 'step.intent' || event?.type === 'step.retried') this.#heard.delete(event.data.step); // of an earlier attempt
    this.#deps.watch.event(this.id, entry);
    if (event?.type === 'step.approved' || event?.type === 'run.handed-over' || event?.type === 'run.finished') this.#statement = event.type;
    if (event?.type === 'run.aborted') this.#endEverything();
    if (event?.type === 'step.stopped') this.#efforts.stop(event.data.step);
    if (event?.type === 'step.overridden' || event?.type === 'step.goto' || event?.type === 'step.done') this.#efforts.stop(event.data.step);
  }

  /** Until now only recorded: from here on what follows happens. */
  release(): void {
    this.#held = false;
    this.go();
    if (this.fold.mode === 'tabletop') letInjectsCome(this, this.#over.signal).catch((thrown: unknown) => this.#notCome(thrown));
  }

  #notCome(thrown: unknown): void {
    if (!this.#left) this.fault(thrown);
  }

  /** Whether anything is under way that will report by itself. */
  get busy(): boolean {
    return this.#efforts.size > 0 || this.#ending !== null || this.#pumping || this.trouble !== null;
  }

  /** On abort: what runs, and what a crash left behind. A daemon that a step started on purpose is not among them. */
  #endEverything(): void {
    this.#efforts.stopAll();
    const left = this.fold.order.filter(({ survivors }) => survivors.length > 0);
    this.#killing = Promise.all(left.map((step) => settleSurvivors(this, step, 'kill').catch((thrown: unknown) => this.fault(thrown))));
  }

  /** Does what follows by itself, until nothing does. Safe to call at any time. */
  go(): void {
    this.#again = true;
    if (this.#pumping || this.#left || this.#held) return;
    this.#pumping = true;
    try {
      while (this.#again && !this.#left) {
        this.#again = false;
        this.#turn();
      }
    } catch (thrown) {
      if (!this.disk.notes(thrown)) this.fault(thrown);
      this.#goLater();
    } finally {
      this.#pumping = false;
    }
  }

  #goLater(): void {
    this.clock.sleep(DISK_PAUSE_MS, this.#over.signal).then(() => this.go()).catch((thrown: unknown) => this.fault(thrown));
  }

  #turn(): void {
    const { events, launch } = advance(this.fold, { condition: (step) => conditionOf(this.fold, step), refusal: (step) => drillRefusal(this.fold, step) });
    if (events.some(({ type }) => type === 'run.finished')) return this.#finish(events);
    if (events.length > 0) this.append(events);
    if (this.#halting) return;
    for (const wanted of launch) this.#efforts.start(wanted);
  }

  /** Services and scratch resources go before the run says that it is over. */
  #finish(events: readonly RunEventBody[]): void {
    this.#ending ??= this.#cleanUp('end')
      .then(async () => {
        await this.record(() => events);
        await this.whenDiskLets(() => this.journal.endRunKey(this.id));
        this.leave();
      })
      .catch((thrown: unknown) => {
        if (!this.disk.notes(thrown)) this.fault(thrown);
        this.#goLater();
      })
      .finally(() => {
        this.#ending = null;
        this.#wake();
      });
  }

  async #cleanUp(why: 'end' | 'left'): Promise<void> {
    await this.#killing;
    await stopServices(this, this.#services);
    this.#services.clear();
    if (this.fold.mode === 'rehearsal') await this.#deps.scratch.stop(this, why);
  }

  /** Nothing is under way any more: no effect, no end. */
  async settled(): Promise<void> {
    while (!this.#left && (this.#efforts.size > 0 || this.#ending !== null || this.#pumping)) {
      await Promise.race([this.#ending, ...this.#efforts.ends(), this.changed()].filter((one) => one !== null));
    }
  }

  #wake(): void {
    this.#waiters.splice(0).forEach((wake) => wake());
  }

  /** Resolves at the next event, or when an effect has ended. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /**
   * Leaves the run so that it can be resumed later: ends what runs, stops services, and in a rehearsal that failed tears
   * down what it made.
   */
  async park(why: 'waiting' | 'failed' | 'closed', reason: string): Promise<void> {
    if (this.#left) return;
    await this.halt();
    if (why === 'failed' && this.fold.mode === 'rehearsal' && this.fold.aborted === null && !this.fold.teardown && this.fold.order.some(({ plan }) => plan.block.teardown === true)) {
      this.#halting = false;
      this.append([{ type: 'run.teardown', data: { reason } }]);
      await this.settled();
      await this.halt();
    }
    if (this.#left) return;
    await this.#cleanUp(why === 'failed' ? 'end' : 'left');
    // parked says that nothing was in effect: a step whose end could not be recorded is an interruption instead
    if (this.fold.order.some(({ effect }) => effect !== null)) throw new EngineError('disk', this.trouble ?? 'What is under way could not be recorded.', { hint: 'Resume the run when the disk takes its record again.' });
    this.append([{ type: 'run.parked', data: { why, reason } }]);
    this.sign('run.parked');
    this.#endKey();
    this.leave();
  }

  #endKey(): void {
    try {
      this.journal.endRunKey(this.id);
    } catch (thrown) {
      if (!this.disk.notes(thrown)) throw thrown; // it ends with this process in any case
    }
  }

  /** Ends what runs, and starts nothing any more. */
  async halt(): Promise<void> {
    this.#halting = true;
    this.#efforts.stopAll();
    await Promise.all(this.#efforts.ends());
  }

  /** Forgets every secret; nothing can be appended from here on. */
  leave(): void {
    this.#left = true;
    this.#over.abort();
    this.#wake();
    this.secrets.forgetAll();
    this.#redactor?.made.forget();
    this.#redactor = null;
  }

  show(step: string, offset: number, bytes: Uint8Array): void {
    this.#heard.set(step, this.clock.now());
    this.#deps.watch.output(this.id, step, offset, bytes);
  }

  lastOutput(step: string): string | null {
    const at = this.#heard.get(step);
    return at === undefined ? null : new Date(at).toISOString();
  }

  names(scope: string): Names {
    return namesFor(this.fold, scope, { run_dir: this.runDir, data_dir: this.dataDir, blackstart: this.#deps.blackstart });
  }

  environment(scope: string): Record<string, string> {
    const pass = frozenOf(this.fold, scope).runbook.front.env_pass ?? [];
    return withToolbox(toolEnvironment(this.#deps.processEnv, pass), this.dataDir);
  }

  redactor(): SecretRedactor {
    const of = this.secrets.all().map(({ name, length }) => `${name}:${length}`).join(' ') + this.#generation;
    if (this.#redactor?.of !== of) this.#redactor = { made: createRedactor(this.secrets.all()), of };
    return this.#redactor.made;
  }

  #generation = 0;
  /** Secrets changed: what masks them is made anew. */
  secretsChanged(): void {
    this.#generation += 1;
  }

  now(): Instant {
    return { wall: this.clock.now(), boot: this.clock.bootId(), up: this.clock.uptime() };
  }

  fault(thrown: unknown): void {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    if (process.env['BLACKSTART_DEBUG'] === '1') process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? message) : message}\n`);
    this.#deps.watch.fault(this.id, message);
  }

  typing(step: string, type: ((text: string) => void) | null): void {
    if (type === null) this.#typing.delete(step);
    else this.#typing.set(step, type);
  }

  /** Keystrokes for a step on a terminal; false when none is there to take them. */
  type(step: string, text: string): boolean {
    const type = this.#typing.get(step);
    type?.(text);
    return type !== undefined;
  }

  keepService(step: string, service: Service): void {
    this.#services.set(step, service);
  }

  scratchOfRun(): ScratchOfRun {
    return this.#deps.scratch;
  }
}

const Json = z.record(z.string(), z.json());

/** Events hold JSON with integers only; the schemas of the contract say so, this makes it so for the journal's type. */
function asEventData(data: RunEventBody['data']): EventData {
  return Json.parse(JSON.parse(JSON.stringify(data)));
}
