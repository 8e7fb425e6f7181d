/** The calls of the escrow core. Each starts one child, which ends with its answer. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommitmentMethod, EnrolledKey, EnrolledShares, EscrowVerdict, ShareCommitment, ShareScheme, ShareVerdict } from '../../../contract/escrow.ts';
import { KmsRecord } from '../../../contract/escrow.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { KeyChildOptions } from '../child/ask-once.ts';
import { askChild } from '../child/ask-once.ts';
import type { EscrowRequest, Question, Source } from './protocol.ts';
import { EscrowReply } from './protocol.ts';
import type { KeyQuestion, KeyRelease, ShareSet, WholeKey } from './quorum.ts';

export { foldWords } from './fold-words.ts';
export { readTrial } from './read-trial.ts';

/** Source in a checkout, a bundle in the package. */
const CHILD = fileURLToPath(new URL('./escrow-child.ts', import.meta.url));
/** scrypt of several quorums, gpg, or a dear exponent of SLIP-39. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Fixes public commitments of every share and of the key that they make; all shares have to agree.
 * @param set.method `sha256` only when the secret is a generated key of 128 bits or more; null: the child decides, carefully
 * @throws EngineError `refused` that names the share which has a fault, or says that they do not agree
 */
export async function enrollShares(set: ShareSet & { method: CommitmentMethod | null }, options: KeyChildOptions = {}): Promise<EnrolledShares> {
  const reply = await ask({ do: 'enroll', source: sourceOf(set), method: set.method }, payloadsOf(set), options);
  if (reply.header.do === 'refused') throw refusal(set, reply.header);
  if (reply.header.do !== 'enrolled-shares') throw otherQuestion();
  return reply.header.enrolled;
}

/** @throws EngineError `refused` when the bytes are no key of that format, or the passphrase does not unlock them */
export async function enrollKey(key: WholeKey, options: KeyChildOptions = {}): Promise<EnrolledKey> {
  const reply = await ask({ do: 'enroll', source: sourceOf(key), method: null }, payloadsOf(key), options);
  if (reply.header.do === 'refused') throw refusal(key, reply.header);
  if (reply.header.do !== 'enrolled-key') throw otherQuestion();
  return reply.header.enrolled;
}

/** L1 for any number of shares, each by itself; no key comes into being. Verdicts in the order of `set.shares`. */
export async function verifyShares(set: ShareSet, commitments: readonly ShareCommitment[], options: KeyChildOptions = {}): Promise<ShareVerdict[]> {
  const reply = await ask({ do: 'verify-shares', source: sharesSource(set), commitments: [...commitments] }, payloadsOf(set), options);
  if (reply.header.do !== 'shares') throw otherQuestion();
  return reply.header.shares;
}

/** L1 to L4 for shares, as far as the question gives what it takes. */
export function verifyQuorum(set: ShareSet, question: KeyQuestion, options: KeyChildOptions = {}): Promise<EscrowVerdict> {
  return examine(set, question, { to: 'nobody', path: '', acceptUnproven: false }, options).then(({ verdict }) => verdict);
}

/** L3 and L4 for a whole key. */
export function proveKey(key: WholeKey, question: KeyQuestion, options: KeyChildOptions = {}): Promise<EscrowVerdict> {
  return examine(key, question, { to: 'nobody', path: '', acceptUnproven: false }, options).then(({ verdict }) => verdict);
}

/**
 * The key itself, for a run: give the bytes to `SecretStore.put` or `keepSecret`, which zero them.
 * @returns `key` null when it is refuted, not rebuilt, or unproven and not accepted as such
 */
export async function obtainKey(source: ShareSet | WholeKey, question: KeyQuestion, release: KeyRelease = {}, options: KeyChildOptions = {}): Promise<{ verdict: EscrowVerdict; key: Uint8Array | null }> {
  const { verdict, released, payload } = await examine(source, question, { to: 'engine', path: '', acceptUnproven: release.acceptUnproven ?? false }, options);
  return { verdict, key: released ? payload : null };
}

/**
 * The emergency: the child writes the key to a new file (mode 0600, synced with its folder).
 * @returns `written` null when nothing was written, for the same reasons as in `obtainKey`
 * @throws EngineError `refused` when `path` exists or cannot be written, `disk` when there is no room
 */
export async function combineToFile(source: ShareSet | WholeKey, question: KeyQuestion, target: KeyRelease & { path: string }, options: KeyChildOptions = {}): Promise<{ verdict: EscrowVerdict; written: { path: string; bytes: number } | null }> {
  const { verdict, released, bytes, writeFault } = await examine(source, question, { to: 'file', path: target.path, acceptUnproven: target.acceptUnproven ?? false }, options);
  if (writeFault !== null) throw writeRefusal(target.path, writeFault);
  return { verdict, written: released ? { path: target.path, bytes } : null };
}

function writeRefusal(path: string, fault: string): EngineError {
  if (fault === 'EEXIST' || fault === 'ELOOP') return new EngineError('refused', `${path} exists already; a key is never written over a file.`, { hint: 'Name a file that does not exist.' });
  if (fault === 'ENOSPC' || fault === 'EDQUOT' || fault === 'EIO') return new EngineError('disk', `The key could not be written to ${path}: the disk is full or failing (${fault}).`, { hint: 'Name a file on another disk.' });
  return new EngineError('refused', `The key could not be written to ${path} (${fault}).`, { hint: 'Name a file in a folder that exists and may be written to.' });
}

