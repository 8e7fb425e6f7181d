/** An incident as its members, its total and the way that decides it. */
import { z } from 'zod';
import { Id } from './scalars.ts';
import { RunState, WaitingFor } from './vocabulary.ts';

/** An exercise in which nothing runs has no recovery to measure. */
export const IncidentMode = z.enum(['live', 'rehearsal']);
export type IncidentMode = z.infer<typeof IncidentMode>;

const Seconds = z.number().nullable();

/** `blocked`: what it depends on is not back. `ended`: its run is over and its system is not back. */
export const MemberState = z.enum(['blocked', 'ready', 'open', 'recovered', 'ended']);
export type MemberState = z.infer<typeof MemberState>;

export const IncidentRun = z.object({
  id: z.string(),
  state: RunState,
  begun_at: z.string(),
  finished_at: z.string().nullable(),
  operator: z.string().nullable(),
  current: z.object({ number: z.int(), title: z.string(), state: z.string(), waiting_for: WaitingFor.nullable() }).nullable(),
  over: z.int(), // steps
  steps: z.int(),
  from: z.string().nullable(), // the laptop that it was taken over from
});
export type IncidentRun = z.infer<typeof IncidentRun>;

export const IncidentMember = z.object({
  runbook: Id, title: z.string(), system: z.string(),
  after: z.array(Id), // runbooks of this incident whose systems have to be back before
  lacking: z.array(Id), // those that are not
  state: MemberState,
  target_s: Seconds,
  achieved_s: Seconds, // from the one outage to the service restored
  met: z.boolean().nullable(),
  recovered_at: z.string().nullable(),
  forecast_at: z.string().nullable(), // service restored; null when it is, or when nothing says
  begins_at: z.string().nullable(), // at the earliest, of one that has not begun
  slack_s: Seconds,
  run: IncidentRun.nullable(), // the one that brought it back, else the newest
  earlier: z.array(z.string()), // its other runs
  despite: z.object({ by: z.string(), reason: z.string(), lacking: z.array(Id) }).nullable(),
});
export type IncidentMember = z.infer<typeof IncidentMember>;

/** One system on the way that decides when the last one is back. */
export const CriticalPart = z.object({
  runbook: Id, system: z.string(),
  from: z.string(), to: z.string(), // of its recovery
  measured: z.boolean(), // else `to` is a forecast
  idle_s: z.number(), // for which nobody had begun it although it could have been
  why: z.string(), // one sentence
});
export type CriticalPart = z.infer<typeof CriticalPart>;

export const IncidentView = z.object({
  id: z.string(), title: z.string(), mode: IncidentMode, state: z.enum(['open', 'closed']),
  outage_at: z.string(), declared_at: z.string(),
  opened: z.object({ by: z.string(), at: z.string() }),
  closed: z.object({ by: z.string(), at: z.string(), reason: z.string().nullable() }).nullable(),
  members: z.array(IncidentMember), // in their order
  /** From the outage to the last system back. `target_s`: the longest of the systems' targets; `met`: whether each was met, null while that is open. */
  total: z.object({ target_s: Seconds, achieved_s: Seconds, forecast_s: Seconds, forecast_at: z.string().nullable(), met: z.boolean().nullable(), recovered: z.int(), of: z.int() }),
  critical: z.array(CriticalPart), // first to last
});
export type IncidentView = z.infer<typeof IncidentView>;
