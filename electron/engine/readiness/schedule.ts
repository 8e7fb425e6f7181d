/** When copies should come and how long they should be kept: `schedule` and `keeps` of a check, judged on the copies at hand. */
import type { ProbeOf } from '../../contract/check.ts';
import type { Evidence } from '../../contract/readiness.ts';
import { addPeriod, Duration, durationSeconds } from '../../contract/scalars.ts';
import { spokenDuration } from '../../contract/wording.ts';
import { spokenPeriod } from './age.ts';

type Keeps = NonNullable<ProbeOf<'backup'>['keeps']>;
const DAY_S = 86_400;
const NAMED: Readonly<Record<string, number>> = { hourly: 3_600, daily: DAY_S, nightly: DAY_S, weekly: 7 * DAY_S, monthly: 31 * DAY_S, yearly: 366 * DAY_S };
/** A copy may come late by its own run time: a quarter of the interval, at least ten minutes. */
const lateness = (interval: number): number => Math.max(600, interval / 4);

/**
 * Longest gap between two copies, in seconds. Understood: `4h`, `every 4h`, `daily 03:00`, `weekly …`, and cron's five fields.
 * @returns null when the text says nothing that can be judged, such as "continuous"
 */
export function scheduleInterval(text: string): number | null {
  const words = text.trim().toLowerCase();
  const every = Duration.safeParse(words.replace(/^every\s+/u, ''));
  if (every.success) return durationSeconds(every.data);
  const named = Object.entries(NAMED).find(([name]) => words.startsWith(name));
  if (named !== undefined) return named[1];
  return cronInterval(words);
}

/** The coarsest field that is fixed decides: `0 2 * * *` is daily, `0 *\/4 * * *` every four hours. */
function cronInterval(text: string): number | null {
  const fields = text.split(/\s+/u);
  if (fields.length !== 5 || !fields.every((field) => /^[\d*,/a-z-]+$/u.test(field))) return null;
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = fields;
  if (month !== '*') return 366 * DAY_S;
  if (day !== '*') return 31 * DAY_S;
  if (weekday !== '*') return widestGap(weekday, 7) * DAY_S;
  if (hour !== '*') return widestGap(hour, 24) * 3_600;
  return minute === '*' ? 60 : widestGap(minute, 60) * 60;
}

function widestGap(field: string, cycle: number): number {
  const step = /^\*\/(\d+)$/u.exec(field);
  if (step !== null) return Number(step[1]);
  const range = /^(\d+)-(\d+)$/u.exec(field);
  if (range !== null) return cycle - (Number(range[2]) - Number(range[1]));
  const values = field.split(',').map(Number).filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  if (values.length < 2) return cycle;
  return Math.max(...values.map((value, index) => ((values[(index + 1) % values.length] ?? 0) - value + cycle) % cycle || cycle));
}

export interface CopiesJudgement {
  evidence: Evidence;
  /** What the operator should know; empty when schedule and keeping hold or cannot be judged. */
  warnings: string[];
}

/** @param copies times of the copies at hand, milliseconds since 1970; fewer than two say nothing about keeping */
export function judgeCopies(wanted: { schedule?: string | undefined; keeps?: Keeps | undefined }, copies: readonly number[], now: number): CopiesJudgement {
  const warnings: string[] = [];
  const evidence: Evidence = {};
  const newest = Math.max(...copies);
  if (wanted.schedule !== undefined) {
    const interval = scheduleInterval(wanted.schedule);
    evidence['schedule'] = wanted.schedule;
    if (interval !== null) evidence['schedule_s'] = interval;
    const age = (now - newest) / 1000;
    if (interval !== null && age > interval + lateness(interval)) warnings.push(`behind its schedule (${wanted.schedule}): the newest copy is ${spokenDuration(age)} old`);
  }
  if (wanted.keeps !== undefined) {
    evidence['keeps'] = Object.entries(wanted.keeps).map(([unit, count]) => `${unit} ${count}`).join(', ');
    evidence['copies'] = copies.length;
    if (copies.length > 1) warnings.push(...judgeKeeping(wanted.keeps, copies, now));
  }
  return { evidence, warnings };
}

function judgeKeeping(keeps: Keeps, copies: readonly number[], now: number): string[] {
  if ('for' in keeps) {
    const oldest = Math.min(...copies);
    const due = addPeriod(new Date(oldest), keeps.for).getTime();
    return due > now + DAY_S * 1000 ? [`the copies go back ${spokenDuration((now - oldest) / 1000)} of ${spokenPeriod(keeps.for)}`] : [];
  }
  const spans = { daily: DAY_S, weekly: 7 * DAY_S, monthly: 30 * DAY_S, yearly: 365 * DAY_S } as const;
  return (['daily', 'weekly', 'monthly', 'yearly'] as const).flatMap((name) => {
    const count = keeps[name];
    if (count === undefined) return [];
    const periods = new Set(copies.map((at) => Math.floor((now - at) / 1000 / spans[name])).filter((index) => index >= 0 && index < count));
    return periods.size < count ? [`${periods.size} of ${count} ${name} copies are there`] : [];
  });
}
