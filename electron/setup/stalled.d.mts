interface Stall {
  /** Seconds for which a test file may run. */
  limit: number;
  tell: (line: string) => void;
}
/** Ends what holds up the workers of a test run that are older than the limit: first the programs that such a worker started, at the next look the worker. */
export function endStalled(pid: number, options: Stall & { seen: Set<number> }): void;
/** Does so until the signal comes. */
export function watchForStalls(pid: number, options: Stall & { signal: AbortSignal }): Promise<void>;
