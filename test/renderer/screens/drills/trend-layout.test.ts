import { expect, it } from 'vitest';
import { layTrend } from '../../../../renderer/src/screens/drills/trend-layout.ts';

const point = (at: string, value: number | null, target: number | null = 100) => ({ at: `${at}T00:00:00.000Z`, value, target });

it('is no trend below two measured values', () => {
  expect(layTrend([], 100, 50)).toBeNull();
  expect(layTrend([point('2026-01-01', 5), point('2026-02-01', null)], 100, 50)).toBeNull();
});

it('goes from the oldest at the left to the newest at the right, and larger is higher', () => {
  const points = layTrend([point('2026-03-01', 40), point('2026-01-01', 80)], 100, 50)?.points ?? [];
  expect(points.map(({ value }) => value)).toEqual([80, 40]);
  expect(points[0]?.x).toBeLessThan(points[1]?.x ?? 0);
  expect(points[0]?.y).toBeLessThan(points[1]?.y ?? 0);
});

it('keeps the target’s line and every point in the picture, and marks what was past its target', () => {
  const layout = layTrend([point('2026-01-01', 50), point('2026-02-01', 400)], 100, 50);
  expect(layout?.points.map(({ over }) => over)).toEqual([false, true]);
  for (const y of [layout?.target ?? -1, ...(layout?.points.map((placed) => placed.y) ?? [])]) {
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(50);
  }
});

it('has no line where the newest has no target, and spreads results of one moment', () => {
  const layout = layTrend([point('2026-01-01', 50), point('2026-01-01', 60, null)], 100, 50);
  expect(layout?.target).toBeNull();
  expect(new Set(layout?.points.map(({ x }) => x)).size).toBe(2);
});
