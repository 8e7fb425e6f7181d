/** An exercise with nobody there: the clock jumps, and what the answers file says happens where it belongs. */
import { describe, expect, it } from 'vitest';
import { openLab, step } from '../../support/run-lab.ts';
import { setClock } from '../../support/set-clock.ts';

const MIN = 60_000;
const inject = (id: string, at: string, more = ''): string => `\`\`\`yaml inject\nid: ${id}\nat: ${at}\ntitle: Inject ${id}\n${more}\n\`\`\`\n\n`;
const EXPECT = 'expect: { action: Ask, within: 20m, score: 10 }';
const THREE = step('one', 'kind: run\nrun: ["false"]\nbudget: 30m') + step('two', 'kind: run\nrun: ["false"]\nbudget: 30m\nrestores_service: true') + step('three', 'kind: run\nrun: ["false"]\nbudget: 30m');
const TARGET = 'targets: { rto: 2h }';

describe('an unattended tabletop', () => {
  it('spends the budget of each step on its clock, and no time at all on the real one', async () => {
    const clock = setClock();
    const done = await openLab({ clock }).drive(THREE, { mode: 'tabletop', front: TARGET });
    expect(done.state, done.why).toBe('succeeded');
    expect(done.run.rto).toEqual({ target_s: 7200, achieved_s: 3600, met: true });
    expect(clock.now() - Date.parse('2026-03-01T03:00:00.000Z')).toBeLessThan(5 * MIN);
    expect(done.live.view().exercise).toMatchObject({ clock: { h_ms: 90 * MIN, state: 'over' }, ended: { why: 'over' }, steps: [{ id: 'one', from_ms: 0, to_ms: 30 * MIN }, { id: 'two', to_ms: 60 * MIN }, { id: 'three', to_ms: 90 * MIN }] });
  });

  it('lets timed injects come between the steps, at their time, and force what is under way then', async () => {
    const body = THREE + inject('early', 'H+0:10', 'affects: [two]\noutcome: fail') + inject('late', 'H+3:00') + inject('passed', 'H+0:45', 'affects: [one]\noutcome: fail');
    const halted = await openLab({ clock: setClock() }).drive(body, { mode: 'tabletop', front: TARGET });
    expect(halted).toMatchObject({ exit: 1, state: 'failed', why: 'Step two failed: Inject: Inject early' });
    const done = await openLab({ clock: setClock() }).drive(body, { mode: 'tabletop', front: TARGET, answers: { failures: { two: [{ do: 'retry', reason: 'again', by: 'Kim' }, { do: 'override', reason: 'accepted', by: 'Kim' }] } } });
    expect(done.state, done.why).toBe('succeeded');
    expect(done.run.steps.map(({ state }) => state)).toEqual(['succeeded', 'overridden', 'succeeded']);
    expect(done.live.view().exercise?.injects.map(({ id, fired }) => [id, fired?.h_ms])).toEqual([['early', 10 * MIN], ['late', 180 * MIN], ['passed', 45 * MIN]]);
    expect(done.run.rto.achieved_s).toBe(120 * 60); // the retry took its time as well, and no step restored the service
  });

  it('fires, moves and withdraws as the answers say, and scores what came', async () => {
    const body = THREE + inject('a', 'H+0:10', EXPECT) + inject('b', 'manual', EXPECT) + inject('c', 'H+0:40', EXPECT) + inject('d', 'H+4:00', EXPECT);
    const exercise = {
      plan: { title: 'Keys', objectives: [{ id: 'keys', text: 'Find the key' }], pass_percent: 50 },
      participants: [{ name: 'Helena Brandt', role: 'vp', absent: 'on a plane' }],
      stock: [{ id: 'stock-x', at: 'H+0:05' }],
      injects: { a: { at: 'H+0:50' }, b: { after: 'one' }, c: { withdraw: 'Too much' } },
      scores: { a: [{ verdict: 'met', at: 'H+1:00' }], b: [{ verdict: 'met', at: 'H+1:30', note: 'late' }], c: [{ verdict: 'met' }], d: [{ verdict: 'met' }] },
      ratings: { keys: { rating: 'S', reason: 'slow' } },
      notes: [{ kind: 'lesson', text: 'The list is old', owner: 'Claire' }], end: 'H+2:00',
    };
    const lab = openLab({ clock: setClock(), stock: () => [{ id: 'stock-x', at: 'manual', title: 'X' }] });
    const done = await lab.drive(body, { mode: 'tabletop', front: TARGET, answers: { exercise } });
    expect(done.state, done.why).toBe('succeeded');
    const view = lab.runs.view(done.live.id).exercise;
    expect(view?.injects.map(({ id, state, fired, points }) => [id, state, fired?.h_ms ?? null, points])).toEqual([['a', 'fired', 50 * MIN, 10], ['b', 'fired', 30 * MIN, 5], ['c', 'withdrawn', null, 0], ['d', 'to-come', null, 0], ['stock-x', 'fired', 5 * MIN, 0]]);
    expect(view).toMatchObject({ score: { points: 15, come: 20, pass: 10, open: 0, passed: true }, objectives: [{ rating: 'S' }], notes: [{ kind: 'lesson', owner: 'Claire' }], people: [{ presence: 'absent' }], clock: { h_ms: 120 * MIN } });
  });

  it('waits for an approval that nobody who is there can give', async () => {
    const body = step('gate', 'kind: approve\nby: [vp]\nbudget: 5m');
    const front = 'roles: { vp: { approves: true } }';
    const people = (absent?: string): unknown => ({ exercise: { participants: [{ name: 'Helena Brandt', role: 'vp', ...(absent === undefined ? {} : { absent }) }] }, approvals: { gate: [{ by: 'Helena Brandt' }] } });
    const away = await openLab({ clock: setClock() }).drive(body, { mode: 'tabletop', front, answers: people('on a plane') });
    expect(away).toMatchObject({ exit: 5, why: expect.stringContaining('not to be reached in this exercise (on a plane)') });
    const here = await openLab({ clock: setClock() }).drive(body, { mode: 'tabletop', front, answers: people() });
    expect(here.state, here.why).toBe('succeeded');
    expect(here.live.view().steps[0]?.approvals).toEqual([expect.objectContaining({ name: 'Helena Brandt', unattended: false })]);
  });

  it('walks lanes side by side on its clock', async () => {
    const body = step('left', 'kind: run\nrun: ["false"]\nbudget: 40m\nneeds: []') + step('right', 'kind: run\nrun: ["false"]\nbudget: 30m\nneeds: []') + step('join', 'kind: run\nrun: ["false"]\nbudget: 5m\nneeds: [left, right]');
    const done = await openLab({ clock: setClock() }).drive(body, { mode: 'tabletop', front: TARGET });
    expect(done.live.view().exercise?.steps.map(({ id, to_ms }) => [id, to_ms])).toEqual([['left', 40 * MIN], ['right', 30 * MIN], ['join', 45 * MIN]]);
    expect(done.run.rto.achieved_s).toBe(45 * 60);
  });

  it.each([
    [{ injects: { nothing: { at: 'H+0:10' } } }, 'no inject "nothing"'],
    [{ injects: { a: { after: 'nowhere' } } }, 'no step "nowhere"'],
    [{ scores: { nothing: [] } }, 'no inject "nothing"'],
    [{ stock: [{ id: 'stock-nothing' }] }, 'no inject "stock-nothing"'],
    [{ reuse: 'nobody' }, 'no run "nobody"'],
  ])('refuses answers that do not fit: %j', async (exercise, words) => {
    await expect(openLab({ clock: setClock() }).drive(THREE + inject('a', 'H+0:10'), { mode: 'tabletop', answers: { exercise } })).rejects.toThrow(words);
  });
});
