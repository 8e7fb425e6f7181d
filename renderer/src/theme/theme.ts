/** Dark or light; remembered on this laptop. */
import { useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';
const KEY = 'theme';
const listeners = new Set<() => void>();

/** Where the profile keeps nothing (memory-only session), the choice lasts as long as the window. */
function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function present(): Theme {
  return document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark';
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = stored() === 'light' ? 'light' : 'dark';
}

export function switchTheme(): void {
  const next: Theme = present() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // nothing to remember it in
  }
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }, present);
}
