/** A tabletop as its facilitator leads it: the exercise clock, injects, answers, people, and the end. */
import { describe, expect, it } from 'vitest';
import type { RunView } from '../../../electron/contract/run.ts';
import type { ExerciseAct } from '../../../electron/contract/tabletop/plan.ts';
import type { LiveRun } from '../../../electron/engine/run/runs.ts';
import { openLab, type RunLab, step } from '../../support/run-lab.ts';
import { type SteppedClock, steppedClock } from '../../support/stepped-clock.ts';

const MIN = 60_000;
const inject = (id: string, at: string, more = ''): string => `\`\`\`yaml inject\nid: ${id}\nat: ${at}\ntitle: Inject ${id}\n${more}\n\`\`\`\n\n`;
const CHECK = '```yaml check\n{ id: key-proof, title: The key opens the canary, kind: file, path: key, severity: blocker, expires: 7d }\n```\n\n';
const BODY = step('have', 'kind: check\ncheck: key-proof\nbudget: 10m') + step('restore', 'kind: run\nrun: ["false"]\nbudget: 30m\nrestores_service: true') + CHECK
  + inject('first', 'H+0:10') + inject('rotated', 'H+0:45', 'affects: [key-proof]\noutcome: fail\nexpect: { action: Ask the custodians, within: 20m, score: 10 }') + inject('by-hand', 'manual', 'dead: [dns]\nabsent: [vp]');

interface Table { lab: RunLab; clock: SteppedClock; live: LiveRun; do(...acts: ExerciseAct[]): Promise<void>; view(): NonNullable<RunView['exercise']>; fired(): string[] }

async function open(body = BODY, front = 'targets: { rto: 4h }', options: Parameters<typeof openLab>[0] = {}): Promise<Table> {
  const clock = steppedClock();
  const lab = openLab({ clock, ...options });
  const live = await lab.runs.start({ id: lab.write(body, front), mode: 'tabletop', params: {}, operator: 'Jonas Weidmann' }, 'step');
  return tableOf(lab, clock, live);
}

function tableOf(lab: RunLab, clock: SteppedClock, live: LiveRun): Table {
  const view = (): NonNullable<RunView['exercise']> => live.view().exercise ?? expect.fail('no exercise in the view');
  return { lab, clock, live, view, do: async (...acts) => { for (const act of acts) await lab.runs.command(live.id, { do: 'exercise', act }); }, fired: () => live.view().injects };
}

describe('the exercise clock', () => {
  it('stands until it is started, and then runs apart from the real one', async () => {
    const table = await open();
    await table.clock.pass(90 * MIN);
    expect(table.view().clock).toMatchObject({ state: 'planned', h_ms: 0 });
    await table.do({ act: 'start' });
    await table.clock.pass(5 * MIN);
    expect(table.view().clock).toMatchObject({ state: 'running', h_ms: 5 * MIN, speed: 1000, started_at: '2026-12-10T15:30:00.000Z' });
  });

  it('is held and goes on, at the speed from before', async () => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'speed', speed: 4000 });
    await table.clock.pass(2 * MIN);
    await table.do({ act: 'hold' });
    await table.clock.pass(60 * MIN);
    expect(table.view().clock).toMatchObject({ state: 'held', h_ms: 8 * MIN });
    await table.do({ act: 'go' });
    await table.clock.pass(MIN);
    expect(table.view().clock).toMatchObject({ h_ms: 12 * MIN, speed: 4000 });
    await expect(table.do({ act: 'go' })).rejects.toThrow('running already');
  });

  it('records the exercise time in each of its events, and the journal the real one', async () => {
    const table = await open();
    await table.do({ act: 'start' });
    await table.clock.pass(3 * MIN);
    await table.do({ act: 'hold' });
    const [, held] = table.lab.events(table.live.id, 'exercise.clock');
    expect(held).toMatchObject({ wall: '2026-12-10T14:03:00.000Z', data: { h_ms: 3 * MIN, why: 'hold', by: 'Jonas Weidmann', speed: 0 } });
  });

  it('jumps forward only, and timed injects on the way come at their time, in order', async () => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'hold' }, { act: 'jump', to_ms: 60 * MIN });
    expect(table.fired()).toEqual(['first', 'rotated']);
    expect(table.view().injects.map(({ fired }) => fired?.h_ms ?? null)).toEqual([10 * MIN, 45 * MIN, null]);
    expect(table.view().clock).toMatchObject({ h_ms: 60 * MIN, state: 'held' });
    await expect(table.do({ act: 'jump', to_ms: 30 * MIN })).rejects.toThrow('forward only');
  });

  it('measures the recovery time, not the real time that the table took', async () => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'jump', to_ms: 20 * MIN });
    await table.lab.runs.command(table.live.id, { do: 'start', step: 'have' });
    await table.do({ act: 'jump', to_ms: 110 * MIN });
    await table.lab.runs.command(table.live.id, { do: 'start', step: 'restore' });
    await table.do({ act: 'end' });
    await table.live.settled();
    expect(table.lab.runs.view(table.live.id)).toMatchObject({ state: 'succeeded', rto: { target_s: 14_400, achieved_s: 6_600, met: true } });
  });

  it('stands where it was last seen while nobody carries the run', async () => {
    const table = await open();
    await table.do({ act: 'start' });
    await table.clock.pass(5 * MIN);
    await table.live.park('closed', 'the window was closed');
    await table.clock.pass(300 * MIN);
    const again = tableOf(table.lab, table.clock, await table.lab.runs.resume(table.live.id, { pace: 'step' }));
    expect(again.view().clock).toMatchObject({ state: 'held', h_ms: 5 * MIN });
    await again.do({ act: 'go' });
    await table.clock.pass(6 * MIN);
    expect(again.fired()).toEqual(['first']);
  });
});

