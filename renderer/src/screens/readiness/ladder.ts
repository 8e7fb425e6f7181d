/** The proof ladder of one backup, from the evidence of its check. Pure. */
import { z } from 'zod';
import type { CheckResult } from '../../../../electron/contract/readiness.ts';
import { ProofLevel } from '../../../../electron/contract/vocabulary.ts';
import { countsAsBackup } from '../../components/Measures.tsx';

export interface Rung {
  level: ProofLevel;
  /** `counts`: proven, and high enough to call it a backup. */
  state: 'proven' | 'counts' | 'failed' | 'open';
  /** What proved it or what did not hold. */
  detail: string;
}

const Climbed = z.array(z.object({ level: ProofLevel, ok: z.boolean().nullable(), detail: z.string() }));
const MEANING: Readonly<Record<ProofLevel, string>> = {
  seen: 'it is there', listed: 'its contents can be read', intact: 'its checksums hold',
  restored: 'on this laptop', asserted: 'its content is right', 'key-proven': 'the key opens its secrets',
};

export function levelOf(check: Pick<CheckResult, 'evidence'>): ProofLevel | null {
  const level = ProofLevel.safeParse(check.evidence['level']);
  return level.success ? level.data : null;
}

/** How many rungs are proven, from none to all six. */
export function heightOf(check: Pick<CheckResult, 'evidence'>): number {
  const level = levelOf(check);
  return level === null ? 0 : ProofLevel.options.indexOf(level) + 1;
}

export function rungsOf(check: Pick<CheckResult, 'evidence' | 'outcome'>): Rung[] {
  const climbed = Climbed.safeParse(check.evidence['rungs']);
  const tried = new Map((climbed.success ? climbed.data : []).map((rung) => [rung.level, rung]));
  const reached = heightOf(check);
  return ProofLevel.options.map((level, index) => {
    const trial = tried.get(level);
    if (trial?.ok === false || (trial === undefined && tried.size === 0 && check.outcome === 'fail' && index === reached)) return { level, state: 'failed', detail: trial?.detail ?? 'did not hold' };
    if (index >= reached) return { level, state: 'open', detail: trial?.ok === null ? trial.detail : 'not proven' };
    return { level, state: countsAsBackup(level) ? 'counts' : 'proven', detail: trial?.detail ?? MEANING[level] };
  });
}
