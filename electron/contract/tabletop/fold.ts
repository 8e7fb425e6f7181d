/** What the events of an exercise make of it. */
import type { RunEvent } from '../run/events.ts';
import type { StepState } from '../run.ts';
import type { Instant, RunFold, StepFold } from '../run/state.ts';
import { type ExerciseFold, findInject, holdClock, type InjectFold, newInject, shownAt, type Twice } from './state.ts';

export type ExerciseEvent = Extract<RunEvent, { type: `exercise.${string}` | `inject.${string}` }>;

export function isExerciseEvent(event: RunEvent): event is ExerciseEvent {
  return event.type.startsWith('exercise.') || event.type.startsWith('inject.');
}

export function applyExercise(fold: RunFold, event: ExerciseEvent, at: Instant): void {
  const { exercise } = fold;
  if (exercise === null) throw new Error(`journal entry ${event.seq}: ${event.type} outside of an exercise`);
  const twice: Twice = { h_ms: event.data.h_ms ?? shownAt(exercise, at), at, by: event.data.by };
  switch (event.type) {
    case 'exercise.planned':
      exercise.plan = event.data.plan;
      exercise.planned = twice;
      return;
    case 'exercise.person':
      return person(exercise, event, twice);
    case 'exercise.clock':
      exercise.clock = { shown: event.data.h_ms, since: at, speed: event.data.speed };
      exercise.changes.push({ ...twice, speed: event.data.speed, why: event.data.why });
      if (event.data.why === 'start') exercise.started ??= twice;
      return;
    case 'exercise.noted':
      exercise.notes.push({ ...twice, ...event.data });
      return;
    case 'exercise.rated':
      exercise.ratings.set(event.data.objective, { ...twice, rating: event.data.rating, reason: event.data.reason });
      return;
    case 'exercise.ended':
      holdClock(exercise, at);
      exercise.ended = { ...twice, why: event.data.why, reason: event.data.reason, whole: fold.order.every(({ state, left }) => left || OVER.has(state)) };
      return;
    case 'inject.added':
      exercise.injects.push(newInject(event.data.inject));
      return;
    case 'inject.fired':
      fold.injects.push(event.data.inject);
      return changeInject(exercise, event.data.inject, (one) => { one.fired ??= { ...twice, timed: event.data.by === SCHEDULE, order: fold.injects.length }; });
    case 'inject.moved':
      return changeInject(exercise, event.data.inject, (one) => {
        one.moved = { ...twice, from_ms: one.due_ms, reason: event.data.reason };
        one.due_ms = event.data.due_ms;
        one.withdrawn = null; // a new time puts it back
      });
    case 'inject.withdrawn':
      return changeInject(exercise, event.data.inject, (one) => { one.withdrawn = { ...twice, reason: event.data.reason }; });
    case 'exercise.scored':
      return changeInject(exercise, event.data.inject, ({ scores }) => {
        const { expectation, verdict, seen_ms, note } = event.data;
        if (verdict === null) scores.delete(expectation);
        else scores.set(expectation, { ...twice, verdict, seen_ms, note });
      });
  }
}

/** Who fires what comes by itself. */
export const SCHEDULE = 'schedule';

function changeInject(exercise: ExerciseFold, id: string, change: (one: InjectFold) => void): void {
  const one = findInject(exercise, id);
  if (one !== undefined) change(one);
}

function person(exercise: ExerciseFold, { data }: Extract<ExerciseEvent, { type: 'exercise.person' }>, twice: Twice): void {
  const { id, name, role, organisation, presence, reason } = data;
  const changed = [...(exercise.people.get(id)?.changed ?? []), twice];
  exercise.people.set(id, { id, name, role, ...(organisation === undefined ? {} : { organisation }), presence, reason, changed });
}

/** A step as the exercise clock saw it; called after each of its events. */
export function noteStep(exercise: ExerciseFold, { plan: { path }, state }: StepFold, at: Instant): void {
  const now = shownAt(exercise, at);
  const known = exercise.steps.get(path);
  const isOver = OVER.has(state);
  if (known === undefined && state === 'pending') return;
  if (isOver && known?.to !== null && known !== undefined) return;
  exercise.steps.set(path, { from: known?.from ?? now, to: isOver ? now : null });
  if (isOver && state !== 'not_executed') exercise.lastOver = now;
}

const OVER: ReadonlySet<StepState> = new Set<StepState>(['succeeded', 'skipped', 'overridden', 'not_executed']);
