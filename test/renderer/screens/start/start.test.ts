import { describe, expect, it } from 'vitest';
import type { Result } from '../../../../electron/contract/methods.ts';
import { missingToStart } from '../../../../renderer/src/screens/start/missing.ts';
import { readUtc } from '../../../../renderer/src/screens/start/read-utc.ts';

const NOW = Date.parse('2026-09-15T02:36:07Z');

describe('reading a time', () => {
  it.each([
    ['2026-09-15 01:12', '2026-09-15T01:12:00.000Z'], ['2026-09-15T01:12:30Z', '2026-09-15T01:12:30.000Z'], ['2026-09-15 01:12 UTC', '2026-09-15T01:12:00.000Z'],
    ['01:12', '2026-09-15T01:12:00.000Z'], ['23:50', '2026-09-14T23:50:00.000Z'], ['1:12', '2026-09-15T01:12:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(new Date(readUtc(text, NOW) ?? 0).toISOString()).toBe(iso);
  });

  it.each(['', 'yesterday', '2026-02-30 10:00', '2026-13-01 10:00', '25:00', '12:60', '2026-09-15', '2026-09-15 01:12+02:00'])('refuses %s', (text) => {
    expect(readUtc(text, NOW)).toBeNull();
  });
});

describe('what a start still lacks', () => {
  const prepared = (part: Partial<Result<'run.prepare'>> = {}): Result<'run.prepare'> => ({ questions: [], signature: { state: 'signed', signers: [] }, readiness: 'READY', operators: [], needs: [], ...part });
  const given = { outage: '', unsigned: '', notReady: '', confirmed: false };
  const nobody = { person: '', present: false };
  const question = { name: 'to', type: 'host', prompt: 'Restore to', required: true, values: null, value: 'db', candidates: [], problem: null };

  it('is nothing for a rehearsal that needs nothing', () => {
    expect(missingToStart(prepared(), given, nobody, 'rehearsal')).toBeNull();
  });

  it('is named one at a time, in the order of the form', () => {
    const all = prepared({ questions: [question], needs: ['outage', 'unsigned', 'not-ready', 'operator'] });
    const steps = [given, { ...given, outage: 'x' }, { ...given, outage: 'x', confirmed: true }, { ...given, outage: 'x', confirmed: true, unsigned: 'why' }, { ...given, outage: 'x', confirmed: true, unsigned: 'why', notReady: 'why' }];
    expect(steps.map((step) => missingToStart(all, step, nobody, 'live'))).toEqual(['Say when the outage began.', 'Confirm the values.', 'Say why an unsigned runbook will do.', 'Say why you go on although it is not ready.', 'Say who operates.']);
    const last = steps.at(-1) ?? given;
    expect(missingToStart(all, last, { person: 'jonas', present: false }, 'live')).toBe('The operator’s passphrase is missing.');
    expect(missingToStart(all, last, { person: 'jonas', present: true }, 'live')).toBeNull();
  });

  it('is the time of the outage where what was written is none, also in a drill that may leave it out', () => {
    expect(missingToStart(prepared(), { ...given, outage: null }, nobody, 'rehearsal')).toBe('Say when the outage began.');
  });

  it('includes a value that the engine does not take, and blanks that are no reason', () => {
    expect(missingToStart(prepared({ questions: [{ ...question, problem: 'a host name' }] }), { ...given, confirmed: true }, nobody, 'rehearsal')).toBe('Restore to: a host name');
    expect(missingToStart(prepared({ needs: ['unsigned'] }), { ...given, unsigned: '   ' }, nobody, 'live')).toContain('unsigned');
  });
});
