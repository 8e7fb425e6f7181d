/** The list at the left: phases with their steps; finished phases fold to one line. Pure. */
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { stepClock } from '../../wording.ts';

const OVER: ReadonlySet<StepView['state']> = new Set(['succeeded', 'skipped', 'overridden', 'not_executed']);

export interface PhaseRow {
  id: string;
  title: string;
  steps: StepView[];
  /** All its steps are over, nobody looks at one, and none was overridden: one line will do. */
  folded: boolean;
  done: number;
  seconds: number;
  measured: boolean;
}

export function phaseRows(view: Pick<RunView, 'phases' | 'steps'>, selected: string | null): PhaseRow[] {
  const known = new Set(view.phases.map((phase) => phase.id));
  const stray = view.steps.filter((step) => !known.has(step.phase));
  const rows = view.phases.map((phase) => row(phase.id, phase.title, view.steps.filter((step) => step.phase === phase.id), selected));
  return [...rows, ...(stray.length === 0 ? [] : [row('', 'Further steps', stray, selected)])].filter((phase) => phase.steps.length > 0);
}

function row(id: string, title: string, steps: StepView[], selected: string | null): PhaseRow {
  const done = steps.filter((step) => OVER.has(step.state)).length;
  const remarkable = steps.some((step) => step.id === selected || step.state === 'overridden');
  return {
    id, title, steps, done,
    folded: done === steps.length && !remarkable,
    seconds: steps.reduce((sum, step) => sum + step.tool_s + step.human_s, 0),
    measured: steps.some((step) => step.kind === 'run' || step.kind === 'check' || step.kind === 'secret' || step.kind === 'wait'),
  };
}

/** `45 min`, or its seconds below one. */
export function budgetText(seconds: number | null): string {
  if (seconds === null) return '';
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** At the right of a step: the time it took, before that its budget. */
export function timeText(step: StepView): string {
  if (step.finished_at === null || step.started_at === null) return budgetText(step.budget_s);
  return stepClock((Date.parse(step.finished_at) - Date.parse(step.started_at)) / 1000);
}

/** Seconds since a step began, up to its end or now. */
export function stepSeconds(step: Pick<StepView, 'started_at' | 'finished_at'>, now: number): number | null {
  if (step.started_at === null) return null;
  const end = step.finished_at === null ? now : Date.parse(step.finished_at);
  return Math.max(0, (end - Date.parse(step.started_at)) / 1000);
}
