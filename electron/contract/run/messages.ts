/** Which communications were sent and which are due next, by audience. */
import type { RunView } from '../run.ts';
import { durationSeconds } from '../scalars.ts';
import { utcTime } from '../wording.ts';
import type { Audience } from '../runbook.ts';
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

/** A message with what only the moment knows: `{{title}}`, `{{progress}}`, `{{next_update}}` and `{{forecast}}`. */
export function draftMessage(fold: RunFold, text: string, audience: Audience | undefined, moment: { now: number; forecast: number | null }): string {
  const over = fold.order.filter(({ state }) => state === 'succeeded' || state === 'skipped' || state === 'overridden' || state === 'not_executed').length;
  const words: Readonly<Record<string, string>> = {
    title: fold.created.title,
    progress: `${over} of ${fold.order.length} steps are done`,
    next_update: nextUpdate(audience, moment.now),
    forecast: moment.forecast === null ? 'not known yet' : `${utcTime(iso(moment.forecast)).slice(0, 5)} UTC`,
  };
  return text.replace(/\{\{(title|progress|next_update|forecast)\}\}/gu, (whole, name: string) => words[name] ?? whole);
}

function nextUpdate(audience: Audience | undefined, now: number): string {
  const every = audience?.every;
  if (every === 'continuous') return 'as soon as there is news';
  return every === undefined ? 'when there is news' : `${utcTime(iso(now + durationSeconds(every) * 1000)).slice(0, 5)} UTC`;
}
