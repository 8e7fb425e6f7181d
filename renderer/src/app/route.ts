import type { Mode } from '../../../electron/contract/vocabulary.ts';
/** Where the window is. */

export type Route =
  | { screen: 'home' }
  | { screen: 'runbooks' }
  | { screen: 'runbook'; id: string }
  | { screen: 'readiness'; id: string | null }
  | { screen: 'outage' }
  | { screen: 'incident'; id: string | null }
  | { screen: 'incident-report'; id: string }
  | { screen: 'drills' }
  | { screen: 'escrow'; key: string | null }
  | { screen: 'ceremony' }
  | { screen: 'run'; run: string }
  | { screen: 'findings' }
  | { screen: 'record' }
  | { screen: 'report'; run: string; ask?: 'hot-wash' } // opens with that dialog
  | { screen: 'people' }
  | { screen: 'kit' };

/** The same text for the same place. */
export function placeOf(route: Route): string {
  return JSON.stringify(route);
}

/** What the start dialog opens with; null means that the person chooses. */
export interface Start {
  runbook: string | null;
  mode: Mode;
}

export interface Navigation {
  go(route: Route): void;
  start(what: Start): void;
}
