/** From what people gave to shares with verdicts (L1). Runs only in the escrow child. */
import type { ShareCommitment, ShareFault, ShareScheme, ShareVerdict } from '../../../contract/escrow.ts';
import { horcrux } from '../share/horcrux.ts';
import type { Scheme, Share } from '../share/share.ts';
import { fault, isFault, mostCommon } from '../share/share.ts';
import { slip39 } from '../share/slip39.ts';
import { ssss } from '../share/ssss.ts';
import { vault } from '../share/vault.ts';
import { shareMatches } from './commitment.ts';

/** Calls back with the scheme, whose kind of share only it knows. */
export function withScheme<R>(name: ShareScheme, diffusion: boolean, use: <S extends Share>(scheme: Scheme<S>) => R): R {
  switch (name) {
    case 'vault':
      return use(vault);
    case 'ssss':
      return use(ssss(diffusion));
    case 'slip39':
      return use(slip39);
    case 'horcrux':
      return use(horcrux);
  }
}

export interface Entry<S extends Share> {
  /** Null when it has a fault. */
  share: S | null;
  verdict: ShareVerdict;
}

/** Each share by itself: readable, and the enrolled one. Without commitments only readable. */
export function readShares<S extends Share>(scheme: Scheme<S>, name: ShareScheme, given: readonly Buffer[], commitments: readonly ShareCommitment[]): Entry<S>[] {
  const parsed = given.map((bytes) => scheme.parse(bytes));
  const length = mostCommon(parsed.flatMap((readings) => (isFault(readings) ? [] : readings.map((share) => String(share.canonical.length)))));
  const byNumber = new Map<number, number[]>();
  commitments.forEach((commitment, at) => {
    if (commitment.scheme === name) byNumber.set(commitment.x, [...(byNumber.get(commitment.x) ?? []), at]);
  });
  const newest = Math.max(0, ...commitments.map((commitment) => commitment.generation ?? 0));
  return parsed.map((readings, index) => {
    if (isFault(readings)) return withFault(index, readings);
    const entry = commitments.length > 0 ? judged(index, readings, commitments, byNumber) : unjudged(index, readings, length);
    const generation = entry.verdict.matched === null ? newest : (commitments[entry.verdict.matched]?.generation ?? newest);
    return generation === newest ? entry : { ...entry, verdict: { ...entry.verdict, fault: fault('mixed-set', `it is of generation ${generation}, which generation ${newest} superseded`) } };
  });
}

function withFault<S extends Share>(index: number, found: ShareFault): Entry<S> {
  return { share: null, verdict: { index, x: null, slot: null, fault: found, commitment: 'unchecked', matched: null } };
}

function entryOf<S extends Share>(index: number, share: S, commitment: ShareVerdict['commitment'], matched: number | null): Entry<S> {
  return { share, verdict: { index, x: share.x, slot: share.slot, fault: null, commitment, matched } };
}

/** A text that reads in two ways is read as the others are. */
function unjudged<S extends Share>(index: number, readings: readonly S[], length: string | null): Entry<S> {
  const share = readings.find((reading) => String(reading.canonical.length) === length) ?? readings[0];
  return share === undefined ? withFault(index, fault('structure', 'it cannot be read')) : entryOf(index, share, 'unchecked', null);
}

function judged<S extends Share>(index: number, readings: readonly S[], commitments: readonly ShareCommitment[], byNumber: ReadonlyMap<number, readonly number[]>): Entry<S> {
  for (const share of readings) {
    const matched = (byNumber.get(share.x) ?? []).find((at) => {
      const commitment = commitments[at];
      return commitment !== undefined && shareMatches(share, commitment);
    });
    if (matched !== undefined) return entryOf(index, share, 'match', matched);
  }
  const share = readings.find((reading) => byNumber.has(reading.x)) ?? readings[0];
  if (share === undefined) return withFault(index, fault('structure', 'it cannot be read'));
  return entryOf(index, share, byNumber.has(share.x) ? 'mismatch' : 'not-enrolled', null);
}
