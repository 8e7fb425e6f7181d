import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAge } from '../../../electron/engine/readiness/age.ts';
import { judgeCopies, scheduleInterval } from '../../../electron/engine/readiness/schedule.ts';

const HOUR = 3_600;
const DAY = 86_400;
const NOW = Date.parse('2026-04-25T12:00:00Z');
const ago = (seconds: number): number => NOW - seconds * 1000;

describe('a schedule', () => {
  it.each([
    ['4h', 4 * HOUR], ['every 4h', 4 * HOUR], ['every 1h30m', 5400], ['hourly', HOUR], ['daily 03:00', DAY], ['nightly', DAY], ['weekly on Sunday', 7 * DAY], ['monthly', 31 * DAY],
    ['0 2 * * *', DAY], ['0 */4 * * *', 4 * HOUR], ['0 1,13 * * *', 12 * HOUR], ['0 8-18 * * *', 14 * HOUR], ['*/15 * * * *', 900], ['0 3 * * 0', 7 * DAY], ['0 3 1 * *', 31 * DAY], ['0 3 1 1 *', 366 * DAY], ['* * * * *', 60],
  ])('is understood: %s', (text, seconds) => {
    expect(scheduleInterval(text)).toBe(seconds);
  });

  it.each(['continuous', 'when somebody remembers', '', '0 2 * *', '@reboot'])('that says nothing to judge is none: %s', (text) => {
    expect(scheduleInterval(text)).toBeNull();
  });

  it('lets a copy be late by its own run time, and no more', () => {
    const warnings = (age: number): string[] => judgeCopies({ schedule: 'every 4h' }, [ago(age)], NOW).warnings;
    expect(warnings(4 * HOUR + 1800)).toEqual([]);
    expect(warnings(5 * HOUR + 1)).toEqual(['behind its schedule (every 4h): the newest copy is 5 h old']);
  });
});

describe('keeping', () => {
  it('counts the periods that have a copy', () => {
    const days = (count: number): number[] => Array.from({ length: count }, (_, index) => ago(index * DAY + 100));
    expect(judgeCopies({ keeps: { daily: 7 } }, days(7), NOW).warnings).toEqual([]);
    expect(judgeCopies({ keeps: { daily: 7, weekly: 2 } }, days(5), NOW).warnings).toEqual(['5 of 7 daily copies are there', '1 of 2 weekly copies are there']);
  });

  it('for a span wants copies that go back so far', () => {
    expect(judgeCopies({ keeps: { for: '14d' } }, [ago(100), ago(14 * DAY)], NOW).warnings).toEqual([]);
    expect(judgeCopies({ keeps: { for: '14d' } }, [ago(100), ago(3 * DAY)], NOW).warnings).toEqual(['the copies go back 3 d of 14 d']);
  });

  it('says nothing on one copy alone', () => {
    expect(judgeCopies({ keeps: { daily: 7 } }, [ago(100)], NOW)).toEqual({ evidence: { keeps: 'daily 7', copies: 1 }, warnings: [] });
  });
});

describe('an age', () => {
  it('is judged to the second, on the calendar for months', () => {
    expect(judgeAge('It', ago(HOUR), NOW, '1h')).toEqual({ ok: true });
    expect(judgeAge('It', ago(HOUR + 1), NOW, '1h')).toMatchObject({ ok: false, reason: 'too-old' });
    expect(judgeAge('It', Date.parse('2026-03-25T12:00:00Z'), NOW, '1mo')).toEqual({ ok: true });
    expect(judgeAge('It', Date.parse('2026-03-25T11:59:59Z'), NOW, '1mo')).toMatchObject({ ok: false });
  });

  it('never lets something older pass where something younger fails', () => {
    fc.assert(fc.property(fc.nat(10_000_000), fc.nat(10_000_000), fc.integer({ min: 1, max: 9_999_999 }), (one, more, limit) => {
      const young = judgeAge('It', ago(one), NOW, `${limit}s`).ok;
      const old = judgeAge('It', ago(one + more), NOW, `${limit}s`).ok;
      expect(young || !old).toBe(true);
    }));
  });

  it('from the future is a fault of a clock', () => {
    expect(judgeAge('It', ago(-119), NOW, '1h')).toEqual({ ok: true });
    expect(judgeAge('It', ago(-3600), NOW, '1h')).toMatchObject({ ok: false, reason: 'from-the-future' });
  });
});
