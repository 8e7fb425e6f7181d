/**
 * The Ampora lab of a test: a real PostgreSQL 15 with a real, encrypted pgBackRest repository, an accident, and nothing left of the primary but
 * its backups, plus the kit. Everything is on loopback and below one temporary folder, so that tests need no other part of the lab.
 *
 * `startAmporaLab()` takes about 15 seconds; `lab.remove()` ends what it started and deletes the folder.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../daemon.ts';
import { asLabAccount, giveToLab } from '../lab-account.ts';
import { createServer, PG_BIN, serverIn, sqlOn, startServer, stopServer, type PostgresServer } from '../postgres-server.ts';
import { accident, fillAndBackUp, healthOf, HOSTNAME, inSite, makeKit, makeSite, REHEARSAL_PORT, TENANTS, type Accident, type Primary, type Site } from './ampora-site.ts';

export { REHEARSAL_PORT, TENANTS } from './ampora-site.ts';

const STANZA = 'ampora';
/** Nothing listens on it over TCP: it is only the name of the socket. */
const SOCKET_PORT = 5432;

export interface AmporaLab extends Accident {
  folder: string;
  kit: string;
  healthUrl: string;
  answers: string;
  /** Whole environment for the command line and the tools. */
  env: Record<string, string>;
  /** The runbook's parameters for this lab. */
  values: Readonly<Record<string, string>>;
  run(argv: readonly string[], input?: string): string;
  /** Another kit with its own repository, in which something may be changed; its values are the lab's but for the kit. */
  copyKit(change?: (kit: string) => void): { kit: string; values: Readonly<Record<string, string>> };
  remove(): Promise<void>;
}

/** Which programs the lab needs and this machine lacks. */
export function missingForLab(): string[] {
  const programs = [`${PG_BIN}/initdb`, '/usr/bin/pgbackrest', '/usr/bin/openssl'];
  const kubectl = ['/usr/bin/kubectl', '/usr/local/bin/kubectl'].some((path) => existsSync(path)) ? [] : ['kubectl'];
  return [...programs.filter((path) => !existsSync(path)), ...kubectl];
}

export async function startAmporaLab(): Promise<AmporaLab> {
  const site = makeTemporarySite();
  const server = serverIn(site.folder, 'primary', SOCKET_PORT, '');
  try {
    const primary = startPrimary(site, server);
    fillAndBackUp(site, primary);
    const happened = accident(primary);
    stopServer(server);
    const { answers } = await makeKit(site, primary);
    const health = await startHealthServer(site, REHEARSAL_PORT);
    return labOf(site, happened, answers, health);
  } catch (error) {
    stopServer(server);
    rmSync(site.folder, { recursive: true, force: true });
    throw error;
  }
}

export function makeTemporarySite(): Site {
  const folder = mkdtempSync(join(tmpdir(), 'bs-ampora-'));
  chmodSync(folder, 0o755);
  for (const part of ['lock', 'spool', 'blackstart']) mkdirSync(join(folder, part), { mode: 0o700 });
  return makeSite(folder);
}

function startPrimary(site: Site, server: PostgresServer): Primary {
  const config = join(site.kit, 'pgbackrest.conf');
  mkdirSync(join(site.kit, 'repo'), { mode: 0o700 });
  writeFileSync(config, repositoryConfig(site.folder, server), { mode: 0o600 });
  giveToLab(site.folder);
  createServer(server, ['wal_level = replica', 'archive_mode = on', 'archive_timeout = 60', `archive_command = 'pgbackrest --config=${config} --stanza=${STANZA} archive-push %p'`]);
  startServer(server);
  const pgbackrest = (...words: string[]): string => inSite(site, ['pgbackrest', `--config=${config}`, `--stanza=${STANZA}`, ...words]);
  pgbackrest('stanza-create');
  return { sql: (text, database) => sqlOn(server, text, database), pgbackrest, config };
}

function repositoryConfig(folder: string, server: PostgresServer): string {
  return [
    '[global]', `repo1-path=${folder}/kit/repo`, 'repo1-retention-full=2', 'repo1-cipher-type=aes-256-cbc', `repo1-cipher-pass=${randomBytes(24).toString('base64')}`,
    `log-path=${folder}/log`, `lock-path=${folder}/lock`, `spool-path=${folder}/spool`, 'log-level-file=off', 'start-fast=y', 'compress-type=zst',
    `[${STANZA}]`, `pg1-path=${server.data}`, `pg1-port=${server.port}`, `pg1-socket-path=${server.sockets}`, 'pg1-user=postgres', '',
  ].join('\n');
}

function copyKit(site: Site, change?: (kit: string) => void): string {
  const kit = mkdtempSync(join(site.folder, 'kit-'));
  cpSync(site.kit, kit, { recursive: true });
  const config = join(kit, 'pgbackrest.conf');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^repo1-path=.*$/mu, `repo1-path=${kit}/repo`));
  change?.(kit);
  giveToLab(kit);
  return kit;
}

/** Values as options of `run` and `ready`. */
export function paramOptions(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
}

export interface HealthServer {
  url: string;
  end(): Promise<void>;
}

/** Ampora's health endpoints on a port of their own; they judge the database on this port of this machine. */
export async function startHealthServer(site: Site, port: number): Promise<HealthServer> {
  const [endpoints, ports] = [join(site.folder, 'home', 'endpoints.json'), join(site.folder, 'home', 'ports')];
  writeFileSync(endpoints, JSON.stringify({ 0: healthOf(site, port) }), { mode: 0o600 });
  giveToLab(endpoints);
  const [program, ...rest] = asLabAccount([process.execPath, '--no-warnings', join(import.meta.dirname, '..', 'endpoints-server.ts'), endpoints, ports, '0']);
  const child = spawn(program, rest, { env: site.env, cwd: site.folder, stdio: ['ignore', 'ignore', 'inherit'] });
  await until('the health endpoints listen', () => existsSync(ports), 30_000);
  return { url: `http://127.0.0.1:${readFileSync(ports, 'utf8').trim()}`, end: () => endOf(child) };
}

async function endOf(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.kill('SIGTERM')) await gone;
}

function labOf(site: Site, happened: Accident, answers: string, health: HealthServer): AmporaLab {
  const valuesOf = (kit: string) => ({ restore_to: happened.restoreTo, kit, repository: join(kit, 'repo'), tenants_min: String(TENANTS), hostname: HOSTNAME, health_url: health.url, pg_bin: PG_BIN });
  return {
    ...happened, folder: site.folder, kit: site.kit, healthUrl: health.url, env: site.env, answers,
    values: valuesOf(site.kit),
    run: (argv, input) => inSite(site, argv, input),
    copyKit: (change) => {
      const kit = copyKit(site, change);
      return { kit, values: valuesOf(kit) };
    },
    async remove() {
      await health.end();
      rmSync(site.folder, { recursive: true, force: true });
    },
  };
}
