/** Home's first answer, asked for while the page is still being put together: it comes when the first screen is drawn, not after. */
import type { HomeView } from '../../../electron/contract/methods.ts';
import type { EngineClient } from '../engine-client.ts';

/** Gives the answer once. Null when the engine was not there yet, or when it has had news since, which the answer may lack. */
export type FirstHome = () => Promise<HomeView> | null;

export function askForHome(client: EngineClient): FirstHome {
  let answer = client.state === 'connected' ? client.call('home.view', {}) : null;
  answer?.catch(() => undefined); // whoever takes it gets the error as well
  const forget = client.onEvent(() => { answer = null; });
  return () => {
    const taken = answer;
    answer = null;
    forget();
    return taken;
  };
}
