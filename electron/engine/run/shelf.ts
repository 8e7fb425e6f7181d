/**
 * All runs of a journal, folded as it grows: each event is read once, however often the runs are looked at. Of a run that is
 * over only its summary stays in memory; whoever looks into it has it folded again, from its own stretch of the journal.
 */
import { EngineError } from '../../contract/errors.ts';
import type { BlobName, RunEvent } from '../../contract/run/events.ts';
import { readRunEvent } from '../../contract/run/events.ts';
import { applyEvent } from '../../contract/run/fold.ts';
import { planRun } from '../../contract/run/plan.ts';
import { RunSnapshot } from '../../contract/run/snapshot.ts';
import type { RunFold } from '../../contract/run/state.ts';
import { beginAny } from '../../contract/run/take-over.ts';
import { summarise } from '../../contract/run/view.ts';
import type { RunSummary } from '../../contract/run/summary.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';
import { readTakenEvents } from './taken-events.ts';

export interface Shelf {
  /** Oldest first. */
  ids(): readonly string[];
  has(run: string): boolean;
  /** Those of them that this version can read; one odd run must not hide the others. Oldest first. */
  readable(): string[];
  /** Up to the newest event; EngineError `not-found` for an unknown run, `refused` for one that does not read. */
  fold(run: string): RunFold;
  /** Of a run that is over; null for every other. */
  summary(run: string): RunSummary | null;
  /** A whole id, a unique prefix, or `last`. EngineError `not-found` or `usage`. */
  resolve(name: string): string;
  /** Newest measured milliseconds of each step's block in runs that did it for real. */
  measured(): Record<string, number>;
}

interface Shelved {
  first: number; // seq of `run.created`
  last: number;
  fold: RunFold | null;
  over: RunSummary | null;
  /** Why it does not read. */
  fault: EngineError | null;
}

export function createShelf(reader: Pick<JournalReader, 'events' | 'blobs'>): Shelf {
  return new FoldedRuns(reader);
}

class FoldedRuns implements Shelf {
  readonly #reader: Pick<JournalReader, 'events' | 'blobs'>;
  readonly #runs = new Map<string, Shelved>();
  readonly #ids: string[] = [];
  readonly #measured = new Map<string, number>();
  #seen = 0;

  constructor(reader: Pick<JournalReader, 'events' | 'blobs'>) {
    this.#reader = reader;
  }

  ids(): readonly string[] {
    this.#catchUp();
    return this.#ids;
  }

  has(run: string): boolean {
    this.#catchUp();
    return this.#runs.has(run);
  }

  readable(): string[] {
    return this.ids().filter((run) => this.#runs.get(run)?.fault === null);
  }

  fold(run: string): RunFold {
    this.#catchUp();
    const shelved = this.#runs.get(run);
    if (shelved === undefined) throw new EngineError('not-found', `There is no run "${run}".`, { hint: '"blackstart runs" lists them.' });
    if (shelved.fault !== null) throw shelved.fault;
    return shelved.fold ?? this.#foldAgain(run, shelved);
  }

  summary(run: string): RunSummary | null {
    this.#catchUp();
    return this.#runs.get(run)?.over ?? null;
  }

  resolve(name: string): string {
    return resolveId(this.ids(), name);
  }

  measured(): Record<string, number> {
    this.#catchUp();
    return Object.fromEntries(this.#measured);
  }

  #catchUp(): void {
    for (const event of this.#reader.events({ after: this.#seen })) {
      this.#seen = event.seq;
      if (event.run !== null) this.#take(event.run, event);
    }
  }

  #take(run: string, stored: JournalEvent): void {
    const shelved = this.#runs.get(run);
    if (shelved === undefined && stored.type !== 'run.created') return; // a run's key comes before it
    if (shelved !== undefined) shelved.last = stored.seq;
    if (shelved !== undefined && shelved.fault !== null) return;
    try {
      const event = readRunEvent(stored);
      if (event !== null) this.#apply(run, shelved, event);
    } catch (cause) {
      const fault = unreadable(run, cause);
      if (shelved !== undefined) Object.assign(shelved, { fault, fold: null });
      else this.#add(run, { first: stored.seq, last: stored.seq, fold: null, over: null, fault });
    }
  }

  #apply(run: string, shelved: Shelved | undefined, event: RunEvent): void {
    if (event.type === 'run.created' && shelved === undefined) {
      return this.#add(run, { first: event.seq, last: event.seq, fold: begin(run, event, this.#reader), over: null, fault: null });
    }
    if (shelved === undefined || shelved.fold === null) return;
    applyEvent(shelved.fold, event);
    if (event.type === 'step.result' && event.data.ok && event.data.purpose === 'work' && event.data.duration_ms > 0) this.#measured.set(event.data.block, event.data.duration_ms);
    if (shelved.fold.finished === null) return;
    shelved.over = summarise(shelved.fold, { now: shelved.fold.last, alive: false });
    shelved.fold = null;
  }

  #add(run: string, shelved: Shelved): void {
    this.#runs.set(run, shelved);
    this.#ids.push(run);
  }

  #foldAgain(run: string, { first, last }: Shelved): RunFold {
    let fold: RunFold | null = null;
    for (const stored of this.#reader.events({ after: first - 1, until: last })) {
      const event = stored.run === run ? readRunEvent(stored) : null;
      if (event?.type === 'run.created') fold = begin(run, event, this.#reader);
      else if (event !== null && fold !== null) applyEvent(fold, event);
    }
    if (fold === null) throw new Error(`the journal does not begin the run ${run} where it did`);
    return fold;
  }
}

function begin(run: string, event: RunEvent & { type: 'run.created' }, reader: Pick<JournalReader, 'blobs'>): RunFold {
  return beginAny(run, planRun(readSnapshot(reader, event.data.snapshot)), event, (events) => readTakenEvents(reader, events).flatMap((entry) => readRunEvent(entry) ?? []));
}

function readSnapshot(reader: Pick<JournalReader, 'blobs'>, { sha256 }: BlobName): RunSnapshot {
  return RunSnapshot.parse(JSON.parse(Buffer.from(reader.blobs.read(sha256)).toString('utf8')));
}

function unreadable(run: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return new EngineError('refused', `The run ${run} does not read: ${cause.message}`, { hint: 'Run "blackstart record verify": it names what is missing.', cause });
  return new EngineError('refused', `The run ${run} does not read: it was recorded by another version of Blackstart.`, { hint: 'Look at it with that version, or export its evidence bundle: the record itself is whole.', cause });
}

function resolveId(ids: readonly string[], name: string): string {
  const last = ids.at(-1);
  if (name === 'last' && last !== undefined) return last;
  if (ids.includes(name)) return name;
  const matching = name === '' ? [] : ids.filter((id) => id.startsWith(name));
  if (matching.length > 1) throw new EngineError('usage', `"${name}" begins the ids of ${matching.length} runs.`, { hint: `Write more of it: ${matching.slice(0, 4).join(', ')}.` });
  const [only] = matching;
  if (only === undefined) throw new EngineError('not-found', `There is no run "${name}".`, { hint: '"blackstart runs" lists them.' });
  return only;
}
