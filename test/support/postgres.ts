/** Dumps of a real PostgreSQL, made by the real pg_dump. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startScratchPostgres } from '../../electron/engine/readiness/postgres/scratch-postgres.ts';
import type { ScratchPostgres } from '../../electron/engine/readiness/postgres/scratch-postgres.ts';
import type { Bench } from './probe.ts';

export interface Source {
  server: ScratchPostgres;
  /** Runs pg_dump on the source with these options and returns what it writes. */
  dump(options: readonly string[]): Buffer;
}

/** A server filled with `sql`; stop `server` when done. */
export async function startSource(bench: Bench, sql: string): Promise<Source> {
  const server = await startScratchPostgres(bench.context(), { database: 'ampora' });
  await server.query(sql);
  const dump = (options: readonly string[]): Buffer =>
    execFileSync(join(server.programs.folder, 'pg_dump'), ['-h', server.host, '-p', String(server.port), '-U', server.user, ...options, server.database], { maxBuffer: 2 ** 28 });
  return { server, dump };
}
