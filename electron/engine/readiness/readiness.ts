/** Runs the checks of a runbook side by side, journals what they find, and says what state that makes. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import type { CheckBlock, Probe } from '../../contract/check.ts';
import type { EscrowKeyView } from '../../contract/escrow-register.ts';
import { EngineError, toEnvelope } from '../../contract/errors.ts';
import type { CheckProgress, Evidence, ProbeFinding, ReadinessReport } from '../../contract/readiness.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { Deps } from '../deps.ts';
import type { EventData, EventValue, Journal, JournalEvent } from '../journal/journal.ts';
import { contactsOf, toolboxes } from '../kit/kit-place.ts';
import { foldPins, KIT_PINNED, type Pins } from '../kit/pins.ts';
import { foldOutage, NOTHING_MARKED, OUTAGE_MARKED, type OutageMarks } from '../outage/fold-outage.ts';
import { attestRefusal } from '../people/may-attest.ts';
import { readPeople } from '../people/people.ts';
import type { Keychain } from '../secrets/keychain.ts';
import type { SecretStore } from '../secrets/secret.ts';
import { toolEnvironment } from '../tool/environment.ts';
import type { Redactor } from '../tool/redactor.ts';
import { evaluate } from './evaluate.ts';
import { foldReadiness, READINESS_EVENTS } from './fold-readiness.ts';
import type { ReadinessFold } from './fold-readiness.ts';
import type { ClockMark, ProbeContext } from './probe.ts';
import { unknown } from './probe.ts';
import { sweepTemporaryFolders } from './temporary-folder.ts';
import { sweepScratchFolders } from './postgres/scratch-folder.ts';
import { probeOf, runProbe } from './run-probe.ts';

/** Room for the evidence in an event of at most 16 KiB; what is longer goes to a blob. */
const EVIDENCE_BYTES = 8 * 1024;
const SUMMARY_CHARACTERS = 1_000;
/** Progress is for the eye; reading a file would tell it thousands of times a second. */
const PROGRESS_MS = 100;

export interface ReadinessDeps extends Deps {
  journal: Journal;
  dataDir: string;
  /** Environment of tools, from `toolEnvironment`; the kit's toolbox is put before its PATH here. */
  env: Readonly<Record<string, string>>;
  /** The engine's own environment: checks get what the runbook's `env_pass` names of it, on top of `env`. */
  processEnv?: Readonly<Record<string, string | undefined>>;
  /** The keyring and the vault of this laptop, for keys to object stores. */
  keychain?: Keychain;
  /** What the register says of an escrowed key. */
  escrow?: (key: string) => EscrowKeyView | null;
  /** Node, to run the key and database children; default this process's own program. */
  nodePath?: string;
  /** Open findings of a runbook, in words. */
  warnings?: (runbook: Runbook) => readonly string[];
  onProgress?: (progress: CheckProgress) => void;
  /** After every result, override and attestation. */
  onChanged?: (report: ReadinessReport) => void;
}

export interface CheckRun {
  /** Only these checks; default all. */
  only?: readonly string[];
  /** Backups climb as far as the runbook can judge them, also where their check would be content with less. */
  prove?: boolean;
  /** Puts parameter values into the templates of a check; an EngineError makes that check unknown. */
  fill: (block: CheckBlock) => CheckBlock;
  secrets: SecretStore;
  redactor: Redactor;
  /** `person/ID`, `engine` or `device`. */
  actor: string;
  signal?: AbortSignal;
  /** Names that are marked dead, of a run; default what is marked on this laptop. A check that needs one alive is unknown. */
  dead?: readonly string[];
}

export interface Word {
  by: string;
  actor: string;
}

export interface Readiness {
  view(runbook: Runbook): ReadinessReport;
  /** Resolves when all checks have a result. EngineError `refused` while checks of this runbook run, `not-found` for an unknown check. */
  check(runbook: Runbook, run: CheckRun): Promise<ReadinessReport>;
  /** Ends the checks of a runbook that are under way; they are `unknown`, "cancelled". */
  cancel(runbookId: string): void;
  override(runbook: Runbook, check: string, word: Word & { reason: string }): ReadinessReport;
  /** Passes an `attest` check on a person's word. EngineError `refused` when the check asks for somebody else's. */
  attest(runbook: Runbook, check: string, word: Word & { note: string }): ReadinessReport;
}

