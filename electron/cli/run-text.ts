/** A run in the terminal: one line a step, then the clocks. */
import type { RunDocument, RunStepDocument, StepState } from '../contract/run.ts';
import { runningClock, spokenDuration, utcInstant, utcTime } from '../contract/wording.ts';
import type { Colour, Terminal } from './terminal.ts';

const MARK: Readonly<Record<StepState, readonly [string, Colour]>> = {
  pending: ['○', 'dim'], waiting: ['◆', 'amber'], running: ['▶', 'blue'], succeeded: ['✓', 'green'], failed: ['✕', 'red'],
  skipped: ['–', 'dim'], deferred: ['→', 'dim'], overridden: ['◇', 'amber'], unknown: ['?', 'amber'], not_executed: ['·', 'dim'],
};

/** `✓ restore-data   done in 12 s, budget 45 min`; what failed says why on the lines below. */
export function stepLines(terminal: Terminal, step: RunStepDocument, elapsedSeconds?: number): string[] {
  const [mark, colour] = MARK[step.state];
  const time = step.started_at !== null && step.finished_at !== null ? spokenDuration((Date.parse(step.finished_at) - Date.parse(step.started_at)) / 1000) : '';
  const budget = step.budget_s === null ? '' : ` of ${spokenDuration(step.budget_s)}`;
  const clock = elapsedSeconds === undefined ? '' : `${runningClock(elapsedSeconds)}  `;
  const late = dueWords(step);
  const head = `${clock}${terminal.paint(colour, mark)} ${step.id.padEnd(28)} ${terminal.paint(colour, step.state.replace('_', ' ').padEnd(12))} ${[time === '' ? '' : `${time}${budget}`, late].filter((part) => part !== '').join(', ')}`;
  const why = step.reason === undefined ? [] : [`      ${step.reason}`];
  const broken = step.assertions.filter(({ ok }) => !ok).map(({ title, expected, actual }) => `      ${title === undefined ? '' : `${title}: `}expected ${expected}, measured ${actual}`);
  const open = (step.unjudged ?? []).map((words) => `      not judged, as its program did not run: ${words}`);
  return [head.trimEnd(), ...why, ...broken, ...open];
}

/** Of a window that the runbook sets: by when it is due while that is open, and that it was missed. */
function dueWords({ due, state }: RunStepDocument): string {
  if (due === undefined || due.by === null || due.met === true) return '';
  const by = `${utcTime(due.by)} UTC`;
  if (due.met === false) return `late: due by ${by}`;
  return state === 'running' || state === 'waiting' ? `due by ${by}` : '';
}

export function printRun(terminal: Terminal, run: RunDocument): void {
  terminal.line(`Run ${run.id}, ${run.mode}, ${run.state}: ${run.runbook.id}`);
  for (const step of run.steps) for (const line of stepLines(terminal, step)) terminal.line(`  ${line}`);
  printResult(terminal, run);
}

export function printResult(terminal: Terminal, run: RunDocument): void {
  const { rto, rpo, clocks } = run;
  const judged = (met: boolean | null): string => (met === null ? 'not measured' : met ? terminal.paint('green', 'met') : terminal.paint('red', 'not met'));
  const span = (seconds: number | null): string => (seconds === null ? '–' : spokenDuration(seconds));
  terminal.line(`Recovery time ${span(rto.achieved_s)}, target ${span(rto.target_s)}: ${judged(rto.met)}`);
  terminal.line(`Data lost     ${span(rpo.achieved_s)}, target ${span(rpo.target_s)}: ${judged(rpo.met)}`);
  terminal.line(`Tools ${span(clocks.tool_s)}, people ${span(clocks.human_s)}, blocked ${span(clocks.blocked_s)}`);
  if (run.forecast_finish !== null) terminal.line(`Forecast of the finish: ${utcInstant(run.forecast_finish)}`);
}
