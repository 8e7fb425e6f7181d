/** What a run's report says of the escrowed keys that it touched (group 12 of a report). */
import type { VerificationRecord, VerifiedShare } from '../../../contract/escrow-register.ts';
import type { EscrowedKey } from '../../../contract/report.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { readRegister, recordOf } from './register.ts';

/** One for each verification that the run's quorums made. */
export function escrowOfRun(journal: Pick<JournalReader, 'events' | 'blobs'>, run: string): EscrowedKey[] {
  const fold = readRegister(journal);
  return fold.verifications.filter((one) => one.run === run).map(({ id, record }) => escrowedKey(recordOf(fold, journal, id), record.sha256));
}

function escrowedKey(record: VerificationRecord, sha256: string): EscrowedKey {
  const { shares, quorum, network, threshold } = record;
  const entered = shares.filter(({ result }) => result !== 'not-entered');
  return {
    key: record.key, version: `${record.version}, generation ${record.generation}`, at: record.ended_at, purpose: record.purpose,
    level: record.level, strength: strongest(record), commitment: commitmentOf(quorum),
    quorum: quorum === null ? null : { needed: threshold, present: entered.length, verified: entered.filter(({ result }) => result === 'match').length },
    shares: shares.map(shareRow),
    destruction: 'Key and shares were held in memory only, and are gone with the process that held them',
    witnesses: record.witnesses.map(({ name }) => name),
    result: [record.result, ...(network === null ? [] : [network.words]), ...record.deviations, `Record ${record.id}, SHA-256 ${sha256}.`].join(' '),
  };
}

/** Of the samples that opened; null where none was tried. */
function strongest({ proofs }: VerificationRecord): string | null {
  const opened = proofs.filter(({ verdict }) => verdict === 'opens').map(({ strength }) => strength);
  return (['authenticated', 'structural', 'none'] as const).find((strength) => opened.includes(strength)) ?? null;
}

function commitmentOf(quorum: VerificationRecord['quorum']): EscrowedKey['commitment'] {
  if (quorum?.state === 'match') return 'match';
  return quorum?.state === 'mismatch' ? 'no match' : null;
}

function shareRow({ x, slot, label, custody, result, bag_found, seal, new_bag, new_seal }: VerifiedShare): EscrowedKey['shares'][number] {
  const sealed = (...words: (string | null)[]): string | null => (words.every((word) => word === null) ? null : words.filter((word) => word !== null).join(', '));
  return {
    index: slot ?? (x === null ? label : String(x)), custodian: custody?.custodian ?? null,
    commitment: result === 'match' ? 'match' : result === 'no-match' ? 'no match' : null,
    seal_before: sealed(bag_found, bag_found === null ? null : seal), seal_after: sealed(new_bag, new_seal),
  };
}
