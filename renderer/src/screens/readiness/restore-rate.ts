/** What a restore on this laptop took, and what it says of the full size against the target. Pure. */
import { BackupEvidence, type CheckResult } from '../../../../electron/contract/readiness.ts';
import { durationSeconds } from '../../../../electron/contract/scalars.ts';
import { spokenBytes, spokenDuration } from '../../../../electron/contract/wording.ts';

export interface RestoreRate {
  /** `Restored 2.1 GB in 3 min 12 s, 11 MB a second.` */
  measured: string;
  /** `All 48 GB would take 1 h 13 min`; the projection alone, without its verdict. */
  projected: string;
  /** Against the RTO; null where the runbook has none. */
  verdict: { within: boolean; words: string } | null;
  projectedSeconds: number;
  targetSeconds: number | null;
}

/** @param rto as the runbook writes it @returns null while nothing was restored */
export function restoreRate(check: Pick<CheckResult, 'evidence'>, rto: string | null): RestoreRate | null {
  const read = BackupEvidence.safeParse(check.evidence);
  if (!read.success) return null;
  const { restored_bytes, restore_ms, restore_rate, fetch_ms, full_size, projected_ms } = read.data;
  if (restored_bytes === undefined || restore_ms === undefined || restore_rate === undefined || projected_ms === undefined || full_size === undefined) return null;
  const fetched = fetch_ms === undefined ? '' : `Fetched in ${spoken(fetch_ms)}. `;
  const targetSeconds = rto === null ? null : durationSeconds(rto);
  return {
    measured: `${fetched}Restored ${spokenBytes(restored_bytes)} in ${spoken(restore_ms)}, ${spokenBytes(restore_rate)} a second.`,
    projected: `At that rate all ${spokenBytes(full_size)} take ${spoken(projected_ms)}`,
    verdict: targetSeconds === null ? null : against(projected_ms / 1000, targetSeconds),
    projectedSeconds: projected_ms / 1000, targetSeconds,
  };
}

function against(projected: number, target: number): { within: boolean; words: string } {
  const share = projected / target;
  if (share > 1) return { within: false, words: `${share >= 10 ? Math.round(share) : share.toFixed(1)} times the RTO of ${spokenDuration(target)}` };
  return { within: true, words: `${share < 0.01 ? 'less than 1' : Math.round(share * 100)} % of the RTO of ${spokenDuration(target)}` };
}

/** Below a minute a tenth of a second tells something. */
function spoken(milliseconds: number): string {
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : spokenDuration(milliseconds / 1000);
}
