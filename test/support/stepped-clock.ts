/** A clock that stands until a test moves it; `sleep` ends when its time has come. */
import type { Clock } from '../../electron/engine/deps.ts';

export interface SteppedClock extends Clock {
  /** Both clocks move on, and whoever slept until then wakes, in order. */
  pass(ms: number): Promise<void>;
}

export function steppedClock(at = Date.parse('2026-12-10T14:00:00.000Z')): SteppedClock {
  const state = { wall: at, up: 60_000 };
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => state.wall,
    uptime: () => state.up,
    bootId: () => 'boot-1',
    sleep: (ms, signal) => new Promise((resolve) => {
      const sleeper = { until: state.up + ms, wake: () => { sleepers.delete(sleeper); resolve(); } };
      if (ms <= 0 || signal?.aborted === true) return resolve();
      sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    }),
    async pass(ms) {
      const end = state.up + ms;
      await settle(); // whoever is about to sleep does so before time passes
      for (;;) {
        const next = [...sleepers].filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
        const step = (next?.until ?? end) - state.up;
        state.wall += step;
        state.up += step;
        if (next === undefined) return;
        next.wake();
        await settle();
      }
    },
  };
}

/** Whoever woke does what it slept for. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
