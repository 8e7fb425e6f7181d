/** Failures of a restore into MariaDB that say nothing about the dump: this laptop lacks something. */
import { matchFault, type LaptopFault } from '../match-fault.ts';
import { CannotTell } from '../probe.ts';

const FAULTS: readonly LaptopFault[] = [
  {
    pattern: /No space left on device|errno: 28\b|Disk full|The table '[^']*' is full/iu,
    fault: () => new CannotTell('no-space', 'The disk is full: the restore found no room. Free space and check again.'),
  },
  {
    pattern: /Unknown collation: '(utf8mb4_0900[^']*)'|Unknown system variable '(GTID_PURGED)'/iu,
    fault: (match) => new CannotTell('server-missing', `The dump was made by MySQL and needs a MySQL server (${match[1] ?? match[2] ?? ''}); this version restores into MariaDB, which does not know that.`),
  },
  {
    pattern: /Unknown storage engine '([^']+)'|Plugin '([^']+)' is not loaded|Can't open shared library '([^']+)'/iu,
    fault: (match) => new CannotTell('plugin-missing', `The dump needs the MariaDB plugin ${match[1] ?? match[2] ?? match[3] ?? ''}, which the scratch server does not have.`),
  },
  {
    pattern: /Out of memory|Cannot allocate memory|needed \d+ bytes\)/iu,
    fault: () => new CannotTell('no-memory', 'The memory of this laptop did not suffice for the restore. Close other programs and check again.'),
  },
];

/** @param texts what the client and the server said; @returns null when the dump itself is to blame */
export function mariaDbFault(...texts: readonly string[]): CannotTell | null {
  return matchFault(FAULTS, texts);
}
