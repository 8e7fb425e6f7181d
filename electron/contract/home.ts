/** What Home says of all systems. */
import { z } from 'zod';
import { IncidentView } from './incident-view.ts';
import { RunSummary } from './run/summary.ts';
import { DrillKind, FindingStatus, ProofLevel, ReadinessState } from './vocabulary.ts';

const DrillResult = z.object({ run: z.string().nullable(), title: z.string(), kind: z.string(), at: z.string(), rto_s: z.number().nullable(), rto_target_s: z.number().nullable(), rpo_s: z.number().nullable(), rpo_target_s: z.number().nullable(), status: z.string() });
const SystemRow = z.object({
  system: z.string(), runbooks: z.array(z.string()),
  state: ReadinessState, why: z.string(), // one sentence
  backup: z.object({ level: ProofLevel.nullable(), at: z.string().nullable(), summary: z.string() }).nullable(),
  key: z.object({ level: z.string(), at: z.string().nullable() }).nullable(),
  last_drill: DrillResult.nullable(),
  next_due: z.object({ title: z.string(), at: z.string(), overdue_days: z.int(), runbook: z.string() }).nullable(),
});
export type SystemRow = z.infer<typeof SystemRow>;

export const HomeView = z.object({
  headline: z.string(), detail: z.string(),
  fresh: z.boolean(), // nothing set up yet: show the three things to do
  systems: z.array(SystemRow),
  dead: z.array(z.string()), // what is marked so on the switchboard
  kit: z.array(z.object({ title: z.string(), value: z.string(), state: z.enum(['good', 'due', 'bad', 'unknown']) })),
  drills: z.array(z.object({ title: z.string(), runbook: z.string(), kind: DrillKind.optional(), at: z.string(), overdue_days: z.int() })),
  findings: z.array(z.object({ id: z.string(), title: z.string(), runbook: z.string(), due: z.string().nullable(), severity: z.string(), status: FindingStatus, overdue_days: z.int() })), // open ones, by date
  open_runs: z.array(RunSummary),
  incidents: z.array(IncidentView).optional(), // the open ones, newest first
});
export type HomeView = z.infer<typeof HomeView>;

/** First of all, unasked: what every page wants to know. Null: it could not be said; `home.view` says why. */
export const Greeting = z.object({ event: z.literal('greeting'), home: HomeView.nullable() });
export type Greeting = z.infer<typeof Greeting>;
