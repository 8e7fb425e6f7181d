/** Which of a failed check's suspects comes first: by what its own finding says, and by the checks that stand for a suspect. */
import { BackupEvidence } from '../../contract/readiness.ts';
import type { CheckResult } from '../../contract/readiness.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { spokenWeight } from '../../contract/suspect.ts';

type Symptom = Runbook['symptoms'][number];

/** Against a fault's own words, which weigh up to 7. */
const STANDS = { for: 3, against: -3 } as const;

/** Stable: what nothing speaks for stays in the author's order. @param results of all checks of the runbook */
export function rankSuspects(check: CheckResult, runbook: Pick<Runbook, 'symptoms'>, results: readonly CheckResult[]): CheckResult {
  if (check.outcome !== 'fail' || check.suspects.length < 2) return check;
  const evidence = BackupEvidence.safeParse(check.evidence);
  const fault = evidence.success ? evidence.data.fault : undefined;
  const weights = new Map(check.suspects.map((id) => {
    const symptom = runbook.symptoms.find((one) => one.id === id);
    return [id, symptom === undefined ? 0 : (fault === undefined ? 0 : spokenWeight(symptom, fault)) + standing(symptom, check, results)];
  }));
  return { ...check, suspects: check.suspects.toSorted((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0)) };
}

/** A symptom may name the check that shows it: once that failed it is likely, once it holds it is not. */
function standing(symptom: Symptom, { id }: CheckResult, results: readonly CheckResult[]): number {
  const other = symptom.check === undefined || symptom.check === id ? undefined : results.find((one) => one.id === symptom.check);
  if (other === undefined || other.expired) return 0;
  if (other.outcome === 'fail') return STANDS.for;
  return other.outcome === 'pass' ? STANDS.against : 0;
}
