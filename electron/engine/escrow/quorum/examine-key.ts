/** L3 and L4 for a key that is held whole. Runs only in the escrow child. */
import type { KeyFormat, KeyVerdict } from '../../../contract/escrow.ts';
import type { KeyInput, OpenedKey } from '../key/key.ts';
import { openKey } from '../key/open-key.ts';
import { keyMatches } from './commitment.ts';
import type { Asked, Examined } from './examine.ts';
import { conclude, provenBySamples } from './examine.ts';
import type { Question } from './protocol.ts';
import { tryKey } from './try-key.ts';

export async function examineKey(format: KeyFormat, input: KeyInput, asked: Asked): Promise<Examined> {
  const opened = await openKey(format, input);
  const nothing = { shares: [], threshold: null, agreement: null, used: [] };
  if (typeof opened === 'string') return { verdict: conclude({ ...nothing, key: { state: 'none', detail: opened, facts: null }, proofs: [] }, asked.trials.length), secret: null };
  const proofs = await tryKey(opened.secret, asked, input);
  const key = provenBySamples(judge(opened, asked.keyCommitment), proofs);
  opened.material.fill(0);
  return { verdict: conclude({ ...nothing, key, proofs }, asked.trials.length), secret: opened.secret };
}

function judge(opened: OpenedKey, commitment: Question['keyCommitment']): KeyVerdict {
  const { facts } = opened;
  if (commitment !== null) {
    return keyMatches(opened.material, commitment) ? { state: 'match', detail: 'it is the committed key', facts } : { state: 'mismatch', detail: 'it is another key than the committed one', facts };
  }
  if (opened.authentic) return { state: 'self-proven', detail: 'the key is whole and can be used; no commitment says whether it is the right one', facts };
  return { state: 'unproven', detail: 'no commitment is known, so nothing says that it is the right key', facts };
}
