/** The calendar of all drills and what earlier ones achieved: folds of runbooks and runs. Pure. */
import type { DrillCalendar, DrillResult, EventDrill, OwedDrill } from '../../contract/drill.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { addPeriod, durationSeconds } from '../../contract/scalars.ts';
import { inOrder } from '../../contract/order.ts';
import type { RunSummary } from '../../contract/run/summary.ts';
import { dueDrill, lastHeld } from './due.ts';

type History = NonNullable<Runbook['front']['history']>[number];

export function drillCalendar(runbooks: readonly Runbook[], runs: readonly RunSummary[], now: number): DrillCalendar {
  const drills = runbooks.flatMap((runbook) => (runbook.front.drills ?? []).flatMap((drill) => owedDrill(runbook, drill, runs, now) ?? []));
  return {
    drills: drills.sort((a, b) => inOrder(a.at, b.at) || inOrder(a.runbook, b.runbook) || inOrder(a.title.toLowerCase(), b.title.toLowerCase())),
    after_events: runbooks.flatMap((runbook) => eventDrills(runbook, runs)),
    results: runbooks.flatMap((runbook) => results(runbook, runs)).sort((a, b) => inOrder(b.at, a.at)),
  };
}

export interface DrillDate {
  at: string;
  drill: OwedDrill;
}

/**
 * Every date until `until` (milliseconds) on which a drill is due, in order. A late drill stands at its missed date, and its
 * next one a period after `now`, when it can be held at the earliest.
 */
export function drillDates(drills: readonly OwedDrill[], now: number, until: number): DrillDate[] {
  return drills.flatMap((drill) => datesOf(drill, now, until)).sort((a, b) => inOrder(a.at, b.at) || inOrder(a.drill.runbook, b.drill.runbook));
}

function datesOf(drill: OwedDrill, now: number, until: number): DrillDate[] {
  const dates: DrillDate[] = [];
  let at = new Date(drill.at);
  while (at.getTime() <= until) {
    dates.push({ at: at.toISOString(), drill });
    at = addPeriod(at.getTime() < now ? new Date(now) : at, drill.every);
  }
  return dates;
}

function named({ front }: Runbook): { runbook: string; runbook_title: string; system: string } {
  return { runbook: front.id, runbook_title: front.title, system: front.system };
}

function owedDrill(runbook: Runbook, drill: NonNullable<Runbook['front']['drills']>[number], runs: readonly RunSummary[], now: number): OwedDrill | null {
  const due = dueDrill(runbook, drill, runs, now);
  if (due === null || drill.every === undefined) return null;
  return {
    ...named(runbook), title: drill.title, kind: drill.kind, every: drill.every, at: due.at, last: due.last, overdue_days: due.overdueDays,
    duration_s: seconds(drill.duration), scope: drill.scope ?? null, objective: drill.objective ?? null, success: drill.success ?? [],
  };
}

function eventDrills(runbook: Runbook, runs: readonly RunSummary[]): EventDrill[] {
  return (runbook.front.drills ?? []).flatMap((drill) => (drill.after === undefined ? [] : [{ ...named(runbook), title: drill.title, kind: drill.kind, after: drill.after, last: lastHeld(runbook, drill, runs) }]));
}

function results(runbook: Runbook, runs: readonly RunSummary[]): DrillResult[] {
  const { runbook: id, runbook_title } = named(runbook);
  const held = runs.flatMap((run) => (run.runbook.id === id && run.state === 'succeeded' && run.finished_at !== null ? [ofRun(run, run.finished_at)] : []));
  return [...held, ...(runbook.front.history ?? []).map((row) => ofHistory(row, runbook))].map((result) => ({ runbook: id, runbook_title, ...result }));
}

type Measured = Omit<DrillResult, 'runbook' | 'runbook_title'>;

function ofRun(run: RunSummary, at: string): Measured {
  const figures = { rto_s: run.rto.achieved_s, rto_target_s: run.rto.target_s, rpo_s: run.rpo.achieved_s, rpo_target_s: run.rpo.target_s };
  return { test: run.title, run: run.id, mode: run.mode, at, ...figures, status: run.left_behind === undefined ? against(figures) : 'missed', said: null, note: run.left_behind === undefined ? null : `Left behind: ${run.left_behind.join('; ')}` };
}

/** The history has no targets of its own: today's are what it is held against. */
function ofHistory(row: History, { front }: Runbook): Measured {
  const figures = { rto_s: seconds(row.rto), rto_target_s: seconds(front.targets?.rto), rpo_s: seconds(row.rpo), rpo_target_s: seconds(front.targets?.rpo) };
  return { test: row.test, run: null, mode: null, at: `${row.date}T00:00:00.000Z`, ...figures, status: against(figures), said: row.status, note: row.note ?? null };
}

function against(figures: Pick<DrillResult, 'rto_s' | 'rto_target_s' | 'rpo_s' | 'rpo_target_s'>): DrillResult['status'] {
  const pairs = [[figures.rto_s, figures.rto_target_s], [figures.rpo_s, figures.rpo_target_s]] as const;
  const measured = pairs.flatMap(([value, target]) => (value === null || target === null ? [] : [value <= target]));
  if (measured.length === 0) return 'unmeasured';
  return measured.every(Boolean) ? 'met' : 'missed';
}

function seconds(text: string | undefined): number | null {
  return text === undefined ? null : durationSeconds(text);
}
