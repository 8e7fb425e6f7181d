/** Which steps a reader sees one by one: those of a runbook that was not called are told with the step that would have called it. */
import type { ReportStep } from '../../contract/report.ts';

/** The record and its CSV keep every step; `title` says how many stand behind a call that was not made. */
export function shownSteps(execution: readonly ReportStep[]): ReportStep[] {
  const notMade = execution.filter(({ kind, verdict }) => kind === 'call' && verdict === 'not executed').map(({ id }) => `${id}/`);
  return execution
    .filter(({ id }) => !notMade.some((prefix) => id.startsWith(prefix)))
    .map((step) => {
      const behind = notMade.includes(`${step.id}/`) ? execution.filter(({ id, kind }) => id.startsWith(`${step.id}/`) && kind !== 'call').length : 0;
      return behind === 0 ? step : { ...step, title: `${step.title} (${behind} ${behind === 1 ? 'step' : 'steps'})` };
    });
}
