/** The outage switchboard of this laptop: marks in the journal, and what they mean for the runbooks at hand. */
import { EngineError } from '../../contract/errors.ts';
import type { Lifeline, OutageView } from '../../contract/outage.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { inOrder } from '../../contract/order.ts';
import type { Mode } from '../../contract/vocabulary.ts';
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
  requireLifelines(runbooks, dead, ['No runbook here leans on', 'They lean on']);
  journal.append({ type: OUTAGE_MARKED, run: null, actor: 'engine', data: { dead: [...new Set(dead)].sort(), by: name } });
}

/** @throws EngineError `not-found` for a thing that none of the runbooks leans on: a mark that changes nothing is a mistake */
function requireLifelines(runbooks: readonly Runbook[], dead: readonly string[], [no, yes]: readonly [string, string]): void {
  const known = new Set(runbooks.flatMap(lifelinesOf));
  const unknown = dead.find((one) => !known.has(one));
  if (unknown === undefined) return;
  const meant = nearest(unknown, [...known]);
  throw new EngineError('not-found', `${no} ${unknown}.`, { hint: meant === null ? `${yes}: ${[...known].sort().join(', ') || 'nothing'}.` : `Did you mean ${meant}?` });
}

/**
 * What a run begins with as dead, beside what its scenario has lost: a live one what is marked on this laptop, a drill what
 * its facilitator says, as a drill has a world of its own.
 * @param runbooks that of the run and those that it calls
 * @throws EngineError `usage` for marks given to a live run, `not-found` for a thing that nothing of the drill leans on
 */
export function deadAtStart(mode: Mode, said: readonly string[], runbooks: readonly Runbook[], marked: () => readonly string[]): string[] {
  if (mode === 'live') {
    if (said.length > 0) throw new EngineError('usage', '--dead is for a drill; a live run knows what is marked as dead on this laptop.', { hint: 'Mark it with: blackstart outage mark NAME… --by NAME' });
    return [...marked()];
  }
  requireLifelines(runbooks, said, ['Nothing of this drill leans on', 'It leans on']);
  return [...new Set(said)].sort();
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
  return { marked, lifelines: lifelines.filter((line) => line.dead || line.runbooks.length > 0).sort((a, b) => Number(b.dead) - Number(a.dead) || leaning(b) - leaning(a) || inOrder(a.id, b.id)) };
}

function leaning({ runbooks }: Lifeline): number {
  return runbooks.reduce((sum, { dependents }) => sum + dependents.length, 0);
}
