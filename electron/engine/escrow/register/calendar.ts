/** What is due as a calendar that any calendar program reads. Dates and names only. */
import { createHash } from 'node:crypto';
import ical, { ICalAlarmType, ICalCalendarMethod } from 'ical-generator';
import type { EscrowDue } from '../../../contract/escrow-register.ts';

/** A week's notice. */
const NOTICE_S = 7 * 86_400;

/** All-day events, one a thing that is due; the same thing keeps its id, so that a later file moves it instead of doubling it. */
export function dueCalendar(due: readonly EscrowDue[], now: number): string {
  const calendar = ical({ name: 'Blackstart escrow', prodId: { company: 'Blackstart', product: 'escrow', language: 'EN' }, method: ICalCalendarMethod.PUBLISH });
  for (const { key, version, x, level, what, at } of due) {
    const event = calendar.createEvent({
      id: `${createHash('sha256').update(`${key}\n${version}\n${x ?? ''}\n${level}`).digest('hex').slice(0, 32)}@blackstart`,
      start: new Date(at), allDay: true, stamp: new Date(now),
      summary: `${key}: ${what}`, description: `Level ${level}. Blackstart proves it offline; no key is shown.`,
    });
    event.createAlarm({ type: ICalAlarmType.display, trigger: NOTICE_S });
  }
  return calendar.toString();
}
