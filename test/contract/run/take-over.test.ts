import { describe, expect, it } from 'vitest';
import { runClock, rtoOf } from '../../../electron/contract/run/clocks.ts';
import type { RunEvent, RunEventBody } from '../../../electron/contract/run/events.ts';
import { applyEvent } from '../../../electron/contract/run/fold.ts';
import type { RunFold, StepFold } from '../../../electron/contract/run/state.ts';
import { beginAny, inheritedSteps, openOutcomes } from '../../../electron/contract/run/take-over.ts';
import { advance, type Advance } from '../../../electron/engine/run/advance.ts';
import { paperRun, type PaperRun } from '../../support/paper-run.ts';

const run = (id: string, more: Record<string, unknown> = {}): unknown => ({ kind: 'run', id, run: ['x'], ...more });
const ask = (id: string, more: Record<string, unknown> = {}): unknown => ({ kind: 'manual', id, confirm: 'x', ...more });
const BEGUN = Date.parse('2026-11-21T10:00:00.000Z');
const BLOB = { sha256: 'f'.repeat(64), size: 1 };
const TAKEN = { run: 'paper-1', device: 'device/far', vkey: 'v', known: true, bundle: 'b'.repeat(64), head: { size: 9, hash: 'c'.repeat(64) }, at: '2026-11-21T10:00:09.000Z', operator: 'Olga', by: 'Jonas', reason: 'smoke', runbook: 'same' as const, acknowledged: null, stranger: null, params: [], events: BLOB };

function stamp<T extends RunEventBody>(body: T, seq: number, wall: number, boot = 'b') {
  return { ...body, seq, wall: new Date(wall).toISOString(), boot, up: wall - BEGUN + 1000, actor: 'engine' };
}

/** The paper run as another laptop takes it up, an hour after it began. */
function takenUp(paper: PaperRun): RunFold {
  const entries: RunEvent[] = paper.events.map((body, index) => stamp(body, index + 1, BEGUN + index * 1000));
  const created = stamp({ type: 'run.created' as const, data: { ...paper.fold.created, operator: { id: 'jonas', name: 'Jonas', role: 'operator' }, taken_over: TAKEN } }, 500, BEGUN + 3_600_000, 'here');
  const fold = beginAny('here-1', paper.fold.plan, created, () => entries);
  for (const body of openOutcomes(fold)) applyEvent(fold, stamp(body, fold.seq + 1, BEGUN + 3_600_000, 'here'));
  return fold;
}
const step = (fold: RunFold, id: string): StepFold => {
  const found = fold.steps.get(id);
  if (found === undefined) throw new Error(id);
  return found;
};
const follows = (fold: RunFold): Advance => advance(fold, { condition: () => ({ value: true }), refusal: () => null });

