/** The scalars that runbooks are written in. They stay text, as in the file; they are read where they are used. */
import { z } from 'zod';

/** Words that mean something to the language underneath; as a key they reach into every object. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Words that the expressions of `when` keep for themselves, and the built-in names of templates. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'namespace', 'null', 'package', 'return', 'true', 'var', 'void', 'while',
  'runbook_dir', 'run_dir', 'data_dir', 'blackstart', 'scratch', 'secret_file',
]);

/** Ids of steps, checks, audiences, injects and symptoms. */
export const Id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/u, 'an id is a-z, 0-9 and "-", begins with a letter, and has at most 64 characters')
  .refine((id) => !FORBIDDEN_KEYS.has(id), 'this word is reserved and cannot be an id');
/** Names of params, secrets and captures. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/u, 'a name is a-z, 0-9 and "_", begins with a letter, and has at most 64 characters')
  .refine((name) => !RESERVED_NAMES.has(name) && !FORBIDDEN_KEYS.has(name), 'this word is reserved and cannot be a name');

const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/u;
export const Duration = z
  .string()
  .regex(/^(?=\d)(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,9}s)?$/u, 'a duration reads 90s, 15m, 4h, 1h30m or 30d');

/** A span of the calendar: a duration, or months and years. */
export const Period = z
  .string()
  .regex(/^(?:(?=\d)(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,9}s)?|\d{1,4}mo|\d{1,3}y)$/u, 'a period reads 30d, 12h, 3mo or 1y');

export const Size = z.string().regex(/^\d{1,9}(?:\.\d{1,3})?(?:B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)$/u, 'a size reads 200MiB or 1GB');
/** RFC 3339 date, or date and time with zone. */
export const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/u, 'a date reads 2026-04-25')
  .refine((text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text), 'the calendar has no such day');
export const Timestamp = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/u, 'a time reads 2026-04-25T14:30:00Z');
export const Sha256 = z.string().regex(/^(?:sha256:)?[0-9a-f]{64}$/u, 'a SHA-256 is 64 hex digits');

/** Seconds of a duration such as `1h30m`. The text must match `Duration`. */
export function durationSeconds(text: string): number {
  const match = DURATION.exec(text);
  if (match === null) throw new RangeError(`not a duration: ${text}`);
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40,
};

/** Bytes of a size such as `200MiB`. The text must match `Size`. */
export function sizeBytes(text: string): number {
  const match = /^([\d.]+)([A-Za-z]+)$/u.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new RangeError(`not a size: ${text}`);
  return Math.round(Number(match[1]) * unit);
}

/** The instant that lies a period after `from`, on the UTC calendar; the last day of a short month holds. */
export function addPeriod(from: Date, period: string): Date {
  const calendar = /^(\d+)(mo|y)$/u.exec(period);
  if (calendar === null) return new Date(from.getTime() + durationSeconds(period) * 1000);
  const months = Number(calendar[1]) * (calendar[2] === 'y' ? 12 : 1);
  const day = from.getUTCDate();
  const moved = new Date(from);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(day, lastDay));
  return moved;
}
