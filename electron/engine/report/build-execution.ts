/** Group 7: a row a step, and what was not done and why. */
import type { Report, ReportStep } from '../../contract/report.ts';
import type { RunView, StepView } from '../../contract/run.ts';
import { utcTime } from '../../contract/wording.ts';
import type { RunFacts } from './run-facts.ts';

/** Wall milliseconds at which a step was to begin and end, by step, as the plan stood when the run began. */
export type Plan = ReadonlyMap<string, { start: number; end: number }>;
/** What readiness found of a program: by its SHA-256 or its name. */
export type ToolVersions = ReadonlyMap<string, string>;

export function buildExecution(view: RunView, facts: RunFacts, plan: Plan, versions: ToolVersions): ReportStep[] {
  return view.steps.map((step) => reportStep(step, view, facts, plan, versions));
}

function reportStep(step: StepView, view: RunView, facts: RunFacts, plan: Plan, versions: ToolVersions): ReportStep {
  const window = plan.get(step.id);
  const iso = (wall: number | undefined): string | null => (wall === undefined ? null : new Date(wall).toISOString());
  return {
    number: step.number,
    id: step.id,
    title: step.title,
    phase: view.phases.find(({ id }) => id === step.phase)?.title ?? step.phase,
    kind: step.kind,
    state: step.state,
    verdict: stepVerdict(step),
    target_s: step.budget_s,
    measured_s: secondsBetween(step.started_at, step.finished_at),
    planned_start: iso(window?.start),
    planned_end: iso(window?.end),
    started_at: step.started_at,
    finished_at: step.finished_at,
    tool_s: step.tool_s,
    human_s: step.human_s,
    executor: step.attempts === 0 && step.started_at === null ? null : executorOf(step, view, facts),
    approvers: step.approvals,
    commands: step.commands,
    tools: (facts.tools.get(step.id) ?? []).map(({ program, sha256 }) => ({ program, sha256, version: versions.get(sha256 ?? '') ?? versions.get(bareName(program)) ?? null })),
    exit_codes: step.exit_codes,
    output: step.output,
    assertions: step.assertions,
    attempts: step.attempts,
    point_of_no_return: step.point_of_no_return,
    deviation: deviationOf(step),
    ...(step.there === undefined ? {} : { there: step.there }),
  };
}

/** Of a step that was done before the run was taken over: whoever did it there. */
function executorOf({ id, there, state }: StepView, { operator, taken_over }: RunView, facts: RunFacts): string | null {
  const isThere = there !== undefined && there.state === state;
  const name = facts.executors.get(id) ?? (isThere ? taken_over?.operator : operator?.name) ?? null;
  return isThere ? `${name ?? 'nobody named'}, on ${there.device}` : name;
}

export function bareName(program: string): string {
  return program.split(/[/\\]/u).at(-1) ?? program;
}

function stepVerdict(step: StepView): ReportStep['verdict'] {
  if (step.simulated && step.state !== 'waiting') return 'simulated';
  switch (step.state) {
    case 'succeeded':
      return 'pass';
    case 'failed':
    case 'unknown':
      return 'fail';
    case 'skipped':
    case 'deferred':
    case 'not_executed':
      return 'not executed';
    case 'overridden':
      return step.attempts > 0 ? 'fail' : 'not executed'; // what ran and did not hold stays a failure, whoever went on
    case 'pending':
    case 'waiting':
    case 'running':
      return 'open';
  }
}

function secondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;
}

/** Why it was not done as written, and that it missed the window which the runbook sets. */
function deviationOf({ state, reason: why, due, unjudged }: StepView): string | null {
  const reason = state === 'overridden' && why !== undefined ? `Overridden: ${why}` : why;
  const open = unjudged === undefined ? undefined : `Not judged, as its program did not run: ${unjudged.join('; ')}`;
  const late = due?.met === false && due.by !== null ? `Due by ${utcTime(due.by)} UTC, which it missed` : undefined;
  const told = [reason, open, late].filter((part) => part !== undefined);
  return told.length === 0 ? null : told.join('. ');
}

export function notExecuted(view: RunView): Report['not_executed'] {
  const states: readonly string[] = ['skipped', 'deferred', 'not_executed', 'pending'];
  return view.steps
    .filter(({ state }) => states.includes(state))
    .map(({ id, title, reason }) => ({ id, title, why: reason ?? 'the run ended before it' }));
}