describe('a run that is taken up on another laptop', () => {
  it('keeps what is done, and asks how that ended which was under way; its time there ends with the last word from there', () => {
    const paper = paperRun([run('a'), run('b'), run('c')]);
    paper.settle();
    paper.begins('a');
    paper.ends('a', true);
    paper.settle();
    paper.begins('b');
    paper.take({ type: 'run.noted', data: { step: null, text: 'it smokes', by: 'Olga' } });
    const fold = takenUp(paper);
    expect(fold.order.map(({ state }) => state)).toEqual(['succeeded', 'unknown', 'pending']);
    expect(step(fold, 'b').reason).toBe('It was under way on device/far: its outcome is unknown, and processes of it may live there');
    expect(runClock(fold, 'tool', { wall: BEGUN + 3_600_000, boot: 'here', up: 1 })).toBe(2000); // one second each, none of the hour between
    expect(inheritedSteps(paper.fold, TAKEN).map(({ data }) => data)).toEqual([['a', 'succeeded'], ['b', 'running']].map(([id, state]) => ({ step: id, state, run: 'paper-1', device: 'device/far', head: TAKEN.head.hash })));
    expect(follows(fold)).toEqual({ events: [], launch: [] });
    expect(fold).toMatchObject({ id: 'here-1', seq: 501, operator: { id: 'jonas' }, parked: null, created: { outage_at: '2026-11-21T10:00:00.000Z' }, present: [{ id: 'olga', role: 'operator, on device/far' }, { id: 'jonas', role: 'operator' }] });
  });

  it('asks anew for what was waited for, and the RTO counts from the outage', () => {
    const paper = paperRun([ask('a', { restores_service: true })]);
    paper.settle();
    const fold = takenUp(paper);
    expect(step(fold, 'a')).toMatchObject({ state: 'pending', waitingFor: null });
    expect(follows(fold).events).toMatchObject([{ type: 'step.waiting', data: { step: 'a', for: 'confirmation' } }]);
    applyEvent(fold, stamp({ type: 'step.waiting', data: { step: 'a', for: 'confirmation' } }, 600, BEGUN + 3_601_000, 'here'));
    applyEvent(fold, stamp({ type: 'step.confirmed', data: { step: 'a', note: null, checklist: [], evidence: [], by: 'Jonas' } }, 601, BEGUN + 3_602_000, 'here'));
    expect(rtoOf(fold).achieved_s).toBe(3602);
  });

  it('voids approvals, typed ids and starts of what is not done', () => {
    const paper = paperRun([run('a', { approve: { by: ['vp'], quorum: 1, not_self: true } })], { pace: 'step' });
    paper.settle();
    paper.take({ type: 'step.approved', data: { step: 'a', by: 'vera', name: 'Vera', role: 'vp', unattended: false, statement: null, signature: null } });
    paper.settle();
    paper.take({ type: 'step.released', data: { step: 'a', typed_id: true } });
    const fold = takenUp(paper);
    expect(step(fold, 'a')).toMatchObject({ state: 'pending', released: false, typed: false, approvals: [] });
    expect(follows(fold).events).toMatchObject([{ type: 'step.waiting', data: { for: 'approval' } }]);
  });

  it('tries nothing again and takes nothing back by itself', () => {
    const paper = paperRun([run('a', { on_fail: { retry: 2, delay: '10s' } }), run('b', { needs: [], undo: { run: ['y'] } })], { needs: { b: [] } });
    paper.settle();
    paper.begins('a');
    paper.ends('a', false);
    paper.settle();
    paper.begins('b');
    paper.ends('b', true);
    paper.take({ type: 'step.undone', data: { step: 'b', by: 'Olga', reason: 'wrong disk' } });
    const fold = takenUp(paper);
    expect([step(fold, 'a').reason, step(fold, 'b').reason]).toEqual(['exit code 1; it was about to be tried again', 'It was about to be taken back: wrong disk']);
    expect(fold.order.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(follows(fold)).toEqual({ events: [], launch: [] });
    expect(runClock(fold, 'human', { wall: BEGUN + 3_660_000, boot: 'here', up: 3_661_000 })).toBeGreaterThanOrEqual(60_000); // it stands halted here
  });

  it('offers what was deferred once more, and starts a service again only when a person says so', () => {
    const paper = paperRun([ask('later'), run('serve', { background: { stop: ['z'] }, needs: [] })], { pace: 'step', needs: { serve: [] } });
    paper.settle();
    paper.does({ do: 'defer', step: 'later', reason: 'no light' });
    paper.take({ type: 'step.released', data: { step: 'serve', typed_id: false } });
    paper.begins('serve');
    paper.ends('serve', true);
    paper.take({ type: 'step.service', data: { step: 'serve', state: 'running', detail: '' } });
    paper.settle();
    const fold = takenUp(paper);
    expect(step(fold, 'later')).toMatchObject({ state: 'deferred', reoffered: false });
    expect(step(fold, 'serve')).toMatchObject({ state: 'pending', service: null, released: false });
    expect(follows(fold).events).toMatchObject([{ type: 'step.waiting', data: { step: 'serve', for: 'start' } }]);
  });

  it('takes nothing in scratch places for granted', () => {
    const paper = paperRun([run('lay', { run: ['touch', '{{scratch.place.path}}/x'] }), run('look', { needs: [] })], { needs: { look: [] } });
    paper.take({ type: 'scratch.started', data: { name: 'place', kind: 'directory', values: { path: '/far/place' } } });
    for (const id of ['lay', 'look']) {
      paper.settle();
      paper.begins(id);
      paper.ends(id, true);
    }
    const fold = takenUp(paper);
    expect(fold.order.map(({ state }) => state)).toEqual(['unknown', 'succeeded']);
    expect(fold.scratch.get('place')).toMatchObject({ gone: true, checked: false });
    expect(fold.lookout).toContain('Scratch resources on device/far may still be there');
  });

  it('does not begin with anything but the beginning of the other run', () => {
    const paper = paperRun([ask('a')]);
    const created = stamp({ type: 'run.created' as const, data: { ...paper.fold.created, taken_over: TAKEN } }, 500, BEGUN);
    expect(() => beginAny('here-1', paper.fold.plan, created, () => [])).toThrow('does not begin with its creation');
  });
});
