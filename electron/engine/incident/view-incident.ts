/** An incident with its runs, as the window and the command line show it. Pure. */
import type { RunView } from '../../contract/run.ts';
import { inOrder } from '../../contract/order.ts';
import type { IncidentMember, IncidentRun, IncidentView, MemberState } from '../../contract/incident-view.ts';
import { criticalPath, placeAll, type Placed, type Stretch } from './critical-path.ts';
import type { IncidentFold, MemberFold } from './fold-incidents.ts';

interface Carried { member: MemberFold; runs: readonly RunView[]; run: RunView | null; back: number | null }

/** When a run brought its system back: its service, or its end where no step says so. Wall milliseconds. */
export function backAt({ restored_at, state, finished_at }: Pick<RunView, 'restored_at' | 'state' | 'finished_at'>): number | null {
  const at = restored_at ?? (state === 'succeeded' ? finished_at : null);
  return at === null ? null : Date.parse(at);
}

/** @param runs those of this incident, in any order */
export function viewIncident(fold: IncidentFold, runs: readonly RunView[], now: number): IncidentView {
  const carried = fold.members.map((member): Carried => carry(member, runs.filter(({ runbook }) => runbook.id === member.runbook.id)));
  const stretches = carried.map((one) => stretchOf(one, fold.closed !== null));
  const placed = placeAll(stretches, now);
  const outage = Date.parse(fold.outage_at);
  const members = carried.map((one) => viewMember(one, carried, placed.get(one.member.runbook.id), outage));
  return {
    id: fold.id, title: fold.title, mode: fold.mode, state: fold.closed === null ? 'open' : 'closed', outage_at: fold.outage_at, declared_at: fold.declared_at, opened: fold.opened, closed: fold.closed,
    members,
    total: totalOf(members, [...placed.values()], outage, fold.closed !== null),
    critical: criticalPath(stretches, placed, outage),
  };
}

/** Of several runs of one runbook counts the one that brought the system back first, else the newest. */
function carry(member: MemberFold, runs: readonly RunView[]): Carried {
  const newest = [...runs].sort((a, b) => inOrder(b.id, a.id));
  const first = newest.filter((run) => backAt(run) !== null).sort((a, b) => (backAt(a) ?? 0) - (backAt(b) ?? 0))[0];
  const run = first ?? newest[0] ?? null;
  return { member, runs: newest, run, back: run === null ? null : backAt(run) };
}

function isOver({ state }: RunView): boolean {
  return state === 'succeeded' || state === 'aborted';
}

function stretchOf({ member, run, back }: Carried, isClosed: boolean): Stretch {
  const base = { runbook: member.runbook.id, system: member.system, after: member.after };
  const begun = run === null || (back === null && isOver(run)) ? null : Date.parse(run.begun_at ?? run.declared_at ?? run.outage_at ?? '');
  if (back !== null) return { ...base, begun, end: { at: back, measured: true }, expected: null };
  const forecast = run?.forecast_restored ?? null;
  if (begun !== null && !isClosed) return { ...base, begun, end: forecast === null ? null : { at: Date.parse(forecast), measured: false }, expected: null };
  return { ...base, begun: isClosed ? begun : null, end: null, expected: isClosed ? null : member.expected_ms };
}

function stateOf({ run, back }: Carried, lacking: readonly string[]): MemberState {
  if (back !== null) return 'recovered';
  if (run !== null) return isOver(run) ? 'ended' : 'open';
  return lacking.length > 0 ? 'blocked' : 'ready';
}

function viewMember(one: Carried, all: readonly Carried[], placed: Placed | undefined, outage: number): IncidentMember {
  const { member, runs, run, back } = one;
  const lacking = member.after.filter((id) => all.find((other) => other.member.runbook.id === id)?.back === null);
  const achieved_s = back === null ? null : Math.max(0, Math.round((back - outage) / 1000));
  const { target_s } = member;
  const to = back === null ? (placed?.to ?? null) : null;
  const state = stateOf(one, lacking);
  return {
    runbook: member.runbook.id, title: member.title, system: member.system, after: [...member.after], lacking, state,
    target_s, achieved_s, met: target_s === null || achieved_s === null ? null : achieved_s <= target_s,
    recovered_at: back === null ? null : iso(back), forecast_at: to === null ? null : iso(to),
    begins_at: state === 'blocked' || state === 'ready' ? iso(placed?.from ?? null) : null,
    slack_s: target_s === null || to === null ? null : Math.round((outage + target_s * 1000 - to) / 1000),
    run: run === null ? null : viewRunOf(run), earlier: runs.filter(({ id }) => id !== run?.id).map(({ id }) => id),
    despite: run?.incident?.despite ?? null,
  };
}

function iso(wall: number): string;
function iso(wall: number | null): string | null;
function iso(wall: number | null): string | null {
  return wall === null ? null : new Date(wall).toISOString();
}

const OVER: ReadonlySet<string> = new Set(['succeeded', 'skipped', 'overridden', 'not_executed']);

function viewRunOf(run: RunView): IncidentRun {
  const current = run.steps.find(({ id }) => id === run.current);
  return {
    id: run.id, state: run.state, begun_at: run.begun_at ?? run.declared_at ?? '', finished_at: run.finished_at, operator: run.operator?.name ?? null,
    current: current === undefined || isOver(run) ? null : { number: current.number, title: current.title, state: current.state, waiting_for: current.waiting_for },
    over: run.steps.filter(({ state }) => OVER.has(state)).length, steps: run.steps.length, from: run.taken_over?.device ?? null,
  };
}

function totalOf(members: readonly IncidentMember[], placed: readonly Placed[], outage: number, isClosed: boolean): IncidentView['total'] {
  const targets = members.flatMap(({ target_s }) => target_s ?? []);
  const achieved = members.map(({ achieved_s }) => achieved_s);
  const isBack = members.length > 0 && achieved.every((one) => one !== null);
  const ends = placed.map(({ to }) => to);
  const forecast = members.length > 0 && !isBack && !isClosed && ends.every((one) => one !== null) ? Math.max(...ends.map((one) => one ?? 0)) : null;
  const judged = members.filter(({ target_s }) => target_s !== null);
  const missed = judged.some(({ met }) => met === false);
  return {
    target_s: targets.length === 0 ? null : Math.max(...targets),
    achieved_s: isBack ? Math.max(...achieved.map((one) => one ?? 0)) : null,
    forecast_s: forecast === null ? null : Math.max(0, Math.round((forecast - outage) / 1000)), forecast_at: iso(forecast),
    met: judged.length === 0 ? null : missed ? false : isBack ? true : isClosed ? false : null,
    recovered: achieved.filter((one) => one !== null).length, of: members.length,
  };
}
