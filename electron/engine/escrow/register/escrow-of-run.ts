/** What a run's report says of the escrowed keys that it touched. */
import type { Report } from '../../../contract/report.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { readRegister, recordOf } from './register.ts';

/** A row a verification: key, level, shares with custodians and results, quorum, what became of temporary material. */
export function escrowOfRun(journal: Pick<JournalReader, 'events' | 'blobs'>, run: string): Report['escrow'] {
  const fold = readRegister(journal);
  return fold.verifications.filter((one) => one.run === run).map(({ id, key, version, generation, record }) => {
    const { shares, result, level, quorum, network } = recordOf(fold, journal, id);
    const seen = shares.map(({ slot, label, custody, result: found }) => `${slot ?? label}${custody === null ? '' : ` (${custody.custodian})`} ${found}`);
    const parts = [
      `${level ?? 'nothing proven'}: ${result}`, `Shares: ${seen.join('; ')}.`, quorum === null || quorum.used.length === 0 ? '' : `Quorum: ${quorum.used.join(', ')}.`,
      network === null ? '' : network.off ? 'The network was off.' : 'The network was on.', 'Key and shares were held in memory only.', `Record ${id}, SHA-256 ${record.sha256}.`,
    ];
    return { key: `${key} version ${version}, generation ${generation}`, summary: parts.filter((part) => part !== '').join(' ') };
  });
}
