/** L1 to L4 over shares. Runs only in the escrow child; what it returns beside the key holds nothing of it. */
import type { Agreement, EscrowLevel, EscrowVerdict, KeyVerdict, NamedProof, ShareCommitment, ShareScheme, ShareVerdict } from '../../../contract/escrow.ts';
import type { Sample } from '../proof/sample.ts';
import { choose } from '../share/agreement.ts';
import type { Fit, Scheme, Share } from '../share/share.ts';
import { keyMatches } from './commitment.ts';
import type { Question } from './protocol.ts';
import type { Entry } from './read-shares.ts';
import { readShares, withScheme } from './read-shares.ts';
import { tryKey } from './try-key.ts';

/** Quorums that are tried against the key's commitment when the shares disagree: each takes scrypt's half second. */
const MOST_QUORUMS = 24;
/** Choices of shares that are looked at for one that is a quorum: with groups most are none. */
const MOST_CHOICES = 5_000;

export interface ShareSource {
  scheme: ShareScheme;
  threshold: number | null;
  diffusion: boolean;
  shares: readonly Buffer[];
  passphrase: Buffer | null;
}

/** The question with its samples' bytes. */
export interface Asked extends Omit<Question, 'trials'> {
  trials: readonly (Omit<Question['trials'][number], 'samples'> & { samples: readonly Sample[] })[];
}

export interface Examined {
  verdict: EscrowVerdict;
  /** The rebuilt secret, whatever the verdict says of it; the caller overwrites it. */
  secret: Buffer | null;
}

/** Shares that can be used together, and what they say of each other. */
export interface Settled<S extends Share> {
  entries: Entry<S>[];
  usable: { share: S; index: number }[];
  threshold: number;
  fit: Fit;
}

export function examineShares(source: ShareSource, asked: Asked): Promise<Examined> {
  return withScheme(source.scheme, source.diffusion, async (scheme) => {
    const settled = settle(scheme, source, asked.shareCommitments);
    const rebuilt = await rebuild(scheme, settled, source.passphrase, asked.keyCommitment);
    const proofs = rebuilt.secret === null ? [] : await tryKey(rebuilt.secret, asked, { passphrase: null, programs: asked.programs });
    const key = provenBySamples(rebuilt.key, proofs);
    const agreement = agreementOf(settled, rebuilt.bad);
    const shares = settled.entries.map((entry) => entry.verdict);
    const verdict = conclude({ shares, threshold: settled.threshold, agreement, used: rebuilt.used, key, proofs }, asked.trials.length);
    return { verdict, secret: rebuilt.secret };
  });
}

/** Reads, compares with the commitments, and leaves out what cannot be used with the others. */
export function settle<S extends Share>(scheme: Scheme<S>, source: ShareSource, commitments: readonly ShareCommitment[]): Settled<S> {
  const entries = readShares(scheme, source.scheme, source.shares, commitments);
  const isCandidate = (entry: Entry<S>): boolean => entry.verdict.fault === null && entry.verdict.commitment !== 'mismatch';
  const faults = scheme.faultsOfSet(entries.map((entry) => (isCandidate(entry) ? entry.share : null)));
  const judged = entries.map((entry, at) => (faults[at] === null || faults[at] === undefined ? entry : { ...entry, verdict: { ...entry.verdict, fault: faults[at] } }));
  const candidates = judged.filter(isCandidate);
  // those that were enrolled come first: a quorum takes the others only when it has to
  const ordered = [...candidates.filter((entry) => entry.verdict.commitment !== 'not-enrolled'), ...candidates.filter((entry) => entry.verdict.commitment === 'not-enrolled')];
  const usable = ordered.flatMap((entry) => (entry.share === null ? [] : [{ share: entry.share, index: entry.verdict.index }]));
  const shares = usable.map(({ share }) => share);
  const threshold = shares.length === 0 ? (source.threshold ?? 0) : scheme.threshold(shares, source.threshold);
  const fit: Fit = shares.length === 0 ? { state: 'cannot-tell', bad: [], certain: true, detail: 'there is no share that can be used' } : scheme.fit(shares, threshold);
  return { entries: judged, usable, threshold, fit };
}

