/** Where a ceremony stands and what comes next. Pure. Nothing here ever passes over a custodian: that takes a person's reason. */
import type { CeremonyShare, CeremonyView, ShareResult } from '../../../../../electron/contract/escrow-register.ts';
import type { State } from '../../../components/States.tsx';

/** What is on screen: one custodian's share, or the end. */
export type Place = { kind: 'share'; x: number } | { kind: 'end' };
export type Stage = 'seal' | 'share' | 'verdict' | 'new-bag' | 'over';

/** @param whole a key that is held in one piece */
export const stagesOf = (whole: boolean): readonly { stage: Stage; word: string }[] => [
  { stage: 'seal', word: 'Look at the seal' },
  { stage: 'share', word: `Enter the ${whole ? 'key' : 'share'}` },
  { stage: 'verdict', word: 'Verdict' },
  { stage: 'new-bag', word: 'Seal a new bag' },
];

/** @param wish what a person chose since the verdict: to enter it again, or to seal it */
export function stageOf({ state }: CeremonyShare, wish: 'again' | 'seal' | null): Stage {
  switch (state) {
    case 'waiting': return 'seal';
    case 'bag':
    case 'share': return 'share';
    case 'verdict': return wish === 'again' ? 'share' : wish === 'seal' ? 'new-bag' : 'verdict';
    case 'sealed':
    case 'left-out': return 'over';
  }
}

export const isHandled = ({ state }: CeremonyShare): boolean => state === 'sealed' || state === 'left-out';

/** One that somebody has begun with, else the next in line; the end when there is none. */
export function openingPlace({ shares, state }: Pick<CeremonyView, 'shares' | 'state'>): Place {
  if (state === 'signing' || state === 'finished' || state === 'aborted') return { kind: 'end' };
  const begun = shares.find((share) => share.state === 'bag' || share.state === 'share' || share.state === 'verdict');
  const next = begun ?? (state === 'proven' ? undefined : shares.find((share) => share.state === 'waiting'));
  return next === undefined ? { kind: 'end' } : { kind: 'share', x: next.x };
}

/** The next custodian in line after this one, from the beginning again. */
export function nextShare(shares: readonly CeremonyShare[], x: number): CeremonyShare | null {
  const at = shares.findIndex((share) => share.x === x);
  return [...shares.slice(at + 1), ...shares.slice(0, at)].find(({ state }) => state === 'waiting') ?? null;
}

/** Enough shares matched for the key to be rebuilt. */
export function canProve({ goal, entered, threshold, state }: CeremonyView): boolean {
  return goal !== 'L1' && state === 'open' && entered >= threshold;
}

/** Whom nobody has come to yet: the record wants a reason for each. */
export function untouched({ shares }: Pick<CeremonyView, 'shares'>): CeremonyShare[] {
  return shares.filter(({ state }) => state === 'waiting');
}

/** Whose bag is open. */
export function unsealed({ shares }: Pick<CeremonyView, 'shares'>): CeremonyShare[] {
  return shares.filter(({ state }) => state === 'bag' || state === 'share' || state === 'verdict');
}

export interface Verdict { state: State; title: string; detail: string }

/** Big plain words; the engine's own detail stands below. */
export function verdictOf(result: ShareResult, name: string, whole = false): Verdict {
  const says = (word: string, shape: State['shape'], tone: State['tone'], title: string, detail: string): Verdict => ({ state: { word, shape, tone }, title, detail });
  switch (result) {
    case 'match': return says('Match', 'sensed', 'green', `${name} is ${whole ? 'the enrolled one' : 'unchanged'}`, whole ? 'It is the key whose commitment was fixed when it was enrolled.' : 'It is the share that was enrolled, bit for bit.');
    case 'no-match': return says('No match', 'failed', 'red', `${name} does not match`, `This is not the ${whole ? 'key' : 'share'} that was enrolled, or it was not entered as it is written.`);
    case 'superseded': return says('An old share', 'stale', 'amber', `${name} is from an earlier splitting`, 'The key was split anew since. This one counts no longer and has to be destroyed.');
    case 'destroyed': return says('Said to be destroyed', 'failed', 'red', `${name} is on record as destroyed`, 'And yet it is here. Find out where it was.');
    case 'unreadable': return says('Not readable', 'failed', 'red', `${name} cannot be read`, whole ? 'What was entered is no key of this format, or its passphrase does not open it.' : 'What was entered is not a share of this key’s format.');
    case 'not-entered': return says('Not entered', 'skipped', 'grey', `${name} was not entered`, 'Nothing was compared.');
    case 'no-commitment': return says('Nothing to compare with', 'unknown', 'amber', `${name} has no commitment`, 'It was never seen at an enrolment, so nothing says whether it is right.');
  }
}

export function shareState({ state, result }: CeremonyShare): State {
  switch (state) {
    case 'waiting': return { word: 'To come', shape: 'pending', tone: 'grey' };
    case 'bag':
    case 'share': return { word: 'Bag open', shape: 'needs', tone: 'amber' };
    case 'left-out': return { word: 'Left out', shape: 'skipped', tone: 'grey' };
    case 'verdict':
    case 'sealed': return verdictOf(result ?? 'not-entered', '').state;
  }
}

/** `Share 2`, as a sentence begins. */
export const named = (slot: string): string => `${slot.slice(0, 1).toUpperCase()}${slot.slice(1)}`;
