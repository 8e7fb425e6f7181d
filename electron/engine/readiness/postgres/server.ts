/** A PostgreSQL server process of our own on a private socket, never on TCP. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../deps.ts';
import type { Server } from '../own-server.ts';
import { startOwnServer } from '../own-server.ts';
import type { Account } from './account.ts';
import { underAccount } from './account.ts';
import type { PostgresPrograms } from './find-postgres.ts';
import type { ScratchFolder } from './scratch-folder.ts';

export interface ServerStart {
  clock: Clock;
  programs: PostgresPrograms;
  account: Account | null;
  folder: ScratchFolder;
  port: number;
  settings: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string>>;
  withinMs: number;
  signal?: AbortSignal;
}

/** Resolves when the server takes connections. EngineError `bad` with the server's last words when it does not come up. */
export function startServer(start: ServerStart): Promise<Server> {
  const { clock, account, folder, env, withinMs, signal } = start;
  return startOwnServer({
    clock, env, withinMs, name: 'PostgreSQL', cwd: folder.base, log: folder.log,
    argv: underAccount(account, serverArgv(start), { dieWithParent: true }),
    isReady: () => isReady(folder.dataDir),
    stopWith: 'SIGQUIT', // immediate shutdown
    ...(signal === undefined ? {} : { signal }),
  });
}

function serverArgv(start: ServerStart): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: start.folder.socketDir,
    port: String(start.port),
    fsync: 'off', // the data lives for minutes
    synchronous_commit: 'off',
    full_page_writes: 'off',
    // in the data folder, so that nothing stays in memory after a kill
    ...(process.platform === 'win32' ? {} : { dynamic_shared_memory_type: 'mmap' }),
    logging_collector: 'off',
    log_destination: 'stderr',
    ssl: 'off',
    max_logical_replication_workers: '0', // a restored subscriber must not call on its lost publisher
    shared_preload_libraries: '', // a restored configuration may name libraries that are not on this laptop
    ...start.settings,
  };
  return [join(start.programs.folder, 'postgres'), '-D', start.folder.dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Line 8 of postmaster.pid says "ready" once connections are taken (and "standby" while it recovers). */
function isReady(dataDir: string): boolean {
  try {
    return readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}
