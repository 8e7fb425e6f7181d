/** The calls of the escrow core. Each starts one child, which ends with its answer. */
import type { CommitmentMethod, EnrolledKey, EnrolledShares, EscrowVerdict, KmsRecord, ShareCommitment, ShareScheme, ShareVerdict } from '../../../contract/escrow.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { KeyChildOptions } from '../proof/ask-key.ts';
import type { KeyQuestion, KeyRelease, ShareSet, WholeKey } from './quorum.ts';

const unbuilt = (): never => { throw new EngineError('internal', 'This part is being built'); };

/**
 * Fixes public commitments of every share and of the key that they make; all shares have to agree.
 * @param method `sha256` only when the secret is a generated key of 128 bits or more
 * @throws EngineError `refused` that names the share which has a fault, or says that they do not agree
 */
export function enrollShares(set: ShareSet & { method: CommitmentMethod }, options: KeyChildOptions = {}): Promise<EnrolledShares> {
  return unbuilt();
}

/** @throws EngineError `refused` when the bytes are no key of that format, or the passphrase does not unlock them */
export function enrollKey(key: WholeKey, options: KeyChildOptions = {}): Promise<EnrolledKey> {
  return unbuilt();
}

/** L1 for any number of shares, each by itself; no key comes into being. Verdicts in the order of `set.shares`. */
export function verifyShares(set: ShareSet, commitments: readonly ShareCommitment[], options: KeyChildOptions = {}): Promise<ShareVerdict[]> {
  return unbuilt();
}

/** L1 to L4 for shares, as far as the question gives what it takes. */
export function verifyQuorum(set: ShareSet, question: KeyQuestion, options: KeyChildOptions = {}): Promise<EscrowVerdict> {
  return unbuilt();
}

/** L3 and L4 for a whole key. */
export function proveKey(key: WholeKey, question: KeyQuestion, options: KeyChildOptions = {}): Promise<EscrowVerdict> {
  return unbuilt();
}

/**
 * The key itself, for a run: give the bytes to `SecretStore.put` or `keepSecret`, which zero them.
 * @returns `key` null when it is refuted, not rebuilt, or unproven and not accepted as such
 */
export function obtainKey(source: ShareSet | WholeKey, question: KeyQuestion, release: KeyRelease = {}, options: KeyChildOptions = {}): Promise<{ verdict: EscrowVerdict; key: Uint8Array | null }> {
  return unbuilt();
}

/**
 * The emergency: the child writes the key to a new file (mode 0600, synced with its folder).
 * @returns `written` null when nothing was written, for the same reasons as in `obtainKey`
 * @throws EngineError `refused` when `path` exists or cannot be written
 */
export function combineToFile(source: ShareSet | WholeKey, question: KeyQuestion, target: KeyRelease & { path: string }, options: KeyChildOptions = {}): Promise<{ verdict: EscrowVerdict; written: { path: string; bytes: number } | null }> {
  return unbuilt();
}

/** @param blob the wrapped key as stored */
export function recordKms(blob: Uint8Array, facts: { arn: string; keyVersion: string; lastUnwrappedAt: string | null }): KmsRecord {
  return unbuilt();
}

/**
 * The bytes of one share file, or of `-` from a stream that the caller has read.
 * @throws EngineError `not-found`; `refused` when it is larger than any share of the scheme, before it is read
 */
export function readShareFile(path: string, scheme: ShareScheme): Uint8Array {
  return unbuilt();
}

/** The first 80 bits of a commitment as eight words, for people to compare. */
export function foldWords(digest: string): string {
  return unbuilt();
}
