/** The journal for those who only look: no lock, no checkpoint, no write. */
import { EngineError } from '../../contract/errors.ts';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobReader } from './blobs.ts';
import { EntryTable } from './database.ts';
import type { EventFilter, JournalEvent, JournalReader } from './journal.ts';
import { leafHash, MerkleFrontier } from './merkle.ts';
import { onDisk } from './durable-file.ts';
import { selectEvents } from './select-events.ts';

/**
 * Reads beside a living writer. Where the folder may not be written (a mounted image, another user's), SQLite cannot share
 * its index of the WAL there, and a copy is read instead.
 *
 * @throws EngineError `not-found` when there is no journal, `refused` when it is not ours
 */
export function openJournalReader(dataDir: string): JournalReader {
  const path = join(dataDir, 'journal.sqlite');
  if (!existsSync(path)) throw new EngineError('not-found', `There is no journal in ${dataDir}.`, { hint: 'Give the data folder with --data-dir.' });
  const { table, release } = onDisk('opening the journal for reading', () => openDirectly(path) ?? openCopy(path));
  return {
    blobs: blobReader(join(dataDir, 'blobs')),
    *events(filter: EventFilter = {}): IterableIterator<JournalEvent> {
      yield* selectEvents(table, filter);
    },
    get head() {
      return readHead(table);
    },
    close: release,
  };
}

interface ReadableTable {
  table: EntryTable;
  release: () => void;
}

function openDirectly(path: string): ReadableTable | null {
  try {
    const table = EntryTable.openForReading(path);
    return { table, release: () => table.close() };
  } catch (thrown) {
    if (thrown instanceof EngineError) throw thrown;
    return null;
  }
}

function openCopy(path: string): ReadableTable {
  const folder = mkdtempSync(join(tmpdir(), 'blackstart-read-'));
  const release = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, join(folder, 'journal.sqlite-wal'));
    copyFileSync(path, join(folder, 'journal.sqlite'));
    const table = EntryTable.openForReading(join(folder, 'journal.sqlite'));
    return { table, release: () => { table.close(); release(); } };
  } catch (thrown) {
    release();
    throw thrown;
  }
}

/** Reads every entry: for those few who ask a reader for the root. */
function readHead(table: EntryTable): { size: number; hash: string } {
  const frontier = new MerkleFrontier();
  for (const { bytes } of table.rows()) frontier.append(leafHash(bytes));
  return { size: frontier.size, hash: frontier.root() };
}
