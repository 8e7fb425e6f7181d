/** The outage switchboard of this laptop: marks in the journal, and what they mean for the runbooks at hand. */
import { EngineError } from '../../contract/errors.ts';
import type { Lifeline, OutageView } from '../../contract/outage.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { Journal, JournalReader } from '../journal/journal.ts';
import { nearest } from '../runbook/finding.ts';
import { dependentsOf, lifelinesOf } from './dependents.ts';
import { foldOutage, OUTAGE_MARKED, type OutageMarks } from './fold-outage.ts';

export function readOutage(journal: Pick<JournalReader, 'events'>): OutageMarks {
  return foldOutage(journal.events({ types: [OUTAGE_MARKED] }));
}

/**
 * Marks the whole set of what is dead; an empty one says that everything is alive.
 * @param by whoever says so
 * @throws EngineError `usage` without a name, `not-found` for a thing that no runbook here leans on
 */
export function markOutage(journal: Journal, runbooks: readonly Runbook[], dead: readonly string[], by: string): void {
  const name = by.trim();
  if (name === '') throw new EngineError('usage', 'The name of who marks it is missing.', { hint: 'It is kept in the record, so it has to be given.' });
  const known = new Set(runbooks.flatMap(lifelinesOf));
  const unknown = dead.find((one) => !known.has(one));
  if (unknown !== undefined) {
    const meant = nearest(unknown, [...known]);
    throw new EngineError('not-found', `No runbook here leans on ${unknown}.`, { hint: meant === null ? `They lean on: ${[...known].sort().join(', ')}.` : `Did you mean ${meant}?` });
  }
  journal.append({ type: OUTAGE_MARKED, run: null, actor: 'engine', data: { dead: [...new Set(dead)].sort(), by: name } });
}

export function outageView(runbooks: readonly Runbook[], { dead, marked }: OutageMarks): OutageView {
  const names = [...new Set([...runbooks.flatMap(lifelinesOf), ...dead])];
  const lifelines = names.map((id): Lifeline => ({
    id,
    dead: dead.includes(id),
    runbooks: runbooks.flatMap((runbook) => {
      const dependents = dependentsOf(runbook, id);
      const { front } = runbook;
      return dependents.length === 0 ? [] : [{ id: front.id, title: front.title, system: front.system, dependents }];
    }),
  }));
  return { marked, lifelines: lifelines.filter((line) => line.dead || line.runbooks.length > 0).sort((a, b) => Number(b.dead) - Number(a.dead) || leaning(b) - leaning(a) || a.id.localeCompare(b.id)) };
}

function leaning({ runbooks }: Lifeline): number {
  return runbooks.reduce((sum, { dependents }) => sum + dependents.length, 0);
}
