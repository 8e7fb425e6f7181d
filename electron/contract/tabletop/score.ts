/** What the answers of a table are worth. */
import { expectationsOf, type Expectation } from '../runbook.ts';
import { durationSeconds } from '../scalars.ts';
import type { ExerciseFold, InjectFold, ScoreFold } from './state.ts';

export interface Scored {
  expectation: Expectation;
  /** Milliseconds of the exercise clock by which it had to be seen; null without a limit, or before the inject came. */
  due_ms: number | null;
  given: ScoreFold | null;
  /** Met, but after its time. */
  late: boolean;
  points: number;
  possible: number;
}

/** Whole points for what is met in time; half, rounded down, for what is met late or partly; none for what is missed. */
export function scoresOf({ inject, fired, scores }: InjectFold): Scored[] {
  return expectationsOf(inject).map((expectation, index) => {
    const due_ms = fired === null || expectation.within === undefined ? null : fired.h_ms + durationSeconds(expectation.within) * 1000;
    const given = scores.get(index) ?? null;
    const late = given?.verdict === 'met' && due_ms !== null && given.seen_ms > due_ms;
    const possible = expectation.score ?? 0;
    return { expectation, due_ms, given, late, possible, points: pointsOf(given, late, possible) };
  });
}

function pointsOf(given: ScoreFold | null, late: boolean, possible: number): number {
  switch (given?.verdict) {
    case 'met':
      return late ? Math.floor(possible / 2) : possible;
    case 'partly':
      return Math.floor(possible / 2);
    case 'missed':
    case undefined:
      return 0;
  }
}

export interface Total {
  points: number;
  /** Of what was judged so far, of what has come, and of all that is planned; withdrawn injects count nowhere. */
  judged: number;
  come: number;
  possible: number;
  /** Points that pass: a share of those of the injects that came once the exercise is over, of all before. */
  pass: number;
  /** Expectations of injects that came and are not judged yet. */
  open: number;
  /** Null until it is over. Without a point to be had nothing is passed: nought of nought proves nothing. */
  passed: boolean | null;
}

export function totalOf(exercise: ExerciseFold, isOver: boolean): Total {
  const counted = exercise.injects.filter(({ withdrawn }) => withdrawn === null);
  const all = counted.flatMap(scoresOf);
  const come = counted.filter(({ fired }) => fired !== null).flatMap(scoresOf);
  const judged = come.filter(({ given }) => given !== null);
  const sum = (rows: readonly Scored[]): number => rows.reduce((total, { possible }) => total + possible, 0);
  const points = judged.reduce((total, row) => total + row.points, 0);
  const pass = Math.ceil((sum(isOver ? come : all) * (exercise.plan?.pass_percent ?? 75)) / 100);
  return { points, judged: sum(judged), come: sum(come), possible: sum(all), pass, open: come.length - judged.length, passed: isOver ? sum(come) > 0 && points >= pass : null };
}
