/** A clock that tests set by hand; `sleep` ends at once and moves it. */
import type { Clock } from '../../electron/engine/deps.ts';

export interface SetClock extends Clock {
  /** Both clocks move on. */
  pass(ms: number): void;
  /** Someone sets the wall clock. */
  setWall(ms: number): void;
  reboot(id: string, up?: number): void;
}

export function setClock(at = Date.parse('2026-03-01T03:00:00.000Z')): SetClock {
  const state = { wall: at, up: 60_000, boot: 'boot-1' };
  const pass = (ms: number): void => {
    state.wall += ms;
    state.up += ms;
  };
  return {
    now: () => state.wall,
    uptime: () => state.up,
    bootId: () => state.boot,
    sleep: (ms) => Promise.resolve(pass(ms)),
    pass,
    setWall: (ms) => void (state.wall = ms),
    reboot: (id, up = 1000) => Object.assign(state, { boot: id, up }),
  };
}
