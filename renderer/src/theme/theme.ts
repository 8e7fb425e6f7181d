/** Dark or light; remembered on this laptop. */
import { useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';
const KEY = 'theme';

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
}

/** The attribute is the theme, whoever sets it. */
function watch(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => { observer.disconnect(); };
}

export function useTheme(): Theme {
  return useSyncExternalStore(watch, present);
}
