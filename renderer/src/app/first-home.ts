/** Home as the engine's greeting says it: it comes while the page is still being put together, so the first thing that is drawn is Home. */
import type { EngineClient } from '../engine-client.ts';
import type { HomeView } from '../../../electron/contract/home.ts';

/** An engine that takes longer is waited for with the page's frame in sight. */
const PATIENCE_MS = 100;

export interface FirstHome {
  result: HomeView;
  /** Whether the engine has had news since, which it may lack. */
  isOutdated(): boolean;
}

/**
 * @param client one that nobody listens to yet, since the greeting may have come already
 * @returns null when no greeting came in time, or an empty one: then the page has to ask
 */
export function awaitHome(client: EngineClient): Promise<FirstHome | null> {
  return new Promise((resolve) => {
    let news = false;
    client.onEvent((event) => {
      if (event.event === 'greeting') resolve(event.home === null ? null : { result: event.home, isOutdated: () => news });
      else news = true;
    });
    setTimeout(() => { resolve(null); }, PATIENCE_MS);
  });
}
