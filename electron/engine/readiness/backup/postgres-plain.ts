/** `postgres-plain`: SQL text of pg_dump, as it is or in gzip or zstd, restored with psql. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { laptopFault } from '../postgres/laptop-fault.ts';
import { startScratchPostgres } from '../postgres/scratch-postgres.ts';
import { complaint } from '../run-program.ts';
import type { BackupReader, Restored } from './reader.ts';
import { RestoreFailed } from './reader.ts';
import { broken, held, unprovable } from './ladder.ts';
import type { Rung } from './ladder.ts';
import { readPlain } from './read-plain.ts';
import type { PlainReading } from './read-plain.ts';
import { createRoles } from './roles.ts';
import { temporaryFolder } from '../owned-folder.ts';

export const postgresPlain: BackupReader = {
  async inspect(path, context) {
    const reading = await readOrFault(() => readPlain(path, null, context), context.signal);
    if (typeof reading === 'string') return { listed: broken('reading to the end', reading), intact: null };
    const fault = faultOf(reading);
    if (fault !== null) return { listed: broken('reading to the end', fault), intact: null };
    return { listed: held('reading to the end', `${reading.statements} statements, and the line with which pg_dump ends a dump`), intact: intactBy(reading) };
  },

  async restore(path, context, options): Promise<Restored> {
    const folder = temporaryFolder(context.scratchDir);
    const scratch = await startScratchPostgres(context, { database: options.database ?? 'restored', dataParent: context.scratchDir });
    const stop = async (): Promise<void> => {
      await scratch.stop();
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      const text = join(folder, 'dump.sql');
      const { roles, connects } = await readPlain(path, text, context);
      chmodSync(text, 0o600);
      await createRoles(scratch, roles);
      context.progress('restoring into a scratch server');
      const outcome = await scratch.client('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', scratch.database], { stdin: { file: text } });
      if (!outcome.ok) throw laptopFault(outcome.stderr.text, scratch.log()) ?? new RestoreFailed(complaint(outcome));
      rmSync(text);
      return { query: (sql) => scratch.query(sql, connects ?? scratch.database), stop, detail: `into a scratch PostgreSQL ${scratch.programs.major}` };
    } catch (thrown) {
      await stop();
      throw thrown;
    }
  },
};

function faultOf(reading: PlainReading): string | null {
  if (reading.command !== null) return `line ${reading.command.line} holds the psql command "${reading.command.text}", which could run programs; pg_dump writes no such line`;
  if (!reading.isDump) return 'the file is no plain dump of pg_dump: its first lines do not say so';
  if (!reading.complete) return 'the dump is cut off: the line with which pg_dump ends a dump is missing';
  if (reading.statements === 0) return 'the dump is empty: it holds no statement';
  return null;
}

function intactBy(reading: PlainReading): Rung {
  if (reading.checksummed) return held(`${reading.wrapping} checksum`, `the checksum inside the ${reading.wrapping} file holds to its end`);
  const why = reading.wrapping === 'none' ? 'plain SQL carries no checksum' : 'this zstd file was written without a checksum';
  return unprovable('the format', `${why}, so a changed byte would not show; give \`sums\` or \`sha256\``);
}

/** zlib's and zstd's errors as a person reads them; others are not the dump's fault. */
async function readOrFault<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T | string> {
  try {
    return await read();
  } catch (thrown) {
    signal.throwIfAborted();
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'Z_BUF_ERROR') return 'the compressed dump is cut off: it ends in the middle';
    if (code.startsWith('Z_') || code.startsWith('ZSTD_')) return `the compressed dump is damaged: ${thrown instanceof Error ? thrown.message : code}`;
    throw thrown;
  }
}

