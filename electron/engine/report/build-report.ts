/** From a run's view and its events to the report: a pure function, so that a report can be made again from the record. */
import { reportFinding, type LiveFinding, type SaidHotWash } from '../../contract/after-action.ts';
import type { CheckResult, ReadinessReport } from '../../contract/readiness.ts';
import type { Person } from '../../contract/record.ts';
import type { EscrowedKey, Report, ReportMessage, ReportStep } from '../../contract/report.ts';
import { ReportFinding } from '../../contract/report-facts.ts';
import type { RunView, StepView } from '../../contract/run.ts';
import type { Runbook, SignatureState } from '../../contract/runbook.ts';
import { addPeriod, durationSeconds } from '../../contract/scalars.ts';
import { counted, spokenDuration, utcTime } from '../../contract/wording.ts';
import { inOrder } from '../../contract/order.ts';
import type { JournalEvent } from '../journal/journal.ts';
import { backupRows, foundBackups, reconciliation } from './build-data.ts';
import { bareName, buildExecution, notExecuted, type Plan } from './build-execution.ts';
import { buildIntegrity, type RecordFacts } from './build-integrity.ts';
import { buildHandovers } from './build-handovers.ts';
import { buildPeople } from './build-people.ts';
import { exerciseMet, exerciseVerdict } from './exercise-part.ts';
import { readHistory, withoutCurrent, type ReportHistory } from './report-history.ts';
import { readRunFacts, type RunFacts } from './run-facts.ts';
import { shownSteps } from './shown-steps.ts';

export interface ReportSources {
  view: RunView;
  runbook: Runbook; // the frozen one
  signature: SignatureState;
  /** As it stood when the run began. */
  readiness: ReadinessReport | null;
  /** The events of this run, in order. */
  events: readonly JournalEvent[];
  /** Those of the run that it goes on with, on another laptop. */
  before?: readonly JournalEvent[];
  people: readonly Person[];
  /** The text of a blob, null when it is missing. */
  readText: (sha256: string) => string | null;
  record: RecordFacts;
  plan?: Plan;
  /** Verifications and uses of escrowed keys that belong to this run. */
  escrow?: readonly EscrowedKey[];
  /** Findings of this run, and gaps of its runbook, that live on by themselves. */
  live?: readonly LiveFinding[];
  hotWash?: SaidHotWash | null;
  version: string;
  now: Date;
}

export function buildReport(sources: ReportSources): Report {
  const { view, runbook, events, readText } = sources;
  const facts = readRunFacts([...(sources.before ?? []), ...events], readText);
  const history = readHistory(events, readText);
  const checks = sources.readiness?.checks ?? [];
  const execution = buildExecution(view, facts, sources.plan ?? new Map(), toolVersions(checks));
  const results = buildResults(view, facts, history);
  return {
    blackstart_report: 1,
    generated_at: sources.now.toISOString(),
    generated_with: sources.version,
    identity: identity(sources, facts, history),
    scope: scope(view, runbook, execution, facts, history),
    objectives: objectives(runbook, history),
    people: buildPeople({ ...view, present: [...view.present, ...atTheTable(view)] }, facts, history.facts.people, sources.people),
    ...buildHandovers(view.id, facts, sources.people, readText),
    activation: activation(view, runbook, facts, history),
    readiness: readinessGroup(sources.readiness, facts, view),
    execution,
    not_executed: notExecuted(view),
    data: dataGroup(sources, checks, execution, facts, history),
    results,
    communications: communications(view, runbook, facts, history),
    findings: findings(runbook, history, sources.live ?? []),
    ...(sources.hotWash === undefined || sources.hotWash === null ? {} : { hot_wash: sources.hotWash }),
    escrow: escrowGroup(sources, facts),
    approval: approval(sources, runbook, history),
    integrity: buildIntegrity(sources.record, view, runbook, facts, events, checks),
    deviations: deviations(view, facts),
    notes: view.notes,
    timeline: {
      spans: closedSpans(view, events),
      lanes: view.steps.map(({ id, lane, number }) => ({ step: id, lane, number })),
      injects: facts.injects.map((inject) => ({ ...inject, title: runbook.injects.find(({ id }) => id === inject.id)?.title ?? inject.id })),
    },
    exercise: view.exercise ?? null,
    ...(view.taken_over === undefined ? {} : { taken_over: view.taken_over }),
    said: history.said,
  };
}

