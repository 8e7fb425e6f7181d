/** One writer for a data folder. The lock is the operating system's, so that a killed process cannot keep it. */
import { EngineError } from '../../contract/errors.ts';
import Database from 'better-sqlite3';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from './durable-file.ts';

export interface DataFolderLock {
  release(): void;
}

/**
 * Holds `DIR/lock`, an empty SQLite file under an exclusive transaction: the one portable file lock that Node can take
 * without native code of our own. `DIR/lock.pid` only names the holder in words; it decides nothing.
 *
 * @throws EngineError `locked` when another Blackstart holds it, `disk` when the folder cannot be written
 */
export function lockDataFolder(dir: string): DataFolderLock {
  return onDisk('taking the lock on the data folder', () => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const db = new Database(join(dir, 'lock'), { timeout: 0 });
    try {
      db.pragma('journal_mode = MEMORY');
      db.exec('BEGIN EXCLUSIVE');
      writeFileSync(join(dir, 'lock.pid'), `${process.pid}\n`, { mode: 0o600 });
    } catch (thrown) {
      db.close();
      throw lockError(dir, thrown);
    }
    return { release: () => db.close() };
  });
}

function lockError(dir: string, thrown: unknown): unknown {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  if (thrown.code.startsWith('SQLITE_BUSY')) {
    const holder = readHolder(dir);
    return new EngineError('locked', `Another Blackstart${holder === null ? '' : ` (process ${holder})`} holds the data folder ${dir}.`, { hint: 'Use its window, or close it first.', cause: thrown });
  }
  if (thrown.code === 'SQLITE_NOTADB') return new EngineError('refused', `The file ${join(dir, 'lock')} is not a lock.`, { hint: 'Delete it; it holds nothing.', cause: thrown });
  return thrown;
}

function readHolder(dir: string): string | null {
  try {
    return /^\d+/u.exec(readFileSync(join(dir, 'lock.pid'), 'utf8'))?.[0] ?? null;
  } catch {
    return null;
  }
}
