/**
 * Prints, as JSON, the newest run that is not over of the data folder and of the First drill's below it: `[{id, title, dataDir}]`.
 * Read from the record, in the toolchain's Node; `npm start` asks for it when its window went away. Argument: `--data-dir`'s value, or nothing.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../engine/clock.ts';
import { findDataDir } from '../engine/data-dir.ts';
import { firstDrillDataDir } from '../engine/drill/first-drill.ts';
import { openJournalReader } from '../engine/journal/read-journal.ts';
import { readRunViews } from '../engine/run/read-runs.ts';

interface OpenRun {
  id: string;
  title: string;
  /** Null for the folder that is taken when none is named. */
  dataDir: string | null;
}

const OVER = ['succeeded', 'aborted'];

function newestOpen(folder: string, dataDir: string | null): OpenRun[] {
  if (!existsSync(join(folder, 'journal.sqlite'))) return [];
  const reader = openJournalReader(folder);
  try {
    const run = readRunViews(reader, systemClock(), folder).find(({ state }) => !OVER.includes(state));
    return run === undefined ? [] : [{ id: run.id, title: run.title, dataDir }];
  } finally {
    reader.close();
  }
}

const named = process.argv[2];
const around = { platform: process.platform, env: process.env, home: homedir(), cwd: process.cwd() };
const folder = findDataDir(named, around);
const isDefault = folder === findDataDir(undefined, { ...around, env: { ...around.env, BLACKSTART_DATA: undefined } });
const drill = firstDrillDataDir(folder);
process.stdout.write(JSON.stringify([...newestOpen(folder, isDefault ? null : folder), ...newestOpen(drill, drill)]));
