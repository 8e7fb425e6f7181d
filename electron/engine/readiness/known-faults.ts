/** What the last look at a runbook's backups found wrong with them. */
import { BackupEvidence, type ReadinessReport } from '../../contract/readiness.ts';
import type { NamedFault } from '../../contract/suspect.ts';

/** Of failed backup checks, also of overridden ones: an override mends nothing. In the runbook's order. */
export function knownFaults({ checks }: Pick<ReadinessReport, 'checks'>): (NamedFault & { check: string })[] {
  return checks.flatMap(({ id, title, evidence, summary }) => {
    const read = BackupEvidence.safeParse(evidence);
    const kind = read.success ? read.data.fault : undefined;
    return kind === undefined ? [] : [{ check: id, kind, words: `${title}: ${summary}`.slice(0, 300) }];
  }).slice(0, 8);
}
