/** What is frozen when a run begins, so that an edited or deleted file changes nothing for a run under way. */
import { z } from 'zod';
import { StepPath } from '../run.ts';
import { Runbook } from '../runbook.ts';

const Frozen = z.object({
  runbook: Runbook,
  folder: z.string(), // absolute; `{{runbook_dir}}`, and what relative paths are relative to
  /** Resolved text by name. A called runbook's are frozen when the call begins (`step.called`). */
  params: z.record(z.string(), z.string()),
  /** Params whose text the runbook itself wrote with `{{scratch.…}}` in it: filled when they are used, once. */
  open: z.array(z.string()),
});
export type Frozen = z.infer<typeof Frozen>;

export const RunSnapshot = z.object({
  format: z.literal(1),
  root: Frozen,
  /** Called runbooks, by the path of the calling step. */
  calls: z.record(StepPath, Frozen),
  /** Measured milliseconds of earlier runs, by the hash of a step's block. */
  measured: z.record(z.string(), z.int()),
});
export type RunSnapshot = z.infer<typeof RunSnapshot>;
