/** What Home says: one row a system, the worst first, and one sentence for all. Pure; the engine gathers the facts. */
import type { LiveFinding } from '../../contract/after-action.ts';
import type { Dependency } from '../../contract/outage.ts';
import type { CheckResult, ReadinessReport } from '../../contract/readiness.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import { counted, spokenDuration } from '../../contract/wording.ts';
import { inOrder } from '../../contract/order.ts';
import type { ProofLevel, ReadinessState } from '../../contract/vocabulary.ts';
import type { IncidentView } from '../../contract/incident-view.ts';
import type { HomeView, SystemRow } from '../../contract/home.ts';
import type { RunSummary } from '../../contract/run/summary.ts';
import type { DueDrill } from '../drill/due.ts';
import { isStranded } from '../outage/dependents.ts';

export interface HomeFacts {
  runbooks: readonly Runbook[];
  /** By runbook id. */
  readiness: ReadonlyMap<string, ReadinessReport>;
  runs: readonly RunSummary[]; // newest first
  drills: readonly DueDrill[];
  kit: HomeView['kit'];
  peopleEnrolled: number;
  dead: readonly string[];
  /** Those that are open, newest first. */
  incidents?: readonly IncidentView[];
  /** The most urgent first. */
  findings: readonly LiveFinding[];
}

const WORST_FIRST: readonly ReadinessState[] = ['NOT_READY', 'NEEDS_VERIFICATION', 'READY_WITH_OVERRIDES', 'READY'];
const LADDER: readonly ProofLevel[] = ['seen', 'listed', 'intact', 'restored', 'asserted', 'key-proven'];

export function homeView(facts: HomeFacts): HomeView {
  const names = [...new Set(facts.runbooks.map(({ front }) => front.system))];
  const systems = names.map((system) => systemRow(system, facts)).sort((a, b) => rank(a.state) - rank(b.state) || inOrder(a.system.toLowerCase(), b.system.toLowerCase()));
  const open = facts.runs.filter(({ state }) => state !== 'succeeded' && state !== 'aborted');
  return {
    ...(incidentHeadline(facts.incidents?.[0]) ?? headline(systems, open)),
    fresh: facts.runs.length === 0 && (facts.incidents ?? []).length === 0 && facts.peopleEnrolled === 0,
    systems,
    dead: [...facts.dead],
    kit: facts.kit,
    drills: facts.drills.map(({ title, runbook, kind, at, overdueDays }) => ({ title, runbook, kind, at, overdue_days: overdueDays })),
    findings: facts.findings.filter(({ closed }) => !closed).map(({ id, title, runbook, due, severity, status, overdue_days }) => ({ id, title, runbook, due, severity: severity ?? 'medium', status, overdue_days })),
    open_runs: open,
    incidents: [...(facts.incidents ?? [])],
  };
}

function rank(state: ReadinessState): number {
  return WORST_FIRST.indexOf(state);
}

/** An open incident comes before everything else. */
function incidentHeadline(incident: IncidentView | undefined): { headline: string; detail: string } | null {
  if (incident === undefined) return null;
  const { title, mode, total } = incident;
  const back = total.of === 0 ? 'No system is in it yet.' : `${total.recovered} of ${counted(total.of, 'system is', 'systems are')} back.`;
  const last = total.forecast_s === null ? '' : ` The last is expected ${spokenDuration(total.forecast_s)} after the outage.`;
  return { headline: `${mode === 'live' ? 'An incident is open' : 'An incident is being rehearsed'}: ${title}`, detail: `${back}${last}` };
}

function headline(systems: readonly SystemRow[], open: readonly RunSummary[]): { headline: string; detail: string } {
  const live = open.filter(({ mode }) => mode === 'live')[0];
  if (live !== undefined) return { headline: `A live recovery is under way: ${live.title}`, detail: 'Open it to go on. Nothing that was acknowledged is lost.' };
  const unready = systems.filter(({ state }) => state === 'NOT_READY' || state === 'NEEDS_VERIFICATION');
  const first = unready[0];
  if (systems.length === 0) return { headline: 'No runbook is here yet', detail: 'Put runbooks into a folder and name it with --runbooks.' };
  if (first === undefined) return { headline: `${counted(systems.length, 'system is', 'systems are')} ready to be recovered`, detail: 'Every blocking check holds.' };
  const need = unready.length === 1 ? 'needs' : 'need';
  return { headline: `${unready.length} of ${counted(systems.length, 'system', 'systems')} ${need} you before ${unready.length === 1 ? 'it is' : 'they are'} ready`, detail: `${first.system} first: ${first.why}` };
}

function systemRow(system: string, facts: HomeFacts): SystemRow {
  const runbooks = facts.runbooks.filter(({ front }) => front.system === system);
  const reports = runbooks.flatMap(({ front }) => facts.readiness.get(front.id) ?? []).sort((a, b) => rank(a.state) - rank(b.state));
  const ids = runbooks.map(({ front }) => front.id);
  return {
    system,
    runbooks: ids,
    state: reports[0]?.state ?? 'NEEDS_VERIFICATION',
    why: why(reports),
    backup: newestBackup(reports),
    key: keyLevel(reports),
    last_drill: lastDrill(runbooks, facts.runs),
    next_due: nextDue(ids, facts.drills),
  };
}

