/** Screens that are not needed for the first one: their code is read when Home stands there, and long before anybody asks. */
import { createElement, lazy, useState, type ComponentType } from 'react';

/** How long a window may be busy until the screens are loaded all the same. */
const PATIENCE_MS = 1_000;
const waiting: (() => Promise<unknown>)[] = [];

/** A screen whose code comes at its first use, or with `loadTheRest`; once it is there, it is drawn without a pause. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let screen: ComponentType<P> | undefined;
  const read = async (): Promise<{ default: ComponentType<P> }> => {
    screen = await load();
    return { default: screen };
  };
  const Awaited: ComponentType<P> = lazy(read);
  waiting.push(read);
  return function Later(props: P) {
    const [drawn] = useState<ComponentType<P>>(() => screen ?? Awaited); // one and the same for as long as it is on the page
    return createElement(drawn, props);
  };
}

/** Once nothing more urgent is to be done. @returns what calls it off */
export function loadTheRest(): () => void {
  const handle = requestIdleCallback(() => { for (const load of waiting.splice(0)) void load(); }, { timeout: PATIENCE_MS });
  return () => { cancelIdleCallback(handle); };
}
