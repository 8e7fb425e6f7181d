/**
 * The Ampora lab: a real PostgreSQL 15 with a real, encrypted pgBackRest repository, an accident, and nothing left of the primary but its
 * backups, plus the kit that a break-glass laptop would carry. Everything is on loopback and below one temporary folder.
 *
 * `startAmporaLab()` takes about 15 seconds; `lab.remove()` ends what it started and deletes the folder.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOciLayout } from '../../../electron/engine/drill/oci-layout.ts';
import { sealValue } from '../../../electron/engine/drill/seal.ts';
import { asLabAccount, giveToLab, runInLab } from '../lab-account.ts';
import { makeAgentPki, makeKubeconfig, makeServerTls } from '../lab-certificates.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
export const PG_BIN = '/usr/lib/postgresql/15/bin';
/** Where the runbook's rehearsal puts the restored server. */
export const REHEARSAL_PORT = 55439;
export const HOSTNAME = 'ampora.acme.test';
export const TENANTS = 1250;

export interface AmporaLab {
  folder: string;
  kit: string;
  /** The moment to restore to, in the form that PostgreSQL reads. */
  restoreTo: string;
  /** When the accident happened, RFC 3339 UTC. */
  outageAt: string;
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

export interface Site {
  folder: string;
  kit: string;
  env: Record<string, string>;
  password: string;
  masterKey: string;
}

/** Which programs the lab needs and this machine lacks. */
export function missingForLab(): string[] {
  const programs = [`${PG_BIN}/initdb`, '/usr/bin/pgbackrest', '/usr/bin/openssl'];
  const kubectl = ['/usr/bin/kubectl', '/usr/local/bin/kubectl'].some((path) => existsSync(path)) ? [] : ['kubectl'];
  return [...programs.filter((path) => !existsSync(path)), ...kubectl];
}

export async function startAmporaLab(): Promise<AmporaLab> {
  const site = makeSite();
  try {
    startPrimary(site);
    fillAndBackUp(site);
    const { restoreTo, outageAt } = accident(site);
    await makeKit(site);
    const health = await startHealthServer(site, REHEARSAL_PORT);
    return labOf(site, { restoreTo, outageAt, health });
  } catch (error) {
    stopPrimary(site);
    rmSync(site.folder, { recursive: true, force: true });
    throw error;
  }
}

export function makeSite(): Site {
  const folder = mkdtempSync(join(tmpdir(), 'bs-ampora-'));
  chmodSync(folder, 0o755);
  for (const part of ['log', 'lock', 'spool', 'sock', 'kit', 'home', 'blackstart']) mkdirSync(join(folder, part), { mode: 0o700 });
  const kit = join(folder, 'kit');
  mkdirSync(join(kit, 'repo'), { mode: 0o700 });
  const password = randomBytes(12).toString('base64url');
  const masterKey = randomBytes(32).toString('base64url');
  writeFileSync(join(kit, 'pg-password'), `${password}\n`, { mode: 0o600 });
  writeFileSync(join(kit, 'master.key'), `${masterKey}\n`, { mode: 0o600 });
  writeFileSync(join(kit, 'pgbackrest.conf'), pgbackrestConfig(folder), { mode: 0o600 });
  giveToLab(folder);
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: join(folder, 'home'), LANG: 'C.UTF-8', TMPDIR: tmpdir() };
  return { folder, kit, env, password, masterKey };
}

function pgbackrestConfig(folder: string): string {
  return [
    '[global]', `repo1-path=${folder}/kit/repo`, 'repo1-retention-full=2', 'repo1-cipher-type=aes-256-cbc', `repo1-cipher-pass=${randomBytes(24).toString('base64')}`,
    `log-path=${folder}/log`, `lock-path=${folder}/lock`, `spool-path=${folder}/spool`, 'log-level-file=off', 'start-fast=y', 'compress-type=zst',
    '[ampora]', `pg1-path=${folder}/primary`, 'pg1-port=5432', `pg1-socket-path=${folder}/sock`, 'pg1-user=postgres', '',
  ].join('\n');
}

