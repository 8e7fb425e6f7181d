/** The exercise clock between two views: it goes on at its speed. Pure. */
import type { ClockView } from '../../electron/contract/tabletop/view.ts';

/** Milliseconds that the exercise clock shows. @param received when the view came, on the clock of `now` */
export function exerciseNow({ h_ms, speed }: Pick<ClockView, 'h_ms' | 'speed'>, received: number, now: number): number {
  return h_ms + Math.floor((Math.max(0, now - received) * speed) / 1000);
}
