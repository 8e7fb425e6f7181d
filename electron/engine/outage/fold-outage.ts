/** What a person marked as dead for everything on this laptop, as the journal tells it. A run has marks of its own. */
import { z } from 'zod';
import type { JournalEvent } from '../journal/journal.ts';

/** The newest event holds the whole set; one that belongs to a run is that run's alone. */
export const OUTAGE_MARKED = 'outage.marked';

const Marked = z.object({ dead: z.array(z.string()), by: z.string() });

export interface OutageMarks {
  dead: readonly string[];
  marked: { by: string; at: string } | null;
}

export const NOTHING_MARKED: OutageMarks = { dead: [], marked: null };

/** Events of other types and of runs are passed over. */
export function foldOutage(events: Iterable<JournalEvent>, from: OutageMarks = NOTHING_MARKED): OutageMarks {
  let marks = from;
  for (const event of events) {
    if (event.type !== OUTAGE_MARKED || event.run !== null) continue;
    const { dead, by } = Marked.parse(event.data);
    marks = { dead, marked: { by, at: event.wall } };
  }
  return marks;
}
