/** After a crash: an import that was cut off is brought to its end, and what it left behind is removed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from '../journal/durable-file.ts';
import type { Journal } from '../journal/journal.ts';
import { KIT_IMPORT_FAILED, KIT_IMPORTED, readKitState } from './fold-kit.ts';
import { kitsFolder, leftovers, linkedKit, linkKit, removeKit } from './kit-place.ts';

/** Only the holder of the data folder's lock may. The link decides: it is made when the whole kit is on the disk. */
export function settleKit(journal: Journal, dataDir: string): void {
  const { open, inPlace } = readKitState(journal);
  onDisk('clearing up after an import', () => {
    if (linkedKit(dataDir) === null && inPlace !== null && existsSync(join(kitsFolder(dataDir), inPlace.name))) linkKit(dataDir, inPlace.name);
    if (open !== null) {
      const { name, root } = open;
      const end = linkedKit(dataDir) === name ? { type: KIT_IMPORTED, data: { name, root, after_crash: true } } : { type: KIT_IMPORT_FAILED, data: { name, root, reason: 'It was cut off before the kit was in place.' } };
      journal.append({ ...end, run: null, actor: 'engine' });
    }
    for (const name of leftovers(dataDir)) removeKit(dataDir, name);
  });
}