interface Rebuilt {
  secret: Buffer | null;
  key: KeyVerdict;
  /** Positions in the given list. */
  used: number[];
  /** Bad shares that only the key's commitment could name. */
  bad: number[];
}

const nothing = (detail: string): Rebuilt => ({ secret: null, key: { state: 'none', detail, facts: null }, used: [], bad: [] });

/** From the shares that agree; when they do not, from the quorum that makes the committed key, if there is one. */
async function rebuild<S extends Share>(scheme: Scheme<S>, settled: Settled<S>, passphrase: Buffer | null, commitment: Question['keyCommitment']): Promise<Rebuilt> {
  const { usable, threshold, fit } = settled;
  const good = usable.filter((_, at) => !fit.bad.includes(at));
  const quorum = scheme.quorum(good.map(({ share }) => share), threshold);
  if (quorum !== null && (fit.state !== 'disagree' || fit.bad.length > 0)) {
    const first = await combined(scheme, quorum.flatMap((at) => good[at] ?? []), passphrase, commitment);
    if (first.key.state !== 'mismatch' || fit.state !== 'disagree') return first;
    first.secret?.fill(0);
  }
  if (fit.state !== 'disagree') return nothing(tooFew(good.length, threshold));
  if (commitment === null) return nothing(quorum === null ? tooFew(good.length, threshold) : 'the shares do not agree, so the key was not rebuilt');
  return (await findQuorum(scheme, settled, passphrase, commitment)) ?? { ...nothing('no quorum of these shares makes the committed key'), key: { state: 'mismatch', detail: 'no quorum of these shares makes the committed key', facts: null } };
}

function tooFew(count: number, threshold: number): string {
  if (count < threshold) return `${count} ${count === 1 ? 'share' : 'shares'} can be used, and ${threshold} are needed`;
  return 'the shares are of too many groups, or too few of each: no quorum is complete';
}

async function combined<S extends Share>(scheme: Scheme<S>, picked: readonly { share: S; index: number }[], passphrase: Buffer | null, commitment: Question['keyCommitment']): Promise<Rebuilt> {
  const shares = picked.map(({ share }) => share);
  const secret = await scheme.combine(shares, { passphrase });
  if (typeof secret === 'string') return nothing(secret);
  const facts = { bytes: secret.length, algorithm: null, fingerprint: null };
  const used = picked.map(({ index }) => index).sort((a, b) => a - b);
  const matches = commitment !== null && keyMatches(secret, commitment);
  const doubt = matches ? null : (scheme.doubt?.(shares) ?? null);
  const unproven = `a key was rebuilt, and there is no commitment that says whether it is right${doubt === null ? '' : `; ${doubt}`}`;
  if (commitment === null) return { secret, key: { state: 'unproven', detail: unproven, facts }, used, bad: [] };
  if (matches) return { secret, key: { state: 'match', detail: 'the quorum rebuilds the committed key', facts }, used, bad: [] };
  const wrong = `the shares make another key than the committed one${passphrase === null ? '' : ', or the passphrase is not the one that they were made with'}${doubt === null ? '' : `; ${doubt}`}`;
  return { secret, key: { state: 'mismatch', detail: wrong, facts: null }, used, bad: [] };
}

/** The first quorum that makes the committed key, and which shares do not fit it. */
async function findQuorum<S extends Share>(scheme: Scheme<S>, settled: Settled<S>, passphrase: Buffer | null, commitment: Question['keyCommitment']): Promise<Rebuilt | null> {
  let [choices, tries] = [0, 0];
  for (const places of choose(settled.usable.length, settled.threshold)) {
    if (++choices > MOST_CHOICES) return null;
    const picked = places.flatMap((at) => settled.usable[at] ?? []);
    if (scheme.quorum(picked.map(({ share }) => share), settled.threshold) === null) continue;
    if (++tries > MOST_QUORUMS) return null;
    const rebuilt = await combined(scheme, picked, passphrase, commitment);
    if (rebuilt.key.state === 'match') {
      const others = settled.usable.filter((one) => !picked.includes(one));
      const bad = others.filter((one) => scheme.fit([...picked, one].map(({ share }) => share), settled.threshold).state === 'disagree').map(({ index }) => index);
      return { ...rebuilt, bad };
    }
    rebuilt.secret?.fill(0);
  }
  return null;
}

