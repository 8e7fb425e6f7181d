/**
 * Whether shares, a quorum or a whole key are the enrolled ones, and open the backups: asked of a short-lived child that alone
 * ever holds the key. Callers give bytes and get verdicts.
 */
import type { CommitmentMethod, EnrolledKey, EnrolledShares, EscrowVerdict, KeyCommitment, KeyFormat, ShareCommitment, ShareScheme, ShareVerdict } from '../../../contract/escrow.ts';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import type { SecretHandle, SecretStore } from '../../secrets/secret.ts';
import type { KeyChildOptions } from '../proof/ask-key.ts';
import type { Sample } from '../proof/sample.ts';

/** One share as its file or a person gave it. `label` names it in messages: a file name or a custodian, never content. */
export interface ShareInput {
  label: string;
  bytes: Uint8Array;
}

export interface ShareSet {
  scheme: ShareScheme;
  shares: readonly ShareInput[];
  /** Null: taken from the shares where they tell it (slip39, horcrux), else all that are given. */
  threshold: number | null;
  /** Only `ssss`: false for shares made with -D; default true. */
  diffusion?: boolean;
  /** Only `slip39`. */
  passphrase?: Uint8Array;
}

export interface WholeKey {
  format: KeyFormat;
  bytes: Uint8Array;
  /** What unlocks the file: age sealed identities, PKCS#12, encrypted PEM, OpenPGP. */
  passphrase?: Uint8Array;
}

/** One known answer to try the key on; `id` comes back with its proof. */
export interface Trial {
  id: string;
  answer: KnownAnswer;
  samples: readonly Sample[];
}

/** What is known and asked about a key. */
export interface KeyQuestion {
  /** All that may fit, of every generation; a verdict names the position of the one that did. */
  shareCommitments?: readonly ShareCommitment[];
  keyCommitment?: KeyCommitment | null;
  trials?: readonly Trial[];
  /** Milliseconds since 1970, for samples with a time to live; default the clock. */
  now?: number;
}

export type { CommitmentMethod, EnrolledKey, EnrolledShares, EscrowVerdict, KeyChildOptions, SecretHandle, SecretStore, ShareVerdict };

/** What happens to a rebuilt key besides the verdict; a key that is not proven goes nowhere unless `acceptUnproven`. */
export interface KeyRelease {
  /** Only for keys without a commitment that no scheme authenticates; a refuted key is never released. */
  acceptUnproven?: boolean;
}
