/** Imports a kit, to be killed on the way: `import-child.ts DATA STICK VKEY`. */
import { systemClock } from '../../electron/engine/clock.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';
import { importKit } from '../../electron/engine/kit/import-kit.ts';
import { parseVerifier } from '../../electron/engine/note/note.ts';

const [dataDir = '', folder = '', vkey = ''] = process.argv.slice(2);
const clock = systemClock();
const journal = openJournal({ dataDir, clock });
await importKit({ journal, dataDir, clock }, { folder, by: 'Kim Lee', verifiers: [parseVerifier(vkey)] });
journal.close();
