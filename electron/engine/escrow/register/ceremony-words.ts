/** What a ceremony says of itself: what is next, and its result where no quorum was asked. Pure. */
import type { CeremonyView, VerifiedShare } from '../../../contract/escrow-register.ts';
import { counted } from '../../../contract/wording.ts';

interface Standing {
  state: CeremonyView['state'];
  goal: CeremonyView['goal'];
  /** Held in one piece. */
  whole: boolean;
  threshold: number;
  entered: number;
  /** The first share that nobody came to. */
  untouched: string | null;
  /** Everything that was asked holds; false before. */
  holds: boolean;
}

export function nextWords({ state, goal, whole, threshold, entered, untouched, holds }: Standing): string | null {
  switch (state) {
    case 'open':
      if (whole) return 'Enter the key, and look whether it is the committed one.';
      if (goal === 'L1') return untouched === null ? 'Finish and sign.' : `Look at ${untouched}, or finish.`;
      return entered < threshold ? `${counted(threshold - entered, 'share', 'shares')} to go before the key can be rebuilt.` : 'Rebuild the key and look whether it is the committed one.';
    case 'proven':
      return holds ? `Put ${whole ? 'the key into a new bag' : 'the shares into new bags'}, then finish and sign.` : 'Something does not hold: note what was done about it, then finish and sign.';
    case 'signing':
      return 'The operator and the witnesses sign.';
    case 'finished':
    case 'aborted':
      return null;
  }
}

/** Of shares that were looked at each by itself. @param name key and version */
export function sharesWords(name: string, given: readonly Pick<VerifiedShare, 'result' | 'slot'>[]): string {
  const bad = given.filter(({ result }) => result !== 'match');
  if (given.length === 0) return `${name}: bags and seals were looked at, no share was opened (L0).`;
  return bad.length === 0 ? `${counted(given.length, 'share', 'shares')} of ${name} ${given.length === 1 ? 'is' : 'are'} unchanged (L1).` : `${name}: ${bad.map(({ slot }) => slot ?? 'a share').join(', ')} did not match.`;
}
