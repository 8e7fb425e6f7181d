import { describe, expect, it } from 'vitest';
import type { FrontMatter } from '../../../electron/contract/front-matter.ts';
import type { Runbook } from '../../../electron/contract/runbook.ts';
import type { RunSummary } from '../../../electron/contract/run/summary.ts';
import { drillCalendar, drillDates } from '../../../electron/engine/drill/calendar.ts';
import { drillsAsIcs } from '../../../electron/engine/drill/calendar-file.ts';
import { paperRunbook, paperRunSummary } from '../../support/paper-drills.ts';

const NOW = Date.parse('2026-06-01T09:00:00Z');
const quarterly: NonNullable<FrontMatter['drills']>[number] = { kind: 'rehearsal', title: 'Quarterly drill', every: '3mo', objective: 'The newest backup restores', success: ['Users are counted'], duration: '2h' };
const targets = { rto: '4h', rpo: '15m' };
const book = (front: Partial<FrontMatter>): Runbook => paperRunbook('harbour-loss', { title: 'Rebuild Harbour', system: 'harbour', reviewed: '2026-02-01', targets, ...front });
const run = (part: Partial<RunSummary>): RunSummary => paperRunSummary({ runbook: { id: 'harbour-loss', sha256: 'a'.repeat(64) }, ...part });

describe('the calendar of drills', () => {
  it('says when each is due and what it proves', () => {
    expect(drillCalendar([book({ drills: [quarterly] })], [], NOW).drills).toEqual([{
      runbook: 'harbour-loss', runbook_title: 'Rebuild Harbour', system: 'harbour', title: 'Quarterly drill', kind: 'rehearsal', every: '3mo',
      at: '2026-05-01T00:00:00.000Z', last: null, overdue_days: 31, duration_s: 7200, scope: null, objective: 'The newest backup restores', success: ['Users are counted'],
    }]);
  });

  it('keeps drills that an event asks for apart, with when they were last held', () => {
    const { drills, after_events } = drillCalendar([book({ drills: [{ kind: 'restore-test', title: 'After a rotation', after: 'rotation' }] })], [run({ mode: 'rehearsal', finished_at: '2026-05-02T00:00:00.000Z' })], NOW);
    expect(drills).toEqual([]);
    expect(after_events).toMatchObject([{ title: 'After a rotation', after: 'rotation', last: '2026-05-02T00:00:00.000Z' }]);
  });

  it('goes on from date to date until the horizon; a late one can be held today, and the next is a period from now', () => {
    const { drills } = drillCalendar([book({ drills: [quarterly] })], [], NOW);
    expect(drillDates(drills, NOW, Date.parse('2026-12-31T00:00:00Z')).map(({ at }) => at.slice(0, 10))).toEqual(['2026-05-01', '2026-09-01', '2026-12-01']);
  });
});

describe('what drills achieved', () => {
  it('is met only when every measured time is within its target', () => {
    const results = drillCalendar([book({})], [
      run({ id: 'both', finished_at: '2026-05-03T00:00:00.000Z', rto: { target_s: 14_400, achieved_s: 14_400, met: true }, rpo: { target_s: 900, achieved_s: 60, met: true, newest_at: null } }),
      run({ id: 'late-data', finished_at: '2026-05-02T00:00:00.000Z', rto: { target_s: 14_400, achieved_s: 60, met: true }, rpo: { target_s: 900, achieved_s: 901, met: false, newest_at: null } }),
      run({ id: 'nothing', finished_at: '2026-05-01T00:00:00.000Z' }),
      run({ id: 'untidy', mode: 'rehearsal', finished_at: '2026-04-30T00:00:00.000Z', rto: { target_s: 14_400, achieved_s: 60, met: true }, left_behind: ['dir: it was not taken down'] }),
    ], NOW).results;
    expect(results.map((result) => [result.run, result.status])).toEqual([['both', 'met'], ['late-data', 'missed'], ['nothing', 'unmeasured'], ['untidy', 'missed']]);
    expect(results.at(-1)?.note).toBe('Left behind: dir: it was not taken down');
  });

  it('counts neither open nor aborted runs, nor another runbook’s', () => {
    const others = [run({ state: 'running', finished_at: null }), run({ state: 'aborted', finished_at: '2026-05-01T00:00:00.000Z' }), run({ runbook: { id: 'other', sha256: 'a'.repeat(64) }, finished_at: '2026-05-01T00:00:00.000Z' })];
    expect(drillCalendar([book({})], others, NOW).results).toEqual([]);
  });

  it('takes in what the runbook’s history tells, beside its own verdict', () => {
    const history = [{ test: 'Full DR exercise', date: '2026-01-15', rto: '4h30m', rpo: '10m', status: 'pass', note: 'with help' }];
    expect(drillCalendar([book({ history })], [run({ finished_at: '2026-05-01T00:00:00.000Z' })], NOW).results[1]).toEqual({
      runbook: 'harbour-loss', runbook_title: 'Rebuild Harbour', test: 'Full DR exercise', run: null, mode: null, at: '2026-01-15T00:00:00.000Z',
      rto_s: 16_200, rto_target_s: 14_400, rpo_s: 600, rpo_target_s: 900, status: 'missed', said: 'pass', note: 'with help',
    });
  });
});

describe('the calendar file', () => {
  const dates = drillDates(drillCalendar([book({ drills: [quarterly] })], [], NOW).drills, NOW, Date.parse('2026-10-01T00:00:00Z'));
  const ics = drillsAsIcs(dates, NOW);

  it('holds an all-day event for each date, with what the drill proves', () => {
    expect(ics.match(/^BEGIN:VEVENT\r?$/gmu)).toHaveLength(2);
    expect(ics).toContain('DTSTART;VALUE=DATE:20260901');
    expect(ics).toContain('SUMMARY:Quarterly drill (Rebuild Harbour)');
    expect(ics.replace(/\r?\n /gu, '')).toContain('The newest backup restores\\nSuccess: Users are counted\\nRunbook: harbour-loss');
  });

  it('is the same text for the same dates, so that a second import makes no second event', () => {
    expect(drillsAsIcs(dates, NOW)).toBe(ics);
  });
});