export function inSite(site: Site, argv: readonly string[], input?: string): string {
  return runInLab(argv, { env: site.env, cwd: site.folder, ...(input === undefined ? {} : { input }) });
}

function startPrimary(site: Site): void {
  const data = join(site.folder, 'primary');
  inSite(site, [`${PG_BIN}/initdb`, '-D', data, '-U', 'postgres', '--auth-local=trust', '--auth-host=scram-sha-256', '--data-checksums', '--encoding=UTF8', '--locale=C.UTF-8']);
  const settings = [
    "listen_addresses = ''", `unix_socket_directories = '${site.folder}/sock'`, 'wal_level = replica', 'archive_mode = on', 'archive_timeout = 60', 'fsync = on', 'shared_buffers = 32MB',
    `archive_command = 'pgbackrest --config=${site.kit}/pgbackrest.conf --stanza=ampora archive-push %p'`,
  ];
  inSite(site, ['tee', '-a', join(data, 'postgresql.conf')], `${settings.join('\n')}\n`);
  inSite(site, [`${PG_BIN}/pg_ctl`, '-D', data, '-w', '-l', `${site.folder}/log/primary.log`, 'start']);
}

function stopPrimary(site: Site): void {
  if (existsSync(join(site.folder, 'primary', 'postmaster.pid'))) inSite(site, [`${PG_BIN}/pg_ctl`, '-D', join(site.folder, 'primary'), '-m', 'immediate', '-w', 'stop']);
}

function sql(site: Site, text: string, database = 'ampora'): string {
  return inSite(site, ['psql', '--no-psqlrc', '-h', `${site.folder}/sock`, '-U', 'postgres', '-d', database, '-v', 'ON_ERROR_STOP=1', '-qAt', '-f', '-'], text).trim();
}

function pgbackrest(site: Site, ...rest: string[]): string {
  return inSite(site, ['pgbackrest', `--config=${site.kit}/pgbackrest.conf`, '--stanza=ampora', ...rest]);
}

function fillAndBackUp(site: Site): void {
  pgbackrest(site, 'stanza-create');
  sql(site, `CREATE ROLE ampora LOGIN PASSWORD '${site.password}'; CREATE DATABASE ampora OWNER ampora;`, 'postgres');
  sql(site, readFileSync(join(HERE, 'schema.sql'), 'utf8'));
  const pki = makeAgentPki(site.folder, (argv, input) => inSite(site, argv, input));
  const credentials = Array.from({ length: 20 }, (_, i) => `(${i + 1}, ${i + 1}, '${sealValue(`agent-secret-${randomBytes(6).toString('hex')}`, Buffer.from(site.masterKey))}')`);
  sql(site, `INSERT INTO agent_credentials VALUES ${credentials.join(', ')};
    INSERT INTO pki_authorities VALUES (1, 'agents', $pem$${pki.authority}$pem$, '${sealValue(pki.authorityKey, Buffer.from(site.masterKey))}');
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO ampora;`);
  pgbackrest(site, '--type=full', 'backup');
  sql(site, "INSERT INTO tenants SELECT g, 'later ' || g FROM generate_series(1001, 1200) g");
  pgbackrest(site, '--type=diff', 'backup');
  sql(site, "INSERT INTO tenants SELECT g, 'after the last backup ' || g FROM generate_series(1201, 1250) g");
  sql(site, "INSERT INTO audit_events(action, actor) VALUES ('Tenant.Created', 'tenant 1250')");
}

