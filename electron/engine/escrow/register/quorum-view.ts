/** Which shares count, and whether the people at hand can rebuild the key. Pure. */
import type { QuorumView, ShareRow, ShareState } from '../../../contract/escrow-register.ts';
import { counted } from '../../../contract/wording.ts';
import { foldWords } from '../quorum/ask-quorum.ts';
import { isRevoked, shareDue } from './due.ts';
import { inForce, isComparable, type FoldedShare, type FoldedVersion, type RegisterFold } from './fold-register.ts';

export function shareRows(fold: RegisterFold, version: FoldedVersion, now: number): ShareRow[] {
  return [...inForce(version).shares.values()].sort((a, b) => a.x - b.x).map((share) => shareRow(fold, version, share, now));
}

function shareRow(fold: RegisterFold, version: FoldedVersion, share: FoldedShare, now: number): ShareRow {
  const due = shareDue(fold, version, share);
  const { x, slot, custody, commitment, last, seen } = share;
  return {
    x, slot, generation: inForce(version).generation, custody, seen,
    words: commitment === null ? null : foldWords(commitment.digest),
    state: stateOf(fold, version, share, due, now),
    last: last === null ? null : { at: last.at, level: last.level, ok: last.result === 'match' },
    next_due: due?.toISOString() ?? null, away: isAway(fold, share, now), revoked: isRevoked(fold, share),
  };
}

function stateOf(fold: RegisterFold, version: FoldedVersion, share: FoldedShare, due: Date | null, now: number): ShareState {
  if (isRevoked(fold, share)) return 'revoked';
  if (!isComparable(inForce(version), share)) return 'uncommitted';
  if (share.destroyed !== null) return 'failed';
  if (share.last === null) return 'never';
  if (share.last.result !== 'match') return 'failed';
  if (due !== null && due.getTime() < now) return 'overdue';
  return isAway(fold, share, now) ? 'away' : 'verified';
}

/** Somebody who is away until a day is back on the day after it. */
export function isAway(fold: RegisterFold, { custody }: FoldedShare, now: number): boolean {
  const entry = custody === null ? undefined : fold.away.get(custody.custodian);
  return entry !== undefined && (entry.until === null || Date.parse(`${entry.until}T23:59:59.999Z`) >= now);
}

export function quorumView(version: FoldedVersion, rows: readonly ShareRow[]): QuorumView {
  const { enrolled } = inForce(version);
  const { threshold, total } = enrolled;
  const verified = rows.filter(({ state }) => state === 'verified' || state === 'away').map(({ x }) => x);
  const reachable = rows.filter(({ state }) => state === 'verified').map(({ x }) => x);
  const state = verified.length < threshold || reachable.length < threshold ? 'bad' : verified.length === threshold || reachable.length === threshold ? 'warning' : 'good';
  return { threshold, total, verified, reachable, quorums: choose(reachable.length, threshold), state, words: wordsFor({ threshold, total, verified: verified.length, reachable: reachable.length }) };
}

function wordsFor({ threshold, total, verified, reachable }: Record<'threshold' | 'total' | 'verified' | 'reachable', number>): string {
  if (total === 1) return verified === 1 ? 'the key is held whole and was verified: losing it ends the recovery' : 'the key is held whole, and is not verified';
  const begin = `${verified} of ${counted(total, 'share', 'shares')} verified, ${threshold} ${threshold === 1 ? 'makes' : 'make'} the key`;
  if (verified < threshold) return `${begin}: too few are verified`;
  if (reachable < threshold) return `${begin}: but only ${reachable} can be reached`;
  if (verified === threshold) return `${begin}: losing one ends the recovery`;
  const spare = verified - threshold;
  return reachable === threshold ? `${begin}: but no more than that can be reached` : `${begin}: ${spare === 1 ? 'one' : spare} may be lost`;
}

/** n over k, at most 2^53 - 1. */
export function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let result = 1n;
  for (let i = 1n; i <= BigInt(Math.min(k, n - k)); i += 1n) result = (result * (BigInt(n) - i + 1n)) / i;
  return result > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(result);
}
