/** A finding's state by word, shape and colour. */
import { dueWords, type LiveFinding } from '../../../../electron/contract/after-action.ts';
import type { FindingStatus } from '../../../../electron/contract/vocabulary.ts';
import type { State } from '../../components/States.tsx';
import { shortDay } from '../../wording.ts';

export function findingState({ status, overdue_days }: { status: FindingStatus; overdue_days: number }): State {
  switch (status) {
    case 'open': return { word: 'Open', shape: overdue_days > 0 ? 'failed' : 'pending', tone: overdue_days > 0 ? 'red' : 'grey' };
    case 'in-work': return { word: 'In work', shape: overdue_days > 0 ? 'failed' : 'running', tone: overdue_days > 0 ? 'red' : 'blue' };
    case 'done': return { word: 'Done', shape: 'confirmed', tone: 'green' };
    case 'accepted': return { word: 'Accepted', shape: 'overridden', tone: 'amber' };
  }
}

/** `1 Oct, 12 days overdue`, `1 Dec`, `no date`. */
export function dueText(finding: Pick<LiveFinding, 'due' | 'overdue_days' | 'closed'>, now: number): string {
  if (finding.due === null) return 'no date';
  return finding.overdue_days > 0 ? `${shortDay(finding.due, now)}, ${dueWords(finding)}` : shortDay(finding.due, now);
}
