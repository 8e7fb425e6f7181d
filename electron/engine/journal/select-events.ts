/** Reading events back, from the writer's connection or from a reader's. */
import { EngineError } from '../../contract/errors.ts';
import type { EntryRow, EntryTable } from './database.ts';
import { parseEntry } from './event.ts';
import type { EventFilter, JournalEvent } from './journal.ts';

/** In order. EngineError `bad` at an entry that is no event. */
export function* selectEvents(table: EntryTable, filter: EventFilter): IterableIterator<JournalEvent> {
  for (const row of candidates(table, filter)) {
    if (row.seq > (filter.until ?? row.seq)) return;
    const event = parseEntry(row.bytes);
    if (event === null) throw new EngineError('bad', `Entry ${row.seq} of the journal cannot be read.`, { hint: 'Run "blackstart record verify".' });
    if (filter.run !== undefined && event.run !== filter.run) continue;
    if (filter.types !== undefined && !filter.types.includes(event.type)) continue;
    yield event;
  }
}

/** Canonical bytes spell a member in one way, so SQLite can leave out most rows before anything is parsed. */
function candidates(table: EntryTable, filter: EventFilter): IterableIterator<EntryRow> {
  if (filter.run !== undefined) return table.rowsContaining([`"run":${JSON.stringify(filter.run)}`], filter.after, filter.until);
  if (filter.types !== undefined && filter.types.length > 0) return table.rowsContaining(filter.types.map((type) => `"type":${JSON.stringify(type)}`), filter.after, filter.until);
  return table.rows(filter.after);
}
