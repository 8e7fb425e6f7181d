/** Words by which programs say that the laptop lacks something, and what that means for a check. */
import type { CannotTell } from './probe.ts';

export interface LaptopFault {
  pattern: RegExp;
  fault(match: RegExpExecArray): CannotTell;
}

/** @param texts what programs said; @returns the first fault that one of them speaks of, or null */
export function matchFault(faults: readonly LaptopFault[], texts: readonly string[]): CannotTell | null {
  for (const { pattern, fault } of faults) {
    const match = texts.map((text) => pattern.exec(text)).find((one) => one !== null);
    if (match !== undefined && match !== null) return fault(match);
  }
  return null;
}
