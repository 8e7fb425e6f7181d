/** The First drill ready to run: its material made, its people enrolled, its data folder open. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../contract/errors.ts';
import { openDataFolder, type DataFolder, type FolderOptions } from '../data-folder.ts';
import { enrollDrillKey } from './enroll-drill-key.ts';
import { FIRST_DRILL_ID, FIRST_DRILL_PEOPLE, firstDrillDataDir, prepareFirstDrill } from './first-drill.ts';

export interface OpenDrill {
  folder: DataFolder;
  /** Whether material was made just now. */
  made: boolean;
}

/**
 * @param real how the real data folder is opened; the drill's own lies below it, so that its people and keys never enter
 *   the real roster
 */
export async function openFirstDrill(real: FolderOptions, fresh = false): Promise<OpenDrill> {
  const dataDir = firstDrillDataDir(real.dataDir);
  const folder = openDataFolder({ ...real, dataDir });
  try {
    const runbookDir = dirname(folder.library.find(FIRST_DRILL_ID).path);
    const made = await prepareFirstDrill({ dataDir, runbookDir, now: real.clock.now(), makeDatabase: async (request) => makeDatabase(real.nodePath, request), fresh });
    await enrollPeople(folder);
    await enrollDrillKey(folder.escrow.host, join(dataDir, 'lanterns'));
    return { folder, made };
  } catch (thrown) {
    await folder.close();
    throw thrown;
  }
}

const CHILD = fileURLToPath(new URL('./make-database-child.ts', import.meta.url));

async function makeDatabase(node: string, { file, until, masterKeyFile }: { file: string; until: number; masterKeyFile: string }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    execFile(node, ['--no-warnings', CHILD, file, String(until), masterKeyFile], (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new EngineError('internal', `The drill's database could not be made: ${stderr.trim() === '' ? error.message : stderr.trim()}`, { cause: error }));
    });
  });
}

async function enrollPeople({ people }: DataFolder): Promise<void> {
  const enrolled = new Set(people.list().map(({ name }) => name));
  for (const { name, roles, passphrase } of FIRST_DRILL_PEOPLE) {
    if (!enrolled.has(name)) await people.enroll({ name, roles, passphrase });
  }
}

/** Environment variables that the drill's answers file names, so that it runs with nobody there. */
export function drillEnvironment(): Record<string, string> {
  return Object.fromEntries(FIRST_DRILL_PEOPLE.map(({ env, passphrase }) => [env, passphrase]));
}
