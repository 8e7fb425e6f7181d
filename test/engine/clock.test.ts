import { expect, it } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';

it('the machine\'s clock tells wall time, time since boot, and one boot', () => {
  const clock = systemClock();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(5000);
  const before = clock.uptime();
  expect(Number.isInteger(before)).toBe(true);
  expect(clock.uptime()).toBeGreaterThanOrEqual(before);
  expect(clock.bootId()).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
  expect(systemClock().bootId()).toBe(clock.bootId());
});

it('its sleep ends at the time or at the signal, and never rejects', async () => {
  const clock = systemClock();
  await clock.sleep(1);
  const stop = new AbortController();
  const asleep = clock.sleep(3_600_000, stop.signal);
  stop.abort();
  await asleep;
  await clock.sleep(3_600_000, stop.signal);
});
