/** From a run's view and its events to the report: a pure function, so that a report can be made again from the record. */
import type { ReadinessReport } from '../../contract/readiness.ts';
import type { Person } from '../../contract/record.ts';
import type { Report, ReportStep } from '../../contract/report.ts';
import type { RunView, StepView } from '../../contract/run.ts';
import type { Runbook, SignatureState } from '../../contract/runbook.ts';
import { addPeriod, durationSeconds } from '../../contract/scalars.ts';
import { counted, spokenDuration, utcTime } from '../../contract/wording.ts';
import type { JournalEvent } from '../journal/journal.ts';
import { readRunFacts, type RunFacts } from './run-facts.ts';
import { shownSteps } from './shown-steps.ts';

export interface ReportSources {
  view: RunView;
  runbook: Runbook; // the frozen one
  signature: SignatureState;
  readiness: ReadinessReport | null;
  /** The events of this run, in order. */
  events: readonly JournalEvent[];
  people: readonly Person[];
  /** The text of a blob, null when it is missing. */
  readText: (sha256: string) => string | null;
  record: { entries: number; head: { size: number; hash: string }; words: string | null; checkpoints: number; verified: boolean | null; device: string };
  version: string;
  now: Date;
}

export function buildReport(sources: ReportSources): Report {
  const { view, runbook, events } = sources;
  const facts = readRunFacts(events, sources.readText);
  const execution = view.steps.map((step) => reportStep(step, view, facts));
  return {
    blackstart_report: 1,
    generated_at: sources.now.toISOString(),
    identity: identity(sources),
    scope: scope(view, runbook, execution),
    objectives: objectives(runbook),
    people: [...view.present, ...atTheTable(view)].map((person) => ({ ...person, from: facts.presence.get(person.id) ?? null, to: null })),
    activation: activation(view, runbook, facts),
    readiness: { state: sources.readiness?.state ?? null, checks: sources.readiness?.checks ?? [] },
    execution,
    not_executed: notExecuted(view),
    data: { backups: backups(sources.readiness), newest_row: view.rpo.newest_at, keys: facts.keys },
    results: { rto: view.rto, rpo: { target_s: view.rpo.target_s, achieved_s: view.rpo.achieved_s, met: view.rpo.met }, clocks: view.clocks, verdict: verdict(view, facts) },
    communications: communications(view, facts),
    findings: findings(runbook),
    escrow: [],
    approval: { author: runbook.front.owner, reviewed: runbook.front.reviewed, next_due: nextDue(runbook, sources.now), signatures: [] },
    integrity: {
      ...sources.record,
      clock: facts.clock,
      masked: Object.keys(runbook.front.secrets ?? {}),
      attachments: view.attachments,
    },
    deviations: deviations(view, facts),
    notes: view.notes,
    exercise: view.exercise ?? null,
    timeline: { spans: view.spans, lanes: view.steps.map(({ id, lane, number }) => ({ step: id, lane, number })) },
  };
}

/** Participants of an exercise who are not named otherwise. */
function atTheTable({ exercise, present }: RunView): RunView['present'] {
  return (exercise?.people ?? []).filter(({ id }) => !present.some((person) => person.id === id)).map(({ id, name, role }) => ({ id, name, role }));
}

function identity({ view, runbook, signature, version, now }: ReportSources): Report['identity'] {
  const started = new Date(view.declared_at ?? view.outage_at ?? now.toISOString());
  return {
    run: view.id,
    type: view.mode,
    title: view.title,
    system: view.system,
    scenario: view.exercise?.scenario ?? runbook.front.scenario,
    severity: runbook.front.severity,
    quarter: `${started.getUTCFullYear()} Q${Math.floor(started.getUTCMonth() / 3) + 1}`,
    state: view.state,
    runbook: { id: view.runbook.id, sha256: view.runbook.sha256, reviewed: runbook.front.reviewed, signature },
    blackstart: { version },
  };
}

const ENVIRONMENT: Readonly<Record<RunView['mode'], string>> = {
  live: 'Production',
  rehearsal: 'Scratch targets on this laptop, apart from production',
  tabletop: 'None: nothing ran',
};

function scope(view: RunView, runbook: Runbook, execution: readonly ReportStep[]): Report['scope'] {
  return {
    components: (runbook.front.components ?? []).map(({ title }) => title),
    environment: ENVIRONMENT[view.mode],
    params: view.params,
    exclusions: shownSteps(execution).filter(({ verdict: v }) => v === 'not executed').map(({ title, deviation }) => ({ what: title, reason: deviation ?? 'not reached' })),
    compliance: runbook.front.compliance ?? [],
  };
}

function optionalSeconds(duration: string | undefined): number | null {
  return duration === undefined ? null : durationSeconds(duration);
}

function objectives(runbook: Runbook): Report['objectives'] {
  const targets = runbook.front.targets;
  return {
    rto_s: optionalSeconds(targets?.rto),
    rpo_s: optionalSeconds(targets?.rpo),
    recommended: targets?.recommended ?? false,
    success: (runbook.front.drills ?? []).flatMap(({ success }) => success ?? []),
    classes: (targets?.classes ?? []).map(({ title, rto, rpo }) => ({ title, rto_s: optionalSeconds(rto), rpo_s: optionalSeconds(rpo) })),
  };
}

