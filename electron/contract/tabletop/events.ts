/**
 * The events of an exercise. Each says when it was on the exercise clock (`h_ms`, milliseconds since H+0:00); when it really
 * was stands in every event of the journal.
 */
import { z } from 'zod';
import { event } from '../run/event-shape.ts';
import { Day, Id } from '../scalars.ts';
import { ExerciseInject, NoteKind, Participant, PlanHead, Presence, Rating, Verdict } from './plan.ts';

const when = { h_ms: z.int(), by: z.string() };

export const EXERCISE_EVENTS = [
  event('exercise.planned', { ...when, plan: PlanHead }),
  event('exercise.person', { ...when, id: z.string(), ...Participant.shape, presence: Presence, reason: z.string().nullable() }),
  /** From here on the clock shows `h_ms` and goes on with `speed` thousandths of real speed; 0 holds it. */
  event('exercise.clock', { ...when, speed: z.int(), why: z.enum(['start', 'hold', 'go', 'speed', 'jump']) }),
  event('inject.added', { ...when, inject: ExerciseInject }),
  event('inject.moved', { ...when, inject: Id, due_ms: z.int().nullable(), reason: z.string().nullable() }),
  event('inject.withdrawn', { ...when, inject: Id, reason: z.string() }),
  event('exercise.scored', { ...when, inject: Id, expectation: z.int(), verdict: Verdict.nullable(), seen_ms: z.int(), note: z.string().nullable() }),
  event('exercise.noted', { ...when, kind: NoteKind, text: z.string(), who: z.string(), inject: Id.nullable(), step: z.string().nullable(), owner: z.string().nullable(), due: Day.nullable() }),
  event('exercise.rated', { ...when, objective: Id, rating: Rating, reason: z.string().nullable() }),
  event('exercise.ended', { ...when, why: z.enum(['over', 'real-emergency']), reason: z.string() }),
] as const;