/** Participants of an exercise who are not named otherwise. */
function atTheTable({ exercise, present }: RunView): RunView['present'] {
  return (exercise?.people ?? []).filter(({ id }) => !present.some((person) => person.id === id)).map(({ id, name, role }) => ({ id, name, role }));
}

/** What lasts in a run that nobody carries ended with its last entry: it did not go on until somebody made a report. */
function closedSpans({ spans, state }: RunView, events: readonly JournalEvent[]): Report['timeline']['spans'] {
  const last = events.findLast(({ type, run }) => run !== null && !type.startsWith('report.'))?.wall;
  return state === 'running' || last === undefined ? spans : spans.map((span) => ({ ...span, to: span.to ?? last }));
}

function identity({ view, runbook, signature, now }: ReportSources, { created }: RunFacts, { facts }: ReportHistory): Report['identity'] {
  const started = new Date(view.outage_at ?? view.declared_at ?? now.toISOString());
  const { front } = runbook;
  const vouched = created.vouched ?? { signers: signature.signers, version: signature.version ?? null };
  return {
    run: view.id,
    type: view.mode === 'rehearsal' ? (facts.type ?? heldAs(runbook)) : view.mode,
    title: view.title,
    system: view.system,
    scenario: view.exercise?.scenario ?? front.scenario,
    severity: facts.severity ?? front.severity,
    trigger: facts.trigger ?? null,
    quarter: facts.quarter ?? `${started.getUTCFullYear()} Q${Math.floor(started.getUTCMonth() / 3) + 1}`,
    state: view.state,
    runbook: {
      id: view.runbook.id, owner: front.owner, sha256: view.runbook.sha256, reviewed: front.reviewed,
      version: vouched.version === null ? `as reviewed on ${front.reviewed}` : `version ${vouched.version} of the signed set`,
      signature: { ...signature, signers: vouched.signers, ...(vouched.version === null ? {} : { version: vouched.version }) },
    },
    blackstart: { version: created.blackstart?.version ?? null, bundle_sha256: created.blackstart?.bundle ?? null },
  };
}

/** A runbook that is only ever held as a restore test is one whenever it is rehearsed. */
function heldAs({ front }: Runbook): 'rehearsal' | 'restore test' {
  const kinds = (front.drills ?? []).map(({ kind }) => kind).filter((kind) => kind === 'rehearsal' || kind === 'restore-test');
  return kinds.length > 0 && kinds.every((kind) => kind === 'restore-test') ? 'restore test' : 'rehearsal';
}

const ENVIRONMENT: Readonly<Record<RunView['mode'], string>> = {
  live: 'Production',
  rehearsal: 'Scratch targets, apart from production',
  tabletop: 'None: nothing ran',
};

function scope(view: RunView, runbook: Runbook, execution: readonly ReportStep[], facts: RunFacts, history: ReportHistory): Report['scope'] {
  const left = shownSteps(execution).filter(({ verdict: v }) => v === 'not executed').map(({ title, deviation }) => ({ what: title, reason: deviation ?? 'not reached' }));
  return {
    components: (runbook.front.components ?? []).map(({ title }) => title),
    data_classes: history.facts.data_classes ?? (runbook.front.targets?.classes ?? []).map(({ title }) => title),
    third_parties: history.facts.third_parties ?? null,
    environment: ENVIRONMENT[view.mode],
    segregation: history.facts.segregation ?? segregation(view, facts),
    params: view.params,
    exclusions: [...left, ...(history.facts.exclusions ?? [])],
    compliance: runbook.front.compliance ?? [],
  };
}