describe('an inject', () => {
  it('comes at its time by itself, and forces what it affects', async () => {
    const table = await open();
    await table.do({ act: 'start' });
    await table.clock.pass(9 * MIN);
    expect(table.fired()).toEqual([]);
    await table.clock.pass(MIN);
    expect(table.fired()).toEqual(['first']);
    await table.clock.pass(35 * MIN);
    await table.lab.runs.command(table.live.id, { do: 'start', step: 'have' });
    expect(table.live.view().steps[0]).toMatchObject({ state: 'failed', simulated: true, reason: 'Inject: Inject rotated' });
    expect(table.lab.events(table.live.id, 'inject.fired').map(({ data }) => data['by'])).toEqual(['schedule', 'schedule']);
  });

  it('can be fired by hand while the clock is held, early and out of order, and does not come again', async () => {
    const table = await open();
    await table.do({ act: 'start' });
    await table.clock.pass(2 * MIN);
    await table.do({ act: 'hold' }, { act: 'fire', inject: 'rotated' }, { act: 'fire', inject: 'by-hand' });
    expect(table.view().injects.find(({ id }) => id === 'rotated')).toMatchObject({ state: 'fired', fired: { h_ms: 2 * MIN, timed: false, order: 1, early_ms: 43 * MIN } });
    await table.do({ act: 'go' });
    await table.clock.pass(60 * MIN);
    expect(table.fired()).toEqual(['rotated', 'by-hand', 'first']);
    await expect(table.do({ act: 'fire', inject: 'rotated' })).rejects.toThrow('already');
  });

  it('comes late when it is moved, and by hand when it is made so', async () => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'move', inject: 'first', to_ms: 50 * MIN, reason: 'They are not there yet' }, { act: 'move', inject: 'rotated', to_ms: null });
    await table.clock.pass(49 * MIN);
    expect(table.fired()).toEqual([]);
    await table.clock.pass(11 * MIN);
    expect(table.fired()).toEqual(['first']);
    expect(table.view().injects[0]).toMatchObject({ due_ms: 50 * MIN, planned_ms: 10 * MIN });
    await expect(table.do({ act: 'move', inject: 'rotated', to_ms: MIN })).rejects.toThrow('is past');
  });

  it('that is withdrawn does not come, and forces nothing any more when it had come', async () => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'withdraw', inject: 'first', reason: 'It gives the game away' }, { act: 'fire', inject: 'rotated' }, { act: 'withdraw', inject: 'rotated', reason: 'Fired by mistake' });
    await table.clock.pass(30 * MIN);
    await table.lab.runs.command(table.live.id, { do: 'start', step: 'have' });
    expect(table.live.view().steps[0]).toMatchObject({ state: 'succeeded', simulated: true });
    expect(table.view().injects.map(({ state }) => state)).toEqual(['withdrawn', 'withdrawn', 'to-come']);
    await expect(table.do({ act: 'score', inject: 'rotated', expectation: 0, verdict: 'met' })).rejects.toThrow('withdrawn');
    await expect(table.do({ act: 'withdraw', inject: 'by-hand', reason: ' ' })).rejects.toThrow('Say why');
  });

  it('marks what it kills as dead, and makes a role unreachable', async () => {
    const table = await open();
    await table.do({ act: 'person', name: 'Helena Brandt', role: 'vp', presence: 'here' }, { act: 'start' }, { act: 'fire', inject: 'by-hand' });
    expect(table.live.view().dead).toEqual(['dns']);
    expect(table.view().people).toEqual([expect.objectContaining({ name: 'Helena Brandt', presence: 'absent', reason: 'Inject by-hand' })]);
  });

  it('that a facilitator adds must fit the runbook', async () => {
    const table = await open();
    await expect(table.do({ act: 'add', inject: { id: 'own-x', at: 'manual', title: 'X', affects: ['nothing'] } })).rejects.toThrow('neither a step nor a check');
    await expect(table.do({ act: 'add', inject: { id: 'first', at: 'manual', title: 'X' } })).rejects.toThrow('already');
    await expect(table.do({ act: 'add', inject: { id: 'own-long', at: 'manual', title: 'X', text: 'ö'.repeat(7000) } })).rejects.toThrow('too long');
    await table.do({ act: 'add', inject: { id: 'own-x', at: 'H+0:01', title: 'X', affects_kinds: ['file'], outcome: 'unknown' } }, { act: 'start' });
    await table.clock.pass(MIN);
    await table.lab.runs.command(table.live.id, { do: 'start', step: 'have' });
    expect(table.live.view().steps[0]).toMatchObject({ state: 'unknown', reason: 'Inject: X' });
    expect(table.view().injects.at(-1)?.affects).toEqual([{ id: 'key-proof', title: 'The key opens the canary', over: false }]);
  });

  it.each([['hold', 'has not begun'], ['fire', 'no inject "nothing"']] as const)('that cannot be is refused in plain words (%s)', async (act, words) => {
    const table = await open();
    await expect(table.do(act === 'hold' ? { act } : { act, inject: 'nothing' })).rejects.toThrow(words);
  });
});

