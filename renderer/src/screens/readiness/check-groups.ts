/** Checks in the order in which a person thinks of them. Pure. */
import type { CheckResult, ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { counted } from '../../../../electron/contract/wording.ts';

export interface CheckGroup { title: string; checks: CheckResult[] }

const GROUPS: readonly { title: string; kinds: readonly string[] }[] = [
  { title: 'Backups', kinds: ['backup', 's3-object'] },
  { title: 'Keys', kinds: ['known-answer', 'escrow', 'credential'] },
  { title: 'Material on this laptop', kinds: ['tls', 'image', 'manifests', 'file', 'dir', 'tool'] },
  { title: 'The laptop itself', kinds: ['disk', 'memory', 'clock', 'power', 'encryption'] },
  { title: 'People', kinds: ['attest', 'contacts'] },
];

export function checkGroups(checks: readonly CheckResult[]): CheckGroup[] {
  const known = new Set(GROUPS.flatMap((group) => group.kinds));
  const groups = GROUPS.map(({ title, kinds }) => ({ title, checks: checks.filter((check) => kinds.includes(check.kind)) }));
  return [...groups, { title: 'Further checks', checks: checks.filter((check) => !known.has(check.kind)) }].filter((group) => group.checks.length > 0);
}

/** Never ran, or ran too long ago. */
export function isStale(check: CheckResult): boolean {
  return check.checked_at === null || check.expired;
}

/** `11 of 13 checks hold, one is overridden, one has expired.` */
export function summary(report: ReadinessReport): string {
  const { checks } = report;
  if (checks.length === 0) return 'This runbook has no checks, so nothing is proven beforehand.';
  const overridden = checks.filter((check) => check.outcome === 'overridden').length;
  const fresh = checks.filter((check) => check.outcome !== 'overridden' && !isStale(check));
  const holds = fresh.filter((check) => check.outcome === 'pass').length;
  const parts = [`${holds} of ${counted(checks.length, 'check holds', 'checks hold')}`];
  const say = (count: number, one: string, many: string): void => { if (count > 0) parts.push(count === 1 ? `one ${one}` : `${count} ${many}`); };
  say(fresh.filter((check) => check.outcome === 'fail').length, 'fails', 'fail');
  say(fresh.filter((check) => check.outcome === 'unknown').length, 'is unknown', 'are unknown');
  say(fresh.filter((check) => check.outcome === 'warn').length, 'warns', 'warn');
  say(overridden, 'is overridden', 'are overridden');
  say(checks.filter((check) => check.outcome !== 'overridden' && check.checked_at !== null && check.expired).length, 'has expired', 'have expired');
  say(checks.filter((check) => check.outcome !== 'overridden' && check.checked_at === null).length, 'was never run', 'were never run');
  return `${parts.join(', ')}.`;
}

/** Seconds that the checks took the last time; null when none has run yet. */
export function expectedSeconds(checks: readonly CheckResult[]): number | null {
  const known = checks.flatMap((check) => (check.duration_ms === null ? [] : [check.duration_ms]));
  return known.length === 0 ? null : Math.ceil(known.reduce((sum, ms) => sum + ms, 0) / 1000);
}
