/** Dates of drills as an iCalendar file (RFC 5545), for the calendars that people really look at. */
import { createHash } from 'node:crypto';
import ical from 'ical-generator';
import type { DrillDate } from './calendar.ts';

/** The same drill on the same day keeps its UID, so that a second import changes nothing twice. */
export function drillsAsIcs(dates: readonly DrillDate[], now: number): string {
  const calendar = ical({ name: 'Recovery drills', prodId: { company: 'Blackstart', product: 'Blackstart' } });
  for (const { at, drill } of dates) {
    calendar.createEvent({
      id: `${createHash('sha256').update([drill.runbook, drill.title, at.slice(0, 10)].join('\n')).digest('hex').slice(0, 32)}@blackstart`,
      stamp: new Date(now), start: new Date(at), allDay: true,
      summary: `${drill.title} (${drill.runbook_title})`,
      description: [drill.objective, drill.scope === null ? null : `Scope: ${drill.scope}`, ...drill.success.map((text) => `Success: ${text}`), `Runbook: ${drill.runbook}`].filter((line) => line !== null).join('\n'),
    });
  }
  return calendar.toString();
}
