/** What readiness says: the outcome of each check and the state of a runbook. */
import { z } from 'zod';
import { Dependency } from './outage.ts';
import { Id } from './scalars.ts';
import { ReadinessState } from './vocabulary.ts';

export const Outcome = z.enum(['pass', 'warn', 'fail', 'unknown', 'overridden']);
export type Outcome = z.infer<typeof Outcome>;

/** Machine-readable proof behind an outcome. Numbers are integers; for a backup: level, path, sha256, size, age_s, … */
export const Evidence = z.record(z.string(), z.json());
export type Evidence = z.infer<typeof Evidence>;

/** What a backup suffers from, in one word. */
export const BackupFault = z.enum(['missing', 'deleted', 'empty', 'cut-off', 'damaged', 'wrong-key', 'wrong-content', 'too-old']);
export type BackupFault = z.infer<typeof BackupFault>;

/**
 * What a `backup` check leaves in its evidence, as far as it came; times in milliseconds, sizes in bytes. For a screen that
 * shows it: what is missing was not reached.
 */
export const BackupEvidence = z.looseObject({
  level: z.string().nullable().optional(), // highest rung that holds
  wanted: z.string().optional(), // by the check
  /** `ok` null: could not be proven here. `ms`: from the rung before to this one, so they add up to the climb without the fetching of what came first. */
  rungs: z.array(z.object({ level: z.string(), ok: z.boolean().nullable(), by: z.string(), detail: z.string(), ms: z.int().optional() })).optional(),
  size: z.int().optional(), // of the backup as it lies there
  fetch_ms: z.int().optional(), // from an object store, with `fetch_rate` in bytes a second
  fetch_rate: z.int().optional(),
  restored_bytes: z.int().optional(), // what the restore wrote, where the format tells it; else `size`
  restore_ms: z.int().optional(), // of the restore alone
  restore_rate: z.int().optional(), // `restored_bytes` a second
  /** Size of the production backup: the check's `full_size`, else `size`, since the whole was restored. In the same measure as `size`. */
  full_size: z.int().optional(),
  /** What fetching and restoring `full_size` takes at the measured rates. */
  projected_ms: z.int().optional(),
  /** What a failed backup suffers from; it orders the suspects. */
  fault: BackupFault.optional(),
});
export type BackupEvidence = z.infer<typeof BackupEvidence>;

/** What one probe found; a check adds its identity and its age. */
export const Finding = z.object({ outcome: z.enum(['pass', 'warn', 'fail', 'unknown']), summary: z.string(), evidence: Evidence });
export type ProbeFinding = z.infer<typeof Finding>;

/** One check with its last result; `checked_at` is null when it never ran on this runbook's bytes. */
export const CheckResult = z.object({
  id: Id,
  title: z.string(),
  kind: z.string(),
  severity: z.enum(['blocker', 'warning']),
  outcome: Outcome,
  expired: z.boolean(),
  summary: z.string(),
  evidence: Evidence,
  checked_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  duration_ms: z.int().nullable(),
  remedy: z.string().nullable(),
  suspects: z.array(Id), // of a failed check the most likely first, else as the author has them
  override: z.object({ by: z.string(), reason: z.string(), at: z.string() }).nullable(),
});
export type CheckResult = z.infer<typeof CheckResult>;

export const ReadinessReport = z.object({
  runbook: z.object({ id: z.string(), sha256: z.string() }),
  state: ReadinessState,
  checks: z.array(CheckResult),
  dependencies: z.array(Dependency), // what it leans on and is dead
  warnings: z.array(z.string()), // stale review, missing RTO, untested drill …
});
export type ReadinessReport = z.infer<typeof ReadinessReport>;

/** What a running check says while it works. */
export const CheckProgress = z.object({
  runbook: z.string(),
  check: Id,
  doing: z.string(), // "reading ampora.dump"
  done: z.number().optional(), // in `unit`
  total: z.number().optional(),
  unit: z.enum(['bytes', 'items']).optional(),
  eta_s: z.number().optional(),
});
export type CheckProgress = z.infer<typeof CheckProgress>;
