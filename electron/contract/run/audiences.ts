/** Who is to be told in a run: when next, by which channel, and in which words. */
import type { AudienceView, ChannelView } from '../run.ts';
import type { Audience } from '../runbook.ts';
import { durationSeconds } from '../scalars.ts';
import { counted, spokenDuration } from '../wording.ts';
import { dueTo, momentOf, outageOf } from './cadence.ts';
import type { Forecast } from './forecast.ts';
import { type Draft, draftMessage } from './messages.ts';
import { runbookOf } from './plan.ts';
import type { Instant, RunFold, StepFold } from './state.ts';

export interface AudienceSources {
  now: Instant;
  forecast: Pick<Forecast, 'finish' | 'restored'>;
  /** Whether the audience's condition holds; null while that is open. */
  wanted(audience: Audience): boolean | null;
  /** Fills the names of the runbook. */
  fill(text: string): string;
}

export function viewAudiences(fold: RunFold, sources: AudienceSources): AudienceView[] {
  return runbookOf(fold.plan, '').audiences.map((audience) => viewAudience(fold, audience, sources));
}

function viewAudience(fold: RunFold, audience: Audience, sources: AudienceSources): AudienceView {
  const wanted = audience.when === undefined ? true : sources.wanted(audience);
  const due = wanted === false ? null : dueTo(fold, audience);
  const now = momentOf(fold, sources.now);
  return {
    id: audience.id, title: audience.title ?? audience.id, cadence: cadenceWords(audience), condition: audience.when ?? null, wanted,
    due_at: due === null ? null : iso(due), due_in_s: due === null ? null : Math.round((due - now) / 1000),
    told: fold.sent.filter((one) => one.audience === audience.id).map(({ at, moment, due: was, channel, reached }) => ({
      at: iso(at.wall), ...(fold.exercise === null ? {} : { h_ms: moment - outageOf(fold) }), channel, reached,
      late_s: was === null ? null : Math.max(0, Math.round((moment - was) / 1000)),
    })),
    channels: channelsOf(fold, audience),
    ...draftFor(fold, null, audience, sources),
  };
}

/** The words for an audience at a moment, filled. */
export function draftFor(fold: RunFold, step: StepFold | null, audience: Audience | undefined, { now, forecast, fill }: Pick<AudienceSources, 'now' | 'forecast' | 'fill'>): Draft {
  const moment = momentOf(fold, now);
  const moved = (at: number | null): number | null => (at === null ? null : at + moment - now.wall);
  const { draft, unknown } = draftMessage({ fold, step, audience, now: moment, forecast: { finish: moved(forecast.finish), restored: moved(forecast.restored) } });
  return { draft: fill(draft), unknown };
}

export function cadenceWords({ every, within, after }: Pick<Audience, 'every' | 'within' | 'after'>): string {
  const first = within !== undefined ? `first within ${spoken(within)}` : after !== undefined ? `if it lasts longer than ${spoken(after)}` : null;
  const again = every === undefined ? null : every === 'continuous' ? 'whenever there is news' : `every ${spoken(every)}`;
  if (first !== null && again === null) return within !== undefined ? `once, within ${spoken(within)}` : first;
  return [first, again].filter((part) => part !== null).join(', then ') || 'when there is something to say';
}

function spoken(duration: string): string {
  return spokenDuration(durationSeconds(duration));
}

/** Other words under which the switchboard may know a channel. */
const ALSO: Readonly<Record<ChannelView['kind'], readonly string[]>> = {
  phone: ['telephone', 'telephony'], email: ['mail', 'e-mail', 'smtp'], sms: ['text-messages'], chat: ['messenger'], 'status-page': ['status', 'statuspage'],
};

/** The mark by which a channel is dead: its kind, or the name of its service with which its address begins ("Slack #incidents"). */
function deadBy(kind: ChannelView['kind'], address: string | null, dead: readonly string[]): string | null {
  const service = /^[\p{L}\d-]+(?=\s|$)/u.exec(address ?? '')?.[0].toLowerCase();
  const names: (string | undefined)[] = [kind, ...ALSO[kind], service];
  return dead.find((name) => names.includes(name.toLowerCase())) ?? null;
}

/** In the audience's order. The next one to take is the first that lives and was not tried since somebody was reached; when all were, the first that lives. */
export function channelsOf(fold: RunFold, { id, channels }: Audience): ChannelView[] {
  const since = fold.sent.findLast(({ audience }) => audience === id)?.seq ?? 0;
  const tried = fold.tried.filter((one) => one.audience === id && one.seq > since);
  const kinds = channels.map((channel) => (typeof channel === 'string' ? channel : channel.kind));
  const rows = channels.map((channel, at): ChannelView => {
    const { kind, address = null } = typeof channel === 'string' ? { kind: channel } : channel;
    const isOneOfSeveral = kinds.indexOf(kind) !== at || kinds.lastIndexOf(kind) !== at;
    const name = isOneOfSeveral && address !== null ? `${kind}, ${address}` : kind;
    return { name, kind, address, dead: deadBy(kind, address, fold.dead), tried: tried.filter((one) => one.channel === name).map(({ at, whom }) => ({ at: iso(at.wall), whom })), next: false };
  });
  const living = rows.filter(({ dead }) => dead === null);
  const next = living.find((row) => row.tried.length === 0) ?? living[0];
  if (next !== undefined) next.next = true;
  return rows;
}

/** Channels that stand before the one that was used and are dead, each as the record says it. */
export function passedOver(channels: readonly ChannelView[], used: string): string[] {
  const at = channels.findIndex(({ name }) => name === used);
  return channels.slice(0, Math.max(0, at)).flatMap(({ name, kind, dead }) => (dead === null ? [] : [dead === kind ? `${name} is dead` : `${name} is dead (${dead})`]));
}

/** `6 min` of lateness, in words; null while nothing is late. */
export function overdueWords(seconds: number | null): string | null {
  if (seconds === null || seconds >= 0) return null;
  return -seconds < 60 ? 'due now' : `overdue by ${-seconds < 3600 ? counted(Math.floor(-seconds / 60), 'minute', 'minutes') : spokenDuration(60 * Math.floor(-seconds / 60))}`;
}

function iso(wall: number): string {
  return new Date(wall).toISOString();
}
