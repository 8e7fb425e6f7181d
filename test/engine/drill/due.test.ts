import { describe, expect, it } from 'vitest';
import { drillDebt, dueDrills } from '../../../electron/engine/drill/due.ts';
import { paperRunbook, paperRunSummary } from '../../support/paper-drills.ts';
import type { RunSummary } from '../../../electron/contract/run/summary.ts';

const AT = (text: string) => Date.parse(text);

function run(runbookId: string, mode: RunSummary['mode'], state: RunSummary['state'], finished: string | null): RunSummary {
  return paperRunSummary({ runbook: { id: runbookId, sha256: 'a'.repeat(64) }, mode, state, finished_at: finished });
}

const quarterly = { kind: 'rehearsal', title: 'Quarterly drill', every: '3mo' } as const;

describe('when a drill is due', () => {
  it('is one calendar period after the review when it was never held', () => {
    expect(dueDrills([paperRunbook('a', { drills: [quarterly] })], [], AT('2026-03-01T00:00:00Z'))).toEqual([
      { runbook: 'a', title: 'Quarterly drill', kind: 'rehearsal', at: '2026-04-30T00:00:00.000Z', last: null, overdueDays: 0 },
    ]);
  });

  it('is one period after the newest finished run of a mode that counts', () => {
    const runs = [run('a', 'rehearsal', 'succeeded', '2026-05-10T12:00:00.000Z'), run('a', 'rehearsal', 'succeeded', '2026-02-10T12:00:00.000Z')];
    expect(dueDrills([paperRunbook('a', { drills: [quarterly] })], runs, AT('2026-08-13T13:00:00Z'))[0]).toMatchObject({ at: '2026-08-10T12:00:00.000Z', last: '2026-05-10T12:00:00.000Z', overdueDays: 3 });
  });

  it.each([
    ['another runbook', run('b', 'rehearsal', 'succeeded', '2026-05-10T12:00:00.000Z')],
    ['a tabletop', run('a', 'tabletop', 'succeeded', '2026-05-10T12:00:00.000Z')],
    ['an aborted run', run('a', 'rehearsal', 'aborted', '2026-05-10T12:00:00.000Z')],
    ['a failed run', run('a', 'rehearsal', 'failed', null)],
    ['a rehearsal that left something behind', { ...run('a', 'rehearsal', 'succeeded', '2026-05-10T12:00:00.000Z'), left_behind: ['dir: it was not taken down'] }],
  ])('is not moved by %s', (_, other) => {
    expect(dueDrills([paperRunbook('a', { drills: [quarterly] })], [other], AT('2026-06-01T00:00:00Z'))[0]?.last).toBeNull();
  });

  it('counts a live recovery as a rehearsal, and only a tabletop as a tabletop', () => {
    const drills = [quarterly, { kind: 'tabletop', title: 'Talk it through', every: '1y' }] as const;
    const due = dueDrills([paperRunbook('a', { drills: [...drills] })], [run('a', 'live', 'succeeded', '2026-05-10T12:00:00.000Z')], AT('2026-06-01T00:00:00Z'));
    expect(due.map(({ title, last }) => [title, last])).toEqual([['Quarterly drill', '2026-05-10T12:00:00.000Z'], ['Talk it through', null]]);
  });

  it('takes a test of that name from the history of the runbook', () => {
    const front = { drills: [quarterly], history: [{ test: 'Quarterly drill', date: '2026-02-28', status: 'pass' }] };
    expect(dueDrills([paperRunbook('a', front)], [], AT('2026-03-01T00:00:00Z'))[0]).toMatchObject({ at: '2026-05-28T00:00:00.000Z', last: '2026-02-28T00:00:00.000Z' });
  });

  it('leaves out drills that follow an event', () => {
    expect(dueDrills([paperRunbook('a', { drills: [{ kind: 'restore-test', title: 'After a deployment', after: 'deployment' }] })], [], AT('2030-01-01T00:00:00Z'))).toEqual([]);
  });

  it('puts the most overdue first', () => {
    const due = dueDrills([paperRunbook('late', { drills: [quarterly], reviewed: '2026-02-01' }), paperRunbook('later', { drills: [quarterly], reviewed: '2025-02-01' })], [], AT('2026-06-01T00:00:00Z'));
    expect(due.map(({ runbook: id }) => id)).toEqual(['later', 'late']);
  });
});

it('counts as debt what is past its date, by minutes too', () => {
  const drills = dueDrills([paperRunbook('a', { drills: [quarterly] }), paperRunbook('b', { drills: [{ ...quarterly, every: '1y' }] })], [], AT('2026-04-30T00:05:00Z'));
  expect(drillDebt(drills, AT('2026-04-30T00:05:00Z')).map(({ runbook: id }) => id)).toEqual(['a']);
});
