/** What is injected into the engine so that tests decide it. Everything else is used directly. */
import type { RunTool } from './tool/tool.ts';

export interface Clock {
  /** Milliseconds since 1970 on the wall clock. */
  now(): number;
  /** Milliseconds since boot, suspended time included. */
  uptime(): number;
  /** Changes at every boot. */
  bootId(): string;
  /** Resolves after `ms`, or early when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Deps {
  clock: Clock;
  runTool: RunTool;
}
