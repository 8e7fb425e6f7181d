/** Runs as the journal tells them: no lock, nothing written. Shared by those who only look and by the engine. */
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { RunView } from '../../contract/run.ts';
import type { BlobName, RunEvent } from '../../contract/run/events.ts';
import { readRunEvent } from '../../contract/run/events.ts';
import type { RunFold } from '../../contract/run/state.ts';
import { applyEvent, beginRun } from '../../contract/run/fold.ts';
import { planRun } from '../../contract/run/plan.ts';
import { RunSnapshot } from '../../contract/run/snapshot.ts';
import type { Clock } from '../deps.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';
import { readProcess } from '../tool/process-table.ts';
import { CLOCK_EVENTS, ClockNotes } from './clock-notes.ts';
import { namesFor } from './names.ts';
import { viewLive } from './view-live.ts';

export interface Shelf {
  /** Oldest first. */
  ids(): string[];
  /** Those of them that this version can read; one odd run must not hide the others. Oldest first. */
  readable(): string[];
  /** Up to the newest event; EngineError `not-found` for an unknown run, `refused` for one that does not read. */
  fold(run: string): RunFold;
  /** A whole id, a unique prefix, or `last`. EngineError `not-found` or `usage`. */
  resolve(name: string): string;
}

/** Folds are kept and continued: a second look costs only the new events. */
export function createShelf(reader: Pick<JournalReader, 'events' | 'blobs'>): Shelf {
  const folds = new Map<string, RunFold>();
  const known: string[] = [];
  let seen = 0;
  const ids = (): string[] => {
    for (const event of reader.events({ after: seen, types: ['run.created'] })) {
      seen = event.seq;
      if (event.run !== null) known.push(event.run);
    }
    return known;
  };
  const fold = (run: string): RunFold => {
    let current = folds.get(run) ?? null;
    if (current === null && !ids().includes(run)) throw new EngineError('not-found', `There is no run "${run}".`, { hint: '"blackstart runs" lists them.' });
    for (const stored of reader.events({ run, after: current?.seq ?? 0 })) {
      const event = readEvent(run, stored);
      if (event === null) continue;
      if (event.type === 'run.created') current = beginRun(run, planRun(readSnapshot(reader, event.data.snapshot)), event);
      else if (current !== null) applyEvent(current, event);
    }
    if (current === null) throw new EngineError('not-found', `There is no run "${run}".`);
    folds.set(run, current);
    return current;
  };
  const readable = (): string[] => ids().filter((run) => {
    try {
      return fold(run).id === run;
    } catch (thrown) {
      if (thrown instanceof EngineError && thrown.code === 'refused') return false;
      throw thrown;
    }
  });
  return { ids, readable, fold, resolve: (name) => resolveId(ids(), name) };
}

function readEvent(run: string, stored: JournalEvent): RunEvent | null {
  try {
    return readRunEvent(stored);
  } catch (cause) {
    throw new EngineError('refused', `The run ${run} does not read: it was recorded by another version of Blackstart.`, { hint: 'Look at it with that version, or export its evidence bundle: the record itself is whole.', cause });
  }
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

function readSnapshot(reader: Pick<JournalReader, 'blobs'>, { sha256 }: BlobName): RunSnapshot {
  return RunSnapshot.parse(JSON.parse(Buffer.from(reader.blobs.read(sha256)).toString('utf8')));
}

/** Whether the process that carries a run lives: same boot, same pid, same start. */
export function isCarried({ engine, finished, parked }: RunFold, boot: string): boolean {
  if (finished !== null || parked !== null) return false;
  if (engine.boot !== boot) return false;
  if (process.platform === 'linux') return engine.start_time !== null && readProcess(engine.pid)?.startTime === engine.start_time; // one that ended and was not reaped is gone as well
  try {
    process.kill(engine.pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The view of a run that this process does not carry; @param alive whether another one does, when that is known */
export function viewRecorded(fold: RunFold, reader: Pick<JournalReader, 'blobs' | 'events'>, clock: Clock, dataDir: string, alive: boolean = isCarried(fold, clock.bootId())): RunView {
  const now = { wall: clock.now(), boot: clock.bootId(), up: clock.uptime() };
  return viewLive(
    {
      fold, journal: reader, secrets: { get: () => null }, redactor: () => ({ text: (text) => text }), now: () => now, words: null, trouble: null, lastOutput: () => null, clockNotes: () => new ClockNotes(reader, fold).read(),
      names: (scope) => namesFor(fold, scope, { run_dir: fold.created.run_dir, data_dir: dataDir, blackstart: 'blackstart' }),
    },
    alive,
  );
}

/** Newest first. */
export function readRunViews(reader: JournalReader, clock: Clock, dataDir: string): RunView[] {
  const shelf = createShelf(reader);
  // One look spares one for each run: clocks are seldom set.
  const isSteady = reader.events({ types: CLOCK_EVENTS }).next().done === true;
  const source = isSteady ? { blobs: reader.blobs, events: () => [].values() } : reader;
  return shelf.readable().map((run) => viewRecorded(shelf.fold(run), source, clock, dataDir)).reverse();
}

/** @param name id, unique prefix or `last` */
export function readRunView(reader: JournalReader, name: string, clock: Clock, dataDir: string): RunView {
  const shelf = createShelf(reader);
  return viewRecorded(shelf.fold(shelf.resolve(name)), reader, clock, dataDir);
}

export function runDirOf(dataDir: string, run: string): string {
  return join(dataDir, 'runs', run);
}
