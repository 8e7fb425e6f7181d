/** What every restored copy is asked, and whether a proven backup is young enough. Shared by all engines. */
import type { ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { sizeBytes } from '../../../contract/scalars.ts';
import { judgeAge } from '../age.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell, fail, unknown, warn } from '../probe.ts';
import { judgeCopies } from '../schedule.ts';
import { assertContent, proveKey } from './assert-content.ts';
import type { Ladder } from './ladder.ts';
import type { Restored } from './reader.ts';

type BackupProbe = ProbeOf<'backup'>;

export interface OnLadder {
  probe: BackupProbe;
  context: ProbeContext;
  ladder: Ladder;
  evidence: Evidence;
}

/** Assertions and key are judged whenever they are given and the copy is restored anyway. */
export async function judgeRestored(parts: OnLadder, restored: Restored): Promise<void> {
  const { probe, context, ladder, evidence } = parts;
  if (probe.assert !== undefined && ladder.wants('asserted')) {
    const { rung, evidence: more } = await assertContent(probe.assert, restored, context);
    Object.assign(evidence, more);
    if (!ladder.set('asserted', rung)) return;
  }
  if (probe.key === undefined || !ladder.wants('asserted')) return;
  const { rung, evidence: more } = await proveKey(probe.key, restored, context);
  Object.assign(evidence, more);
  if (ladder.wants('key-proven') && 'key_missing' in more) throw new CannotTell('secret-missing', `The secret ${probe.key.secret} is not at hand, so the key was not tried on the backup.`, { ...evidence, level: ladder.level, rungs: ladder.rungs });
  ladder.set('key-proven', rung);
}

/**
 * What a restore took, and what one of the production backup will take; the names are described at `BackupEvidence`.
 * @param bytes what was restored @param full `full_size` of the check, in the bytes of `evidence.size`
 */
export function noteRate(evidence: Evidence, { milliseconds, bytes, full }: { milliseconds: number; bytes: number; full: string | undefined }): void {
  const took = Math.max(1, Math.round(milliseconds));
  const size = Number(evidence['size'] ?? 0);
  const fullSize = full === undefined ? size : sizeBytes(full);
  const fetched = Number(evidence['fetch_ms'] ?? 0);
  Object.assign(evidence, { restored_bytes: bytes, restore_ms: took, restore_rate: Math.round((bytes / took) * 1000), full_size: fullSize, projected_ms: Math.round(((took + fetched) * fullSize) / Math.max(1, size)) });
}

/** A proven backup may still be too old; how far it was proven stays in the evidence. */
export function aged(finding: ProbeFinding, about: { probe: BackupProbe; name: string; mtimeMs: number; copies: readonly number[]; now: number }): ProbeFinding {
  if (finding.outcome !== 'pass') return finding;
  for (const limit of [about.probe.rpo, about.probe.max_age]) {
    if (limit === undefined) continue;
    const age = judgeAge(about.name, about.mtimeMs, about.now, limit);
    if (!age.ok) return age.reason === 'too-old' ? fail(age.summary, finding.evidence) : unknown('clock', age.summary, finding.evidence);
  }
  const copies = judgeCopies(about.probe, about.copies, about.now);
  const evidence = { ...finding.evidence, ...copies.evidence };
  return copies.warnings.length === 0 ? { ...finding, evidence } : warn(`${finding.summary} It is ${copies.warnings.join('; ')}.`, evidence);
}