/** Says what is known of a key that nobody can unwrap here. @param blob the wrapped key as stored */
export function recordKms(blob: Uint8Array, facts: { arn: string; keyVersion: string; lastUnwrappedAt: string | null }): KmsRecord {
  const record = KmsRecord.safeParse({
    arn: facts.arn, key_version: facts.keyVersion, blob_sha256: `sha256:${createHash('sha256').update(blob).digest('hex')}`, blob_bytes: blob.length, last_unwrapped_at: facts.lastUnwrappedAt, offline: 'not-verifiable',
    detail: 'only the key service can unwrap it: offline nothing can be proven but that the blob is unchanged',
  });
  if (!record.success) throw new EngineError('refused', `The wrapped key cannot be recorded: ${record.error.issues[0]?.message ?? 'a field is wrong'}.`, { hint: 'Give the ARN of the wrapping key and its version.' });
  return record.data;
}

/** Bytes of the largest file that is read as a share; the child then refuses what is too large for its scheme. */
const LARGEST_SHARE: Readonly<Record<ShareScheme, number>> = { vault: 64 * 1024, ssss: 4096, slip39: 4096, horcrux: 1024 * 1024 };

/**
 * The bytes of one share file.
 * @throws EngineError `not-found`; `refused` when it is no file, or larger than any share of the scheme, before it is read
 */
export function readShareFile(path: string, scheme: ShareScheme): Uint8Array {
  const file = openShare(path);
  try {
    const state = fstatSync(file);
    const most = LARGEST_SHARE[scheme];
    if (!state.isFile()) throw new EngineError('refused', `${path} is not a file.`, { hint: 'Give the file that holds one share.' });
    if (state.size > most) throw new EngineError('refused', `${path} is too large for a share: ${state.size} bytes, where ${scheme} has at most ${most}.`, { hint: 'Give the file that holds one share.' });
    const bytes = Buffer.alloc(state.size);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

function openShare(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new EngineError('not-found', `The share ${path} cannot be read.`, { cause, hint: 'Give the path of the file that holds one share.' });
  }
}

interface Examination {
  verdict: EscrowVerdict;
  released: boolean;
  bytes: number;
  writeFault: string | null;
  payload: Buffer;
}

async function examine(source: ShareSet | WholeKey, asked: KeyQuestion, release: Extract<EscrowRequest, { do: 'examine' }>['release'], options: KeyChildOptions): Promise<Examination> {
  const trials = asked.trials ?? [];
  const question: Question = {
    shareCommitments: [...(asked.shareCommitments ?? [])], keyCommitment: asked.keyCommitment ?? null, now: asked.now ?? Date.now(), programs: searchPath(),
    trials: trials.map(({ id, answer, samples }) => ({ id, answer, samples: samples.map(({ head, tail, size }) => ({ head: head.length, tail: tail.length, size })) })),
  };
  const payloads = [...payloadsOf(source), ...trials.flatMap(({ samples }) => samples.flatMap(({ head, tail }) => [head, tail]))];
  const { header, payload } = await ask({ do: 'examine', source: sourceOf(source), question, release }, payloads, options);
  if (header.do !== 'examined') throw otherQuestion();
  return { ...header, payload };
}

async function ask(request: EscrowRequest, payloads: readonly Uint8Array[], options: KeyChildOptions): Promise<{ header: EscrowReply; payload: Buffer }> {
  const { header, payload } = await askChild(CHILD, request, payloads, { timeoutMs: TIMEOUT_MS, ...options });
  return { header: EscrowReply.parse(header), payload };
}

function sourceOf(source: ShareSet | WholeKey): Source {
  if ('shares' in source) return sharesSource(source);
  return { kind: 'key', format: source.format, bytes: source.bytes.length, passphrase: source.passphrase?.length ?? null, programs: searchPath() };
}

/** @throws EngineError `usage` for a threshold that no scheme has */
function sharesSource(set: ShareSet): Extract<Source, { kind: 'shares' }> {
  const { threshold } = set;
  const fewest = set.scheme === 'slip39' ? 1 : 2; // SLIP-39 has groups of one
  if (threshold !== null && (!Number.isInteger(threshold) || threshold < fewest || threshold > 255)) throw new EngineError('usage', `A threshold of ${threshold} is none that ${set.scheme} has.`, { hint: `Give a whole number from ${fewest} to 255.` });
  return { kind: 'shares', scheme: set.scheme, threshold: set.threshold, diffusion: set.diffusion ?? true, shares: set.shares.map(({ bytes }) => bytes.length), passphrase: set.passphrase?.length ?? null };
}

function payloadsOf(source: ShareSet | WholeKey): Uint8Array[] {
  const secrets = 'shares' in source ? source.shares.map(({ bytes }) => bytes) : [source.bytes];
  return source.passphrase === undefined ? secrets : [...secrets, source.passphrase];
}

const searchPath = (): string => process.env['PATH'] ?? '';

function refusal(source: ShareSet | WholeKey, { index, detail }: { index: number | null; detail: string }): EngineError {
  const label = index !== null && 'shares' in source ? source.shares[index]?.label : undefined;
  if (!('shares' in source)) return new EngineError('refused', `The key cannot be enrolled: ${detail}.`);
  return new EngineError('refused', label === undefined ? `The shares cannot be enrolled: ${detail}.` : `The share ${label} cannot be enrolled: ${detail}.`, { hint: 'Give one share a file, all of one splitting.' });
}

const otherQuestion = (): EngineError => new EngineError('internal', 'The key check answered another question');
