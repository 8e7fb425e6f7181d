/**
 * AKKO in the lab's cluster: its database server with the databases that a rehearsal needs, Superset's part of it (an application that is
 * ready only while its table can be read), dumps on the server, in the bucket and in the kit, and the break-glass kit.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from '../lab-account.ts';
import { until } from '../daemon.ts';
import { applyObjects, deleteNamespace, kubeconfigOf, kubectl } from '../kubernetes/cluster.ts';
import { POSTGRES } from '../kubernetes/images.ts';
import { namespaceOf, postgresSet, sqlInPod } from '../kubernetes/pods.ts';
import { makeBucket, putObject, removeBucket, writeCredentials } from '../s3/client.ts';
import type { RehearsalPlace } from '../rehearsal.ts';

export const NAMESPACE = 'akko';
export const POD = 'akko-postgresql-0';
export const BUCKET = 'akko-backups';
export const DASHBOARDS = 50_000;

export interface Akko {
  place: RehearsalPlace;
  /** Folder of the break-glass kit: kubeconfig, credentials, dumps. The runbooks' rehearsals look for it there, below the data folder. */
  kit: string;
  /** Host folder that the pod sees as /backups. */
  backups: string;
}

export function akkoOf(place: RehearsalPlace): Akko {
  return { place, kit: join(place.dataDir, 'akko-lab'), backups: join(place.folder, 'backups') };
}

/**
 * The cluster with a server that is ready and empty, the bucket, and a kit that leads to both.
 * @param volumes more host folders that the server sees, by their place in it
 */
export async function startAkko(place: RehearsalPlace, volumes: Readonly<Record<string, string>> = {}): Promise<Akko> {
  const akko = akkoOf(place);
  for (const path of [akko.kit, join(akko.kit, 'dumps', 'pg'), join(akko.kit, 'dumps', 'pg-data'), akko.backups]) mkdirSync(path, { recursive: true, mode: 0o755 });
  chmodSync(akko.backups, 0o777);
  copyFileSync(kubeconfigOf(place, 'admin'), join(akko.kit, 'kubeconfig'));
  writeCredentials(join(akko.kit, 's3-credentials'));
  giveToLab(akko.kit);
  await makeBucket(BUCKET);
  applyObjects(place, [namespaceOf(NAMESPACE), postgresSet({ namespace: NAMESPACE, name: 'akko-postgresql' }, { '/backups': akko.backups, ...volumes })]);
  await ready(akko, `pod/${POD}`);
  return akko;
}

export async function endAkko(place: RehearsalPlace): Promise<void> {
  deleteNamespace(place, NAMESPACE);
  await removeBucket(BUCKET);
}

export async function ready({ place }: Akko, what: string): Promise<void> {
  await until(`${what} is there`, () => kubectl(place, ['--namespace', NAMESPACE, 'get', what, '--output=name']) !== '', 30_000);
  kubectl(place, ['--namespace', NAMESPACE, 'wait', what.startsWith('pod/') ? '--for=condition=Ready' : '--for=condition=Available', what, '--timeout=90s']);
}

export function sql({ place }: Akko, statements: string, database = 'postgres'): string {
  return sqlInPod(place, { namespace: NAMESPACE, name: POD }, statements, database);
}

/** `superset_metadata` with its dashboards and its log, owned by the account of the application. */
export function fillSuperset(akko: Akko, password: string): void {
  sql(akko, `CREATE ROLE superset LOGIN PASSWORD '${password}'`);
  sql(akko, 'CREATE DATABASE superset_metadata OWNER superset');
  sql(akko, `SET ROLE superset;
    CREATE TABLE dashboards AS SELECT g AS id, md5(g::text) AS title FROM generate_series(1, ${DASHBOARDS}) g;
    CREATE TABLE logs AS SELECT g AS id, (now() AT TIME ZONE 'UTC') - g * interval '1 minute' AS dttm FROM generate_series(0, 999) g;`, 'superset_metadata');
}

/** Superset holds a connection all the time, and says that it is ready only while its dashboards can be read. */
export async function startSuperset(akko: Akko): Promise<string> {
  const password = randomBytes(12).toString('hex');
  fillSuperset(akko, password);
  const address = kubectl(akko.place, ['--namespace', NAMESPACE, 'get', 'pod', POD, '--output=jsonpath={.status.podIP}']);
  const env = [{ name: 'PGHOST', value: address }, { name: 'PGUSER', value: 'superset' }, { name: 'PGDATABASE', value: 'superset_metadata' }, { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'superset', key: 'password' } } }];
  const container = {
    name: 'superset', image: POSTGRES, imagePullPolicy: 'Never', env, command: ['/bin/sh', '-c', 'while :; do sleep 100000 | psql --quiet; sleep 1; done'],
    readinessProbe: { exec: { command: ['psql', '--command=SELECT count(*) FROM dashboards'] }, periodSeconds: 1 },
  };
  applyObjects(akko.place, [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'superset', namespace: NAMESPACE }, stringData: { password } },
    {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'akko-superset', namespace: NAMESPACE },
      spec: { selector: { matchLabels: { app: 'superset' } }, template: { metadata: { labels: { app: 'superset' } }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } } },
    },
  ]);
  await ready(akko, 'deployment/akko-superset');
  return password;
}

/** As the backup job does it: on the server, in the bucket, and (what the operators do) in the kit. Returns the moment after it, a whole second. */
export async function dump(akko: Akko, database: string, kind: 'pg' | 'pg-data' = 'pg'): Promise<string> {
  const file = `${database}_${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/gu, '')}.sql.gz`;
  kubectl(akko.place, ['--namespace', NAMESPACE, 'exec', POD, '--', 'sh', '-c', `pg_dump --username=postgres ${database} | gzip > /backups/${file}`]);
  await putObject(BUCKET, `${kind}/${file}`, join(akko.backups, file));
  const copy = join(akko.kit, 'dumps', kind, file);
  copyFileSync(join(akko.backups, file), copy);
  giveToLab(copy);
  // Backups carry whole seconds at best: the moment of trust is the second after the newest of them.
  const after = Math.floor(Date.now() / 1000) * 1000 + 1000;
  await until('the second of the dump is over', () => Date.now() > after, 5000);
  return `${new Date(after).toISOString().slice(0, 19)}Z`;
}

/** Somebody drops the table. Returns when, RFC 3339 UTC. */
export function dropDashboards(akko: Akko): string {
  sql(akko, 'DROP TABLE dashboards', 'superset_metadata');
  return new Date().toISOString();
}
