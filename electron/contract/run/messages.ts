/** Which communications were sent, which are due next, and what they say. What is not known is said so; nothing is made up. */
import type { FrontMatter } from '../front-matter.ts';
import type { RunView, StepState } from '../run.ts';
import { durationSeconds } from '../scalars.ts';
import { spokenDuration, utcInstant, utcTime } from '../wording.ts';
import type { Audience } from '../runbook.ts';
import { markDraft, markExercise } from '../tabletop/mask-contacts.ts';
import { dueTo, outageOf } from './cadence.ts';
import { rpoOf } from './clocks.ts';
import type { Forecast } from './forecast.ts';
import type { RunFold, StepFold } from './state.ts';
import { namesOf } from './state.ts';
import type { Mode } from '../vocabulary.ts';

/** What was sent, then what is due by itself. @param isWanted false for an audience whose condition says that it need not be told */
export function dueMessages(fold: RunFold, isWanted: (audience: Audience) => boolean): RunView['messages'] {
  return fold.plan.snapshot.root.runbook.audiences.flatMap((audience): RunView['messages'] => {
    const sent = fold.sent.filter((message) => message.audience === audience.id);
    const done = sent.map(({ at, due, channel }) => ({ audience: audience.id, due_at: iso(due ?? at.wall), sent_at: iso(at.wall), channel }));
    const next = isWanted(audience) ? dueTo(fold, audience) : null;
    return next === null ? done : [...done, { audience: audience.id, due_at: iso(next), sent_at: null, channel: null }];
  });
}

function iso(wall: number): string {
  return new Date(wall).toISOString();
}

/** The moment at which a message is drafted. */
export interface Moment {
  fold: RunFold;
  /** The step that asks for the message; null for one that is due by its audience's cadence. */
  step: StepFold | null;
  audience: Audience | undefined;
  /** Wall milliseconds on the clock of the run (`momentOf`); so is the forecast. */
  now: number;
  forecast: Pick<Forecast, 'finish' | 'restored'>;
}

/** What a message can be filled with besides the names of the runbook, which come first. */
const WORDS = {
  title: ({ fold }) => fold.created.title,
  system: ({ fold }) => frontOf(fold).system,
  scenario: ({ fold }) => frontOf(fold).scenario,
  severity: ({ fold }) => frontOf(fold).severity,
  status: ({ fold }) => (fold.aborted !== null ? 'the recovery was stopped' : fold.restoredAt !== null ? 'service is back' : 'the recovery is under way'),
  impact: ({ fold }) => frontOf(fold).scenario,
  eta: (moment) => forecastWords(moment),
  progress: ({ fold }) => `${fold.order.filter(isPast).length} of ${fold.order.length} steps are done`,
  next_update: ({ audience, now }) => nextUpdate(audience, now),
  forecast: (moment) => forecastWords(moment),
  outage_at: ({ fold }) => dayAndTime(fold.created.outage_at),
  declared_at: ({ fold }) => dayAndTime(fold.created.declared_at),
  elapsed: ({ fold, now }) => spokenDuration((restoredMoment(fold) ?? now) / 1000 - outageOf(fold) / 1000),
  phase: ({ fold, step }) => fold.plan.phases.find(({ id }) => id === underWay(fold, step)?.plan.phase)?.title ?? underWay(fold, step)?.plan.phase ?? 'no phase, nothing is under way',
  step: ({ fold, step }) => underWay(fold, step)?.plan.title ?? 'no step is under way',
  operator: ({ fold }) => fold.operator?.name ?? 'nobody is named',
  back: (moment) => backWords(moment),
  rpo: ({ fold }) => rpoWords(fold),
  audience: ({ audience }) => audience?.title ?? audience?.id ?? '',
  rto: ({ fold }) => spokenTarget(frontOf(fold).targets?.rto),
  rto_left: (moment) => leftWords(moment),
  mode: ({ fold }) => MODE_WORDS[fold.mode],
  now: ({ now }) => dayAndTime(iso(now)),
} satisfies Record<string, (moment: Moment) => string>;

export const MESSAGE_NAMES: readonly string[] = Object.keys(WORDS);

const MODE_WORDS: Readonly<Record<Mode, string>> = { live: 'live recovery', rehearsal: 'rehearsal', tabletop: 'tabletop exercise' };

export interface Draft {
  draft: string;
  /** Names in it that have no value: they stand there as not known. */
  unknown: string[];
}

/**
 * The message with what only the moment knows; names of the runbook are left for whoever fills it. A subject stands on a
 * line of its own before the text.
 */
export function draftMessage(moment: Moment): Draft {
  const { subject, text } = templateOf(moment);
  const { draft, unknown } = fillMoment(subject === undefined ? text : `Subject: ${subject}\n\n${text}`, moment);
  switch (moment.fold.mode) {
    case 'live': return { draft, unknown };
    case 'rehearsal': return { draft: markExercise(draft), unknown };
    case 'tabletop': return { draft: markDraft(draft), unknown };
  }
}

/** For an audience whose runbook gives no text. */
const PLAIN = '{{title}}: {{status}}. {{progress}}. Forecast: {{forecast}}. Next update: {{next_update}}.';

type Message = { subject?: string | undefined; text: string };

