/** An Ampora as its recovery finds it: a database with backups and an accident, and the kit of a break-glass laptop. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOciLayout } from '../../../electron/engine/drill/oci-layout.ts';
import { sealValue } from '../../../electron/engine/drill/seal.ts';
import { asksPostgres, type EndpointInput } from '../endpoints.ts';
import { giveToLab, runInLab } from '../lab-account.ts';
import { makeAgentPki, makeKubeconfig, makeServerTls } from '../lab-certificates.ts';
import { writePhoto } from '../write-photo.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Where the runbook's rehearsal puts the restored server. */
export const REHEARSAL_PORT = 55439;
export const HOSTNAME = 'ampora.acme.test';
export const TENANTS = 1250;
const DATABASE = 'ampora';

export interface Site {
  folder: string;
  kit: string;
  /** Whole environment for the command line and the tools. */
  env: Record<string, string>;
  password: string;
  masterKey: string;
}

/** The server that holds the database, and its archive. */
export interface Primary {
  sql(text: string, database?: string): string;
  pgbackrest(...words: string[]): string;
  /** The archive's configuration, as the kit carries it. */
  config: string;
}

/** Folders, keys and passwords; everything belongs to the lab's account. */
export function makeSite(folder: string): Site {
  const kit = join(folder, 'kit');
  for (const part of ['kit', 'home', 'log']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  const [password, masterKey] = [randomBytes(12).toString('base64url'), randomBytes(32).toString('base64url')];
  writeFileSync(join(kit, 'pg-password'), `${password}\n`, { mode: 0o600 });
  writeFileSync(join(kit, 'master.key'), `${masterKey}\n`, { mode: 0o600 });
  giveToLab(folder);
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: join(folder, 'home'), LANG: 'C.UTF-8', TMPDIR: tmpdir() };
  return { folder, kit, env, password, masterKey };
}

export function inSite(site: Site, argv: readonly string[], input?: string): string {
  return runInLab(argv, { env: site.env, cwd: site.folder, ...(input === undefined ? {} : { input }) });
}

export function createDatabase(site: Site, primary: Pick<Primary, 'sql'>): void {
  primary.sql(`CREATE ROLE ampora LOGIN PASSWORD '${site.password}';`, 'postgres');
  primary.sql(`CREATE DATABASE ${DATABASE} OWNER ampora;`, 'postgres');
  primary.sql(readFileSync(join(HERE, 'schema.sql'), 'utf8'), DATABASE);
}

