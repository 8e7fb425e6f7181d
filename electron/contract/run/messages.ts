/** Which communications were sent and which are due next, by audience. */
import type { RunView } from '../run.ts';
import { durationSeconds } from '../scalars.ts';
import type { RunFold } from './state.ts';

/** Cadence counts from the declaration, else from the start of the run. */
export function dueMessages(fold: RunFold): RunView['messages'] {
  const begun = fold.created.declared_at === null ? fold.createdAt.wall : Date.parse(fold.created.declared_at);
  return fold.plan.snapshot.root.runbook.audiences.flatMap((audience): RunView['messages'] => {
    const sent = fold.sent.filter((message) => message.audience === audience.id);
    const done = sent.map(({ at, channel }) => ({ audience: audience.id, due_at: iso(at.wall), sent_at: iso(at.wall), channel }));
    const next = nextDue(audience, begun, sent.at(-1)?.at.wall ?? null);
    return next === null || fold.finished !== null ? done : [...done, { audience: audience.id, due_at: iso(next), sent_at: null, channel: null }];
  });
}

function nextDue({ every, within, after }: { every?: string | undefined; within?: string | undefined; after?: string | undefined }, begun: number, last: number | null): number | null {
  if (last === null) {
    const first = within ?? after ?? (every === 'continuous' ? undefined : every);
    return first === undefined ? null : begun + durationSeconds(first) * 1000;
  }
  return every === undefined || every === 'continuous' ? null : last + durationSeconds(every) * 1000;
}

function iso(wall: number): string {
  return new Date(wall).toISOString();
}
