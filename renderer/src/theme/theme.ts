/** Dark or light: the attribute on the root is the theme, whoever sets it. The shell serves the page in the one that was chosen last. */
import { useSyncExternalStore } from 'react';
import type { Theme } from '../../../electron/contract/preferences.ts';

function present(): Theme {
  return document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark';
}

export function switchTheme(): void {
  const next: Theme = present() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = next;
  window.blackstart?.keepTheme(next);
}

function watch(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => { observer.disconnect(); };
}

export function useTheme(): Theme {
  return useSyncExternalStore(watch, present);
}
