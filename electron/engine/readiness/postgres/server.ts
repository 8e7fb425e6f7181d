/** A PostgreSQL server process of our own on a private socket: started, waited for, stopped, never on TCP. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../contract/errors.ts';
import type { Clock } from '../../deps.ts';
import type { Account } from './account.ts';
import { underAccount } from './account.ts';
import type { PostgresPrograms } from './find-postgres.ts';
import type { ScratchFolder } from './scratch-folder.ts';

const POLL_MS = 20;
const STOP_MS = 10_000;

export interface ServerStart {
  clock: Clock;
  programs: PostgresPrograms;
  account: Account | null;
  folder: ScratchFolder;
  port: number;
  settings: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string>>;
  /** Recovery of a large archive takes long; without recovery the server is up in a second. */
  withinMs: number;
  signal?: AbortSignal;
}

export interface Server {
  pid: number;
  /** Ends it at once; its data is thrown away anyway. */
  stop(): Promise<void>;
}

/** Resolves when the server takes connections. EngineError `bad` with the server's last words when it does not come up. */
export async function startServer(start: ServerStart): Promise<Server> {
  const log = openSync(start.folder.log, 'a', 0o600);
  const argv = underAccount(start.account, serverArgv(start), { dieWithParent: true });
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', log, log], env: start.env, cwd: start.folder.base, detached: true });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const hasEnded = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const server = { pid: child.pid ?? 0, stop: () => stopServer(start.clock, child.pid, hasEnded, ended) };
  try {
    await waitUntilReady(start, hasEnded);
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
  return server;
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

async function waitUntilReady(start: ServerStart, hasEnded: () => boolean): Promise<void> {
  const deadline = start.clock.uptime() + start.withinMs;
  while (!isReady(start.folder.dataDir)) {
    start.signal?.throwIfAborted();
    if (hasEnded()) throw new EngineError('bad', `The scratch PostgreSQL server did not start: ${lastWords(start.folder.log)}`);
    if (start.clock.uptime() > deadline) throw new EngineError('bad', `The scratch PostgreSQL server was not ready in time: ${lastWords(start.folder.log)}`);
    await start.clock.sleep(POLL_MS, start.signal);
  }
}

/** Line 8 of postmaster.pid says "ready" once connections are taken (and "standby" while it recovers). */
function isReady(dataDir: string): boolean {
  try {
    return readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

async function stopServer(clock: Clock, pid: number | undefined, hasEnded: () => boolean, ended: Promise<void>): Promise<void> {
  if (pid === undefined || hasEnded()) return;
  signalQuietly(pid, 'SIGQUIT'); // immediate shutdown
  await Promise.race([ended, clock.sleep(STOP_MS)]);
  if (hasEnded()) return;
  signalQuietly(-pid, 'SIGKILL');
  await ended;
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended in the meantime
  }
}

/** The server's complaint in its log: the last FATAL, PANIC or ERROR, else the last line. */
export function lastWords(log: string): string {
  let text: string;
  try {
    text = readFileSync(log, 'utf8');
  } catch {
    return 'it left no log';
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => /FATAL|PANIC|ERROR/u.test(line)) ?? lines.at(-1) ?? 'it left no log';
  return telling.replace(/^\d{4}-\d\d-\d\d \S+ \S+ \[\d+\] /u, '').slice(0, 300);
}
