/**
 * A PostgreSQL server of our own for a restore: an empty cluster on a private socket, torn down without a trace.
 * The run engine uses it for `scratch: {pg: {kind: postgres}}`, the proof ladder for `restored` and above.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../../contract/errors.ts';
import type { Clock } from '../../deps.ts';
import type { Server } from '../own-server.ts';
import { readLog } from '../own-server.ts';
import type { ProgramHost } from '../run-program.ts';
import { complaint, runProgram } from '../run-program.ts';
import type { ToolInput, ToolOutcome } from '../../tool/tool.ts';
import type { Account } from './account.ts';
import { serverAccount, underAccount } from './account.ts';
import type { PostgresPrograms } from './find-postgres.ts';
import { findPostgres } from './find-postgres.ts';
import { laptopFault } from './laptop-fault.ts';
import type { ScratchFolder } from './scratch-folder.ts';
import { makeScratchFolder, sweepScratchFolders } from './scratch-folder.ts';
import { startServer } from './server.ts';

const PORT = 5432; // of the socket's name only; nothing listens on TCP
const USER = 'postgres';
const START_MS = 60_000;

export interface ScratchHost extends ProgramHost {
  clock: Clock;
}

export interface ScratchPostgres {
  /** The socket's folder: what libpq takes as host. */
  host: string;
  port: number;
  user: string;
  database: string;
  programs: PostgresPrograms;
  /** Rows LF, columns TAB, NULL `\N`; EngineError `bad` with the server's message when the query fails. */
  query(sql: string, database?: string): Promise<string>;
  /** The database that was made empty for the caller; null on a restored server, which brings its own. */
  ownDatabase: string | null;
  /** What the server has logged so far. */
  log(): string;
  /** Runs one of PostgreSQL's programs against this server, under the server's account when we are root. */
  client(name: string, args: readonly string[], options?: { stdin?: ToolInput; timeoutMs?: number; asSelf?: boolean }): Promise<ToolOutcome>;
  /** Ends the server and removes its folders; a second call does nothing. */
  stop(): Promise<void>;
}

export interface ScratchOptions {
  database?: string;
  /** Name of the superuser; another one where a dump makes the role postgres itself. */
  user?: string;
  /** Where the data lies, on a disk with room; default a temporary folder. */
  dataParent?: string;
  major?: number;
}

/** EngineError `not-found` without PostgreSQL on this laptop, `bad` when the server does not come up. */
export async function startScratchPostgres(host: ScratchHost, options: ScratchOptions = {}): Promise<ScratchPostgres> {
  const programs = requirePostgres(host.env, options.major);
  const account = serverAccount();
  sweepScratchFolders(options.dataParent);
  const folder = makeScratchFolder(account, options.dataParent);
  try {
    const user = options.user ?? USER;
    await initCluster(host, programs, account, folder, user);
    const server = await startServer({
      clock: host.clock, programs, account, folder, port: PORT, env: serverEnv(host.env, folder), withinMs: START_MS,
      settings: { wal_level: 'minimal', max_wal_senders: '0', autovacuum: 'off', max_wal_size: '4GB' },
      ...(host.signal === undefined ? {} : { signal: host.signal }),
    });
    return await openDatabase(scratchOn(host, { programs, account, folder, server, user, database: options.database ?? 'scratch', own: true }));
  } catch (thrown) {
    folder.remove();
    throw thrown;
  }
}

/** The newest PostgreSQL here, or EngineError `not-found` in words that name the wanted version. */
export function requirePostgres(env: Readonly<Record<string, string>>, major?: number): PostgresPrograms {
  const programs = findPostgres(env, major);
  if (programs !== null) return programs;
  throw new EngineError('not-found', `PostgreSQL${major === undefined ? '' : ` ${major}`} is not on this laptop: a scratch server needs its server programs (postgres, initdb, psql, pg_restore)`, {
    hint: `Install the package postgresql${major === undefined ? '' : `-${major}`}, or put the programs into the kit's toolbox.`,
  });
}

/** A running server seen through psql. Shared by an empty cluster and a restored one. */
export function scratchOn(
  host: ScratchHost,
  parts: { programs: PostgresPrograms; account: Account | null; folder: ScratchFolder; server: Server; database: string; user?: string; own?: boolean },
): ScratchPostgres {
  const { programs, account, folder, server } = parts;
  const user = parts.user ?? USER;
  const client: ScratchPostgres['client'] = (name, args, { asSelf = false, ...run } = {}) =>
    runProgram(host, {
      argv: underAccount(asSelf ? null : account, [join(programs.folder, name), ...args]),
      cwd: folder.base,
      env: { ...clientEnv(folder), PGHOST: folder.socketDir, PGPORT: String(PORT), PGUSER: user, PGDATABASE: parts.database },
      ...run,
    });
  const stopOnce = once(async () => {
    await server.stop();
    folder.remove();
  });
  return { ownDatabase: parts.own === true ? parts.database : null, host: folder.socketDir, port: PORT, user, database: parts.database, programs, client, query: (sql, inside) => ask(client, sql, inside ?? parts.database), log: () => readLog(folder.log), stop: stopOnce };
}

async function ask(client: ScratchPostgres['client'], sql: string, database: string): Promise<string> {
  const outcome = await client('psql', ['-X', '-A', '-t', '-F', '\t', '-P', 'null=\\N', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', sql]);
  if (!outcome.ok) throw new EngineError('bad', complaint(outcome));
  if (outcome.stdout.truncated) throw new EngineError('bad', 'the answer to the query is too large (over 16 MiB)');
  return outcome.stdout.text.replace(/\n$/u, '');
}

async function initCluster(host: ScratchHost, programs: PostgresPrograms, account: Account | null, folder: ScratchFolder, user: string): Promise<void> {
  const argv = [join(programs.folder, 'initdb'), '-D', folder.dataDir, '-U', user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const outcome = await runProgram(host, { argv: underAccount(account, argv), cwd: folder.base, env: clientEnv(folder), timeoutMs: START_MS });
  if (outcome.ok) return;
  const fault = laptopFault(outcome.stderr.text, outcome.stdout.text);
  throw fault === null ? new EngineError('bad', `The scratch PostgreSQL cluster could not be made: ${complaint(outcome)}`) : new EngineError('disk', fault.message);
}

async function openDatabase(scratch: ScratchPostgres): Promise<ScratchPostgres> {
  const outcome = await scratch.client('createdb', ['--maintenance-db=postgres', '--template=template0', scratch.database]);
  if (outcome.ok) return scratch;
  await scratch.stop();
  throw new EngineError('bad', `The scratch database could not be made: ${complaint(outcome)}`);
}

/** Messages in English, since they are shown and matched; no service file or password of the operator's is read. */
export function clientEnv(folder: ScratchFolder): Record<string, string> {
  return { HOME: folder.base, LC_ALL: 'C', PGTZ: 'UTC', PGPASSFILE: join(folder.base, 'none'), PGSYSCONFDIR: folder.base, PGCONNECT_TIMEOUT: '10' };
}

export function serverEnv(env: Readonly<Record<string, string>>, folder: ScratchFolder): Record<string, string> {
  return { PATH: env['PATH'] ?? '', TZ: 'UTC', ...clientEnv(folder) };
}

/** Parallel jobs of a restore: no more than four, since the laptop has other work. */
export function restoreJobs(): number {
  return Math.min(4, availableParallelism());
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}
