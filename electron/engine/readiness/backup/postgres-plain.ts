/** `postgres-plain` and `postgres-dumpall`: SQL text of pg_dump or pg_dumpall, as it is or in gzip or zstd, restored with psql. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { laptopFault } from '../postgres/laptop-fault.ts';
import { chooseDatabase } from '../postgres/only-database.ts';
import { startScratchPostgres } from '../postgres/scratch-postgres.ts';
import type { ScratchPostgres } from '../postgres/scratch-postgres.ts';
import type { ProbeContext } from '../probe.ts';
import { complaint } from '../run-program.ts';
import type { BackupReader, Inspection, Restored } from './reader.ts';
import { RestoreFailed } from './reader.ts';
import { broken, held } from './ladder.ts';
import { DUMP_OF, readPlain } from './read-plain.ts';
import type { DumpOf, PlainReading } from './read-plain.ts';
import { intactByWrapping, readOrFault } from './read-wrapped.ts';
import { createRoles } from './roles.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const postgresPlain: BackupReader = {
  inspect: (path, context) => inspectText(path, 'database', context),
  restore: (path, context, options) => restoreText(path, 'database', context, options.database),
};

/** `postgres-dumpall`: the same text for all databases of a server, with its roles. */
export const postgresDumpall: BackupReader = {
  inspect: (path, context) => inspectText(path, 'cluster', context),
  restore: (path, context, options) => restoreText(path, 'cluster', context, options.database),
};

/** Reads it all once: a cut or a damage shows before a server is started for it. */
async function inspectText(path: string, of: DumpOf, context: ProbeContext): Promise<Inspection> {
  const reading = await readOrFault(() => readPlain(path, of, null, context), context.signal);
  if (typeof reading === 'string') return { listed: broken('reading to the end', reading), intact: null };
  const fault = faultOf(reading, DUMP_OF[of].writer);
  if (fault !== null) return { listed: broken('reading to the end', fault), intact: null };
  return { listed: held('reading to the end', `${reading.statements} statements, and the line with which ${DUMP_OF[of].writer} ends a dump`), intact: intactByWrapping(reading, 'plain SQL carries no checksum') };
}

/** A cluster's dump makes its own roles, the superuser among them, so the scratch server's superuser has another name. */
async function restoreText(path: string, of: DumpOf, context: ProbeContext, database: string | undefined): Promise<Restored> {
  const folder = temporaryFolder(context.scratchDir);
  let stop = async (): Promise<void> => rmSync(folder, { recursive: true, force: true });
  try {
    const own = of === 'cluster' ? { user: 'blackstart_scratch', database: 'blackstart_scratch' } : { database: database ?? 'restored' };
    const scratch = await startScratchPostgres(context, { ...own, dataParent: context.scratchDir });
    const removeFolder = stop;
    stop = async () => {
      await scratch.stop();
      await removeFolder();
    };
    const connects = await feed(path, of, join(folder, 'dump.sql'), scratch, context);
    const inside = of === 'cluster' ? await chooseDatabase(scratch, database) : (connects ?? scratch.database);
    return { query: (sql) => scratch.query(sql, inside), stop, detail: `into a scratch PostgreSQL ${scratch.programs.major}` };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** Unpacks the text, runs it, removes it; @returns the database that it connected to itself */
async function feed(path: string, of: DumpOf, text: string, scratch: ScratchPostgres, context: ProbeContext): Promise<string | null> {
  const { roles, connects } = await readPlain(path, of, text, context);
  if (of === 'database') await createRoles(scratch, roles);
  context.progress('restoring into a scratch server');
  const outcome = await scratch.client('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', scratch.database], { stdin: { file: text } });
  if (!outcome.ok) throw laptopFault(outcome.stderr.text, scratch.log()) ?? new RestoreFailed(complaint(outcome));
  rmSync(text);
  return connects;
}

/** What a reader to the end can hold against the dump; null when nothing. */
function faultOf(reading: PlainReading, writer: string): string | null {
  if (reading.command !== null) return `line ${reading.command.line} holds the psql command "${reading.command.text}", which could run programs; ${writer} writes no such line`;
  if (!reading.isDump) return `the file is no dump of ${writer}: its first lines do not say so`;
  if (!reading.complete) return `the dump is cut off: the line with which ${writer} ends a dump is missing`;
  if (reading.statements === 0) return 'the dump is empty: it holds no statement';
  return null;
}
