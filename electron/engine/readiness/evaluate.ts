/** The state of a runbook from what its checks found, and when. Pure. */
import type { CheckBlock } from '../../contract/check.ts';
import type { CheckResult, ReadinessReport } from '../../contract/readiness.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { addPeriod } from '../../contract/scalars.ts';
import type { ReadinessState } from '../../contract/vocabulary.ts';
import { deadDependencies, isStranded } from '../outage/dependents.ts';
import type { ReadinessFold } from './fold-readiness.ts';
import { foldKey } from './fold-readiness.ts';
import { rankSuspects } from './rank-suspects.ts';

/** A result this much ahead of the clock was recorded under another clock, and its age cannot be told. */
const AHEAD_MS = 120_000;

/**
 * @param now milliseconds since 1970
 * @param dead what is marked as dead on this laptop
 * @param more warnings that do not come from the runbook: open findings
 */
export function evaluate(runbook: Runbook, fold: ReadinessFold, now: number, dead: readonly string[], more: readonly string[] = []): ReadinessReport {
  const results = runbook.checks.map(({ block }) => withoutReach(resultOf(runbook, block, fold, now), block, dead));
  const checks = results.map((check) => rankSuspects(check, runbook, results));
  const dependencies = deadDependencies(runbook, dead);
  const state = dependencies.some(isStranded) ? 'NOT_READY' : stateOf(checks);
  return { runbook: { id: runbook.front.id, sha256: runbook.sha256 }, state, checks, dependencies, warnings: [...warningsOf(runbook, now), ...more] };
}

/** What a check found before says nothing while the thing that it examined cannot be reached; an override stands. */
function withoutReach(result: CheckResult, block: CheckBlock, marked: readonly string[]): CheckResult {
  const dead = (block.needs_alive ?? []).filter((name) => marked.includes(name));
  if (dead.length === 0 || result.override !== null) return result;
  return { ...result, outcome: 'fail', expired: false, summary: `Needs ${dead.join(' and ')}, which is marked as dead.`, evidence: { ...result.evidence, dead, found_before: result.outcome } };
}

/**
 * A blocker failed → NOT_READY; else a blocker unknown, expired or never run, or no blockers at all → NEEDS_VERIFICATION;
 * else any override → READY_WITH_OVERRIDES; else READY.
 */
export function stateOf(checks: readonly Pick<CheckResult, 'severity' | 'outcome' | 'expired' | 'checked_at'>[]): ReadinessState {
  const blockers = checks.filter((check) => check.severity === 'blocker');
  if (blockers.some((check) => check.outcome === 'fail')) return 'NOT_READY';
  if (blockers.length === 0 || blockers.some((check) => check.outcome === 'unknown' || check.expired || check.checked_at === null)) return 'NEEDS_VERIFICATION';
  return checks.some((check) => check.outcome === 'overridden') ? 'READY_WITH_OVERRIDES' : 'READY';
}

function resultOf(runbook: Runbook, block: CheckBlock, fold: ReadinessFold, now: number): CheckResult {
  const { result, override } = fold.get(foldKey(runbook.front.id, runbook.sha256, block.id)) ?? { result: null, override: null };
  const about = { id: block.id, title: block.title, kind: block.kind, severity: block.severity, remedy: block.remedy ?? null, suspects: block.suspects ?? [] };
  const age = ageOf(override?.at ?? result?.at ?? null, block.expires, now);
  if (result === null) {
    const outcome = override === null ? 'unknown' : 'overridden';
    return { ...about, ...age, override, outcome, summary: 'Not checked yet on this version of the runbook.', evidence: {}, duration_ms: null };
  }
  const { summary, evidence, duration_ms } = result;
  return { ...about, ...age, override, outcome: override === null ? result.outcome : 'overridden', summary, evidence, duration_ms };
}

function ageOf(since: string | null, expiry: string, now: number): Pick<CheckResult, 'checked_at' | 'expires_at' | 'expired'> {
  if (since === null) return { checked_at: null, expires_at: null, expired: false };
  const expires = addPeriod(new Date(since), expiry);
  return { checked_at: since, expires_at: expires.toISOString(), expired: expires.getTime() <= now || Date.parse(since) > now + AHEAD_MS };
}

/** What does not decide the state but should be known. */
function warningsOf(runbook: Runbook, now: number): string[] {
  const { front } = runbook;
  const warnings: string[] = [];
  const reviewed = new Date(`${front.reviewed}T00:00:00Z`);
  if (front.review_every !== undefined && addPeriod(reviewed, front.review_every).getTime() < now) {
    warnings.push(`The runbook was last reviewed on ${front.reviewed}; it should be reviewed every ${front.review_every}.`);
  }
  if (reviewed.getTime() > now) warnings.push(`The runbook says that it was reviewed on ${front.reviewed}, which lies in the future.`);
  if (front.targets?.rto === undefined) warnings.push('The runbook names no recovery time target (targets.rto).');
  if (!runbook.checks.some(({ block }) => block.severity === 'blocker')) warnings.push('The runbook has no blocking check, so nothing proves that a recovery would work.');
  return warnings;
}
