/** How old something is, and how far the clocks can be trusted in saying so. */
import { durationSeconds, addPeriod } from '../../contract/scalars.ts';
import { spokenDuration } from '../../contract/wording.ts';

/** A file may be this much ahead of the clock, for coarse timestamps and small drifts. */
const AHEAD_S = 120;

export type AgeJudgement = { ok: true } | { ok: false; reason: 'too-old' | 'from-the-future'; summary: string };

/** Whole seconds since `mtimeMs`; negative when it lies in the future. */
export function ageSeconds(mtimeMs: number, nowMs: number): number {
  return Math.floor((nowMs - mtimeMs) / 1000);
}

/** @param limit a duration or a period of the calendar; the limit itself is still young enough */
export function judgeAge(what: string, mtimeMs: number, nowMs: number, limit: string): AgeJudgement {
  const age = ageSeconds(mtimeMs, nowMs);
  if (age < -AHEAD_S) return { ok: false, reason: 'from-the-future', summary: `${what} is dated ${spokenDuration(-age)} in the future: its clock or this laptop's is wrong.` };
  if (addPeriod(new Date(mtimeMs), limit).getTime() >= nowMs) return { ok: true };
  return { ok: false, reason: 'too-old', summary: `${what} is ${spokenDuration(age)} old; at most ${spokenPeriod(limit)} is allowed.` };
}

export function spokenPeriod(period: string): string {
  const calendar = /^(\d+)(mo|y)$/u.exec(period);
  if (calendar === null) return spokenDuration(durationSeconds(period));
  return `${calendar[1] ?? ''} ${calendar[2] === 'y' ? 'y' : 'months'}`;
}
