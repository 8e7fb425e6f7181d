import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../electron/contract/record.ts';
import { eligibleApprovers } from '../../../../renderer/src/screens/run/dialogs/approvers.ts';
import { runClocks } from '../../../../renderer/src/screens/run/run-clocks.ts';
import { phaseRows } from '../../../../renderer/src/screens/run/step-list.ts';
import { rankSuspects } from '../../../../renderer/src/screens/run/suspects.ts';
import { whereLooked } from '../../../../renderer/src/screens/run/missing-programs.ts';
import { verdictOf } from '../../../../renderer/src/screens/run/verdict.ts';
import { runView, stepView } from '../../../support/run-view.ts';

const T0 = Date.parse('2026-09-15T01:12:00Z');
const iso = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

describe('the clocks of a run', () => {
  const open = runView({
    state: 'running', outage_at: iso(0), finished_at: null, restored_at: null, rto: { target_s: 14_400, achieved_s: null, met: null }, clocks: { tool_s: 100, human_s: 50, blocked_s: 5 },
    spans: [{ what: 'tool', step: 'a', attempt: 1, from: iso(10), to: null }, { what: 'human', step: 'b', attempt: 1, from: iso(0), to: iso(10) }],
  });

  it('tick between two views, each only while its kind of time is running', () => {
    expect(runClocks(open, T0 + 3_600_000, T0 + 3_660_000)).toMatchObject({ elapsed_s: 3_660, left_s: 10_740, tool_s: 160, human_s: 50, blocked_s: 5, until: T0 + 14_400_000 });
  });

  it('stand still once service is restored', () => {
    const back = runClocks({ ...open, restored_at: iso(1_000) }, T0, T0 + 9_000_000);
    expect(back).toMatchObject({ elapsed_s: 1_000, left_s: 13_400, running: false });
  });

  it('count approval and halting as the time of people', () => {
    const halted = { ...open, spans: [{ what: 'halted' as const, step: 'a', attempt: 1, from: iso(10), to: null }] };
    expect(runClocks(halted, T0, T0 + 10_000)).toMatchObject({ human_s: 60, tool_s: 100 });
  });

  it('say nothing of a time left without a target', () => {
    expect(runClocks({ ...open, rto: { target_s: null, achieved_s: null, met: null } }, T0, T0)).toMatchObject({ left_s: null, until: null });
  });
});

describe('the list of steps', () => {
  const phases = [{ id: 'p', title: 'Prepare', budget_s: null }, { id: 'd', title: 'Data', budget_s: null }];
  const done = stepView({ id: 'a', number: 1, phase: 'p', state: 'succeeded', tool_s: 60, human_s: 30 });

  it('folds a phase that is over, with its count and time', () => {
    expect(phaseRows({ phases, steps: [done, stepView({ id: 'b', number: 2, phase: 'd', state: 'running' })] }, 'b')).toMatchObject([{ folded: true, done: 1, seconds: 90 }, { folded: false, done: 0 }]);
  });

  it('keeps a phase open while someone looks into it, or where something was overridden', () => {
    expect(phaseRows({ phases, steps: [done] }, 'a')[0]?.folded).toBe(false);
    expect(phaseRows({ phases, steps: [{ ...done, state: 'overridden' }] }, null)[0]?.folded).toBe(false);
  });

  it('loses no step whose phase is unknown', () => {
    expect(phaseRows({ phases, steps: [stepView({ id: 'x', number: 9, phase: 'elsewhere' })] }, null).flatMap(({ steps }) => steps.map(({ id }) => id))).toEqual(['x']);
  });
});

describe('a verdict', () => {
  it('is the engine’s reason where it gives one', () => {
    expect(verdictOf({ kind: 'run', assertions: [{ ok: false, expected: '3', actual: '0' }, { ok: true, expected: 'x', actual: 'x' }], exit_codes: [0], reason: 'Opened 0 of 3 samples', attempts: 1 })).toEqual({ verdict: 'Opened 0 of 3 samples', how: 'The command ended normally, exit 0. One of two assertions does not hold.' });
  });

  it('names the first assertion that does not hold', () => {
    expect(verdictOf({ kind: 'run', assertions: [{ ok: false, title: 'All tenants', expected: '1250', actual: '0' }], exit_codes: [1], attempts: 2 })).toEqual({ verdict: 'All tenants: expected 1250, measured 0', how: 'The command ended with exit 1. What must hold does not. Attempt 2.' });
  });

  it('says that nothing ran where nothing did', () => {
    expect(verdictOf({ kind: 'run', assertions: [], exit_codes: [], attempts: 1 }).how).toBe('Nothing ran to its end.');
  });
});

describe('a program that is not here', () => {
  it('is named in short, with the folders apart', () => {
    const reason = 'read-gauge was not found: looked in /kit/toolbox, /usr/bin. Install it, or write its whole path.';
    expect(whereLooked({ missing: ['read-gauge'], reason })).toBe('Looked in /kit/toolbox, /usr/bin.');
    expect(whereLooked({ missing: ['read-gauge'], reason: 'read-gauge was not found: the PATH is empty. Install it, or write its whole path.' })).toBe('The PATH is empty.');
    expect(whereLooked({ missing: ['read-gauge'], reason: '/usr/bin/read-gauge is not executable. Set its x bit.' })).toBeNull();
    expect(whereLooked({ missing: [], reason })).toBeNull();
  });
});

describe('suspects', () => {
  const suspect = (symptom: string, ...stances: ('for' | 'against' | 'ruled-out')[]): Parameters<typeof rankSuspects>[0][number] => ({ symptom, see: '', cause: '', fix: '', evidence: stances.map((stance) => ({ stance, text: '' })) });
  it('are ranked by what speaks for them; what is ruled out comes last', () => {
    expect(rankSuspects([suspect('out', 'ruled-out', 'for', 'for', 'for'), suspect('plain'), suspect('against', 'against'), suspect('likely', 'for')]).map(({ symptom, gone }) => [symptom, gone])).toEqual([['likely', false], ['plain', false], ['against', false], ['out', true]]);
  });
});

describe('who may approve', () => {
  const person = (id: string, ...roles: string[]): Person => ({ id, name: id, roles, enrolled_at: iso(0), revoked_at: null, vkey: '' });
  const people = [person('op', 'operator', 'dba'), person('dba', 'dba'), person('vp', 'vp'), { ...person('gone', 'dba'), revoked_at: iso(1) }];
  const gate = { approvals: [], approvals_needed: { quorum: 2, by: ['dba', 'vp'], not_self: true } };

  it('holds a listed role, is not revoked, and is not the operator where that is excluded', () => {
    expect(eligibleApprovers(people, gate, 'op').map(({ id }) => id)).toEqual(['dba', 'vp']);
    expect(eligibleApprovers(people, { ...gate, approvals_needed: { ...gate.approvals_needed, not_self: false } }, 'op').map(({ id }) => id)).toEqual(['op', 'dba', 'vp']);
  });

  it('is asked once', () => {
    const heard = { ...gate, approvals: [{ by: 'dba', name: 'dba', role: 'dba', at: iso(0), verdict: 'approved' as const, unattended: false }] };
    expect(eligibleApprovers(people, heard, 'op').map(({ id }) => id)).toEqual(['vp']);
  });
});