function segregation(view: RunView, { scratch }: RunFacts): string {
  if (view.mode === 'tabletop') return 'No system was touched.';
  if (view.mode === 'live') return 'None: the targets are those of production.';
  const own = [...scratch].map(([name, { kind, gone, checked }]) => `${name} (${kind}), ${gone ? (checked ? 'taken down and seen to be gone' : 'taken down') : 'NOT taken down'}`);
  return own.length === 0 ? 'The runbook starts no scratch resources; its rehearsal values name the targets.' : `Started for this rehearsal alone: ${own.join('; ')}.`;
}

function optionalSeconds(duration: string | undefined): number | null {
  return duration === undefined ? null : durationSeconds(duration);
}

function objectives({ front }: Runbook, { facts }: ReportHistory): Report['objectives'] {
  const targets = front.targets;
  return {
    rto_s: optionalSeconds(targets?.rto),
    rpo_s: optionalSeconds(targets?.rpo),
    recommended: targets?.recommended ?? false,
    success: [...new Set((front.drills ?? []).flatMap(({ success }) => success ?? []))],
    assumptions: facts.assumptions ?? null,
    classes: (targets?.classes ?? []).map(({ title, rto, rpo }) => ({ title, rto_s: optionalSeconds(rto), rpo_s: optionalSeconds(rpo) })),
  };
}

function activation(view: RunView, runbook: Runbook, { created }: RunFacts, { facts }: ReportHistory): Report['activation'] {
  return {
    outage_at: view.outage_at,
    declared_at: view.declared_at,
    declared_by: facts.declared_by ?? created.declaredBy,
    criterion: runbook.front.activation?.criterion ?? null,
    criterion_met: facts.criterion_met ?? null,
    restored_at: view.restored_at,
    finished_at: view.finished_at,
    deactivated_at: facts.deactivated_at ?? view.finished_at,
    deactivated_by: facts.deactivated_by ?? null,
  };
}

function readinessGroup(readiness: ReadinessReport | null, facts: RunFacts, view: RunView): Report['readiness'] {
  const begun = view.declared_at ?? view.outage_at;
  const at = facts.presence.size === 0 && begun === null ? null : begun;
  const age = ({ checked_at }: CheckResult): number | null => (checked_at === null || at === null ? null : Math.max(0, Math.round((Date.parse(at) - Date.parse(checked_at)) / 1000)));
  return { state: readiness?.state ?? null, at, checks: (readiness?.checks ?? []).map((check) => ({ ...check, age_s: age(check) })) };
}

/** Of the programs that readiness looked at: under their digest and their name. */
function toolVersions(checks: readonly CheckResult[]): Map<string, string> {
  const versions = new Map<string, string>();
  for (const { kind, evidence: { path, sha256, version } } of checks) {
    if (kind !== 'tool' || typeof version !== 'string') continue;
    if (typeof path === 'string') versions.set(bareName(path), version);
    if (typeof sha256 === 'string') versions.set(sha256, version);
  }
  return versions;
}

function dataGroup({ view, readText }: ReportSources, checks: readonly CheckResult[], execution: readonly ReportStep[], facts: RunFacts, history: ReportHistory): Report['data'] {
  const found = foundBackups(checks, execution, readText);
  return { backups: backupRows(found), reconciliation: reconciliation(found, execution, history.facts.reconciliation), newest_row: view.rpo.newest_at, keys: facts.keys };
}

function buildResults(view: RunView, facts: RunFacts, history: ReportHistory): Report['results'] {
  const { rto, rpo } = measuredTargets(view);
  return {
    rto, rpo,
    clocks: view.clocks,
    met: view.mode === 'tabletop' ? exerciseMet(view.exercise) : isMet(view, rto.met, rpo.met),
    verdict: verdict(view, facts),
    verdict_by: history.facts.verdict_by ?? 'Blackstart, from what was measured',
  };
}

