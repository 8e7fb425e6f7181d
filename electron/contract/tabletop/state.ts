/** The state of an exercise, as its events make it. Milliseconds of the exercise clock unless an `Instant` says otherwise. */
import type { Runbook } from '../runbook.ts';
import type { Instant } from '../run/state.ts';
import { exerciseMs, type ExerciseInject, type NoteKind, type Participant, type PlanHead, type Presence, type Rating, type Verdict } from './plan.ts';

/** A moment on both clocks. */
export interface Twice { h_ms: number; at: Instant; by: string }

export interface ScoreFold extends Twice { verdict: Verdict; seen_ms: number; note: string | null }

export interface InjectFold {
  inject: ExerciseInject;
  /** When it comes by itself; null: by hand. */
  due_ms: number | null;
  moved: (Twice & { from_ms: number | null; reason: string | null }) | null;
  fired: (Twice & { timed: boolean; order: number }) | null;
  withdrawn: (Twice & { reason: string }) | null;
  scores: Map<number, ScoreFold>;
}

export interface PersonFold extends Participant { id: string; presence: Presence; reason: string | null; changed: Twice[] }

export interface ExerciseNote extends Twice { kind: NoteKind; text: string; who: string; inject: string | null; step: string | null; owner: string | null; due: string | null }

export interface ExerciseFold {
  plan: PlanHead | null;
  planned: Twice | null;
  /** `since` is the moment at which the clock showed `shown`; it goes on with `speed` thousandths of real speed. */
  clock: { shown: number; since: Instant; speed: number };
  started: Twice | null;
  /** What the facilitator did to the clock. */
  changes: (Twice & { speed: number; why: string })[];
  injects: InjectFold[];
  people: Map<string, PersonFold>;
  notes: ExerciseNote[];
  ratings: Map<string, Twice & { rating: Rating; reason: string | null }>;
  /** When a step began and was over. */
  steps: Map<string, { from: number; to: number | null }>;
  /** When the service was back, and when the newest step was over. */
  restored: number | null;
  lastOver: number | null;
  /** `whole`: every step was over by then. */
  ended: (Twice & { why: 'over' | 'real-emergency'; reason: string; whole: boolean }) | null;
}

export function newExercise(runbook: Runbook, at: Instant): ExerciseFold {
  return {
    plan: null, planned: null, clock: { shown: 0, since: at, speed: 0 }, started: null, changes: [],
    injects: runbook.injects.map((inject) => newInject(inject)), people: new Map(), notes: [], ratings: new Map(), steps: new Map(), restored: null, lastOver: null, ended: null,
  };
}

export function newInject(inject: ExerciseInject): InjectFold {
  return { inject, due_ms: exerciseMs(inject.at), moved: null, fired: null, withdrawn: null, scores: new Map() };
}

/** What the exercise clock shows. */
export function shownAt({ clock }: ExerciseFold, now: Instant): number {
  const real = Math.max(0, clock.since.boot === now.boot ? now.up - clock.since.up : now.wall - clock.since.wall);
  return clock.shown + Math.floor((real * clock.speed) / 1000);
}

/** Stops the clock where it stands at `at`. */
export function holdClock(exercise: ExerciseFold, at: Instant): void {
  exercise.clock = { shown: shownAt(exercise, at), since: at, speed: 0 };
}

/** Whether it goes on until a facilitator ends it: it has begun. */
export function isHeld(exercise: ExerciseFold | null): boolean {
  return exercise !== null && exercise.started !== null && exercise.ended === null;
}

/** Timed injects that have neither come nor been withdrawn, the earliest first. */
export function openTimed({ injects }: ExerciseFold): (InjectFold & { due_ms: number })[] {
  return injects.filter((one): one is InjectFold & { due_ms: number } => one.fired === null && one.withdrawn === null && one.due_ms !== null).sort((a, b) => a.due_ms - b.due_ms);
}

/** Fired ones in the order in which they came, without those that were withdrawn. */
export function inForce({ injects }: ExerciseFold): InjectFold[] {
  return injects.filter(({ fired, withdrawn }) => fired !== null && withdrawn === null).sort((a, b) => (a.fired?.order ?? 0) - (b.fired?.order ?? 0));
}

export function findInject({ injects }: ExerciseFold, id: string): InjectFold | undefined {
  return injects.find(({ inject }) => inject.id === id);
}
