/** What an answers file says of an exercise: `exercise:` in `--answers FILE`. */
import { z } from 'zod';
import { InjectBlock } from '../../contract/runbook.ts';
import { Day, Id } from '../../contract/scalars.ts';
import { ExerciseTime, NoteKind, Participant, PlanHead, Rating, Verdict } from '../../contract/tabletop/plan.ts';

/** When an inject comes: at a time of the exercise clock, by hand when a step is over, or not at all. */
const Coming = z.union([
  z.strictObject({ at: ExerciseTime }),
  z.strictObject({ after: z.string() }),
  z.strictObject({ withdraw: z.string().min(1) }),
]);
export type Coming = z.infer<typeof Coming>;

export const ExerciseAnswers = z.strictObject({
  plan: PlanHead.optional(),
  /** A run whose plan, people and injects are taken over. */
  reuse: z.string().optional(),
  participants: z.array(Participant.extend({ absent: z.string().min(1).optional() })).optional(),
  stock: z.array(z.strictObject({ id: Id, at: InjectBlock.shape.at.optional() })).optional(),
  injects: z.record(Id, Coming).optional(),
  /** By inject, in the order of its expectations. */
  scores: z.record(Id, z.array(z.strictObject({ verdict: Verdict, at: ExerciseTime.optional(), note: z.string().optional() }))).optional(),
  ratings: z.record(Id, z.strictObject({ rating: Rating, reason: z.string().optional() })).optional(),
  notes: z.array(z.strictObject({ kind: NoteKind.default('observation'), text: z.string().min(1), who: z.string().optional(), owner: z.string().optional(), due: Day.optional() })).optional(),
  /** Nothing comes after it; default: when every step is over and every timed inject has come. */
  end: ExerciseTime.optional(),
});
export type ExerciseAnswers = z.infer<typeof ExerciseAnswers>;
