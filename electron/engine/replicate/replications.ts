/** What the journal says of replications: one event before each, one after it. */
import { z } from 'zod';
import { Replication } from '../../contract/replication.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';

export const REPLICATION_STARTED = 'replication.started';
export const REPLICATION_DONE = 'replication.done';
export const REPLICATION_FAILED = 'replication.failed';
const TYPES = [REPLICATION_STARTED, REPLICATION_DONE, REPLICATION_FAILED];

const Started = Replication.pick({ to: true, folder: true, endpoint: true, by: true, entries: true, signed: true });
/** `id` is that of the event that announced it. `more`: problems that found no room. */
const Done = Replication.pick({ id: true, objects: true, created: true, bytes: true, locked_until: true, credentials: true, problems: true });
const Failed = Replication.pick({ id: true, created: true, bytes: true }).extend({ reason: z.string() });

/** Newest first. */
export function readReplications(journal: Pick<JournalReader, 'events'>): Replication[] {
  const found = new Map<string, Replication>();
  for (const event of journal.events({ types: TYPES })) note(found, event);
  return [...found.values()].reverse();
}

function note(found: Map<string, Replication>, { type, id, data, wall }: JournalEvent): void {
  if (type === REPLICATION_STARTED) {
    found.set(id, { ...Started.parse(data), id, state: 'open', started_at: wall, ended_at: null, objects: null, created: null, bytes: null, locked_until: null, credentials: null, problems: [], reason: null });
    return;
  }
  const end = type === REPLICATION_DONE ? Done.parse(data) : Failed.parse(data);
  const before = found.get(end.id);
  if (before !== undefined) found.set(end.id, { ...before, ...end, ended_at: wall, state: 'reason' in end ? 'failed' : end.problems.length === 0 ? 'done' : 'differs' });
}
