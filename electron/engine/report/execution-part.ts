/** Group 7 as blocks: the table of the drill log, then what each step ran and what was judged. */
import type { Report, ReportStep } from '../../contract/report.ts';
import { counted, spokenBytes, spokenDuration, utcTime } from '../../contract/wording.ts';
import { mark, span, time, type Block, type Cell, type Mark } from './block.ts';
import { shownSteps } from './shown-steps.ts';

const VERDICT: Readonly<Record<ReportStep['verdict'], Mark>> = {
  pass: mark('good', '✓ pass'), fail: mark('bad', '× fail'), 'not executed': mark('care', '– not executed'), simulated: mark('sim', '⬡ simulated'), open: mark('quiet', '○ open'),
};

export function executionPart(report: Report): Block[] {
  const { execution, deviations, notes } = report;
  return [
    logTable(execution),
    { kind: 'title', text: 'Deviations' },
    { kind: 'table', head: ['Time', 'Step', 'What', 'Who, why'], rows: deviations.map(({ at, step, what, who }) => [time(at), step === '' ? '–' : step, what, who === '' ? '–' : who]), none: report.identity.type === 'tabletop' ? 'Nothing was done; it was talked through.' : 'Everything was done as written.' },
    { kind: 'title', text: 'Steps that were not executed' },
    notExecuted(shownSteps(execution), report),
    { kind: 'title', text: 'Step by step' },
    ...shownSteps(execution).filter(hasDetail).flatMap(stepDetail),
    { kind: 'title', text: 'Notes' },
    { kind: 'table', head: ['Time', 'Who', 'Note'], rows: notes.map(({ at, by, text }) => [time(at), by, text]), none: 'None taken.' },
  ];
}

/** Target against measured, a row a step, as in a drill log that is signed. */
function logTable(execution: readonly ReportStep[]): Block {
  return {
    kind: 'table', steps: true, head: ['', 'Step', 'Result', 'Target', 'Measured', 'Planned', 'Actual', 'Waited', 'By', 'Deviation'], none: 'No steps.',
    rows: shownSteps(execution).map((step) => [step.number, step.title, VERDICT[step.verdict], step.target_s === null ? 'none' : span(step.target_s), measured(step), window(step.planned_start, step.planned_end), window(step.started_at, step.finished_at), step.human_s < 1 ? '–' : span(step.human_s), step.executor ?? '–', step.deviation ?? '–']),
  };
}

export function measured({ measured_s: value, target_s: target }: ReportStep): Cell {
  if (value === null) return '–';
  return target !== null && value > target ? mark('bad', `${spokenDuration(value)}, late`) : spokenDuration(value);
}

function window(from: string | null, to: string | null): string {
  if (from === null) return '–';
  return to === null ? `${time(from)} –` : `${time(from)}\u00a0– ${time(to)}`;
}

function notExecuted(shown: readonly ReportStep[], { not_executed, identity }: Report): Block {
  const rows = not_executed.filter(({ id }) => shown.some((step) => step.id === id)).map(({ id, title, why }) => [shown.find((step) => step.id === id)?.title ?? title, why]);
  return { kind: 'table', head: ['Step', 'Why'], rows, none: identity.type === 'tabletop' ? 'All: none was executed.' : 'None: every step was executed.' };
}

/** What did not run has nothing to show but what was judged or approved before. */
function hasDetail(step: ReportStep): boolean {
  return (step.commands.length > 0 && step.verdict !== 'not executed') || step.assertions.length > 0 || step.approvers.length > 0;
}

function stepDetail(step: ReportStep): Block[] {
  const facts: [string, Cell][] = [
    ['Time', `tools ${spokenDuration(step.tool_s)}, people ${spokenDuration(step.human_s)}, ${counted(step.attempts, 'attempt', 'attempts')}`],
    ...(step.exit_codes.length === 0 ? [] : [['Exit codes', step.exit_codes.join(' ')] satisfies [string, Cell]]),
    ...step.tools.map(({ program, version, sha256 }): [string, Cell] => ['Tool', `${program}, version ${version ?? 'not recorded'}${sha256 === null ? '' : `, SHA-256 ${sha256}`}`]),
    ...(step.output === null ? [] : [['Output', `${spokenBytes(step.output.size)}, SHA-256 ${step.output.sha256}`] satisfies [string, Cell]]),
    ...step.approvers.map(({ name, role, at, verdict, unattended, reason }): [string, Cell] => ['Approval', `${verdict} by ${name} (${role}) at ${utcTime(at)}${unattended ? ', unattended' : ''}${reason === undefined ? '' : `: “${reason}”`}`]),
  ];
  return [
    { kind: 'title', text: `${step.number} ${step.title}` },
    ...(step.commands.length === 0 ? [] : [{ kind: 'command' as const, stages: step.commands }]),
    { kind: 'pairs', rows: facts },
    ...(step.assertions.length === 0 ? [] : [{ kind: 'table' as const, head: ['', 'Expected', 'Actual'], rows: step.assertions.map(({ ok, expected, actual }) => [ok ? mark('good', '✓') : mark('bad', '×'), expected, actual]), none: '' }]),
  ];
}
