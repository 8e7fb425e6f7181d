/** Where the points of a trend stand. Pure. */
import { scaleLinear, scaleUtc } from 'd3-scale';

export interface TrendPoint {
  at: string; // RFC 3339 UTC
  value: number | null; // seconds
  target: number | null;
}

export interface Placed {
  x: number;
  y: number;
  over: boolean;
  at: string;
  value: number;
}

export interface TrendLayout {
  points: Placed[]; // oldest first
  /** Height of the newest target's line, or null without a target. */
  target: number | null;
}

/** Room for the marks at the edges. */
const EDGE = 8;

/** @returns null where fewer than two values were measured: one is no trend */
export function layTrend(points: readonly TrendPoint[], width: number, height: number): TrendLayout | null {
  const measured = points.flatMap(({ at, value, target }) => (value === null ? [] : [{ at, value, target }])).sort((a, b) => a.at.localeCompare(b.at));
  const first = measured[0];
  const last = measured.at(-1);
  if (first === undefined || last === undefined || measured.length < 2) return null;
  const top = Math.max(...measured.flatMap(({ value, target }) => [value, target ?? 0]));
  const y = scaleLinear([0, top === 0 ? 1 : top], [height - EDGE, EDGE]);
  const x = scaleUtc([new Date(first.at), new Date(last.at)], [EDGE, width - EDGE]);
  return {
    points: measured.map(({ at, value, target }, index) => ({ x: first.at === last.at ? EDGE + (index * (width - 2 * EDGE)) / (measured.length - 1) : x(new Date(at)), y: y(value), over: target !== null && value > target, at, value })),
    target: last.target === null ? null : y(last.target),
  };
}
