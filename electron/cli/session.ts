/** One command's session: where its data lies, what it may write, and how it speaks. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../contract/errors.ts';
import { systemClock } from '../engine/clock.ts';
import { findDataDir } from '../engine/data-dir.ts';
import { openDataFolder, readDataFolder, type DataFolder, type DataFolderReader, type FolderOptions } from '../engine/data-folder.ts';
import { findInstallation, type Installation } from '../engine/installation.ts';
import { createTerminal, type Surroundings, type Terminal } from './terminal.ts';

const Options = z.looseObject({
  json: z.boolean().optional(),
  jsonLines: z.boolean().optional(),
  dataDir: z.string().optional(),
  runbooks: z.array(z.string()).default([]),
});

export interface Session {
  readonly around: Surroundings;
  readonly terminal: Terminal;
  readonly installation: Installation;
  readonly dataDir: string;
  /** Folders in which runbooks are looked for. */
  readonly runbookDirs: string[];
  /** A path of the caller as an absolute one. */
  path(named: string): string;
  /** The text of a caller's file. EngineError `not-found` when it cannot be read. */
  read(named: string): Uint8Array;
  /** The data folder to read; takes no lock and writes nothing. */
  reader(): DataFolderReader;
  /** The data folder to write; holds the lock until the command ends. */
  writer(): DataFolder;
  /** How the data folder is opened. */
  readonly folderOptions: FolderOptions;
  close(): Promise<void>;
}

export function openSession(around: Surroundings, given: unknown): Session {
  const options = Options.parse(given);
  const terminal = createTerminal(around, options.json === true || options.jsonLines === true);
  const installation = findInstallation();
  const path = (named: string): string => resolve(around.cwd, named);
  const runbookDirs = options.runbooks.length === 0 ? [installation.runbooks] : options.runbooks.map(path);
  const dataDir = findDataDir(options.dataDir === undefined ? undefined : path(options.dataDir), { platform: process.platform, env: { ...around.env }, home: homedir(), cwd: around.cwd });
  const state = statSync(dataDir, { throwIfNoEntry: false });
  if (state !== undefined && !state.isDirectory()) throw new EngineError('usage', `The data folder ${dataDir} is a file.`, { hint: 'Name a folder with --data-dir or BLACKSTART_DATA.' });
  return sessionAt({ around, terminal, installation, runbookDirs, path }, dataDir, options.runbooks.length === 0);
}

type Fixed = Pick<Session, 'around' | 'terminal' | 'installation' | 'runbookDirs' | 'path'>;

/** @param withKit folders that are named on the command line are the only ones */
function sessionAt(fixed: Fixed, dataDir: string, withKit: boolean): Session {
  const { around, installation, runbookDirs } = fixed;
  const open: { close(): Promise<void> | void }[] = [];
  let writing: DataFolder | undefined;
  const folderOptions: FolderOptions = { dataDir, runbookDirs, withKit, clock: systemClock(), nodePath: installation.node, launcher: installation.launcher, env: around.env, base: around.cwd };
  const keep = <T extends { close(): Promise<void> | void }>(opened: T): T => {
    open.push(opened);
    return opened;
  };
  return {
    ...fixed,
    dataDir,
    folderOptions,
    read: (named) => readInput(fixed.path(named), named),
    reader: () => keep(readDataFolder(folderOptions)),
    writer: () => (writing ??= keep(openDataFolder(folderOptions))),
    close: async () => {
      for (const opened of open.reverse()) await opened.close();
    },
  };
}

function readInput(path: string, named: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new EngineError('not-found', `The file ${named} cannot be read.`, { hint: `Looked at ${path}.`, cause });
  }
}