function activation(view: RunView, runbook: Runbook, facts: RunFacts): Report['activation'] {
  return {
    outage_at: view.outage_at,
    declared_at: view.declared_at,
    declared_by: facts.declaredBy ?? view.operator?.name ?? null,
    criterion: runbook.front.activation?.criterion ?? null,
    restored_at: view.restored_at,
    finished_at: view.finished_at,
  };
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

function reportStep(step: StepView, view: RunView, facts: RunFacts): ReportStep {
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
    started_at: step.started_at,
    finished_at: step.finished_at,
    tool_s: step.tool_s,
    human_s: step.human_s,
    executor: facts.executors.get(step.id) ?? view.operator?.name ?? null,
    approvers: step.approvals,
    commands: step.commands,
    tools: facts.tools.get(step.id) ?? [],
    exit_codes: step.exit_codes,
    output: step.output,
    assertions: step.assertions,
    attempts: step.attempts,
    point_of_no_return: step.point_of_no_return,
    deviation: deviationOf(step),
  };
}

/** Why it was not done as written, and that it missed the window which the runbook sets. */
function deviationOf({ state, reason: why, due, unjudged }: StepView): string | null {
  const reason = state === 'overridden' && why !== undefined ? `Overridden: ${why}` : why;
  const open = unjudged === undefined ? undefined : `Not judged, as its program did not run: ${unjudged.join('; ')}`;
  const late = due?.met === false && due.by !== null ? `Due by ${utcTime(due.by)} UTC, which it missed` : undefined;
  const told = [reason, open, late].filter((part) => part !== undefined);
  return told.length === 0 ? null : told.join('. ');
}

function notExecuted(view: RunView): Report['not_executed'] {
  const states: readonly string[] = ['skipped', 'deferred', 'not_executed', 'pending'];
  return view.steps
    .filter(({ state }) => states.includes(state))
    .map(({ id, title, reason }) => ({ id, title, why: reason ?? 'the run ended before it' }));
}

function backups(readiness: ReadinessReport | null): Report['data']['backups'] {
  return (readiness?.checks ?? [])
    .filter(({ kind }) => kind === 'backup')
    .map(({ id, evidence, checked_at }) => ({
      check: id,
      path: text(evidence['path']) ?? '',
      sha256: text(evidence['sha256']),
      size: typeof evidence['size'] === 'number' ? evidence['size'] : null,
      level: text(evidence['level']) ?? 'not proven',
      at: checked_at,
    }));
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

const NOT_AS_WRITTEN: ReadonlySet<StepView['state']> = new Set(['failed', 'unknown', 'deferred', 'overridden']);

/** A rehearsal in time is no recovery in time while parts of the procedure were not done. Approvals, decisions and messages take no machine and are left uncounted. */
function notMeasured(view: RunView, facts: RunFacts): string {
  if (view.mode !== 'rehearsal') return '';
  const parts = view.steps.filter(({ id, kind, simulated }) => (simulated || facts.skippedByMode.has(id)) && !['approve', 'decide', 'notify'].includes(kind));
  return parts.length === 0 ? '' : ` The time is without ${counted(parts.length, 'step that a rehearsal only simulates or leaves', 'steps that a rehearsal only simulates or leaves')} out.`;
}

/** The sentence that stands first: met or not met, in one look. */
function verdict(view: RunView, facts: RunFacts): string {
  if (view.state !== 'succeeded') return `The run did not finish: it is ${view.state}.`;
  const open = view.steps.filter(({ id, state, by_hand }) => NOT_AS_WRITTEN.has(state) || by_hand === true || facts.skippedByPeople.has(id)).length;
  const rest = `${open === 0 ? '' : ` ${counted(open, 'step was', 'steps were')} not done as written.`}${notMeasured(view, facts)}`;
  if (view.rto.met === false) return `Recovered, but past the target by ${spokenDuration((view.rto.achieved_s ?? 0) - (view.rto.target_s ?? 0))}.${rest}`;
  if (view.rpo.met === false) return `Recovered in time, but more data was lost than allowed.${rest}`;
  if (view.rto.met === null) return `Finished. No target was set, so none was met or missed.${rest}`;
  return `Recovered within the target, ${spokenDuration((view.rto.target_s ?? 0) - (view.rto.achieved_s ?? 0))} to spare.${rest}`;
}

function communications(view: RunView, facts: RunFacts): Report['communications'] {
  const due = view.messages
    .filter(({ sent_at }) => sent_at === null)
    .map(({ audience, due_at, channel }) => ({ audience, channel, due_at, sent_at: null, text: '', reached: '' }));
  return [...facts.messages, ...due];
}

function findings(runbook: Runbook): Report['findings'] {
  return runbook.findings.map(({ id, title, text: description, severity, owner, due, status }) => ({
    id, title, severity: severity ?? 'medium', cause: description ?? '', action: '', owner: owner ?? '', due: due ?? '', status: status ?? 'open',
  }));
}

/** The earliest next drill, counted from today: what this run leaves due. */
function nextDue(runbook: Runbook, now: Date): string | null {
  const dates = (runbook.front.drills ?? []).flatMap(({ every }) => (every === undefined ? [] : [addPeriod(now, every).toISOString()]));
  return dates.sort()[0] ?? null;
}

function deviations(view: RunView, facts: RunFacts): Report['deviations'] {
  const titles = new Map(view.steps.map(({ id, number, title }) => [id, `${number} ${title}`]));
  return facts.deviations.map(({ at, step, what, who }) => ({ at, step: titles.get(step) ?? step, what, who }));
}
