/** PostgreSQL servers of the lab: real ones, on loopback and a private socket, under the lab's account, each below one folder. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { giveToLab, runInLab } from './lab-account.ts';

export const PG_BIN = '/usr/lib/postgresql/15/bin';
/** A socket's path may have 107 bytes; the rest is `/.s.PGSQL.65535`. */
const LONGEST_FOLDER = 90;

export interface PostgresServer {
  data: string;
  /** Folder of the socket: on it everybody of this machine's lab is let in, over TCP only with the password. */
  sockets: string;
  /** Address of the loopback network. */
  host: string;
  port: number;
  log: string;
  /** Of the superuser postgres; 0600, owned by the lab's account. */
  passwordFile: string;
}

const PATHS = '/usr/local/bin:/usr/bin:/bin';

/** The server that lives, or will live, below this folder. */
export function serverIn(folder: string, name: string, port: number, host = '127.0.0.1'): PostgresServer {
  return { data: join(folder, name), sockets: join(folder, `s-${name}`), host, port, log: join(folder, 'log', `${name}.log`), passwordFile: join(folder, 'password') };
}

/** Its environment: nothing of the caller's, so that no PGHOST leads anywhere else. */
export function labRun(argv: readonly string[], cwd: string, input?: string): string {
  return runInLab(argv, { env: { PATH: PATHS, HOME: cwd, LANG: 'C.UTF-8', TMPDIR: tmpdir() }, cwd, ...(input === undefined ? {} : { input }) });
}

/** An empty cluster; call it once. Local connections are trusted, TCP asks for the password. */
export function createServer(server: PostgresServer, settings: readonly string[]): void {
  const folder = dirname(server.data);
  makeFolders(server);
  labRun([`${PG_BIN}/initdb`, '-D', server.data, '-U', 'postgres', '--auth-local=trust', '--auth-host=scram-sha-256', '--pwfile', server.passwordFile, '--data-checksums', '--encoding=UTF8', '--locale=C.UTF-8'], folder);
  const all = [`listen_addresses = '${server.host}'`, `port = ${server.port}`, `unix_socket_directories = '${server.sockets}'`, 'shared_buffers = 32MB', ...settings];
  labRun(['tee', '-a', join(server.data, 'postgresql.conf')], folder, `${all.join('\n')}\n`);
}

/** Folders and password, for a server whose data come from elsewhere. */
export function makeFolders(server: PostgresServer): void {
  if (Buffer.byteLength(server.sockets) > LONGEST_FOLDER) throw new Error(`${server.sockets} is too long for a socket; give the lab a shorter folder (BLACKSTART_LAB)`);
  const folder = dirname(server.data);
  for (const part of [server.sockets, dirname(server.log)]) mkdirSync(part, { recursive: true, mode: 0o700 });
  if (!existsSync(server.passwordFile)) writeFileSync(server.passwordFile, `${randomBytes(12).toString('base64url')}\n`, { mode: 0o600 });
  giveToLab(folder);
}

/** Returns when the server takes connections. Throws with the last lines of its log when it does not come up. */
export function startServer(server: PostgresServer): void {
  if (serverRuns(server)) return;
  try {
    labRun([`${PG_BIN}/pg_ctl`, '-D', server.data, '-w', '-t', '60', '-l', server.log, 'start'], dirname(server.data));
  } catch (error) {
    const words = existsSync(server.log) ? readFileSync(server.log, 'utf8').trimEnd().split('\n').slice(-5).join('\n') : 'it wrote no log';
    throw new Error(`PostgreSQL did not start: ${words}`, { cause: error });
  }
}

/** @param mode `fast` ends it in order, `immediate` as a power cut would */
export function stopServer(server: PostgresServer, mode: 'fast' | 'immediate' = 'immediate'): void {
  if (serverRuns(server)) labRun([`${PG_BIN}/pg_ctl`, '-D', server.data, '-m', mode, '-w', 'stop'], dirname(server.data));
}

export function serverRuns(server: PostgresServer): boolean {
  if (!existsSync(join(server.data, 'postmaster.pid'))) return false;
  try {
    labRun([`${PG_BIN}/pg_isready`, '-q', '-h', server.sockets, '-p', String(server.port)], dirname(server.data));
    return true;
  } catch {
    return processRuns(server);
  }
}

/** A server that starts, or that takes no connections, runs as well; pg_ctl knows the process. */
function processRuns(server: PostgresServer): boolean {
  try {
    labRun([`${PG_BIN}/pg_ctl`, '-D', server.data, 'status'], dirname(server.data));
    return true;
  } catch {
    return false;
  }
}

/** Ends it and removes its data; the folders stay. */
export function dropServer(server: PostgresServer): void {
  stopServer(server);
  rmSync(server.data, { recursive: true, force: true });
}

/** What psql prints, unaligned, without the last line break. Throws with psql's words. */
export function sqlOn(server: PostgresServer, text: string, database = 'postgres'): string {
  return labRun(['psql', '--no-psqlrc', '-h', server.sockets, '-p', String(server.port), '-U', 'postgres', '-d', database, '-v', 'ON_ERROR_STOP=1', '-qAt', '-f', '-'], dirname(server.data), text).trim();
}

export function passwordOf(server: PostgresServer): string {
  return readFileSync(server.passwordFile, 'utf8').trim();
}
