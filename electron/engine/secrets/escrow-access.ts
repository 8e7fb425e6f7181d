/** How a secret comes out of escrow, as its sources see it; the register is behind it. */
import type { SourceAnswer } from './read-source.ts';

export interface EscrowWish {
  /** Name of the secret that the key becomes. */
  secret: string;
  /** What it is for, for the record: a run's step, the checks of a runbook. */
  for: string;
  run: string | null;
  /** `live`: a recovery takes the key even when one of more shares than needed is bad; `drill` says so and stops; `check` gives the reason. */
  mode: 'live' | 'drill' | 'check';
  /** Files of shares; default those in the place that the register names. */
  files?: readonly string[];
  passphrase?: Uint8Array;
}

export interface EscrowAccess {
  /**
   * Rebuilds the key from a quorum of share files, compares it with its commitment, and records the verification.
   * @throws EngineError `bad` for shares that do not make the key, `refused` or `not-found` for files that cannot be read; in
   *   the mode `check` these are reasons of an absent secret
   */
  obtain(key: string, wish: EscrowWish): Promise<SourceAnswer>;
}
