/** Which of a failed check's suspects comes first: by what its own finding says, and by the checks that stand for a suspect. */
import { BackupEvidence } from '../../contract/readiness.ts';
import type { CheckResult } from '../../contract/readiness.ts';
import type { Runbook } from '../../contract/runbook.ts';

type Fault = NonNullable<BackupEvidence['fault']>;
type Symptom = Runbook['symptoms'][number];

/** How authors speak of a fault; the finding itself has one word for it. */
const SPOKEN: Readonly<Record<Fault, RegExp>> = {
  missing: /missing|no[ -](?:backup|dump|copy|copies)|not there|nowhere|never (?:ran|taken)|job|schedul/iu,
  deleted: /delet|remov|wiped|ransom|purg/iu,
  empty: /empty|hollow|no (?:row|table|data|object|file|document)|0 bytes|zero|nothing/iu,
  'cut-off': /trunc|cut|torn|incomplete|partial|interrupt|unfinished/iu,
  damaged: /damag|corrupt|broken|flip|bit|changed|tamper|checksum|sums?\b/iu,
  'wrong-key': /key|passw|passphrase|rotat|cipher|decrypt|gibberish|seal/iu,
  'wrong-content': /content|rows?\b|wrong (?:database|dump|system)|lost|fewer|other (?:database|system)/iu,
  'too-old': /\bold|late|stale|age|stopped|behind|outdated/iu,
};
/** A name says it most plainly, then the cause, then what is seen. */
const WEIGHT = { id: 4, cause: 2, see: 1, standsFor: 3, standsAgainst: -3 } as const;

/** Stable: what nothing speaks for stays in the author's order. @param results of all checks of the runbook */
export function rankSuspects(check: CheckResult, runbook: Pick<Runbook, 'symptoms'>, results: readonly CheckResult[]): CheckResult {
  if (check.outcome !== 'fail' || check.suspects.length < 2) return check;
  const evidence = BackupEvidence.safeParse(check.evidence);
  const fault = evidence.success ? evidence.data.fault : undefined;
  const weights = new Map(check.suspects.map((id) => {
    const symptom = runbook.symptoms.find((one) => one.id === id);
    return [id, symptom === undefined ? 0 : weightOf(symptom, fault) + standing(symptom, check, results)];
  }));
  return { ...check, suspects: check.suspects.toSorted((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0)) };
}

function weightOf({ id, cause, see }: Symptom, fault: Fault | undefined): number {
  if (fault === undefined) return 0;
  const spoken = SPOKEN[fault];
  return (spoken.test(id) ? WEIGHT.id : 0) + (spoken.test(cause) ? WEIGHT.cause : 0) + (spoken.test(see) ? WEIGHT.see : 0);
}

/** A symptom may name the check that shows it: once that failed it is likely, once it holds it is not. */
function standing(symptom: Symptom, { id }: CheckResult, results: readonly CheckResult[]): number {
  const other = symptom.check === undefined || symptom.check === id ? undefined : results.find((one) => one.id === symptom.check);
  if (other === undefined || other.expired) return 0;
  if (other.outcome === 'fail') return WEIGHT.standsFor;
  return other.outcome === 'pass' ? WEIGHT.standsAgainst : 0;
}