/** Somebody deletes everything; the WAL of it is archived; then the machine is gone. The moment before it is a whole second. */
function accident(site: Site): { restoreTo: string; outageAt: string } {
  const lastLine = (query: string): string => sql(site, query).split('\n').pop() ?? '';
  const restoreTo = lastLine("SELECT pg_sleep_until(date_trunc('second', clock_timestamp()) + interval '1.05 s'); SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00'");
  const outageAt = lastLine("SELECT pg_sleep(0.3); SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
  sql(site, 'DELETE FROM tenants; DROP TABLE audit_events;');
  sql(site, 'SELECT pg_switch_wal()');
  pgbackrest(site, 'check');
  inSite(site, [`${PG_BIN}/pg_ctl`, '-D', join(site.folder, 'primary'), '-m', 'immediate', '-w', 'stop']);
  return { restoreTo, outageAt };
}

/** One pixel stands for whatever a person would photograph. */
export function writePhoto(path: string): void {
  writeFileSync(path, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64'));
}

async function makeKit(site: Site): Promise<void> {
  writeFileSync(join(site.kit, 'canary.txt'), sealValue('This is the canary of Ampora.', Buffer.from(site.masterKey)));
  makeServerTls(join(site.kit, 'tls'), HOSTNAME, (argv, input) => inSite(site, argv, input));
  copyFileSync(join(site.folder, 'pki', 'agent.crt'), join(site.kit, 'agent.crt'));
  makeKubeconfig(join(site.kit, 'kubeconfig'), join(site.folder, 'pki'));
  cpSync(join(HERE, 'deploy'), join(site.kit, 'deploy'), { recursive: true });
  await writeOciLayout(join(site.kit, 'image'), { tag: 'ampora-web', files: { 'app/ampora-web': '#!/bin/sh\nexec true\n' }, entrypoint: ['/app/ampora-web'] });
  const dashboard = join(site.kit, 'dashboard.png');
  writePhoto(dashboard);
  const answers = readFileSync(join(HERE, 'answers.yaml'), 'utf8').replaceAll('DASHBOARD', dashboard);
  writeFileSync(join(site.kit, 'answers.yaml'), answers);
  giveToLab(site.kit);
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

/** Judges the database on this port of this machine. */
export async function startHealthServer(site: Site, port: number): Promise<{ url: string; process: ChildProcess }> {
  const portFile = join(site.folder, 'home', 'health-port');
  const env = { ...site.env, PGHOST: '127.0.0.1', PGPORT: String(port), PGPASSWORD: site.password, AMPORA_MASTER_KEY_FILE: join(site.kit, 'master.key') };
  const [program, ...rest] = asLabAccount([process.execPath, join(HERE, 'health-server.ts'), portFile]);
  const appeared = new Promise<void>((resolve) => {
    const watcher = watch(dirname(portFile), (_, name) => {
      if (name !== 'health-port') return;
      watcher.close();
      resolve();
    });
  });
  const child = spawn(program, rest, { env, cwd: site.folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<never>((_, reject) => child.once('exit', (code) => { reject(new Error(`the health server ended with exit code ${code ?? 'none'}`)); }));
  ended.catch(() => undefined);
  await Promise.race([appeared, ended]);
  return { url: `http://127.0.0.1:${readFileSync(portFile, 'utf8')}`, process: child };
}

export async function endHealthServer(server: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  if (server.exitCode === null && server.kill('SIGTERM')) await gone;
}

function labOf(site: Site, lab: { restoreTo: string; outageAt: string; health: { url: string; process: ChildProcess } }): AmporaLab {
  const valuesOf = (kit: string) => ({ restore_to: lab.restoreTo, kit, repository: join(kit, 'repo'), tenants_min: String(TENANTS), hostname: HOSTNAME, health_url: lab.health.url, pg_bin: PG_BIN });
  return {
    folder: site.folder, kit: site.kit, restoreTo: lab.restoreTo, outageAt: lab.outageAt, healthUrl: lab.health.url, env: site.env,
    answers: join(site.kit, 'answers.yaml'),
    values: valuesOf(site.kit),
    run: (argv, input) => inSite(site, argv, input),
    copyKit: (change) => {
      const kit = copyKit(site, change);
      return { kit, values: valuesOf(kit) };
    },
    async remove() {
      await endHealthServer(lab.health.process);
      stopPrimary(site);
      rmSync(site.folder, { recursive: true, force: true });
    },
  };
}
