/** Group 4: when the run went from one operator to the next, with which words, and whether both signatures hold. */
import type { Report } from '../../contract/report.ts';
import type { Person } from '../../contract/record.ts';
import { HandoverWords } from '../../contract/run/events.ts';
import { handoverHolds } from '../people/people.ts';
import type { RunFacts } from './run-facts.ts';

const MISSING: HandoverWords = { done: 'not in the record any more', running: 'not in the record any more', worries: 'not in the record any more' };

/** @param readText the text of a blob; null when it is missing */
export function buildHandovers(run: string, { handovers }: RunFacts, people: readonly Person[], readText: (sha256: string) => string | null): Pick<Report, 'handovers'> {
  if (handovers.length === 0) return {};
  return { handovers: handovers.map((one) => ({ at: one.at, from: one.from.name, to: one.to.name, ...wordsOf(readText(one.statement.sha256)), signed: isSigned(run, one, people, readText(one.note.sha256)) })) };
}

function wordsOf(text: string | null): HandoverWords {
  return text === null ? MISSING : HandoverWords.parse(JSON.parse(text));
}

/** The note names its own time, which nothing else holds; everything else in it must be what the event says. */
function isSigned(run: string, { from, to, statement }: RunFacts['handovers'][number], people: readonly Person[], note: string | null): boolean {
  const at = /^at (\S+)$/mu.exec(note ?? '')?.[1];
  const [outgoing, incoming] = [from, to].map(({ id }) => people.find((person) => person.id === id)?.vkey);
  if (note === null || at === undefined || outgoing === undefined || incoming === undefined) return false;
  return handoverHolds(note, { run, outgoing: from.id, incoming: to.id, statement: statement.sha256, at }, [outgoing, incoming]);
}
