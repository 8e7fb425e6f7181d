/** `mysqldump`: SQL text of mysqldump or mariadb-dump, as it is or in gzip or zstd, restored into a scratch MariaDB. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { mariaDbFault } from '../mariadb/laptop-fault.ts';
import { mariaDbComplaint, startScratchMariaDb } from '../mariadb/scratch-mariadb.ts';
import type { ScratchMariaDb } from '../mariadb/scratch-mariadb.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { broken, held } from './ladder.ts';
import { readMysqlDump } from './read-mysqldump.ts';
import type { MysqlReading } from './read-mysqldump.ts';
import { foreignWrapping, intactByWrapping, readOrFault } from './read-wrapped.ts';
import type { BackupReader, Inspection, Restored } from './reader.ts';
import { RestoreFailed } from './reader.ts';

/** Takes what names no database itself. */
const OWN_DATABASE = 'blackstart_scratch';

export const mysqldump: BackupReader = {
  /** Reads it all once: a cut or a damage shows before a server is started for it. */
  async inspect(path, context): Promise<Inspection> {
    const foreign = await foreignWrapping(path);
    const reading = await readOrFault(() => readMysqlDump(path, null, context), context.signal);
    if (typeof reading === 'string') return { listed: broken('reading to the end', reading), intact: null };
    const fault = faultOf(reading, foreign);
    if (fault !== null) return { listed: broken('reading to the end', fault), intact: null };
    const rows = reading.inserts === 0 ? 'no row' : `${reading.inserts} statements with rows`;
    return { listed: held('reading to the end', `${reading.tables} tables, ${rows}, and the line with which mysqldump ends a dump`), intact: intactByWrapping(reading, 'plain SQL carries no checksum') };
  },

  async restore(path, context, { database }): Promise<Restored> {
    const folder = temporaryFolder(context.scratchDir);
    let stop = async (): Promise<void> => rmSync(folder, { recursive: true, force: true });
    try {
      context.progress('starting a scratch server');
      const scratch = await startScratchMariaDb(context, context.scratchDir);
      const removeFolder = stop;
      stop = async () => {
        await scratch.stop();
        await removeFolder();
      };
      await feed(path, join(folder, 'dump.sql'), scratch, context);
      await scratch.open();
      const inside = await chooseDatabase(scratch, database);
      return { query: (sql) => scratch.query(sql, inside), stop, detail: 'into a scratch MariaDB' };
    } catch (thrown) {
      await stop();
      throw thrown;
    }
  },
};

async function feed(path: string, text: string, scratch: ScratchMariaDb, context: ProbeContext): Promise<void> {
  await readMysqlDump(path, text, context);
  await scratch.query(`CREATE DATABASE ${OWN_DATABASE} DEFAULT CHARACTER SET utf8mb4`, 'mysql');
  context.progress('restoring into a scratch server');
  const outcome = await scratch.feed({ file: text }, OWN_DATABASE);
  if (!outcome.ok) throw mariaDbFault(outcome.stderr.text, scratch.log()) ?? new RestoreFailed(mariaDbComplaint(outcome));
  rmSync(text);
}

/** @param wanted the check's `database`; without it the one that the dump made or filled, if there is only one */
async function chooseDatabase(scratch: ScratchMariaDb, wanted: string | undefined): Promise<string> {
  const own = Number(await scratch.query(`SELECT count(*) FROM information_schema.tables WHERE table_schema = '${OWN_DATABASE}'`, 'mysql')) > 0;
  const names = (await scratch.databases()).filter((name) => name !== OWN_DATABASE);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  if (wanted !== undefined && names.length > 0) throw new RestoreFailed(`the dump has no database ${wanted}, only ${names.join(', ')}`);
  if (own) return OWN_DATABASE;
  if (names.length > 1) throw new CannotTell('refused', `The dump holds several databases (${names.join(', ')}): say in the check which one, with \`database\`.`);
  const [only] = names;
  if (only === undefined) throw new RestoreFailed('it made no table and no database');
  return only;
}

/** What a reader to the end can hold against the dump; null when nothing. */
function faultOf(reading: MysqlReading, foreign: string | null): string | null {
  if (!reading.isDump) return foreign === null ? 'the file is no dump of mysqldump or mariadb-dump: its first lines do not say so' : `the file is compressed with ${foreign}, which is not opened here; use gzip or zstd`;
  if (!reading.complete) return 'the dump is cut off: the line with which mysqldump ends a dump is missing (it is left out only with --skip-comments or --compact, and then nobody can tell)';
  if (reading.tables === 0 && reading.inserts === 0) return 'the dump is empty: it makes no table and holds no row';
  return null;
}
