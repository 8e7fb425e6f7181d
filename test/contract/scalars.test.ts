import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Duration, Id, Name, Period, Sha256, Size, Timestamp, addPeriod, durationSeconds, sizeBytes } from '../../electron/contract/scalars.ts';

describe('a duration', () => {
  it.each([['90s', 90], ['15m', 900], ['4h', 14_400], ['1h30m', 5_400], ['30d', 2_592_000], ['1d2h3m4s', 93_784]])('%s is %i seconds', (text, seconds) => {
    expect(Duration.parse(text)).toBe(text);
    expect(durationSeconds(text)).toBe(seconds);
  });

  it.each(['', '5', 'm', '1.5h', '30m1h', '-5m', '5 m', '1w', '5M', '1h\n'])('is refused: %j', (text) => {
    expect(Duration.safeParse(text).success).toBe(false);
  });

  it('is never read from a text of another form', () => {
    expect(() => durationSeconds('soon')).toThrow(RangeError);
  });
});

describe('a size', () => {
  it.each([['200MiB', 209_715_200], ['1GB', 1e9], ['1kB', 1e3], ['0B', 0], ['1.5GiB', 1_610_612_736]])('%s is %i bytes', (text, bytes) => {
    expect(Size.parse(text)).toBe(text);
    expect(sizeBytes(text)).toBe(bytes);
  });

  it.each(['200', '200 MiB', '1mb', '-1B', '1.2345GB'])('is refused: %j', (text) => {
    expect(Size.safeParse(text).success).toBe(false);
    });
});

describe('a period of the calendar', () => {
  it.each([['2026-01-31', '1mo', '2026-02-28'], ['2028-01-31', '1mo', '2028-02-29'], ['2026-04-25', '3mo', '2026-07-25'], ['2028-02-29', '1y', '2029-02-28'], ['2026-04-25', '90d', '2026-07-24'], ['2026-12-31', '2mo', '2027-02-28']])('%s and %s is %s', (from, period, to) => {
    expect(Period.parse(period)).toBe(period);
    expect(addPeriod(new Date(`${from}T00:00:00Z`), period).toISOString().slice(0, 10)).toBe(to);
  });

  it('always lies ahead', () => {
    fc.assert(fc.property(fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), fc.integer({ min: 1, max: 60 }), (from, months) => addPeriod(from, `${months}mo`).getTime() > from.getTime()));
  });
});

describe('an id or name', () => {
  it('is plain ASCII of at most 64 characters', () => {
    expect(Id.safeParse(`a${'b'.repeat(63)}`).success).toBe(true);
    for (const id of ['', 'A', '1a', 'a_b', 'a b', `a${'b'.repeat(64)}`, 'а', 'a\n']) expect(Id.safeParse(id).success, id).toBe(false);
    for (const name of ['a-b', 'A', '_a', 'a\n']) expect(Name.safeParse(name).success, name).toBe(false);
  });

  it('is no word that the language underneath keeps', () => {
    for (const word of ['constructor', 'prototype']) expect(Id.safeParse(word).success).toBe(false);
    for (const word of ['in', 'as', 'true', 'null', 'while', 'constructor', 'run_dir', 'scratch']) expect(Name.safeParse(word).success).toBe(false);
    expect(Name.safeParse('inside').success).toBe(true);
  });
});

describe('other scalars', () => {
  it('take one spelling', () => {
    expect(Sha256.safeParse(`sha256:${'0a'.repeat(32)}`).success).toBe(true);
    expect(Sha256.safeParse('0A'.repeat(32)).success).toBe(false);
    expect(Timestamp.safeParse('2026-04-25T14:30:00Z').success).toBe(true);
    expect(Timestamp.safeParse('2026-04-25 14:30:00').success).toBe(false);
  });
});