/** L2 in positions of the given list; what the key's commitment named is certain. */
function agreementOf<S extends Share>(settled: Settled<S>, named: readonly number[]): Agreement {
  const { fit, usable } = settled;
  if (named.length > 0) return { state: 'disagree', bad: [...named], certain: true, detail: `the committed key shows that ${named.length === 1 ? '1 share is' : `${named.length} shares are`} bad` };
  return { state: fit.state, bad: fit.bad.flatMap((at) => usable[at]?.index ?? []).sort((a, b) => a - b), certain: fit.certain, detail: fit.detail };
}

/** What opens an authenticated sample is the key of that sample, whether or not it was committed to. */
export function provenBySamples(key: KeyVerdict, proofs: readonly NamedProof[]): KeyVerdict {
  if (key.state !== 'unproven' || proofs.length === 0) return key;
  const proven = proofs.every(({ proof }) => proof.verdict === 'opens') && proofs.some(({ proof }) => proof.strength === 'authenticated');
  return proven ? { ...key, state: 'self-proven', detail: 'no commitment is known, but the key opens an authenticated sample' } : key;
}

/** @param asked how many proofs were asked for */
export function conclude(found: Omit<EscrowVerdict, 'ok' | 'level' | 'detail'>, asked: number): EscrowVerdict {
  const opens = found.proofs.length > 0 && found.proofs.every(({ proof }) => proof.verdict === 'opens');
  const sharesHold = found.shares.every((share) => holds(share, found.key));
  const keyHolds = found.key.state === 'match' || found.key.state === 'self-proven' || (found.key.state === 'unproven' && opens);
  const ok = sharesHold && found.agreement?.state !== 'disagree' && keyHolds && (asked === 0 || opens);
  return { ...found, ok, level: levelOf(found, opens), detail: sentence(found, opens, ok) };
}

/** A share that was never enrolled is vouched for by the committed key alone. */
const holds = (share: ShareVerdict, key: KeyVerdict): boolean => share.fault === null && (share.commitment === 'match' || share.commitment === 'unchecked' || (share.commitment === 'not-enrolled' && key.state === 'match'));

function levelOf(found: Omit<EscrowVerdict, 'ok' | 'level' | 'detail'>, opens: boolean): EscrowLevel | null {
  if (opens && found.key.state !== 'mismatch') return 'L4';
  if (found.key.state === 'match') return 'L3';
  if (found.agreement?.state === 'agree') return 'L2';
  return found.shares.length > 0 && found.shares.every((share) => share.commitment === 'match') ? 'L1' : null;
}

function sentence(found: Omit<EscrowVerdict, 'ok' | 'level' | 'detail'>, opens: boolean, ok: boolean): string {
  const altered = found.shares.filter((share) => share.fault !== null || share.commitment === 'mismatch').length;
  const bad = found.agreement?.bad.length ?? 0;
  const parts = [
    ...(altered > 0 ? [`${altered} of ${found.shares.length} shares cannot be used`] : []),
    ...(found.agreement?.state === 'disagree' ? [found.agreement.detail] : []),
    ...(ok && bad === 0 ? [] : [found.key.detail]),
    ...(found.proofs.length > 0 && !opens ? [found.proofs.find(({ proof }) => proof.verdict !== 'opens')?.proof.detail ?? ''] : []),
  ];
  if (ok) return opens ? `${found.key.state === 'match' ? 'it is the committed key, and it' : 'the key'} opens ${found.proofs.length === 1 ? 'the sample' : `all ${found.proofs.length} samples`}` : found.key.detail;
  return [...new Set(parts)].join('; ');
}