/** The minutes of a conversation are no recovery time. */
function measuredTargets({ mode, rto, rpo }: RunView): Pick<Report['results'], 'rto' | 'rpo'> {
  const measured = ({ target_s, achieved_s, met }: RunView['rto']) => ({ target_s, achieved_s: mode === 'tabletop' ? null : achieved_s, met: mode === 'tabletop' ? null : met });
  return { rto: measured(rto), rpo: measured(rpo) };
}

function isMet({ state, left_behind }: RunView, rto: boolean | null, rpo: boolean | null): boolean | null {
  if (state === 'aborted' || (state === 'succeeded' && left_behind !== undefined)) return false;
  if (state !== 'succeeded' || (rto === null && rpo === null)) return null;
  return rto !== false && rpo !== false;
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
  if (view.mode === 'tabletop') return exerciseVerdict(view);
  if (view.state !== 'succeeded') return `The run did not finish: it is ${view.state}.`;
  const open = view.steps.filter(({ id, state, by_hand }) => NOT_AS_WRITTEN.has(state) || by_hand === true || facts.skippedByPeople.has(id)).length;
  const rest = `${open === 0 ? '' : ` ${counted(open, 'step was', 'steps were')} not done as written.`}${notMeasured(view, facts)}`;
  if (view.left_behind !== undefined) return `The rehearsal left something behind, so it does not count: ${view.left_behind.join('; ')}.${rest}`;
  if (view.rto.met === false) return `Recovered, but past the target by ${spokenDuration((view.rto.achieved_s ?? 0) - (view.rto.target_s ?? 0))}.${rest}`;
  if (view.rpo.met === false) return `Recovered in time, but more data was lost than allowed.${rest}`;
  if (view.rto.met === null) return `Finished. No target was set, so none was met or missed.${rest}`;
  return `Recovered within the target, ${spokenDuration((view.rto.target_s ?? 0) - (view.rto.achieved_s ?? 0))} to spare.${rest}`;
}

/** What was sent with the time at which it was due by the audience's cadence, then what was due and not sent, and what was tried in vain. */
function communications(view: RunView, runbook: Runbook, facts: RunFacts, history: ReportHistory): Report['communications'] {
  const titleOf = (audience: string): string => runbook.audiences.find(({ id }) => id === audience)?.title ?? audience;
  const sent = facts.messages.map((message): ReportMessage => ({ ...message, audience: titleOf(message.audience), due_at: dueBefore(view, message) }));
  const due = view.messages.filter(({ sent_at }) => sent_at === null).map(({ audience, due_at, channel }) => ({ audience: titleOf(audience), channel, due_at, sent_at: null, text: '', reached: '' }));
  const tried = facts.tried.map((one) => ({ ...one, audience: titleOf(one.audience) }));
  return { messages: [...sent, ...due], ...(tried.length === 0 ? {} : { tried }), regulator: regulator(runbook, facts, history) };
}

/** As late on the real clock as it was on the clock of the run. Null where nothing was due. */
function dueBefore({ audiences, messages }: RunView, { audience, sent_at }: ReportMessage): string | null {
  if (sent_at === null) return null;
  const told = audiences.find(({ id }) => id === audience)?.told.find(({ at }) => at === sent_at);
  if (told === undefined || told.late_s === null) return null;
  if (told.h_ms !== undefined) return new Date(Date.parse(sent_at) - told.late_s * 1000).toISOString();
  return messages.find((row) => row.audience === audience && row.sent_at === sent_at)?.due_at ?? null;
}

const REGULATOR = /regulat|supervis|authorit|\bdora\b/iu;