describe('the score', () => {
  it('gives whole points in time, half for late or partly, none for missed', async () => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'jump', to_ms: 50 * MIN }, { act: 'score', inject: 'rotated', expectation: 0, verdict: 'met' });
    expect(table.view().score).toMatchObject({ points: 10, come: 10, possible: 10, open: 0, passed: null });
    await table.do({ act: 'jump', to_ms: 90 * MIN }, { act: 'score', inject: 'rotated', expectation: 0, verdict: 'met' });
    expect(table.view().injects[1]?.expectations[0]).toMatchObject({ late: true, points: 5, due_ms: 65 * MIN, seen_ms: 90 * MIN });
    await table.do({ act: 'score', inject: 'rotated', expectation: 0, verdict: 'met', seen_ms: 60 * MIN });
    expect(table.view().injects[1]?.expectations[0]).toMatchObject({ late: false, points: 10 });
    await table.do({ act: 'score', inject: 'rotated', expectation: 0, verdict: 'partly' });
    expect(table.view().score.points).toBe(5);
    await table.do({ act: 'score', inject: 'rotated', expectation: 0, verdict: null });
    expect(table.view().score).toMatchObject({ points: 0, judged: 0, open: 1 });
    await table.do({ act: 'score', inject: 'rotated', expectation: 0, verdict: 'missed' }, { act: 'end' });
    await table.live.settled();
    expect(table.lab.runs.view(table.live.id).exercise?.score).toMatchObject({ points: 0, judged: 10, pass: 8, passed: false });
  });

  it.each([
    [{ inject: 'nothing', expectation: 0 }, 'no inject'],
    [{ inject: 'by-hand', expectation: 0 }, 'has not come yet'],
    [{ inject: 'first', expectation: 3 }, 'no expectation 4'],
    [{ inject: 'rotated', expectation: 0, seen_ms: 999 * MIN }, 'has not come yet'],
  ])('refuses %o', async (what, words) => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'jump', to_ms: 50 * MIN });
    await expect(table.do({ act: 'score', verdict: 'met', ...what })).rejects.toThrow(words);
  });

  it('of nothing at all passes nobody', async () => {
    const table = await open(step('a', 'kind: run\nrun: ["false"]'));
    await table.do({ act: 'start' }, { act: 'end' });
    await table.live.settled();
    expect(table.lab.runs.view(table.live.id).exercise?.score).toMatchObject({ come: 0, passed: false });
  });
});

