/** The outage switchboard: what is dead, and what of the runbooks depends on it. */
import { z } from 'zod';
import { Id } from './scalars.ts';

/** A part of a runbook that needs something alive. */
export const Dependent = z.object({
  kind: z.enum(['step', 'check', 'secret', 'audience']),
  id: z.string(),
  title: z.string(),
  /** How it goes all the same, in words; null when there is no other way. */
  otherwise: z.string().nullable(),
  /** Whether the recovery cannot do without it: a step, a secret, a check that blocks. */
  vital: z.boolean(),
});
export type Dependent = z.infer<typeof Dependent>;

/** Something dead that a runbook leans on. `scenario`: the runbook itself says that it is lost, so needing it is a circle. */
export const Dependency = z.object({ on: Id, because: z.enum(['marked', 'scenario']), dependents: z.array(Dependent) });
export type Dependency = z.infer<typeof Dependency>;

/** One thing that can die, and every runbook that leans on it or has another way. */
export const Lifeline = z.object({
  id: Id,
  dead: z.boolean(),
  runbooks: z.array(z.object({ id: z.string(), title: z.string(), system: z.string(), dependents: z.array(Dependent) })),
});
export type Lifeline = z.infer<typeof Lifeline>;

export const OutageView = z.object({
  /** Who said last what is dead, and when; null when nobody ever did. */
  marked: z.object({ by: z.string(), at: z.string() }).nullable(),
  lifelines: z.array(Lifeline), // the dead first, then those that most leans on
});
export type OutageView = z.infer<typeof OutageView>;
