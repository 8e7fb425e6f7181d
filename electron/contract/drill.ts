/** Drills as calendar and history: what is owed and when, and what earlier ones achieved against their targets. */
import { z } from 'zod';
import { DrillKind, Mode } from './vocabulary.ts';


/** A drill with a period: when it is due next, and what holding it would prove. */
export const OwedDrill = z.object({
  runbook: z.string(), runbook_title: z.string(), system: z.string(), title: z.string(), kind: DrillKind,
  every: z.string(), // as the runbook writes it: `90d`, `3mo`
  at: z.string(), last: z.string().nullable(), overdue_days: z.int(), // times RFC 3339 UTC; 0 when it is not late
  duration_s: z.number().nullable(), scope: z.string().nullable(), objective: z.string().nullable(), success: z.array(z.string()),
});
export type OwedDrill = z.infer<typeof OwedDrill>;

/** A drill that an event asks for, such as a rotation: it has no date of its own. */
export const EventDrill = z.object({ runbook: z.string(), runbook_title: z.string(), system: z.string(), title: z.string(), kind: DrillKind, after: z.string(), last: z.string().nullable() });
export type EventDrill = z.infer<typeof EventDrill>;

/** What one drill, or one recovery, achieved. `run` is null for a result that the runbook's history tells of. Seconds. */
export const DrillResult = z.object({
  runbook: z.string(), runbook_title: z.string(), test: z.string(), run: z.string().nullable(), mode: Mode.nullable(), at: z.string(),
  rto_s: z.number().nullable(), rto_target_s: z.number().nullable(), rpo_s: z.number().nullable(), rpo_target_s: z.number().nullable(),
  status: z.enum(['met', 'missed', 'unmeasured']), // against the targets that were measured
  said: z.string().nullable(), note: z.string().nullable(), // the history's own words
});
export type DrillResult = z.infer<typeof DrillResult>;

export const DrillCalendar = z.object({
  drills: z.array(OwedDrill), // the most overdue first
  after_events: z.array(EventDrill),
  results: z.array(DrillResult), // newest first
});
export type DrillCalendar = z.infer<typeof DrillCalendar>;