export function dropDatabase(primary: Pick<Primary, 'sql'>): void {
  primary.sql(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE);`, 'postgres');
  primary.sql('DROP ROLE IF EXISTS ampora;', 'postgres');
}

/** A full and a differential backup, and rows that only the archived WAL holds. */
export function fillAndBackUp(site: Site, primary: Primary): void {
  createDatabase(site, primary);
  const pki = makeAgentPki(site.folder, (argv, input) => inSite(site, argv, input));
  const credentials = Array.from({ length: 20 }, (_, i) => `(${i + 1}, ${i + 1}, '${sealValue(`agent-secret-${randomBytes(6).toString('hex')}`, Buffer.from(site.masterKey))}')`);
  primary.sql(`INSERT INTO agent_credentials VALUES ${credentials.join(', ')};
    INSERT INTO pki_authorities VALUES (1, 'agents', $pem$${pki.authority}$pem$, '${sealValue(pki.authorityKey, Buffer.from(site.masterKey))}');
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO ampora;`, DATABASE);
  primary.pgbackrest('--type=full', 'backup');
  primary.sql("INSERT INTO tenants SELECT g, 'later ' || g FROM generate_series(1001, 1200) g", DATABASE);
  primary.pgbackrest('--type=diff', 'backup');
  primary.sql("INSERT INTO tenants SELECT g, 'after the last backup ' || g FROM generate_series(1201, 1250) g", DATABASE);
  primary.sql("INSERT INTO audit_events(action, actor) VALUES ('Tenant.Created', 'tenant 1250')", DATABASE);
}

export interface Accident {
  /** The moment to restore to, in the form that PostgreSQL reads: a whole second. */
  restoreTo: string;
  /** When the accident happened, RFC 3339 UTC. */
  outageAt: string;
}

/** Somebody deletes everything, and the WAL of it is archived. */
export function accident(primary: Primary): Accident {
  const lastLine = (query: string): string => primary.sql(query, DATABASE).split('\n').pop() ?? '';
  const restoreTo = lastLine("SELECT pg_sleep_until(date_trunc('second', clock_timestamp()) + interval '1.05 s'); SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00'");
  const outageAt = lastLine("SELECT pg_sleep(0.3); SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
  primary.sql('DELETE FROM tenants; DROP TABLE audit_events;', DATABASE);
  primary.sql('SELECT pg_switch_wal()', DATABASE);
  primary.pgbackrest('check');
  return { restoreTo, outageAt };
}

/** @param issuer folder of the authority that issues the server's certificate; without it one is made */
export async function makeKit(site: Site, primary: Pick<Primary, 'config'>, issuer?: string): Promise<{ answers: string }> {
  if (primary.config !== join(site.kit, 'pgbackrest.conf')) copyFileSync(primary.config, join(site.kit, 'pgbackrest.conf'));
  writeFileSync(join(site.kit, 'canary.txt'), sealValue('This is the canary of Ampora.', Buffer.from(site.masterKey)));
  makeServerTls(join(site.kit, 'tls'), HOSTNAME, (argv, input) => inSite(site, argv, input), issuer);
  copyFileSync(join(site.folder, 'pki', 'agent.crt'), join(site.kit, 'agent.crt'));
  makeKubeconfig(join(site.kit, 'kubeconfig'), join(site.folder, 'pki'));
  cpSync(join(HERE, 'deploy'), join(site.kit, 'deploy'), { recursive: true });
  await writeOciLayout(join(site.kit, 'image'), { tag: 'ampora-web', files: { 'app/ampora-web': '#!/bin/sh\nexec true\n' }, entrypoint: ['/app/ampora-web'] });
  const dashboard = join(site.kit, 'dashboard.png');
  writePhoto(dashboard);
  const answers = join(site.kit, 'answers.yaml');
  writeFileSync(answers, readFileSync(join(HERE, 'answers.yaml'), 'utf8').replaceAll('DASHBOARD', dashboard));
  giveToLab(site.kit);
  return { answers };
}

/** One agent of a peer, whose sealed value its own key opens. */
export function fillPeer(site: Site, primary: Pick<Primary, 'sql'>): void {
  createDatabase(site, primary);
  primary.sql(`INSERT INTO agent_credentials VALUES (1, 1, '${sealValue('secret of an agent of the peer', Buffer.from(site.masterKey))}'); GRANT SELECT ON ALL TABLES IN SCHEMA public TO ampora;`, DATABASE);
}

/** Ampora's documented endpoints for the database on this port of this machine: does it hold tenants, does the kit's key open its newest value? */
export function healthOf(site: Site, port: number): EndpointInput[] {
  const server = { host: '127.0.0.1', port, user: 'ampora', database: DATABASE, password: site.password };
  return [
    { path: '/health/live', good: { body: { status: 'alive' } }, bad: { status: 503, body: { status: 'dead' } } },
    {
      path: '/health/ready', subsystems: true, good: { body: { status: 'healthy' } }, bad: { status: 503, body: { status: 'unhealthy' } },
      probes: {
        database: { kind: 'number', min: 1, ...asksPostgres(server, 'SELECT count(*) FROM tenants') },
        keyProtection: { kind: 'opens', keyFile: join(site.kit, 'master.key'), ...asksPostgres(server, 'SELECT secret FROM agent_credentials ORDER BY id DESC LIMIT 1') },
      },
    },
  ];
}

/** What the people answer while a peer serves, with this one for the handover. */
export function peerAnswers(site: Site, handover: 'move' | 'stay'): string {
  const folder = join(site.kit, handover);
  mkdirSync(folder, { recursive: true });
  const photo = join(folder, 'fleet.png');
  writePhoto(photo);
  const text = readFileSync(join(HERE, 'peer-answers.yaml'), 'utf8').replaceAll('FLEET', photo).replaceAll('HANDOVER', handover);
  writeFileSync(join(folder, 'answers.yaml'), text);
  giveToLab(folder);
  return join(folder, 'answers.yaml');
}