describe('plan, notes and ratings', () => {
  const PLAN = { title: 'Half-yearly', scope: 'Keys', excluded: [], objectives: [{ id: 'keys', text: 'Find the right key' }], rules: ['Nothing runs'], end: { when: 'Service is back' }, pass_percent: 50, observers: ['Ruth'] };

  it('are journaled with both times, and drawn from the runbook until somebody plans', async () => {
    const table = await open(BODY, 'targets: { rto: 4h }\ndrills:\n  - { kind: tabletop, title: Keys at the table, duration: 2h, objective: Find the key, success: [Nobody guesses] }');
    expect(table.view()).toMatchObject({ is_planned: false, plan: { title: 'Keys at the table', end: { at: 'H+2:00' }, objectives: [{ text: 'Find the key' }, { text: 'Nobody guesses' }] } });
    await table.do({ act: 'plan', plan: PLAN }, { act: 'start' });
    await table.clock.pass(MIN);
    await table.do({ act: 'note', kind: 'answer', text: 'We compare fingerprints', who: 'Priya Raman', step: 'have' }, { act: 'note', kind: 'lesson', text: 'The list is old', owner: 'Claire', due: '2026-12-17' }, { act: 'rate', objective: 'keys', rating: 'S', reason: 'They asked late' });
    expect(table.view()).toMatchObject({
      is_planned: true, plan: PLAN, objectives: [{ id: 'keys', rating: 'S', reason: 'They asked late' }],
      notes: [{ kind: 'answer', who: 'Priya Raman', h_ms: MIN, at: '2026-12-10T14:01:00.000Z', step: 'have' }, { kind: 'lesson', owner: 'Claire', due: '2026-12-17' }],
    });
    await expect(table.do({ act: 'rate', objective: 'nothing', rating: 'P' })).rejects.toThrow('no objective');
    await expect(table.do({ act: 'note', kind: 'answer', text: 'x', step: 'nowhere' })).rejects.toThrow('no step');
  });

  it('of which no two objectives share an id, and which fit an entry of the record', async () => {
    const table = await open();
    await expect(table.do({ act: 'plan', plan: { ...PLAN, objectives: [...PLAN.objectives, ...PLAN.objectives] } })).rejects.toThrow('Two objectives');
    await expect(table.do({ act: 'plan', plan: { ...PLAN, rules: Array.from({ length: 20 }, () => 'ö'.repeat(500)) } })).rejects.toThrow('too long');
  });

  it('are taken over from an earlier exercise, people and added injects with them', async () => {
    const clock = steppedClock();
    const lab = openLab({ clock });
    const path = lab.write(BODY, 'targets: { rto: 4h }');
    const first = tableOf(lab, clock, await lab.runs.start({ id: path, mode: 'tabletop', params: {} }, 'step'));
    await first.do({ act: 'plan', plan: PLAN }, { act: 'person', name: 'Priya Raman', role: 'dba', presence: 'absent', reason: 'on a plane' }, { act: 'add', inject: { id: 'own-press', at: 'manual', title: 'A journalist calls' } }, { act: 'move', inject: 'first', to_ms: 20 * MIN }, { act: 'start' }, { act: 'end' });
    await first.live.settled();
    await clock.pass(1000);
    const second = tableOf(lab, clock, await lab.runs.start({ id: path, mode: 'tabletop', params: {} }, 'step'));
    await second.do({ act: 'reuse', run: first.live.id });
    expect(second.view()).toMatchObject({ plan: { ...PLAN, reused_from: first.live.id }, people: [{ name: 'Priya Raman', presence: 'here' }], clock: { state: 'planned' } });
    expect(second.view().injects.map(({ id, due_ms, state }) => [id, due_ms, state])).toEqual([['first', 20 * MIN, 'to-come'], ['rotated', 45 * MIN, 'to-come'], ['by-hand', null, 'to-come'], ['own-press', null, 'to-come']]);
    await expect(second.do({ act: 'reuse', run: 'nobody' })).rejects.toThrow('no run');
  });
});

