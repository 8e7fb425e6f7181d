/** What a failed backup suffers from, in one word for machines: it says which of a check's suspects comes first. */
import { BackupEvidence } from '../../../contract/readiness.ts';
import type { BackupFault, ProbeFinding } from '../../../contract/readiness.ts';

/** A restored copy without a row, or without the table that is asked for. */
const NOTHING = /found (?:0|"0?"|nothing)$|does not exist|doesn't exist|no such table/u;

/** A failed finding gets `evidence.fault`; every other is as it was. */
export function withFault(finding: ProbeFinding): ProbeFinding {
  if (finding.outcome !== 'fail') return finding;
  return { ...finding, evidence: { ...finding.evidence, fault: faultOf(finding) } };
}

/** By the rung that failed and by the words of its detail, which all engines share. */
function faultOf({ summary, evidence }: ProbeFinding): BackupFault {
  const { rungs = [], level } = BackupEvidence.parse(evidence);
  const failed = rungs.find(({ ok }) => ok === false);
  const words = failed?.detail ?? summary;
  if (failed?.level === 'key-proven') return 'wrong-key';
  if (failed?.level === 'asserted') return NOTHING.test(failed.detail) ? 'empty' : 'wrong-content';
  if (/tried with the secret|password in the secret/u.test(words)) return 'wrong-key';
  if (/cut off|ends in the middle|ends inside/u.test(words)) return 'cut-off';
  if (/\bempty\b|\b0 bytes\b|holds no \w+/u.test(words) && !/config is empty/u.test(words)) return 'empty';
  if (failed !== undefined || /\bdamaged\b/u.test(words)) return 'damaged';
  if (/delete marker|was deleted/u.test(words)) return 'deleted';
  if (level === null || level === undefined) return 'missing';
  return rungs.some(({ level: reached }) => reached === level) && /not (?:listed|intact|restored|asserted|key-proven):/u.test(summary) ? 'damaged' : 'too-old';
}
