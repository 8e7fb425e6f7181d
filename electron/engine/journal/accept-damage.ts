/** Going on with a record that was changed or cut: a person's decision, and in the record for ever. */
import { EngineError } from '../../contract/errors.ts';
import type { Clock } from '../deps.ts';
import { openJournal } from './open-journal.ts';
import type { Opened } from './seal-device-key.ts';

export interface Acceptance {
  dataDir: string;
  clock: Clock;
  /** `person/ID` */
  actor: string;
  reason: string;
  /** A wrapped device key, opened. */
  openedKey?: Opened | undefined;
}

/**
 * Journals `record.damaged` with name and reason, and signs the record as it stands. `record verify` keeps naming the damage.
 * @returns what was found, in words
 * @throws EngineError `refused` when the end of the record is the one that was signed, or the reason is missing; as `openJournal` does
 */
export function acceptDamage({ dataDir, clock, actor, reason, openedKey }: Acceptance): string {
  if (reason.trim() === '') throw new EngineError('refused', 'Say why: the record keeps the reason for ever.');
  requireDamage(dataDir, clock);
  const journal = openJournal({ dataDir, clock, openedKey, acceptDamage: { actor, reason: reason.trim() } });
  try {
    const said = [...journal.events({ types: ['record.damaged'] })].at(-1);
    return typeof said?.data['found'] === 'string' ? said.data['found'] : '';
  } finally {
    journal.close();
  }
}

function requireDamage(dataDir: string, clock: Clock): void {
  try {
    openJournal({ dataDir, clock }).close();
  } catch (thrown) {
    if (thrown instanceof EngineError && thrown.code === 'bad') return;
    throw thrown;
  }
  throw new EngineError('refused', 'There is no damage to accept: the record ends as it was signed.', { hint: 'What else is wrong, "blackstart record verify" says; it keeps nobody from going on.' });
}