/** One sentence over all runbooks of a system: the worst first. */
function why(reports: readonly ReadinessReport[]): string {
  const checks = reports.flatMap((report) => report.checks);
  const blockers = checks.filter(({ severity }) => severity === 'blocker');
  const failed = blockers.find(({ outcome, expired }) => outcome === 'fail' && !expired);
  if (reports.length === 0) return 'Its runbook could not be read.';
  const halted = reports.flatMap(({ dependencies }) => dependencies).find(isStranded);
  if (halted !== undefined) return strandedWords(halted);
  if (failed !== undefined) return sentence(`${failed.title}: ${failed.summary}`);
  if (blockers.length === 0) return 'It names no blocking check, so nothing is proven.';
  const never = blockers.filter(({ checked_at }) => checked_at === null);
  if (never.length === blockers.length) return `None of its ${counted(blockers.length, 'check', 'checks')} has run yet.`;
  const unproven = blockers.filter(({ outcome, expired }) => outcome === 'unknown' || expired);
  if (unproven.length > 0) return `${counted(unproven.length, 'check has', 'checks have')} to run, “${unproven[0]?.title ?? ''}” first.`;
  const overridden = checks.find(({ outcome }) => outcome === 'overridden');
  if (overridden !== undefined) return `“${overridden.title}” was overridden by ${overridden.override?.by ?? 'somebody'}.`;
  return `All ${checks.length} checks hold.`;
}

function strandedWords({ on, because, dependents }: Dependency): string {
  const stuck = dependents.filter(({ vital, otherwise }) => vital && otherwise === null);
  return `${on} ${because === 'marked' ? 'is marked as dead' : 'is what the scenario has lost'}, and “${stuck[0]?.title ?? ''}”${stuck.length > 1 ? ` and ${counted(stuck.length - 1, 'other', 'others')} need` : ' needs'} it.`;
}

function sentence(text: string): string {
  return /[.!?]$/u.test(text) ? text : `${text}.`;
}

function level(check: CheckResult): ProofLevel | null {
  return LADDER.find((rung) => rung === check.evidence['level']) ?? null;
}

function newestBackup(reports: readonly ReadinessReport[]): SystemRow['backup'] {
  const check = reports.flatMap(({ checks }) => checks).find(({ kind, checked_at }) => kind === 'backup' && checked_at !== null);
  return check === undefined ? null : { level: level(check), at: check.checked_at, summary: check.summary };
}

/** L4 is "opens a sample of this backup", L3 "is the committed key"; until then nothing is said. */
function keyLevel(reports: readonly ReadinessReport[]): SystemRow['key'] {
  const held = reports.flatMap(({ checks }) => checks).filter(({ outcome, expired }) => outcome === 'pass' && !expired);
  const proven = held.find((check) => check.kind === 'known-answer' || (check.kind === 'backup' && level(check) === 'key-proven'));
  return proven === undefined ? null : { level: 'L4', at: proven.checked_at };
}

function lastDrill(runbooks: readonly Runbook[], runs: readonly RunSummary[]): SystemRow['last_drill'] {
  const ids = runbooks.map(({ front }) => front.id);
  const run = runs.find(({ runbook, state }) => ids.includes(runbook.id) && state === 'succeeded');
  if (run !== undefined) {
    return {
      run: run.id, title: run.title, kind: run.mode, at: run.finished_at ?? run.declared_at ?? '',
      rto_s: run.rto.achieved_s, rto_target_s: run.rto.target_s, rpo_s: run.rpo.achieved_s, rpo_target_s: run.rpo.target_s,
      status: run.rto.met === false || run.rpo.met === false || run.left_behind !== undefined ? 'missed' : 'met',
    };
  }
  const past = runbooks.flatMap(({ front }) => (front.history ?? []).map((row) => ({ row, targets: front.targets }))).sort((a, b) => inOrder(b.row.date, a.row.date))[0];
  if (past === undefined) return null;
  const seconds = (text: string | undefined): number | null => (text === undefined ? null : durationSeconds(text));
  return {
    run: null, title: past.row.test, kind: 'history', at: `${past.row.date}T00:00:00.000Z`,
    rto_s: seconds(past.row.rto), rto_target_s: seconds(past.targets?.rto), rpo_s: seconds(past.row.rpo), rpo_target_s: seconds(past.targets?.rpo), status: past.row.status,
  };
}

function nextDue(ids: readonly string[], drills: readonly DueDrill[]): SystemRow['next_due'] {
  const next = drills.filter(({ runbook }) => ids.includes(runbook)).sort((a, b) => inOrder(a.at, b.at))[0];
  return next === undefined ? null : { title: next.title, at: next.at, overdue_days: next.overdueDays, runbook: next.runbook };
}
