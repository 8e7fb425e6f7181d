/** When each system of an incident is back, measured or forecast, and on which of them the last one waited. Pure; wall milliseconds. */
import { spokenDuration } from '../../contract/wording.ts';
import type { CriticalPart } from '../../contract/incident-view.ts';

export interface Stretch {
  runbook: string;
  system: string;
  after: readonly string[];
  /** Null for one that has not begun. */
  begun: number | null;
  /** Service restored: measured, or forecast for one that goes on; null when that is not known. */
  end: { at: number; measured: boolean } | null;
  /** How long it will take, of one that has not begun; null when nothing says. */
  expected: number | null;
}

export interface Placed {
  from: number;
  to: number | null;
  measured: boolean;
}

/** Where each stretch lies in time; what has not begun begins as soon as what it depends on is back, not before now. */
export function placeAll(stretches: readonly Stretch[], now: number): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  const byId = new Map(stretches.map((one) => [one.runbook, one]));
  const place = (one: Stretch): Placed => {
    const known = placed.get(one.runbook);
    if (known !== undefined) return known;
    const made = one.begun !== null ? { from: one.begun, to: one.end?.at ?? null, measured: one.end?.measured ?? false } : toCome(one);
    placed.set(one.runbook, made);
    return made;
  };
  const toCome = (one: Stretch): Placed => {
    const before = one.after.flatMap((id) => byId.get(id) ?? []).map(place);
    const isKnown = before.every(({ to }) => to !== null);
    const from = Math.max(now, ...before.map(({ to }) => to ?? now));
    return { from, to: isKnown && one.expected !== null ? from + one.expected : null, measured: false };
  };
  for (const one of stretches) place(one);
  return placed;
}

/** A start within this time of what it waited for is no idleness worth a word. */
const AT_ONCE_MS = 60_000;

/** From the outage to the last system back: each part waited for the one before it. Empty while the end is not known. */
export function criticalPath(stretches: readonly Stretch[], placed: ReadonlyMap<string, Placed>, outage: number): CriticalPart[] {
  const ends = stretches.flatMap((one) => {
    const to = placed.get(one.runbook)?.to;
    return to === null || to === undefined ? [] : [{ one, to }];
  });
  if (ends.length === 0 || ends.length < stretches.length) return [];
  const last = ends.reduce((latest, next) => (next.to > latest.to ? next : latest));
  const path: CriticalPart[] = [];
  for (let at: Stretch | null = last.one; at !== null;) {
    const before = waitedFor(at, stretches, placed);
    path.unshift(partOf(at, before, placed, { outage, isLast: at === last.one }));
    at = before;
  }
  return path;
}

/** The dependency that was back last before this one began; null when it waited for none. */
function waitedFor(one: Stretch, stretches: readonly Stretch[], placed: ReadonlyMap<string, Placed>): Stretch | null {
  const from = placed.get(one.runbook)?.from ?? 0;
  const before = stretches.filter(({ runbook }) => one.after.includes(runbook)).flatMap((other) => {
    const to = placed.get(other.runbook)?.to;
    return to === null || to === undefined || to > from ? [] : [{ other, to }];
  });
  return before.length === 0 ? null : before.reduce((latest, next) => (next.to > latest.to ? next : latest)).other;
}

function partOf(one: Stretch, before: Stretch | null, placed: ReadonlyMap<string, Placed>, { outage, isLast }: { outage: number; isLast: boolean }): CriticalPart {
  const { from, to, measured } = placed.get(one.runbook) ?? { from: outage, to: outage, measured: false };
  const ready = before === null ? outage : (placed.get(before.runbook)?.to ?? outage);
  const idle = Math.max(0, from - ready);
  const begun = one.begun !== null;
  const waited = before === null ? `it ${begun ? 'waited' : 'waits'} for no other system` : `it ${begun ? 'waited' : 'cannot begin'} ${begun ? 'for' : 'before'} ${before.system}${begun ? '' : ' is back'}`;
  const idleWords = idle < AT_ONCE_MS ? '' : begun ? `, and was begun ${spokenDuration(idle / 1000)} after ${before === null ? 'the outage' : 'that'}` : `, and has not begun`;
  const role = isLast ? `The last to be back${measured ? '' : ', by the forecast'}` : 'Others wait for it';
  const iso = (wall: number): string => new Date(wall).toISOString();
  return { runbook: one.runbook, system: one.system, from: iso(from), to: iso(to ?? from), measured, idle_s: Math.round(idle / 1000), why: `${role}: ${waited}${idleWords}.` };
}