/** The step's own, else the audience's; of several, the one that it names or that fits what it has heard so far. */
function templateOf({ fold, step, audience }: Moment): Message {
  const block = step?.plan.block;
  const several = audience?.templates;
  const own = block?.kind === 'notify' ? block.template : undefined;
  const named = own === 'initial' || own === 'update' || own === 'resolved' ? several?.[own] : undefined;
  if (named !== undefined) return named;
  const text = own ?? audience?.template;
  if (text !== undefined) return { text };
  const isFirst = !fold.sent.some((message) => message.audience === audience?.id);
  const fitting = fold.restoredAt !== null ? several?.resolved : isFirst ? several?.initial : several?.update;
  return fitting ?? several?.update ?? several?.initial ?? several?.resolved ?? { text: PLAIN };
}

/** Names that are filled later, whatever the runbook says. */
const FILLED_LATER = /^(?:runbook_dir|run_dir|data_dir|blackstart|scratch\..+)$/u;

/** One pass: a value is never filled again, here or later, so a `{{` in it is doubled. */
function fillMoment(text: string, moment: Moment): Draft {
  const own = namesOf(moment.fold, moment.step?.plan.scope ?? '');
  const words: Readonly<Record<string, (moment: Moment) => string>> = WORDS;
  const unknown = new Set<string>();
  const draft = text.replace(/\{\{\{\{|\{\{([a-z][a-z0-9_.]*)\}\}/gu, (whole, name: string | undefined) => {
    if (name === undefined || Object.hasOwn(own, name) || FILLED_LATER.test(name)) return whole;
    const word = Object.hasOwn(words, name) ? words[name] : undefined;
    if (word !== undefined) return word(moment).trim().replaceAll('{{', '{{{{');
    unknown.add(name);
    return `‹${name}: not known›`;
  });
  return { draft, unknown: [...unknown] };
}

function frontOf(fold: RunFold): FrontMatter {
  return fold.plan.snapshot.root.runbook.front;
}

function isPast({ state }: StepFold): boolean {
  return state === 'succeeded' || state === 'skipped' || state === 'overridden' || state === 'not_executed';
}

/** The work that is going on, not the step that tells of it. */
function underWay(fold: RunFold, step: StepFold | null): StepFold | null {
  const open = fold.order.filter(({ plan, left }) => plan.block.kind !== 'notify' && plan.block.kind !== 'call' && !left);
  const at = (...states: StepState[]): StepFold | undefined => open.find(({ state }) => states.includes(state));
  return at('running') ?? at('failed', 'unknown') ?? at('waiting') ?? step;
}

/** When service is back; once it is, when the rest is over. */
function forecastWords({ fold, forecast }: Moment): string {
  const at = fold.restoredAt === null ? forecast.restored : forecast.finish;
  return at === null ? 'not known yet' : `${utcTime(iso(at)).slice(0, 5)} UTC`;
}

/** When service was back, on the clock of the run; null while it is not. */
function restoredMoment(fold: RunFold): number | null {
  if (fold.restoredAt === null) return null;
  return fold.exercise === null ? fold.restoredAt.wall : outageOf(fold) + (fold.exercise.restored ?? 0);
}

/** The whole service, else those of its components whose steps or checks have succeeded in this run. */
function backWords({ fold }: Moment): string {
  const restored = restoredMoment(fold);
  if (restored !== null) return `the service, since ${utcTime(iso(restored)).slice(0, 5)} UTC`;
  const proven = new Set(fold.order.filter(({ state }) => state === 'succeeded').flatMap(({ plan: { block } }) => [block.id, ...(block.kind === 'check' && typeof block.check === 'string' ? [block.check] : [])]));
  const back = (frontOf(fold).components ?? []).filter(({ covered_by }) => covered_by !== undefined && [covered_by].flat().every((id) => proven.has(id)));
  return back.length === 0 ? 'nothing yet' : back.map(({ title }) => title).join(', ');
}

function rpoWords(fold: RunFold): string {
  const { target_s, achieved_s } = rpoOf(fold);
  const allowed = target_s === null ? 'no target' : `${spokenDuration(target_s)} allowed`;
  return achieved_s === null ? `not measured yet, ${allowed}` : `${spokenDuration(achieved_s)} lost, ${allowed}`;
}

function leftWords({ fold, now }: Moment): string {
  const rto = frontOf(fold).targets?.rto;
  if (rto === undefined) return 'no target';
  const left = outageOf(fold) / 1000 + durationSeconds(rto) - (restoredMoment(fold) ?? now) / 1000;
  return left < 0 ? `${spokenDuration(left)} past the target` : `${spokenDuration(left)} left`;
}

function dayAndTime(instant: string | null): string {
  return instant === null ? 'a time not yet known' : `${utcInstant(instant).slice(0, 16)} UTC`;
}

function spokenTarget(duration: string | undefined): string {
  return duration === undefined ? 'no target' : spokenDuration(durationSeconds(duration));
}

function nextUpdate(audience: Audience | undefined, now: number): string {
  const every = audience?.every;
  if (every === 'continuous') return 'as soon as there is news';
  return every === undefined ? 'when there is news' : `${utcTime(iso(now + durationSeconds(every) * 1000)).slice(0, 5)} UTC`;
}
