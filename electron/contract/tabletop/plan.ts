/** What an exercise is planned to be: its head, who takes part, and the injects that are added to those of the runbook. */
import { z } from 'zod';
import { InjectBlock } from '../runbook.ts';
import { Day, Id } from '../scalars.ts';

/** The most that the head of a plan or an inject may take, as UTF-8 JSON: it stands in one event of the journal. */
export const PLAN_BYTES = 12 * 1024;

export const Objective = z.strictObject({ id: Id, text: z.string().min(1).max(1000) });
export type Objective = z.infer<typeof Objective>;

/** HSEEP: performed without challenges, with some, with major challenges, unable to be performed. */
export const Rating = z.enum(['P', 'S', 'M', 'U']);
export type Rating = z.infer<typeof Rating>;
export const RATING_WORDS: Readonly<Record<Rating, string>> = {
  P: 'Performed without challenges', S: 'Performed with some challenges', M: 'Performed with major challenges', U: 'Unable to be performed',
};

/** `H+0:45` or `H+0:45:30`, on the exercise clock. */
export const ExerciseTime = z.string().regex(/^H\+\d{1,3}:[0-5]\d(?::[0-5]\d)?$/u, 'a time of the exercise reads H+0:45 or H+0:45:30');

export const PlanHead = z.strictObject({
  title: z.string().min(1).max(200),
  scope: z.string().max(2000).default(''),
  excluded: z.array(z.string().max(300)).max(20).default([]),
  objectives: z.array(Objective).max(20).default([]),
  rules: z.array(z.string().max(500)).max(20).default([]),
  /** When it is over: at a time of the exercise clock, and in words. */
  end: z.strictObject({ at: ExerciseTime.optional(), when: z.string().max(500).default('') }).default({ when: '' }),
  /** Share of the points that passes. */
  pass_percent: z.int().min(1).max(100).default(75),
  facilitator: z.string().max(200).optional(),
  observers: z.array(z.string().max(200)).max(20).default([]),
  /** The run whose plan this was. */
  reused_from: z.string().optional(),
});
export type PlanHead = z.infer<typeof PlanHead>;

/** In the room; simulated as not to be reached; really not there any more. */
export const Presence = z.enum(['here', 'absent', 'gone']);
export type Presence = z.infer<typeof Presence>;

/** Somebody at the table. Names and roles only: an exercise carries no way to reach anybody. */
export const Participant = z.strictObject({ name: z.string().trim().min(1).max(200), role: z.string().min(1).max(100), organisation: z.string().max(200).optional() });
export type Participant = z.infer<typeof Participant>;

/** An inject of an exercise; `stock` names the one of the library that it was made of. */
export const ExerciseInject = InjectBlock.extend({ stock: Id.optional() });
export type ExerciseInject = z.infer<typeof ExerciseInject>;

export const Verdict = z.enum(['met', 'partly', 'missed']);
export type Verdict = z.infer<typeof Verdict>;
/** An answer of the table; what an observer saw; what is to be learnt. */
export const NoteKind = z.enum(['answer', 'observation', 'lesson']);
export type NoteKind = z.infer<typeof NoteKind>;

const words = z.string().max(2000);

/** What a facilitator does. Times are milliseconds of the exercise clock. */
export const ExerciseAct = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('plan'), plan: PlanHead }),
  /** Takes over plan, people, added injects and moved times of an earlier exercise. */
  z.strictObject({ act: z.literal('reuse'), run: z.string() }),
  z.strictObject({ act: z.literal('person'), ...Participant.shape, presence: Presence, reason: words.optional() }),
  /** `held`: the clock stands until somebody lets it go. */
  z.strictObject({ act: z.literal('start'), held: z.boolean().optional() }),
  z.strictObject({ act: z.literal('hold') }),
  z.strictObject({ act: z.literal('go') }),
  /** Thousandths of real speed. */
  z.strictObject({ act: z.literal('speed'), speed: z.int().min(100).max(120_000) }),
  z.strictObject({ act: z.literal('jump'), to_ms: z.int().min(0).max(999 * 3_600_000) }),
  z.strictObject({ act: z.literal('fire'), inject: Id }),
  z.strictObject({ act: z.literal('add'), inject: ExerciseInject }),
  /** Adds an inject of the stock library; `at` in place of its own time. */
  z.strictObject({ act: z.literal('stock'), stock: Id, at: InjectBlock.shape.at.optional() }),
  /** A new time; null: by hand. */
  z.strictObject({ act: z.literal('move'), inject: Id, to_ms: z.int().min(0).max(999 * 3_600_000).nullable(), reason: words.optional() }),
  z.strictObject({ act: z.literal('withdraw'), inject: Id, reason: words }),
  /** `verdict` null takes it back. `seen_ms`: when the action was seen; default now. */
  z.strictObject({ act: z.literal('score'), inject: Id, expectation: z.int().min(0).max(99), verdict: Verdict.nullable(), seen_ms: z.int().min(0).optional(), note: words.optional() }),
  z.strictObject({ act: z.literal('note'), kind: NoteKind, text: words.min(1), who: z.string().max(200).optional(), inject: Id.optional(), step: z.string().max(400).optional(), owner: z.string().max(200).optional(), due: Day.optional() }),
  z.strictObject({ act: z.literal('rate'), objective: Id, rating: Rating, reason: words.optional() }),
  /** Somebody at the table approves a step; no credential, since nothing runs. */
  z.strictObject({ act: z.literal('approve'), step: z.string().max(400), person: z.string() }),
  z.strictObject({ act: z.literal('end'), reason: words.optional() }),
  /** A real emergency: the exercise is over at once. */
  z.strictObject({ act: z.literal('stop'), reason: words.optional() }),
]);
export type ExerciseAct = z.infer<typeof ExerciseAct>;

/** Milliseconds of `H+0:45`; null for `manual`. */
export function exerciseMs(at: string): number | null {
  const [, hours, minutes, seconds = '0'] = /^H\+(\d+):(\d\d)(?::(\d\d))?$/u.exec(at) ?? [];
  return hours === undefined || minutes === undefined ? null : (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** `H+0:45`, `H+1:10:05`: seconds where there are any. */
export function exerciseTime(ms: number, seconds: 'always' | 'if-any' | 'never' = 'if-any'): string {
  const total = Math.floor(Math.max(0, ms) / 1000);
  const pad = (n: number): string => String(n).padStart(2, '0');
  const tail = seconds === 'always' || (seconds === 'if-any' && total % 60 > 0) ? `:${pad(total % 60)}` : '';
  return `H+${Math.floor(total / 3600)}:${pad(Math.floor((total % 3600) / 60))}${tail}`;
}
