/** What a probe is given and what it gives back. A probe examines one thing and changes nothing. */
import type { CheckKind, ProbeOf } from '../../contract/check.ts';
import type { EscrowKeyView } from '../../contract/escrow-register.ts';
import type { Evidence, ProbeFinding } from '../../contract/readiness.ts';
import type { Clock } from '../deps.ts';
import type { Keychain } from '../secrets/keychain.ts';
import type { SecretStore } from '../secrets/secret.ts';
import type { Redactor } from '../tool/redactor.ts';
import type { RunTool } from '../tool/tool.ts';
import type { StoredCredentials } from './s3/stored-credentials.ts';

/** A person's word for an `attest` check. */
export interface Attestation {
  by: string;
  note: string;
  at: string; // RFC 3339 UTC
}

/** What the journal last saw of the clocks; the `clock` probe compares the wall clock with it. */
export interface ClockMark {
  wall: number; // milliseconds since 1970
  up: number; // milliseconds since boot
  boot: string;
}

export interface ProbeContext {
  clock: Clock;
  runTool: RunTool;
  secrets: SecretStore;
  redactor: Redactor;
  /** Absolute path of a path in the runbook, which is relative to the runbook's own folder. */
  resolve(path: string): string;
  dataDir: string;
  /** For large temporary data; on the same disk as the data folder. */
  scratchDir: string;
  /** Whole environment of a tool; its PATH already begins with the kit's toolbox. */
  env: Readonly<Record<string, string>>;
  /** Where keys of an object store may stand (AWS_…, HOME): the engine's own environment; default `env`. */
  credentialsEnv?: Readonly<Record<string, string | undefined>>;
  /** The keyring and the vault of this laptop. */
  keychain?: Keychain;
  /** What they hold for this probe, in the order in which they were asked. */
  stored?: readonly StoredCredentials[];
  /** Program that runs our own child processes: Node, never Electron's executable. */
  nodePath: string;
  /** Found again in the environment of a tool that outlives us. */
  marker: string;
  progress(doing: string, done?: number, total?: number, unit?: 'bytes' | 'items'): void;
  signal: AbortSignal;
  attestation?: Attestation;
  /** Newest mark in the journal, or null on a new data folder. */
  lastClock?: ClockMark | null;
  /** What the register says of an escrowed key; null for one that it does not have. */
  escrow?: (key: string) => EscrowKeyView | null;
  /** Digests that tools are pinned to on this laptop, by name (SHA-256, hex). */
  pinned?: ReadonlyMap<string, { sha256: string }>;
}

export type ProbeRunner<K extends CheckKind> = (probe: ProbeOf<K>, context: ProbeContext) => Promise<ProbeFinding>;

type FindingOf<O extends ProbeFinding['outcome']> = (summary: string, evidence?: Evidence) => ProbeFinding & { outcome: O };

export const pass: FindingOf<'pass'> = (summary, evidence = {}) => ({ outcome: 'pass', summary, evidence });
export const warn: FindingOf<'warn'> = (summary, evidence = {}) => ({ outcome: 'warn', summary, evidence });
export const fail: FindingOf<'fail'> = (summary, evidence = {}) => ({ outcome: 'fail', summary, evidence });
/** @param reason a word for machines: unreachable, tool-missing, no-space, cancelled, unsupported, … */
export const unknown = (reason: string, summary: string, evidence: Evidence = {}): ProbeFinding => ({
  outcome: 'unknown', summary, evidence: { ...evidence, reason },
});

/** Thrown where a probe cannot tell: the scheduler turns it into `unknown` with this reason. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
  readonly reason: string;
  readonly evidence: Evidence;

  constructor(reason: string, message: string, evidence: Evidence = {}) {
    super(message);
    this.reason = reason;
    this.evidence = evidence;
  }
}
