import type { StepView } from '../../../../electron/contract/run.ts';

export type Suspect = StepView['suspects'][number] & { gone: boolean };

/** Most evidence for it first; what is ruled out, or only spoken against, last. The runbook's order decides between equals. */
export function rankSuspects(suspects: StepView['suspects']): Suspect[] {
  const count = (suspect: StepView['suspects'][number], stance: 'for' | 'against' | 'ruled-out'): number => suspect.evidence.filter((item) => item.stance === stance).length;
  const weight = (suspect: StepView['suspects'][number]): number => count(suspect, 'for') * 2 - count(suspect, 'against') - count(suspect, 'ruled-out') * 100;
  return suspects
    .map((suspect, index) => ({ suspect, index }))
    .sort((a, b) => weight(b.suspect) - weight(a.suspect) || a.index - b.index)
    .map(({ suspect }) => ({ ...suspect, gone: count(suspect, 'ruled-out') > 0 }));
}
