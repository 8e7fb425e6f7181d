/** Short work on the engine's own thread that a hostile pattern could make last for years: it is ended after a second. */
import { createContext, Script, type Context } from 'node:vm';

const LIMIT_MS = 1_000;
/** V8 ends whatever a script called, also in the middle of a regular expression; so the work runs as a script's callee. */
const place: { work: () => void } = { work: () => undefined };
let prepared: { script: Script; sandbox: Context } | undefined;

export type Limited<T> = { done: true; value: T } | { done: false };

/** Runs `work` to its end, or to the limit. What it throws passes through. */
export function withinLimit<T>(work: () => T, limitMs = LIMIT_MS): Limited<T> {
  let result: Limited<T> = { done: false };
  prepared ??= { script: new Script('work()'), sandbox: createContext(place) };
  const before = place.work;
  place.work = () => {
    result = { done: true, value: work() };
  };
  try {
    prepared.script.runInContext(prepared.sandbox, { timeout: limitMs });
    return result;
  } catch (error) {
    if (isTimeout(error)) return { done: false };
    throw error;
  } finally {
    place.work = before;
  }
}

/** It comes out of the script's own realm, so it is no `Error` of this one. */
function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
