/** `postgres-custom`: archives of `pg_dump -Fc`, read with pg_restore. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { laptopFault } from '../postgres/laptop-fault.ts';
import type { ProbeContext } from '../probe.ts';
import { requirePostgres, restoreJobs, startScratchPostgres } from '../postgres/scratch-postgres.ts';
import type { ScratchPostgres } from '../postgres/scratch-postgres.ts';
import { complaint, runProgram } from '../run-program.ts';
import type { BackupReader, Restored } from './reader.ts';
import { RestoreFailed } from './reader.ts';
import { broken, held, unprovable } from './ladder.ts';
import type { Rung } from './ladder.ts';
import { createRoles, rolesIn } from './roles.ts';

export const postgresCustom: BackupReader = {
  async inspect(path, context) {
    const header = readHeader(path);
    if (header === null) return { listed: broken('header', 'the file is no custom-format dump of pg_dump: it does not begin with PGDMP'), intact: null };
    const programs = requirePostgres(context.env);
    const pgRestore = join(programs.folder, 'pg_restore');
    context.progress('reading the table of contents');
    const list = await runProgram(context, { argv: [pgRestore, '--list', path], cwd: context.scratchDir });
    if (!list.ok) return { listed: broken('pg_restore --list', unreadable(complaint(list), programs.major)), intact: null };
    const entries = list.stdout.text.split('\n').filter((line) => /^\d+;/u.test(line)).length;
    context.progress('reading the archive to its end');
    const whole = await runProgram(context, { argv: [pgRestore, '-f', process.platform === 'win32' ? 'NUL' : '/dev/null', path], cwd: context.scratchDir });
    if (!whole.ok) return { listed: broken('pg_restore -f /dev/null', `the archive cannot be read to its end: ${complaint(whole)}`), intact: null };
    if (entries === 0) return { listed: broken('pg_restore --list', 'the dump is empty: its table of contents lists nothing'), intact: null };
    return { listed: held('pg_restore --list, -f /dev/null', `${entries} entries, read to the end`), intact: intactBy(header.compression) };
  },

  async restore(path, context, options): Promise<Restored> {
    const scratch = await startScratchPostgres(context, { database: options.database ?? 'restored', dataParent: context.scratchDir });
    try {
      await createRoles(scratch, await rolesOfSchema(scratch, path, context));
      context.progress('restoring into a scratch server');
      const jobs = String(restoreJobs());
      const outcome = await scratch.client('pg_restore', ['--no-owner', '--no-privileges', '--no-tablespaces', '--no-subscriptions', '--exit-on-error', '--jobs', jobs, '--dbname', scratch.database, path], { asSelf: true });
      if (!outcome.ok) throw laptopFault(outcome.stderr.text, scratch.log()) ?? new RestoreFailed(complaint(outcome));
      return { query: scratch.query, stop: scratch.stop, detail: `into a scratch PostgreSQL ${scratch.programs.major}` };
    } catch (thrown) {
      await scratch.stop();
      throw thrown;
    }
  },
};

/** Policies and default privileges name roles, which must exist even without owners and grants. */
async function rolesOfSchema(scratch: ScratchPostgres, path: string, context: ProbeContext): Promise<string[]> {
  const outcome = await runProgram(context, { argv: [join(scratch.programs.folder, 'pg_restore'), '--schema-only', '-f', '-', path], cwd: context.scratchDir });
  return outcome.ok ? rolesIn(outcome.stdout.text.split('\n')) : [];
}

type Compression = 'none' | 'zlib' | 'lz4' | 'zstd';

/**
 * "PGDMP", version (3 bytes), sizes of int and offset, format; from archive version 1.15 on one byte of algorithm, before
 * that an int of level (sign, then little-endian) where 0 is no compression. Source: pg_backup_archiver.c, ReadHead.
 */
function readHeader(path: string): { compression: Compression } | null {
  const bytes = Buffer.alloc(16);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, bytes, 0, 16, 0) < 16 || bytes.toString('latin1', 0, 5) !== 'PGDMP') return null;
  } finally {
    closeSync(file);
  }
  const [major, minor, intSize] = [bytes[5] ?? 0, bytes[6] ?? 0, bytes[8] ?? 4];
  if (major > 1 || minor >= 15) return { compression: (['none', 'zlib', 'lz4', 'zstd'] as const)[bytes[11] ?? 0] ?? 'zstd' };
  const level = bytes.readUIntLE(12, Math.min(intSize, 4));
  return { compression: level === 0 ? 'none' : 'zlib' };
}

function intactBy(compression: Compression): Rung {
  if (compression === 'zlib') return held('zlib checksums', 'the checksum of every compressed block holds; the table of contents itself has none');
  const why = compression === 'none' ? 'the dump is not compressed' : `${compression} blocks in a dump carry no checksum`;
  return unprovable('the format', `${why}, so a changed byte would not show; give \`sums\` or \`sha256\``);
}

function unreadable(message: string, major: number): string {
  if (/unsupported version/u.test(message)) return `the dump was written by a newer pg_dump than PostgreSQL ${major} can read (${message})`;
  return `its table of contents cannot be read: ${message}`;
}