export function createReadiness(deps: ReadinessDeps): Readiness {
  return new ChecksOfRunbooks(deps);
}

class ChecksOfRunbooks implements Readiness {
  readonly #deps: ReadinessDeps;
  readonly #running = new Map<string, AbortController>();
  #fold: ReadinessFold = new Map();
  #outage: OutageMarks = NOTHING_MARKED;
  #pins: Pins = new Map();
  #folded = 0;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  view(runbook: Runbook): ReadinessReport {
    this.#foldOn();
    return evaluate(runbook, this.#fold, this.#deps.clock.now(), this.#outage.dead, this.#deps.warnings?.(runbook));
  }

  #markedDead(): readonly string[] {
    this.#foldOn();
    return this.#outage.dead;
  }

  #foldOn(): void {
    const { journal } = this.#deps;
    const { size } = journal.head;
    if (size === this.#folded) return;
    const events = [...journal.events({ after: this.#folded, types: [...READINESS_EVENTS, OUTAGE_MARKED, KIT_PINNED] })];
    this.#fold = foldReadiness(events, this.#fold);
    this.#outage = foldOutage(events, this.#outage);
    this.#pins = foldPins(events, this.#pins);
    this.#folded = size;
  }

  async check(runbook: Runbook, run: CheckRun): Promise<ReadinessReport> {
    const id = runbook.front.id;
    if (this.#running.has(id)) throw new EngineError('refused', `The checks of ${id} are running already`, { hint: 'Wait for them, or cancel them first.' });
    const chosen = chooseChecks(runbook, run.only).filter((block) => !this.#stands(runbook, block));
    const stop = new AbortController();
    this.#running.set(id, stop);
    sweepTemporaryFolders(join(this.#deps.dataDir, 'scratch'));
    sweepScratchFolders(join(this.#deps.dataDir, 'scratch'));
    const signal = run.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, run.signal]);
    try {
      const lastClock = lastMark(this.#deps.journal);
      await sideBySide(chosen, Math.max(2, availableParallelism()), () => stop.abort(), (block) => this.#checkOne(runbook, block, { ...run, signal }, lastClock));
    } finally {
      this.#running.delete(id);
    }
    return this.view(runbook);
  }

  cancel(runbookId: string): void {
    this.#running.get(runbookId)?.abort(new DOMException('cancelled', 'AbortError'));
  }

  override(runbook: Runbook, check: string, word: Word & { reason: string }): ReadinessReport {
    const block = findCheck(runbook, check);
    const [by, reason] = [required(word.by, 'the name of who overrides'), required(word.reason, 'the reason')];
    this.#append(runbook, block, 'readiness.override', word.actor, { by, reason });
    return this.#changed(runbook);
  }

  attest(runbook: Runbook, check: string, word: Word & { note: string }): ReadinessReport {
    const block = findCheck(runbook, check);
    if (block.kind !== 'attest') throw new EngineError('refused', `The check ${check} is of the kind ${block.kind}: it is run, not attested`);
    const by = required(word.by, 'the name of who attests');
    const refusal = attestRefusal(block.by, by, readPeople(this.#deps.journal));
    if (refusal !== null) throw new EngineError('refused', `The check ${check}: ${refusal}`, { hint: '"blackstart people list" shows who is enrolled, and as what.' });
    const note = block.evidence === undefined ? word.note : required(word.note, 'the evidence');
    this.#append(runbook, block, 'attestation', word.actor, { by, note });
    const summary = `${by} attests: ${block.statement}`.slice(0, SUMMARY_CHARACTERS);
    this.#append(runbook, block, 'check.result', word.actor, { outcome: 'pass', summary, evidence: { by, note, ...(block.by === undefined ? {} : { asked: block.by }) }, duration_ms: 0 });
    return this.#changed(runbook);
  }

  /** An attestation holds until it expires; running the checks must not wipe it. */
  #stands(runbook: Runbook, block: CheckBlock): boolean {
    if (block.kind !== 'attest') return false;
    const result = this.view(runbook).checks.find((check) => check.id === block.id);
    return result?.outcome === 'pass' && !result.expired;
  }

  async #checkOne(runbook: Runbook, block: CheckBlock, run: CheckRun & { signal: AbortSignal }, lastClock: ClockMark | null): Promise<void> {
    this.#append(runbook, block, 'check.started', run.actor, { kind: block.kind });
    const start = this.#deps.clock.uptime();
    const finding = await this.#probe(runbook, block, run, lastClock);
    const duration = Math.max(0, Math.round(this.#deps.clock.uptime() - start));
    const summary = finding.summary.slice(0, SUMMARY_CHARACTERS);
    this.#append(runbook, block, 'check.result', run.actor, { outcome: finding.outcome, summary, evidence: this.#storable(finding.evidence), duration_ms: duration });
    this.#changed(runbook);
  }

  async #probe(runbook: Runbook, block: CheckBlock, run: CheckRun & { signal: AbortSignal }, lastClock: ClockMark | null): Promise<ProbeFinding> {
    const marked = run.dead ?? this.#markedDead();
    const dead = (block.needs_alive ?? []).filter((name) => marked.includes(name));
    if (dead.length > 0) return unknown('unreachable', `Needs ${dead.join(' and ')}, which is marked as dead.`, { dead });
    let probe: Probe;
    try {
      const filled = run.fill(block);
      probe = probeOf(run.prove === true ? atItsHighest(filled) : filled);
    } catch (thrown) {
      const { message, hint } = toEnvelope(thrown instanceof EngineError ? thrown : new EngineError('usage', 'With the values given, the check is no longer one that can be run'));
      return unknown('not-filled', hint === undefined ? message : `${message} ${hint}`);
    }
    return runProbe(probe, this.#context(runbook, block, run, lastClock));
  }

  #context(runbook: Runbook, block: CheckBlock, run: CheckRun & { signal: AbortSignal }, lastClock: ClockMark | null): ProbeContext {
    const { dataDir, clock, runTool, nodePath, processEnv, keychain, escrow } = this.#deps;
    const env = processEnv === undefined ? this.#deps.env : toolEnvironment(processEnv, runbook.front.env_pass ?? []);
    const scratchDir = join(dataDir, 'scratch');
    mkdirSync(scratchDir, { recursive: true, mode: 0o700 });
    return {
      clock, runTool, dataDir, scratchDir, lastClock, pinned: this.#pins, ...(escrow === undefined ? {} : { escrow }),
      secrets: run.secrets, redactor: run.redactor, signal: run.signal,
      env: withToolbox(env, dataDir),
      ...(processEnv === undefined ? {} : { credentialsEnv: { ...awsVariables(processEnv), ...env } }),
      ...(keychain === undefined ? {} : { keychain }),
      nodePath: nodePath ?? process.execPath,
      marker: `ready/${runbook.front.id}/${block.id}/${process.pid}`,
      resolve: (path) => (isAbsolute(path) ? path : (block.kind === 'contacts' ? contactsOf(runbook.front.system, path, dataDir) : null) ?? resolve(dirname(runbook.path), path)),
      progress: progressTeller(runbook.front.id, block.id, this.#deps),
    };
  }

  #append(runbook: Runbook, block: CheckBlock, type: string, actor: string, data: EventData): JournalEvent {
    return this.#deps.journal.append({ type, run: null, actor, data: { runbook: runbook.front.id, sha256: runbook.sha256, check: block.id, ...data } });
  }

  #changed(runbook: Runbook): ReadinessReport {
    const report = this.view(runbook);
    this.#deps.onChanged?.(report);
    return report;
  }

  /** Evidence as the journal can hold it: integers only, and not too long. */
  #storable(evidence: Evidence): EventData {
    const data = integersOnly(evidence);
    const bytes = Buffer.from(JSON.stringify(data), 'utf8');
    if (bytes.length <= EVIDENCE_BYTES) return data;
    const { sha256, size } = this.#deps.journal.blobs.put(bytes);
    const short = Object.fromEntries(Object.entries(data).filter(([, value]) => JSON.stringify(value).length <= 512).slice(0, 12));
    return { ...short, full_evidence: { sha256, size } };
  }
}

/** Keys of object stores, which the S3 client takes and no tool: it needs no word in the runbook's `env_pass`. */
export function awsVariables(processEnv: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(processEnv).filter(([name]) => name.startsWith('AWS_')));
}

/** PATH with the toolboxes first: the laptop's own, then that of the imported kit. */
export function withToolbox(env: Readonly<Record<string, string>>, dataDir: string): Record<string, string> {
  const path = env['PATH'];
  return { ...env, PATH: [...toolboxes(dataDir), ...(path === undefined || path === '' ? [] : [path])].join(delimiter) };
}

/** A backup is restored, and asked whatever its check has to ask. */
function atItsHighest(block: CheckBlock): CheckBlock {
  if (block.kind !== 'backup') return block;
  const level = block.key !== undefined ? 'key-proven' : (block.assert ?? []).length > 0 ? 'asserted' : 'restored';
  return { ...block, level };
}

function chooseChecks(runbook: Runbook, only: readonly string[] | undefined): CheckBlock[] {
  return only === undefined ? runbook.checks.map(({ block }) => block) : only.map((id) => findCheck(runbook, id));
}

function findCheck(runbook: Runbook, id: string): CheckBlock {
  const found = runbook.checks.find((check) => check.id === id);
  if (found !== undefined) return found.block;
  const known = runbook.checks.map((check) => check.id).join(', ');
  throw new EngineError('not-found', `The runbook ${runbook.front.id} has no check "${id}"`, { hint: known === '' ? 'It has no checks at all.' : `Its checks are: ${known}.` });
}

function required(text: string, what: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw new EngineError('refused', `${what} is missing`, { hint: 'It is kept in the record, so it has to be given.' });
  return trimmed;
}

/** A fault in one item (only the journal can have one) calls `giveUp`, and is thrown when the others have come to their end. */
async function sideBySide<T>(items: readonly T[], limit: number, giveUp: () => void, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  const lanes = Array.from({ length: Math.min(limit, items.length) }, () => lane().catch((thrown: unknown) => {
    giveUp();
    throw thrown;
  }));
  const fault = (await Promise.allSettled(lanes)).find((result) => result.status === 'rejected');
  if (fault !== undefined) throw fault.reason;
}

/** Adds the time left, from the speed so far. */
function progressTeller(runbook: string, check: string, deps: ReadinessDeps): ProbeContext['progress'] {
  let [doingNow, since, told] = ['', 0, 0];
  return (doing, done, total, unit) => {
    const now = deps.clock.uptime();
    if (doing === doingNow && done !== total && now - told < PROGRESS_MS) return;
    if (doing !== doingNow) [doingNow, since] = [doing, now];
    told = now;
    const passed = (now - since) / 1000;
    const left = done === undefined || total === undefined || done <= 0 || passed < 1 ? null : Math.round((passed / done) * (total - done));
    deps.onProgress?.({
      runbook, check, doing,
      ...(done === undefined ? {} : { done }), ...(total === undefined ? {} : { total }), ...(unit === undefined ? {} : { unit }), ...(left === null ? {} : { eta_s: left }),
    });
  };
}

function lastMark(journal: Journal): ClockMark | null {
  let last: JournalEvent | null = null;
  for (const event of journal.events({ after: Math.max(0, journal.head.size - 1) })) last = event;
  return last === null ? null : { wall: Date.parse(last.wall), up: last.up, boot: last.boot };
}

function integersOnly(evidence: Evidence): EventData {
  return Object.fromEntries(Object.entries(evidence).map(([name, value]) => [name, integerValue(value)]));
}

function integerValue(value: Evidence[string]): EventValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(integerValue);
  if (typeof value === 'object' && value !== null) return integersOnly(value);
  return value;
}
