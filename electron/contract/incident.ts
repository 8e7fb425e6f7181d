/** An incident: several systems lost at once, under one outage time. Its runs belong to it by their `run.created`. */
import { z } from 'zod';
import { event } from './run/event-shape.ts';
import { Id, Sha256, Timestamp } from './scalars.ts';
import { IncidentMode, IncidentView } from './incident-view.ts';

const of = { incident: z.string(), by: z.string() };

/** As the journal holds them in `type` and `data`; they are of no run. */
export const IncidentEvent = z.discriminatedUnion('type', [
  event('incident.opened', { ...of, title: z.string(), mode: IncidentMode, outage_at: Timestamp, declared_at: Timestamp }),
  /** Said again of a runbook that is in already: its dependencies and its place are others from now on. `place` counts from 0. */
  event('incident.added', {
    ...of, runbook: z.object({ id: Id, sha256: Sha256 }), title: z.string(), system: z.string(), after: z.array(Id), place: z.int(),
    target_s: z.int().nullable(),
    /** From the start of a run to the service restored, as the critical path over budgets and measured times has it; null when nothing says. */
    expected_ms: z.int().nullable(),
  }),
  event('incident.removed', { ...of, runbook: Id, reason: z.string() }),
  /** `open`: runs that were not over, `lost`: runbooks whose system was not back. */
  event('incident.closed', { ...of, reason: z.string().nullable(), open: z.array(z.string()), lost: z.array(Id) }),
]);
export type IncidentEvent = z.infer<typeof IncidentEvent>;

/** What remains of an incident: its view as it stands, and who made it. */
export const IncidentReport = z.object({
  blackstart_incident: z.literal(1), generated_at: z.string(), generated_with: z.string(), laptop: z.string(),
  headline: z.string(), // one sentence
  incident: IncidentView,
});
export type IncidentReport = z.infer<typeof IncidentReport>;