function regulator({ audiences }: Runbook, facts: RunFacts, { facts: { regulator: said } }: ReportHistory): Report['communications']['regulator'] {
  if (said !== undefined) return { authority: said.authority, at: said.at, by: said.by ?? null, reference: said.reference ?? null };
  const groups = audiences.filter(({ id, title, level }) => REGULATOR.test(`${id} ${title ?? ''} ${level ?? ''}`));
  const first = facts.messages.find(({ audience, sent_at }) => sent_at !== null && groups.some(({ id }) => id === audience));
  if (first?.sent_at === undefined || first.sent_at === null) return null;
  return { authority: groups.find(({ id }) => id === first.audience)?.title ?? first.audience, at: first.sent_at, by: null, reference: null };
}

const UNKNOWN = { description: null, severity: null, root_cause: null, action: null, owner: null, due: null, status: 'open', retest: null };

/** The runbook's known gaps, and what this run found; the same id is the same finding, and what is said of it counts; then how it stands now. */
function findings(runbook: Runbook, { facts }: ReportHistory, live: readonly LiveFinding[]): ReportFinding[] {
  const all = new Map<string, ReportFinding>();
  const known = runbook.findings.map(({ text: description, ...finding }) => ({ description, ...finding }));
  for (const finding of [...known, ...(facts.findings ?? [])]) {
    const said = Object.fromEntries(Object.entries(finding).filter(([, value]) => value !== undefined));
    all.set(finding.id, ReportFinding.parse({ ...UNKNOWN, ...all.get(finding.id), ...said }));
  }
  for (const finding of live) all.set(finding.id, reportFinding(finding));
  return [...all.values()];
}

/** Where a run took a key out of escrow and no verification speaks for it, that alone is said. */
function escrowGroup({ escrow = [], view }: ReportSources, { keys }: RunFacts): EscrowedKey[] {
  const used = keys.filter(({ source, secret }) => source.startsWith('escrow') && !escrow.some(({ key }) => source.includes(key) || key === secret));
  return [
    ...escrow,
    ...used.map(({ secret, source }): EscrowedKey => ({
      key: source.replace(/^escrow\s*/u, '') || secret, version: null, at: null, purpose: view.mode, level: null, strength: null, commitment: null, quorum: null, shares: [], destruction: null, witnesses: [],
      result: `Given to this run as ${secret}`,
    })),
  ];
}

function approval({ now, events }: ReportSources, runbook: Runbook, history: ReportHistory): Report['approval'] {
  const { facts, revisions, corrections } = history;
  const over = events.find(({ type }) => type === 'run.finished')?.wall;
  return {
    author: facts.author ?? 'Blackstart, from the record',
    reviewer: facts.reviewer ?? null,
    reviewed: runbook.front.reviewed,
    compliance: null,
    retention: facts.retention ?? null,
    next_due: facts.next_due ?? nextDrill(runbook, over === undefined ? now : new Date(over)),
    revision: { number: revisions.length + 1, issued_at: null },
    signatures: [],
    earlier: revisions.map(withoutCurrent),
    corrections,
  };
}

/** The earliest next drill, counted from the end of the run: what it leaves due. */
function nextDrill(runbook: Runbook, from: Date): string | null {
  const dates = (runbook.front.drills ?? []).flatMap(({ every }) => (every === undefined ? [] : [addPeriod(from, every).toISOString()]));
  return dates.sort()[0] ?? null;
}

/** What was not over by the end of the window that the runbook sets it, however well it went. */
function missedWindows({ steps }: RunView): Report['deviations'] {
  return steps.flatMap(({ number, title, due, finished_at }) => (due?.met === false && due.by !== null ? [{ at: finished_at, step: `${number} ${title}`, what: `Past its window, due by ${utcTime(due.by)} UTC`, who: 'the clock' }] : []));
}

function deviations(view: RunView, facts: RunFacts): Report['deviations'] {
  const titles = new Map(view.steps.map(({ id, number, title }) => [id, `${number} ${title}`]));
  const said = facts.deviations.map(({ at, step, what, who }) => ({ at, step: titles.get(step) ?? step, what, who }));
  return [...said, ...missedWindows(view)].sort((one, other) => inOrder(one.at ?? '', other.at ?? ''));
}
