import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunView } from '../../../../electron/contract/run.ts';
import { layoutTimeline } from '../../../../renderer/src/screens/run/timeline-layout.ts';
import { runView, stepView } from '../../../support/run-view.ts';

const NOON = Date.parse('2026-09-15T12:00:00Z');
const iso = (minutes: number): string => new Date(NOON + minutes * 60_000).toISOString();
const view = (part: Partial<RunView> = {}): RunView =>
  runView({
    finished_at: null, restored_at: null, outage_at: iso(0), declared_at: null, forecast_finish: iso(180), messages: [], rto: { target_s: 240 * 60, achieved_s: null, met: null },
    steps: [stepView({ id: 'a', number: 1, lane: 0 }), stepView({ id: 'b', number: 2, lane: 1 }), stepView({ id: 'c', number: 3, lane: 0, point_of_no_return: true, state: 'pending', forecast: { start: iso(100), end: iso(140) } })],
    spans: [{ what: 'tool', step: 'a', attempt: 1, from: iso(10), to: iso(40) }, { what: 'human', step: 'b', attempt: 1, from: iso(20), to: null }], ...part,
  });

describe('the timeline', () => {
  it('puts the lanes one under the other, with what was spent and what is expected', () => {
    const { lanes } = layoutTimeline(view(), NOON + 60 * 60_000, 1_000);
    expect(lanes.map(({ name, bars }) => [name, bars.map(({ kind }) => kind)])).toEqual([['Main', ['tool', 'plan']], ['Beside', ['people']]]);
  });

  it('lets an open stretch grow to now', () => {
    const early = layoutTimeline(view(), NOON + 30 * 60_000, 1_000).lanes[1]?.bars[0];
    const late = layoutTimeline(view(), NOON + 60 * 60_000, 1_000).lanes[1]?.bars[0];
    expect(late?.width).toBeGreaterThan(early?.width ?? 1);
  });

  it('marks outage, now, forecast, target and the next point of no return', () => {
    expect(layoutTimeline(view(), NOON + 60 * 60_000, 1_000).marks.map(({ label }) => label).sort()).toEqual(['Forecast 15:00', 'No return 3', 'Now 13:00', 'Outage 12:00', 'Target 16:00']);
  });

  it('shows no forecast of a run that is over', () => {
    const over = layoutTimeline(view({ finished_at: iso(70), restored_at: iso(65) }), NOON + 600 * 60_000, 1_000);
    expect(over.marks.map(({ key }) => key)).not.toContain('forecast');
    expect(over.lanes.flatMap(({ bars }) => bars.map(({ kind }) => kind))).not.toContain('plan');
    expect(over.marks.find(({ key }) => key === 'now')?.label).toBe('End 13:10');
  });

  it('lets a run that ended long before its target fill the width, with seconds where they matter', () => {
    const short = { finished_at: iso(0.5), restored_at: iso(0.4), spans: [{ what: 'tool' as const, step: 'a', attempt: 1, from: iso(0), to: iso(0.5) }] };
    const over = layoutTimeline(view(short), NOON + 600 * 60_000, 1_000);
    expect(over.lanes[0]?.bars[0]?.width).toBeGreaterThan(0.9);
    expect(over.marks.map(({ key }) => key)).not.toContain('target');
    expect(over.ticks.map(({ label }) => label)).toContain('12:00:10');
    const close = layoutTimeline(view({ finished_at: iso(200), restored_at: iso(190) }), NOON + 600 * 60_000, 1_000);
    expect(close.marks.map(({ key }) => key)).toContain('target');
  });

  it('shows what was told, and what is due soon as late', () => {
    const told = layoutTimeline(view({ messages: [{ audience: 'board', due_at: iso(10), sent_at: iso(12), channel: 'phone' }, { audience: 'board', due_at: iso(62), sent_at: null, channel: null }] }), NOON + 60 * 60_000, 1_000).told;
    expect(told).toMatchObject([{ sent: true, late: false }, { sent: false, late: true }]);
  });

  it('keeps everything inside, and no two labels on one another, at any width and moment', () => {
    const minutes = fc.integer({ min: 0, max: 600 });
    fc.assert(fc.property(minutes, fc.option(minutes), fc.option(minutes), fc.integer({ min: 200, max: 3_000 }), (now, forecast, outage, width) => {
      const layout = layoutTimeline(view({ forecast_finish: forecast === null ? null : iso(forecast), outage_at: outage === null ? null : iso(Math.min(outage, now)) }), NOON + now * 60_000, width);
      for (const { at } of layout.marks) expect(at >= 0 && at <= 1).toBe(true);
      for (const bar of layout.lanes.flatMap(({ bars }) => bars)) expect(bar.at >= 0 && bar.at + bar.width <= 1.0001 && bar.width >= 0).toBe(true);
      const boxes = [...layout.marks.filter(({ side }) => side !== 'hidden').map(({ at, label, side }) => { const wide = label.length * 6.6 + 12; const x = at * width; return side === 'middle' ? [x - wide / 2, x + wide / 2] : side === 'left' ? [x - 6, x + wide] : [x - wide, x]; }), ...layout.ticks.map(({ at }) => [at * width - 22, at * width + 22])];
      boxes.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
      for (let i = 1; i < boxes.length; i += 1) expect(boxes[i]?.[0] ?? 0).toBeGreaterThanOrEqual((boxes[i - 1]?.[1] ?? 0) - 0.51);
    }), { numRuns: 300 });
  });
});
