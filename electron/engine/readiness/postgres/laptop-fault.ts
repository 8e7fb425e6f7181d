/** Failures of a restore that say nothing about the backup: this laptop lacks something. */
import { matchFault, type LaptopFault } from '../match-fault.ts';
import { CannotTell } from '../probe.ts';

const FAULTS: readonly LaptopFault[] = [
  {
    pattern: /No space left on device|could not extend file|disk quota exceeded/iu,
    fault: () => new CannotTell('no-space', 'The disk is full: the restore found no room. Free space and check again.'),
  },
  {
    pattern: /extension "([^"]+)" is not available|could not open extension control file "[^"]*?([^/"]+)\.control"|could not access file "(\$libdir\/[^"]+)"/u,
    fault: (match) => {
      const name = match[1] ?? match[2] ?? match[3] ?? 'unknown';
      return new CannotTell('extension-missing', `The backup needs the PostgreSQL extension ${name}, which is not installed on this laptop.`, { extension: name });
    },
  },
  {
    pattern: /invalid (?:LC_COLLATE )?locale name: "([^"]+)"|locale name "([^"]+)"|invalid locale settings/iu,
    fault: (match) => new CannotTell('locale-missing', `The backup needs the locale ${match[1] ?? match[2] ?? 'of its server'}, which is not installed on this laptop.`),
  },
  {
    pattern: /out of memory|could not resize shared memory segment|Cannot allocate memory/iu,
    fault: () => new CannotTell('no-memory', 'The memory of this laptop did not suffice for the restore. Close other programs and check again.'),
  },
];

/** @param texts what the tool and the server said; @returns null when the backup itself is to blame */
export function laptopFault(...texts: readonly string[]): CannotTell | null {
  return matchFault(FAULTS, texts);
}
