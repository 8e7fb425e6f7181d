/** States of keys, shares and cells as word, shape and colour. Pure. */
import type { EscrowKeyView, MatrixCell, QuorumView, ShareRow, VerificationPurpose } from '../../../../electron/contract/escrow-register.ts';
import { ShareScheme, type EscrowFormat, type EscrowLevel } from '../../../../electron/contract/escrow.ts';
import type { ProofStrength } from '../../../../electron/contract/known-answer.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import type { State } from '../../components/States.tsx';
import { shortDay } from '../../wording.ts';

const DAY_MS = 86_400_000;

export const LEVELS: readonly { level: EscrowLevel; words: string }[] = [
  { level: 'L0', words: 'bag seen' }, { level: 'L1', words: 'share unchanged' }, { level: 'L2', words: 'shares agree' },
  { level: 'L3', words: 'quorum rebuilds the key' }, { level: 'L4', words: 'opens a sample of this backup' }, { level: 'L5', words: 'full rehearsal' },
];

export const FORMAT_WORD: Readonly<Record<EscrowFormat, string>> = {
  vault: 'Vault or OpenBao shares', ssss: 'ssss shares', slip39: 'SLIP-39 words', horcrux: 'Horcrux files', age: 'age identity', openpgp: 'OpenPGP key', pkcs12: 'PKCS#12 file',
  pkcs8: 'private key, PEM or DER', jwk: 'JSON Web Key', raw: 'raw bytes', hex: 'hex text', base64: 'base64 text', passphrase: 'passphrase', 'kms-wrapped': 'wrapped by a key service',
};

/** Formats whose file may be locked with a passphrase; of SLIP-39 it is over the shares. */
export const WANTS_PASSPHRASE: ReadonlySet<EscrowFormat> = new Set(['slip39', 'age', 'pkcs12', 'pkcs8', 'openpgp']);

/** Held in one piece: whoever has it has the key. */
export const isWholeKey = (scheme: EscrowFormat): boolean => !ShareScheme.safeParse(scheme).success;

export const PURPOSE_WORD: Readonly<Record<VerificationPurpose, string>> = { routine: 'Routine verification', drill: 'Drill', incident: 'Incident', transfer: 'Transfer of custody' };

const STRENGTH_WORD: Readonly<Record<ProofStrength, string>> = { authenticated: 'authenticated', structural: 'by its structure only', none: 'no proof in itself' };

export function keyState({ state }: Pick<EscrowKeyView, 'state'>): State {
  switch (state) {
    case 'good': return { word: 'Proven', shape: 'sensed', tone: 'green' };
    case 'warning': return { word: 'Needs attention', shape: 'needs', tone: 'amber' };
    case 'bad': return { word: 'Not to be relied upon', shape: 'failed', tone: 'red' };
  }
}

const REACHED: Readonly<Record<EscrowLevel, string>> = { L0: 'L0 seen', L1: 'L1 unchanged', L2: 'L2 agree', L3: 'L3 rebuilt', L4: 'L4 proven', L5: 'L5 rehearsed' };

/** The level stands in the word, so that nobody reads a tick as more than it is. */
export function cellState({ level, state, words }: Pick<MatrixCell, 'level' | 'state' | 'words'>): State {
  switch (state) {
    case 'good': return { word: level === null ? 'Proven' : REACHED[level], shape: 'sensed', tone: 'green' };
    case 'warning': return { word: level === null ? 'Not proven' : `${level}, in part`, shape: 'needs', tone: 'amber' };
    case 'bad': return words.startsWith('overdue') ? { word: `${level ?? 'Proof'}, overdue`, shape: 'stale', tone: 'red' } : { word: 'Does not open', shape: 'failed', tone: 'red' };
    case 'none': return { word: level === null ? 'Not tried' : `${REACHED[level]}, no backup tried`, shape: 'pending', tone: 'grey' };
  }
}

/** `opens oldest and newest, 14 Aug, authenticated`. */
export function cellWords({ words, at, strength }: Pick<MatrixCell, 'words' | 'at' | 'strength'>, now: number): string {
  return [words, at === null ? null : shortDay(at, now), strength === null ? null : STRENGTH_WORD[strength]].filter((part) => part !== null).join(', ');
}

export function shareRowState({ state, last, next_due }: Pick<ShareRow, 'state' | 'last' | 'next_due'>, now: number): State {
  const when = last === null ? '' : `, ${shortDay(last.at, now)}`;
  switch (state) {
    case 'verified': return { word: `${last?.level ?? 'L1'}${when}`, shape: 'sensed', tone: 'green' };
    case 'away': return { word: `Away; ${last?.level ?? 'L1'}${when}`, shape: 'out', tone: 'amber' };
    case 'overdue': return { word: `${last?.level ?? 'L1'}${when}`, shape: 'stale', tone: 'amber' };
    case 'failed': return { word: `Did not match${when}`, shape: 'failed', tone: 'red' };
    case 'never': return next_due !== null && Date.parse(next_due) < now ? { word: 'Never verified', shape: 'stale', tone: 'amber' } : { word: 'Not verified yet', shape: 'unknown', tone: 'amber' };
    case 'revoked': return { word: 'Custodian left', shape: 'failed', tone: 'red' };
    case 'uncommitted': return { word: 'Nothing to compare with', shape: 'unknown', tone: 'amber' };
  }
}

/** How many can be had now, in words for somebody tired. */
export function quorumWords({ threshold, total, verified, reachable }: QuorumView): string {
  if (total === 1) return verified.length === 1 ? 'It is held whole, in one place.' : 'It is held whole, and was not verified.';
  const have = `${reachable.length} of ${total} can be had and were verified, ${threshold} make the key`;
  const spare = reachable.length - threshold;
  if (spare < 0) return `${have}: ${counted(-spare, 'share is', 'shares are')} missing for a recovery`;
  if (spare === 0) return `${have}: one more loss ends recovery`;
  return `${have}: ${spare === 1 ? 'one more' : `${spare} more`} may be lost`;
}

/** `9 days late`, `due now`, `24 Dec`. */
export function dueWords(at: string, now: number): string {
  const days = Math.floor((now - Date.parse(at)) / DAY_MS);
  if (!isLate(at, now)) return shortDay(at, now);
  return days < 1 ? 'due now' : `${counted(days, 'day', 'days')} late`;
}

export function isLate(at: string, now: number): boolean {
  return Date.parse(at) < now;
}
