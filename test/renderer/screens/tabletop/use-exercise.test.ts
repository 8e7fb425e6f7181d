import { describe, expect, it } from 'vitest';
import { ExerciseView, InjectView } from '../../../../electron/contract/tabletop/view.ts';
import { exerciseNow } from '../../../../renderer/src/exercise-clock.ts';
import { effectWords } from '../../../../renderer/src/screens/tabletop/InjectList.tsx';
import { handOf, keyed, newestInject, nextInject, timedOf } from '../../../../renderer/src/screens/tabletop/use-exercise.ts';

const MIN = 60_000;
const inject = (id: string, more: Partial<InjectView> = {}): InjectView => InjectView.parse({ id, title: `The ${id}`, see: null, text: null, hints: [], stock: null, state: 'to-come', due_ms: null, planned_ms: null, fired: null, withdrawn: null, outcome: null, affects: [], dead: [], absent: [], expectations: [], points: 0, possible: 0, ...more });
const fired = (h_ms: number, order: number, timed = true): InjectView['fired'] => ({ h_ms, at: 'x', by: 'schedule', timed, order, early_ms: null });
const exercise = (...injects: InjectView[]): ExerciseView => ExerciseView.parse({
  plan: { title: 'x' }, scenario: '', is_planned: true, clock: { h_ms: 0, at: 'x', speed: 0, state: 'held', started_at: null }, changes: [], target_ms: null, forecast_ms: null, injects, people: [], notes: [], objectives: [],
  score: { points: 0, judged: 0, come: 0, possible: 0, pass: 0, open: 0, passed: null }, steps: [], alive: [], ended: null,
});

describe('the exercise clock between views', () => {
  it.each([[0, 5 * MIN], [1000, 6 * MIN], [4000, 9 * MIN]])('goes on at %i thousandths of real speed', (speed, shown) => {
    expect(exerciseNow({ h_ms: 5 * MIN, speed }, 1_000_000, 1_000_000 + MIN)).toBe(shown);
    expect(exerciseNow({ h_ms: 5 * MIN, speed }, 1_000_000, 999_000)).toBe(5 * MIN); // the page's clock was set back
  });
});

describe('the list of injects', () => {
  const late = inject('late', { due_ms: 70 * MIN });
  const soon = inject('soon', { due_ms: 45 * MIN });
  const past = inject('past', { due_ms: 12 * MIN, state: 'fired', fired: fired(12 * MIN, 2) });
  const hand = inject('hand');
  const gone = inject('gone', { state: 'withdrawn', withdrawn: { h_ms: 0, at: 'x', by: 'x', reason: 'Too much' } });
  const all = exercise(late, hand, soon, past, gone);

  it('has what comes by itself in order of time, and the rest by hand', () => {
    expect(timedOf(all).map(({ id }) => id)).toEqual(['past', 'soon', 'late']);
    expect(handOf(all).map(({ id }) => id)).toEqual(['hand', 'gone']);
    expect(nextInject(all)?.id).toBe('soon');
  });
  it('gives a number key to what can still be fired by hand, and to nine at most', () => {
    expect(keyed(all).map(({ id }) => id)).toEqual(['hand']);
    expect(keyed(exercise(...Array.from({ length: 12 }, (_, index) => inject(`i${index}`))))).toHaveLength(9);
  });
  it('knows the newest that came', () => {
    expect(newestInject(exercise(past, inject('other', { state: 'fired', fired: fired(5 * MIN, 3, false) })))?.id).toBe('other');
    expect(newestInject(exercise(gone))).toBeUndefined();
  });
  it.each([
    [gone, 'withdrawn: Too much'],
    [inject('a', { outcome: 'fail', affects: [{ id: 'x', title: 'The key', over: false }, { id: 'y', title: 'Y', over: false }] }), 'forces “The key” and 1 more to fail'],
    [inject('b', { dead: ['dns'], absent: ['vp'] }), 'kills dns; nobody reaches vp'],
    [inject('c', { possible: 5 }), '5 points'],
    [hand, 'forces nothing'],
  ])('says in a line what an inject does', (one, words) => { expect(effectWords(one)).toBe(words); });
});
