/** One command's session: where its data lies, what it may write, and how it speaks. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { EngineError, spokenFault } from '../contract/errors.ts';
import { systemClock } from '../engine/clock.ts';
import { findDataDir } from '../engine/data-dir.ts';
import { openDataFolder, readDataFolder, type DataFolder, type DataFolderReader, type FolderOptions } from '../engine/data-folder.ts';
import { findInstallation, type Installation } from '../engine/installation.ts';
import { vaultPath } from '../engine/secrets/vault-file.ts';
import { askNewSecret, askSecret, readNamedSecret, type SecretPlaces } from './secret-input.ts';
import { createTerminal, type Surroundings, type Terminal } from './terminal.ts';

const Options = z.looseObject({
  json: z.boolean().optional(),
  jsonLines: z.boolean().optional(),
  dataDir: z.string().optional(),
  runbooks: z.array(z.string()).default([]),
  devicePassphraseEnv: z.string().optional(),
  devicePassphraseFile: z.string().optional(),
  vaultPassphraseEnv: z.string().optional(),
  vaultPassphraseFile: z.string().optional(),
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
  /**
   * The same with this laptop's key unlocked as far as it can be: for commands that sign. What stays locked is told on stderr and
   * holds nothing up; only what cannot be without a signature fails, with `waiting`.
   */
  signing(): Promise<DataFolder>;
  /** The passphrase of this laptop's key as the command line names it, or as a person types it; null when nobody can be asked. */
  devicePassphrase(): Promise<Uint8Array | null>;
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
  const { devicePassphraseEnv, devicePassphraseFile, vaultPassphraseEnv, vaultPassphraseFile } = options;
  const device: SecretPlaces = { env: devicePassphraseEnv, file: devicePassphraseFile };
  const vault: SecretPlaces = { env: vaultPassphraseEnv, file: vaultPassphraseFile };
  return sessionAt({ around, terminal, installation, runbookDirs, path }, dataDir, { withKit: options.runbooks.length === 0, device, vault });
}

type Fixed = Pick<Session, 'around' | 'terminal' | 'installation' | 'runbookDirs' | 'path'>;

interface Given {
  /** Folders that are named on the command line are the only ones. */
  withKit: boolean;
  device: SecretPlaces;
  vault: SecretPlaces;
}

function sessionAt(fixed: Fixed, dataDir: string, { withKit, device, vault }: Given): Session {
  const { around, installation, runbookDirs } = fixed;
  const open: { close(): Promise<void> | void }[] = [];
  let writing: DataFolder | undefined;
  const folderOptions: FolderOptions = { dataDir, runbookDirs, withKit, clock: systemClock(), nodePath: installation.node, launcher: installation.launcher, env: around.env, base: around.cwd,
    askVaultPassphrase: async () => (await readNamedSecret(vault, 'The passphrase of the vault', fixed)) ?? (existsSync(vaultPath(dataDir)) ? askSecret(around, 'Passphrase of the vault (Enter goes on without it): ') : askNewSecret(around, 'the new vault')),
  };
  const keep = <T extends { close(): Promise<void> | void }>(opened: T): T => {
    open.push(opened);
    return opened;
  };
  const writer = (): DataFolder => (writing ??= keep(openDataFolder(folderOptions)));
  const devicePassphrase = async (): Promise<Uint8Array | null> => (await readNamedSecret(device, 'The passphrase of this laptop’s key', fixed)) ?? askSecret(around, 'Passphrase of this laptop’s key (Enter goes on without it): ');
  return {
    ...fixed,
    dataDir,
    folderOptions,
    devicePassphrase,
    signing: async () => unlocked(writer(), devicePassphrase, fixed.terminal),
    read: (named) => readInput(fixed.path(named), named),
    reader: () => keep(readDataFolder(folderOptions)),
    writer,
    close: async () => {
      for (const opened of open.reverse()) await opened.close();
    },
  };
}

/** The keyring first, which asks nobody on the command line; then the passphrase. */
async function unlocked(folder: DataFolder, passphrase: () => Promise<Uint8Array | null>, terminal: Terminal): Promise<DataFolder> {
  if (folder.deviceKey().locked === null) return folder;
  let key = await folder.unlockDevice();
  if (key.locked !== null && key.guards.includes('passphrase')) {
    const given = await passphrase().catch((thrown: unknown) => {
      // A passphrase that cannot be had leaves the key locked; it keeps nobody from recovering.
      terminal.progress(spokenFault(thrown));
      return null;
    });
    if (given !== null) key = await folder.unlockDevice(given);
    given?.fill(0);
  }
  if (key.locked !== null) terminal.progress(`The key of this laptop is locked: ${key.locked}. What is recorded now is chained but not signed; it is signed when the key is unlocked.`);
  return folder;
}

function readInput(path: string, named: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new EngineError('not-found', `The file ${named} cannot be read.`, { hint: `Looked at ${path}.`, cause });
  }
}
