/** When whom is due to hear, between two views of a run; in a tabletop at the speed of its clock. Pure. */
import type { AudienceView, RunView } from '../../../../../electron/contract/run.ts';
import { overdueWords } from '../../../../../electron/contract/run/audiences.ts';
import { exerciseTime } from '../../../../../electron/contract/tabletop/plan.ts';
import type { ClockView } from '../../../../../electron/contract/tabletop/view.ts';
import { hourMinute, roughly } from '../../../wording.ts';

/** Below this many seconds somebody should begin to write. */
export const SOON_S = 5 * 60;

export interface Due {
  audience: AudienceView;
  /** Seconds from now; negative when it is late. */
  in_s: number;
}

/** Of a view, what the time to the next message hangs on. */
export type Seen = Pick<RunView, 'audiences'> & { exercise?: { clock: Pick<ClockView, 'h_ms' | 'speed'> } | undefined };

/** Seconds until an audience is due; null when nothing is due to it by itself. @param received when the view came, on the clock of `now` */
export function dueIn(view: Seen, audience: AudienceView, received: number, now: number): number | null {
  if (audience.due_in_s === null) return null;
  const speed = view.exercise === undefined ? 1 : view.exercise.clock.speed / 1000;
  return audience.due_in_s - (Math.max(0, now - received) / 1000) * speed;
}

/** Those that are due, the earliest first. */
export function dueOnes(view: Seen, received: number, now: number): Due[] {
  return view.audiences.flatMap((audience) => {
    const in_s = dueIn(view, audience, received, now);
    return in_s === null ? [] : [{ audience, in_s }];
  }).sort((a, b) => a.in_s - b.in_s);
}

/** `in 4 min`, `due now`, `overdue by 6 minutes`. */
export function dueWords(in_s: number): string {
  return overdueWords(in_s) ?? (in_s < 60 ? 'within a minute' : `in ${roughly(in_s)}`);
}

/** `14:30 UTC`, in a tabletop `H+0:30`. */
export function dueMoment(view: Seen, { audience, in_s }: Due, received: number, now: number): string {
  if (view.exercise === undefined) return `${hourMinute(audience.due_at ?? '')} UTC`;
  const { h_ms, speed } = view.exercise.clock;
  return exerciseTime(h_ms + (Math.max(0, now - received) * speed) / 1000 + in_s * 1000, 'never');
}

/** `told 14:02 by phone`, `told H+0:12 by phone`. */
export function lastTold({ told }: AudienceView): string {
  const last = told.at(-1);
  if (last === undefined) return 'not told yet';
  return `told ${last.h_ms === undefined ? hourMinute(last.at) : exerciseTime(last.h_ms, 'never')} by ${last.channel}`;
}
