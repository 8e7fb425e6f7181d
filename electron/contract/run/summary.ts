/** A run in a list: everything of it but its steps. */
import { z } from 'zod';
import { Id, Sha256, Timestamp } from '../scalars.ts';
import { Mode, RunState } from '../vocabulary.ts';

const Seconds = z.number().nullable();

/** `despite`: whoever let it begin before the systems that it depends on were back. */
export const RunIncident = z.object({ id: z.string(), despite: z.object({ by: z.string(), reason: z.string(), lacking: z.array(Id) }).nullable() });
export type RunIncident = z.infer<typeof RunIncident>;

/** Where a run was taken over from, by whom and why. */
export const TakenOver = z.object({
  run: z.string(), // its id there
  device: z.string(),
  vkey: z.string(),
  known: z.boolean(), // whether that laptop's key was trusted here
  bundle: Sha256,
  head: z.object({ size: z.int(), hash: z.string() }), // of that laptop's record, as the bundle proves it
  at: Timestamp, // of the last that was recorded of it there
  operator: z.string().nullable(), // who ran it there
  by: z.string(),
  reason: z.string(),
  /** `bundle`: this laptop had no runbook of the same digest, so the one in the bundle was used. */
  runbook: z.enum(['same', 'bundle']),
  acknowledged: z.string().nullable(), // why the bundle's runbook will do
  stranger: z.string().nullable(), // why a laptop that is not known here is believed
  params: z.array(z.string()), // given anew
});
export type TakenOver = z.infer<typeof TakenOver>;

export const RunHead = z.object({
  id: z.string(),
  runbook: z.object({ id: z.string(), sha256: z.string() }),
  mode: Mode,
  state: RunState,
  outage_at: z.string().nullable(),
  declared_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  left_behind: z.array(z.string()).optional(), // of a rehearsal that is over: scratch resources that may still be there
  rto: z.object({ target_s: Seconds, achieved_s: Seconds, met: z.boolean().nullable() }),
  rpo: z.object({ target_s: Seconds, achieved_s: Seconds, met: z.boolean().nullable(), newest_at: z.string().nullable() }),
  clocks: z.object({ tool_s: z.number(), human_s: z.number(), blocked_s: z.number() }),
  forecast_finish: z.string().nullable(),
  incident: RunIncident.optional(),
  taken_over: TakenOver.optional(),
});

export const RunSummary = RunHead.extend({ title: z.string(), system: z.string() });
export type RunSummary = z.infer<typeof RunSummary>;