describe('people at the table', () => {
  const GATED = `${step('gate', 'kind: approve\nby: [vp, cto]')}${inject('vp-gone', 'manual', 'absent: [vp]')}`;

  it('approve by name; who is absent, of another role or the operator cannot', async () => {
    const table = await open(GATED, 'roles: { vp: { approves: true }, cto: { approves: true } }');
    await table.do(
      { act: 'person', name: 'Helena Brandt', role: 'vp', presence: 'here' }, { act: 'person', name: 'Priya Raman', role: 'dba', presence: 'here' },
      { act: 'person', name: 'Jonas Weidmann', role: 'cto', presence: 'here' }, { act: 'person', name: 'Ada Diallo', role: 'cto', presence: 'here' }, { act: 'start' }, { act: 'fire', inject: 'vp-gone' },
    );
    await table.lab.runs.command(table.live.id, { do: 'start', step: 'gate' });
    expect(table.live.view().steps[0]).toMatchObject({ waiting_for: 'approval' });
    const approve = (person: string): ExerciseAct => ({ act: 'approve', step: 'gate', person });
    await expect(table.do(approve('Helena Brandt'))).rejects.toThrow('not to be reached in this exercise');
    await expect(table.do(approve('Priya Raman'))).rejects.toThrow('is approved by: vp, cto');
    await expect(table.do(approve('Jonas Weidmann'))).rejects.toThrow('runs this recovery');
    await expect(table.do(approve('Somebody Else'))).rejects.toThrow('Nobody at the table');
    await table.do(approve('Ada Diallo'));
    expect(table.live.view().steps[0]).toMatchObject({ state: 'succeeded', approvals: [{ name: 'Ada Diallo', role: 'cto', verdict: 'approved' }] });
  });

  it('are not asked where nobody sits there', async () => {
    const table = await open(GATED, 'roles: { vp: { approves: true }, cto: { approves: true } }');
    await table.do({ act: 'start' });
    expect(table.live.view().steps[0]).toMatchObject({ waiting_for: 'start' });
  });
});

describe('the end', () => {
  it('is the facilitator’s: the run stays open when the steps are over', async () => {
    const table = await open(step('a', 'kind: run\nrun: ["false"]'));
    await table.do({ act: 'start' });
    await table.lab.runs.command(table.live.id, { do: 'start', step: 'a' });
    await table.live.settled();
    expect(table.live.view().finished_at).toBeNull();
    await table.do({ act: 'end', reason: 'Time is up' });
    await table.live.settled();
    expect(table.lab.runs.view(table.live.id)).toMatchObject({ state: 'succeeded', exercise: { clock: { state: 'over' }, ended: { why: 'over', reason: 'Time is up' } } });
    await expect(table.do({ act: 'note', kind: 'answer', text: 'late' })).rejects.toThrow('is over');
  });

  it('leaves what was not reached as such, and measures no recovery then', async () => {
    const table = await open();
    await table.do({ act: 'start' }, { act: 'end' });
    await table.live.settled();
    const view = table.lab.runs.view(table.live.id);
    expect(view.steps.map(({ state, reason }) => [state, reason])).toEqual([['not_executed', 'The exercise was ended before'], ['not_executed', 'The exercise was ended before']]);
    expect(view.rto.achieved_s).toBeNull();
  });

  it('comes at once in a real emergency, and is no exercise that was held', async () => {
    const table = await open();
    await table.do({ act: 'start' });
    await table.clock.pass(7 * MIN);
    await table.do({ act: 'stop', reason: 'The real data centre burns' });
    await table.live.settled();
    await table.clock.pass(120 * MIN);
    const view = table.lab.runs.view(table.live.id);
    expect(view).toMatchObject({ state: 'aborted', exercise: { ended: { why: 'real-emergency', reason: 'The real data centre burns', h_ms: 7 * MIN }, clock: { h_ms: 7 * MIN, state: 'over' } } });
    expect(view.injects).toEqual([]);
  });

  it('belongs to a tabletop alone', async () => {
    const lab = openLab({ clock: steppedClock() });
    const live = await lab.runs.start({ id: lab.write(step('a', 'kind: manual\nconfirm: x')), mode: 'rehearsal', params: {} }, 'step');
    await expect(lab.runs.command(live.id, { do: 'exercise', act: { act: 'stop' } })).rejects.toThrow('belong to a tabletop');
  });
});
