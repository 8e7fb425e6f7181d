/** Which drills are due, by the runbooks' `drills` and the runs that were finished. Pure. */
import type { Runbook } from '../../contract/runbook.ts';
import { addPeriod } from '../../contract/scalars.ts';
import { inOrder } from '../../contract/order.ts';
import type { RunSummary } from '../../contract/run/summary.ts';

type Drill = NonNullable<Runbook['front']['drills']>[number];

export interface DueDrill {
  runbook: string;
  title: string;
  kind: Drill['kind'];
  at: string; // RFC 3339 UTC
  /** When it was last held: a finished run, a test in the runbook's history, or null. */
  last: string | null;
  /** Whole days past the due date; 0 when it is not due yet. */
  overdueDays: number;
}

const DAY_MS = 86_400_000;

/** Which modes of a run count as holding a drill of this kind. A live recovery proves at least as much as a rehearsal. */
const COUNTS_AS: Readonly<Record<Drill['kind'], readonly RunSummary['mode'][]>> = {
  rehearsal: ['rehearsal', 'live'],
  'restore-test': ['rehearsal', 'live'],
  tabletop: ['tabletop'],
  escrow: [], // proved by escrow verifications, not by runs
};

/** Every drill with a period, the most overdue first. Drills without one (`after: EVENT`) are not on the calendar. */
export function dueDrills(runbooks: readonly Runbook[], runs: readonly RunSummary[], now: number): DueDrill[] {
  return runbooks
    .flatMap((runbook) => (runbook.front.drills ?? []).flatMap((drill) => dueDrill(runbook, drill, runs, now) ?? []))
    .sort((a, b) => inOrder(a.at, b.at) || inOrder(a.runbook, b.runbook) || inOrder(a.title.toLowerCase(), b.title.toLowerCase()));
}

/** The drills that are past their date: the debt. */
export function drillDebt(drills: readonly DueDrill[], now: number): DueDrill[] {
  return drills.filter(({ at }) => Date.parse(at) < now);
}

/** @returns null for a drill without a period */
export function dueDrill(runbook: Runbook, drill: Drill, runs: readonly RunSummary[], now: number): DueDrill | null {
  if (drill.every === undefined) return null;
  const last = lastHeld(runbook, drill, runs);
  // a drill that was never held is due one period after the runbook was reviewed
  const from = last ?? `${runbook.front.reviewed}T00:00:00.000Z`;
  const at = addPeriod(new Date(from), drill.every);
  return {
    runbook: runbook.front.id, title: drill.title, kind: drill.kind, at: at.toISOString(), last,
    overdueDays: Math.max(0, Math.floor((now - at.getTime()) / DAY_MS)),
  };
}

/** @returns when the newest run or test that counts was finished, or null */
export function lastHeld(runbook: Runbook, drill: Drill, runs: readonly RunSummary[]): string | null {
  const finished = runs
    .filter((run) => run.runbook.id === runbook.front.id && run.state === 'succeeded' && run.left_behind === undefined && COUNTS_AS[drill.kind].includes(run.mode))
    .flatMap((run) => run.finished_at ?? []);
  const recorded = (runbook.front.history ?? []).filter(({ test }) => test === drill.title).map(({ date }) => `${date}T00:00:00.000Z`);
  const times = [...finished, ...recorded].map((text) => Date.parse(text));
  return times.length === 0 ? null : new Date(Math.max(...times)).toISOString();
}
