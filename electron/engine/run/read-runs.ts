/** Runs as the journal tells them: no lock, nothing written. Shared by those who only look and by the engine. */
import { join } from 'node:path';
import type { RunView } from '../../contract/run.ts';
import type { RunFold } from '../../contract/run/state.ts';
import type { Clock } from '../deps.ts';
import type { JournalReader } from '../journal/journal.ts';
import { readProcess } from '../tool/process-table.ts';
import { CLOCK_EVENTS, ClockNotes } from './clock-notes.ts';
import { namesFor } from './names.ts';
import { createShelf } from './shelf.ts';
import { viewLive } from './view-live.ts';

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
