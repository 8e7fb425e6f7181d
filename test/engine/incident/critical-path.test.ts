import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, placeAll, type Stretch } from '../../../electron/engine/incident/critical-path.ts';

const MINUTE = 60_000;
const OUTAGE = Date.parse('2026-04-25T14:00:00Z');
const at = (minutes: number): number => OUTAGE + minutes * MINUTE;
const part = (runbook: string, more: Partial<Stretch> = {}): Stretch => ({ runbook, system: runbook, after: [], begun: null, end: null, expected: 30 * MINUTE, ...more });
const path = (stretches: readonly Stretch[], now: number) => criticalPath(stretches, placeAll(stretches, now), OUTAGE);

describe('what decides when the last system is back', () => {
  it('is the chain of those that waited for each other, not the longest one beside it', () => {
    const parts = path([
      part('dns', { begun: at(0), end: { at: at(20), measured: true } }),
      part('mail', { begun: at(0), end: { at: at(50), measured: true } }),
      part('shop', { after: ['dns'], begun: at(25), end: { at: at(70), measured: true } }),
    ], at(90));
    expect(parts.map(({ runbook, idle_s }) => [runbook, idle_s])).toEqual([['dns', 0], ['shop', 300]]);
    expect(parts.map(({ why }) => why)).toEqual(['Others wait for it: it waited for no other system.', 'The last to be back: it waited for dns, and was begun 5 min after that.']);
  });

  it('forecasts what has not begun from what it waits for', () => {
    const stretches = [part('dns', { begun: at(0), end: { at: at(40), measured: false } }), part('shop', { after: ['dns'] })];
    const placed = placeAll(stretches, at(10));
    expect(placed.get('shop')).toEqual({ from: at(40), to: at(70), measured: false });
    expect(criticalPath(stretches, placed, OUTAGE).map(({ why, measured }) => [measured, why])).toEqual([
      [false, 'Others wait for it: it waited for no other system.'], [false, 'The last to be back, by the forecast: it cannot begin before dns is back.'],
    ]);
  });

  it('does not count a dependency that somebody went past', () => {
    const parts = path([part('dns', { begun: at(0), end: { at: at(60), measured: true } }), part('shop', { after: ['dns'], begun: at(30), end: { at: at(90), measured: true } })], at(100));
    expect(parts.map(({ runbook }) => runbook)).toEqual(['shop']);
    expect(parts[0]?.why).toBe('The last to be back: it waited for no other system, and was begun 30 min after the outage.');
  });

  it('is not known while nothing says how long one of them takes', () => {
    const stretches = [part('dns', { expected: null }), part('shop', { after: ['dns'] })];
    expect(placeAll(stretches, at(0)).get('shop')?.to).toBeNull();
    expect(path(stretches, at(0))).toEqual([]);
    expect(path([], at(0))).toEqual([]);
  });

  it('ends with the last, and each part begins after the one before it was back', () => {
    const chain = fc.array(fc.record({ begins: fc.integer({ min: 0, max: 200 }), takes: fc.integer({ min: 1, max: 100 }), after: fc.array(fc.nat(7), { maxLength: 3 }) }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(chain, (rows) => {
      const stretches = rows.map(({ begins, takes, after }, index) => part(`s${index}`, { after: after.filter((other) => other < index).map((other) => `s${other}`), begun: at(begins), end: { at: at(begins + takes), measured: true } }));
      const parts = path(stretches, at(500));
      expect(parts.at(-1)?.to).toBe(new Date(Math.max(...stretches.map(({ end }) => end?.at ?? 0))).toISOString());
      for (const [index, one] of parts.entries()) {
        const before = parts[index - 1];
        if (before !== undefined) expect(Date.parse(one.from)).toBeGreaterThanOrEqual(Date.parse(before.to));
      }
    }));
  });
});
