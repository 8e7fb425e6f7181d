/** One clock for the whole page: it ticks on the full second, so that all numbers change together. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | null = null;
let now = Date.now();

function tick(): void {
  now = Date.now();
  timer = setTimeout(tick, 1000 - (now % 1000));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearTimeout(timer);
    timer = null;
  };
}

/** Milliseconds since 1970, to the second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** The time zone's name; null where its time is UTC's, which is found out without the tables of all zones. */
export function zoneOf(instant: number): string | null {
  return new Date(instant).getTimezoneOffset() === 0 ? null : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
