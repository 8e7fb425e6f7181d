/** How the page says times: UTC first, the local time small; `contract/wording.ts` holds what other outputs say too. */
import { spokenDuration } from '../../electron/contract/wording.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `02:40`, in UTC. */
export function hourMinute(instant: string | number): string {
  return new Date(instant).toISOString().slice(11, 16);
}

/** `11 Sep`, with the year when it is another one than now's. */
export function shortDay(instant: string | number, now: number): string {
  const date = new Date(instant);
  const year = date.getUTCFullYear() === new Date(now).getUTCFullYear() ? '' : ` ${date.getUTCFullYear()}`;
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}${year}`;
}

/** `Fri 11 Sep 2026`. */
export function longDay(now: number): string {
  const date = new Date(now);
  return `${WEEKDAYS[date.getUTCDay()] ?? ''} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}

/** `09:38` today, else `11 Sep 09:38`. */
export function dayTime(instant: string | number, now: number): string {
  const sameDay = new Date(instant).toISOString().slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return sameDay ? hourMinute(instant) : `${shortDay(instant, now)} ${hourMinute(instant)}`;
}

/** `11:42 Berlin`. */
export function localTime(now: number, zone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(now);
  const city = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
  return `${time} ${city}`;
}

/** `49 s`, `52 min`, `1 h 08 min`: a sum of time that grows, whole minutes from one minute on. */
export function sumOfTime(seconds: number): string {
  if (seconds < 60) return `${Math.floor(Math.max(0, seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `24:11`, `1:24:07`: the time of a step; minutes do not wait for an hour. */
export function stepClock(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const tail = String(total % 60).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)}:${tail}`;
  return `${Math.floor(total / 3600)}:${String(Math.floor((total % 3600) / 60)).padStart(2, '0')}:${tail}`;
}

/** `17 h`, `3 d`, `56 min`: one unit, rounded down, for columns. */
export function roughly(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s >= 2 * 86_400) return `${Math.floor(s / 86_400)} d`;
  if (s >= 2 * 3_600) return `${Math.floor(s / 3_600)} h`;
  if (s >= 60) return `${Math.floor(s / 60)} min`;
  return `${s} s`;
}

/** `in 4 min`, `3 min late`. */
export function untilDue(due: string, now: number): string {
  const seconds = (Date.parse(due) - now) / 1000;
  return seconds >= 0 ? `in ${roughly(seconds)}` : `${roughly(-seconds)} late`;
}

/** `4 min old`, `1 h 42 min old`: to the minute from one minute on. */
export function age(instant: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
  return `${spokenDuration(seconds < 60 ? seconds : seconds - (seconds % 60))} old`;
}

/** `Ampora` of the id `ampora`. */
export function systemName(id: string): string {
  return id.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join(' ');
}

/** `2 s ago`. */
export function ago(instant: string, now: number): string {
  return `${roughly((now - Date.parse(instant)) / 1000)} ago`;
}

/** `20 min of 2 h`, `no target`. */
export function against(measured: number | null, target: number | null): string {
  if (measured === null) return 'not measured';
  return target === null ? `${spokenDuration(measured)}, no target` : `${spokenDuration(measured)} of ${spokenDuration(target)}`;
}

/** Seconds since 1970 of a RFC 3339 time, or null. */
export function millis(instant: string | null): number | null {
  if (instant === null) return null;
  const at = Date.parse(instant);
  return Number.isNaN(at) ? null : at;
}
