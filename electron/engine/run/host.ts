/** What the parts of a running run share: its state, the way into the journal, and what effects need. */
import type { RunEventBody } from '../../contract/run/events.ts';
import type { Instant, RunFold, StepFold } from '../../contract/run/state.ts';
import type { Clock } from '../deps.ts';
import type { Journal } from '../journal/journal.ts';
import type { EscrowAccess } from '../secrets/escrow-access.ts';
import type { Keychain } from '../secrets/keychain.ts';
import type { SecretStore } from '../secrets/secret.ts';
import type { Redactor } from '../tool/redactor.ts';
import type { RunTool } from '../tool/tool.ts';
import type { Names } from './names.ts';

export interface RunHost {
  readonly id: string;
  readonly fold: RunFold;
  readonly clock: Clock;
  readonly runTool: RunTool;
  readonly journal: Journal;
  readonly dataDir: string;
  readonly runDir: string;
  readonly nodePath: string;
  readonly secrets: SecretStore;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly keychain: Keychain;
  /** Keys out of escrow; null where there is no register. */
  readonly escrow: EscrowAccess | null;
  /** Secrets changed: what masks them is made anew. */
  secretsChanged(): void;
  /** Durable when it returns; the fold has taken the events in. */
  append(events: readonly RunEventBody[], actor?: string): void;
  /**
   * Durable when it resolves: a disk that refuses is asked again until it takes the events, which are made anew each time. It
   * rejects when the run is left meanwhile, or when `signal` aborts: of an intent that was never recorded nothing is tried.
   */
  record(events: () => readonly RunEventBody[], signal?: AbortSignal): Promise<void>;
  /**
   * For what only tells where an effect is, after its intent is durable: it becomes durable within milliseconds, or with the
   * next event. `refused` is called when the disk does not take it.
   */
  soon(event: RunEventBody, refused: (thrown: unknown) => void): void;
  /** Live output of a step, masked, for those who watch. */
  show(step: string, offset: number, bytes: Uint8Array): void;
  names(scope: string): Names;
  /** Environment of tools of a scope, before a step's own `env`. */
  environment(scope: string): Record<string, string>;
  /** Masks every secret that this run holds. */
  redactor(): Redactor;
  now(): Instant;
  /** Something of ours failed outside any command: it is told and, where possible, recorded. */
  fault(thrown: unknown): void;
  /** Where keystrokes for a step on a terminal go; null when it has ended. */
  typing(step: string, type: ((text: string) => void) | null): void;
  /** Keeps a background service of a step; it is stopped at the end of the run. */
  keepService(step: string, service: Service): void;
}

/** One effect of a step while it lasts. */
export interface Effort {
  readonly step: StepFold;
  readonly signal: AbortSignal;
}

export function markerOf(run: string, step: string, attempt: number): string {
  return `${run}/${step}/${attempt}`;
}

/** A program that goes on beside the run. */
export interface Service {
  /** Ends it with everything it started; resolves when it has ended. */
  end(): Promise<void>;
}
