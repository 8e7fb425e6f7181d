/** An exercise as its facilitator sees it, and as participants may: the shapes that cross a boundary. */
import { z } from 'zod';
import { Id } from '../scalars.ts';
import { NoteKind, PlanHead, Presence, Rating, Verdict } from './plan.ts';

const Ms = z.int();
/** `h_ms` on the exercise clock, `at` RFC 3339 in earnest. */
const twice = { h_ms: Ms, at: z.string(), by: z.string() };
const Twice = z.object(twice);

export const ExpectationView = z.object({
  action: z.string(), within_s: z.number().nullable(), score: z.int(), due_ms: Ms.nullable(),
  verdict: Verdict.nullable(), late: z.boolean(), seen_ms: Ms.nullable(), points: z.int(), note: z.string().nullable(), by: z.string().nullable(),
});
export type ExpectationView = z.infer<typeof ExpectationView>;

export const InjectView = z.object({
  id: Id, title: z.string(), see: z.string().nullable(), text: z.string().nullable(), hints: z.array(z.string()), stock: z.string().nullable(),
  state: z.enum(['to-come', 'fired', 'withdrawn']),
  due_ms: Ms.nullable(), // null: by hand
  planned_ms: Ms.nullable(), // as the runbook or the plan has it
  fired: Twice.extend({ timed: z.boolean(), order: z.int(), early_ms: Ms.nullable() }).nullable(), // `early_ms`: before its time; negative when late
  withdrawn: Twice.extend({ reason: z.string() }).nullable(),
  /** What it forces, and on what: steps and checks with their titles, and whether a step was over before it came. */
  outcome: z.enum(['fail', 'unknown']).nullable(),
  affects: z.array(z.object({ id: z.string(), title: z.string(), over: z.boolean() })),
  dead: z.array(z.string()), absent: z.array(z.string()),
  expectations: z.array(ExpectationView),
  points: z.int(), possible: z.int(),
});
export type InjectView = z.infer<typeof InjectView>;

export const PersonView = z.object({ id: z.string(), name: z.string(), role: z.string(), organisation: z.string().nullable(), presence: Presence, reason: z.string().nullable(), since_ms: Ms });
export const ExerciseNoteView = z.object({ ...twice, kind: NoteKind, text: z.string(), who: z.string(), inject: z.string().nullable(), step: z.string().nullable(), owner: z.string().nullable(), due: z.string().nullable() });
export type ExerciseNoteView = z.infer<typeof ExerciseNoteView>;
export const ObjectiveView = z.object({ id: Id, text: z.string(), rating: Rating.nullable(), reason: z.string().nullable() });

/** The clock when the view was made: it goes on with `speed` thousandths of real speed. */
const ClockView = z.object({ h_ms: Ms, at: z.string(), speed: z.int(), state: z.enum(['planned', 'running', 'held', 'over']), started_at: z.string().nullable() });
export type ClockView = z.infer<typeof ClockView>;

export const ExerciseView = z.object({
  plan: PlanHead,
  scenario: z.string(),
  is_planned: z.boolean(), // somebody wrote the plan; else it is drawn from the runbook
  clock: ClockView,
  changes: z.array(z.object({ ...twice, speed: z.int(), why: z.string() })),
  target_ms: Ms.nullable(),
  forecast_ms: Ms.nullable(),
  injects: z.array(InjectView),
  people: z.array(PersonView),
  notes: z.array(ExerciseNoteView),
  objectives: z.array(ObjectiveView),
  score: z.object({ points: z.int(), judged: z.int(), come: z.int(), possible: z.int(), pass: z.int(), open: z.int(), passed: z.boolean().nullable() }),
  steps: z.array(z.object({ id: z.string(), from_ms: Ms, to_ms: Ms.nullable() })),
  alive: z.array(z.string()), // what the runbook leans on and is not dead
  ended: z.object({ ...twice, why: z.enum(['over', 'real-emergency']), reason: z.string() }).nullable(),
});
export type ExerciseView = z.infer<typeof ExerciseView>;

/** What the projector shows: situation, clock, current step, injects that came. No answers, no notes, no names of what is still to come. */
export const ParticipantsView = z.object({
  run: z.string(), title: z.string(), exercise: z.string(), scenario: z.string(), day: z.string(),
  clock: ClockView,
  target_ms: Ms.nullable(),
  step: z.object({ number: z.int(), total: z.int(), title: z.string() }).nullable(),
  phases: z.array(z.object({ title: z.string(), steps: z.int(), done: z.int(), current: z.boolean() })),
  injects: z.array(z.object({ heading: z.string(), text: z.string().nullable(), h_ms: Ms, withdrawn: z.boolean() })), // the newest last
  dead: z.array(z.string()), alive: z.array(z.string()),
  unknown: z.array(z.string()), // steps of which nobody knows the outcome
  absent: z.array(z.string()), // names of those who are not to be reached
  ended: z.object({ why: z.enum(['over', 'real-emergency']), h_ms: Ms, at: z.string() }).nullable(),
});
export type ParticipantsView = z.infer<typeof ParticipantsView>;
