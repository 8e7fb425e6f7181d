/** Screens that are not needed for the first one: their code is read when Home stands there, and long before anybody asks. */
import { createElement, lazy, useEffect, useState, type ComponentType } from 'react';

/** The first screen belongs to the person alone for so long. */
const PAUSE_MS = 500;
/** How long a window may be busy until the next screen is loaded all the same. */
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

/** One after the other, each when nothing more urgent is to be done. @returns what calls it off */
export function loadTheRest(): () => void {
  let idle = 0;
  const next = (): void => {
    const load = waiting.shift();
    if (load !== undefined) idle = requestIdleCallback(() => { void load().finally(next); }, { timeout: PATIENCE_MS });
  };
  next();
  return () => { cancelIdleCallback(idle); };
}

/** Whether the first screen has stood there for a while, so that what it does not need may be asked for. */
export function useSettled(isThere: boolean): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (!isThere) return undefined;
    const timer = setTimeout(() => { setSettled(true); }, PAUSE_MS);
    return () => { clearTimeout(timer); };
  }, [isThere]);
  return settled;
}
