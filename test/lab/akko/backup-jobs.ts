/** The backups that AKKO's chart declares, each run once: real jobs in the cluster, uploads to the bucket, copies in the kit, a Velero schedule. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../daemon.ts';
import { applyObjects, kubectl } from '../kubernetes/cluster.ts';
import { POSTGRES } from '../kubernetes/images.ts';
import { giveToLab } from '../lab-account.ts';
import type { RehearsalPlace } from '../rehearsal.ts';
import { putObject } from '../s3/client.ts';
import { installVelero, velero } from '../units/velero.ts';
import { BUCKET, NAMESPACE, POD, ready, sql, startAkko, type Akko } from './akko.ts';

const VELERO_SCHEDULE = 'akko-velero-ns-akko';

interface Job {
  name: string;
  schedule: string;
  script: string;
  /** Which of its files go where in the bucket, and into the kit. */
  files: RegExp;
  prefix: 'pg' | 'pg-data' | 'keycloak';
}

const dumpOf = (database: string): string => `pg_dump ${database} | gzip > /backups/${database}_$(date -u +%Y%m%d%H%M%S).sql.gz`;
const JOBS: readonly Job[] = [
  { name: 'akko-pg-backup', schedule: '0 */4 * * *', script: dumpOf('keycloak'), files: /^keycloak_\d/u, prefix: 'pg' },
  { name: 'akko-pg-data-backup', schedule: '0 */2 * * *', script: dumpOf('akko_data'), files: /^akko_data_\d/u, prefix: 'pg-data' },
  { name: 'akko-keycloak-realm-export', schedule: '0 3 * * *', script: 'psql -d keycloak -At -c "SELECT json_agg(row_to_json(r)) FROM (SELECT realm.*, (SELECT json_agg(u) FROM user_entity u WHERE u.realm_id = realm.id) AS users FROM realm) r" > /backups/realm_$(date -u +%Y%m%d%H%M%S).json', files: /^realm_\d/u, prefix: 'keycloak' },
];

/** A server whose data outlive its pod, archives its WAL, and holds Keycloak's and the functional databases. */
export async function startArchivingAkko(place: RehearsalPlace): Promise<Akko> {
  const data = join(place.folder, 'server');
  mkdirSync(data);
  // The account of PostgreSQL in the image.
  execFileSync('chown', ['999:999', data]);
  chmodSync(data, 0o755);
  const akko = await startAkko(place, { '/var/lib/postgresql': data });
  for (const setting of ["archive_mode = 'on'", "archive_command = 'mkdir -p /var/lib/postgresql/archive && cp %p /var/lib/postgresql/archive/%f'"]) sql(akko, `ALTER SYSTEM SET ${setting}`);
  const before = kubectl(place, ['--namespace', NAMESPACE, 'get', 'pod', POD, '--output=jsonpath={.metadata.uid}']);
  kubectl(place, ['--namespace', NAMESPACE, 'delete', 'pod', POD]);
  await until('the server is a new pod', () => kubectl(place, ['--namespace', NAMESPACE, 'get', 'pod', POD, '--output=jsonpath={.metadata.uid}']) !== before, 60_000);
  await ready(akko, `pod/${POD}`);
  fill(akko);
  await until('WAL is archived', () => sql(akko, 'SELECT pg_switch_wal() IS NOT NULL AND archived_count > 0 FROM pg_stat_archiver') === 't', 30_000);
  return akko;
}

function fill(akko: Akko): void {
  for (const database of ['keycloak', 'akko_data']) sql(akko, `CREATE DATABASE ${database}`);
  sql(akko, `CREATE TABLE realm (id text PRIMARY KEY, name text); INSERT INTO realm VALUES ('master', 'master'), ('akko', 'akko');
    CREATE TABLE user_entity (id text PRIMARY KEY, username text, realm_id text REFERENCES realm); INSERT INTO user_entity SELECT md5(g::text), 'user' || g, 'akko' FROM generate_series(1, 200) g;`, 'keycloak');
  sql(akko, "CREATE TABLE orders AS SELECT g AS id, md5(g::text) AS customer, now() - g * interval '1 second' AS placed_at FROM generate_series(1, 20000) g", 'akko_data');
}

/** Declares the jobs, runs each of them once, and takes what they wrote to where the chart says. */
export async function runBackupJobs(akko: Akko): Promise<void> {
  const { place } = akko;
  const password = randomBytes(12).toString('hex');
  sql(akko, `ALTER ROLE postgres PASSWORD '${password}'`);
  const host = kubectl(place, ['--namespace', NAMESPACE, 'get', 'pod', POD, '--output=jsonpath={.status.podIP}']);
  applyObjects(place, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'akko-postgresql', namespace: NAMESPACE }, stringData: { password } }]);
  applyObjects(place, JOBS.flatMap((job) => [cronJob(job, host, akko), onceNow(job, host, akko)]));
  kubectl(place, ['--namespace', NAMESPACE, 'wait', '--for=condition=Complete', 'job', '--all', '--timeout=120s']);
  for (const { files, prefix } of JOBS) for (const name of readdirSync(akko.backups).filter((file) => files.test(file))) await keep(akko, prefix, name);
}

async function keep(akko: Akko, prefix: Job['prefix'], name: string): Promise<void> {
  await putObject(BUCKET, `${prefix}/${name}`, join(akko.backups, name));
  mkdirSync(join(akko.kit, 'dumps', prefix), { recursive: true });
  copyFileSync(join(akko.backups, name), join(akko.kit, 'dumps', prefix, name));
  giveToLab(akko.kit);
}

function cronJob(job: Job, host: string, akko: Akko): object {
  return { apiVersion: 'batch/v1beta1', kind: 'CronJob', metadata: { name: job.name, namespace: NAMESPACE }, spec: { schedule: job.schedule, jobTemplate: { spec: work(job, host, akko) } } };
}

/** As the controller would start it now. */
function onceNow(job: Job, host: string, akko: Akko): object {
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: `${job.name}-${Math.floor(Date.now() / 1000)}`, namespace: NAMESPACE }, spec: work(job, host, akko) };
}

function work({ script }: Job, host: string, { backups }: Akko): object {
  const env = [{ name: 'PGHOST', value: host }, { name: 'PGUSER', value: 'postgres' }, { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'akko-postgresql', key: 'password' } } }];
  const container = { name: 'backup', image: POSTGRES, imagePullPolicy: 'Never', env, command: ['/bin/sh', '-c', `set -e -o pipefail; ${script}`], volumeMounts: [{ name: 'backups', mountPath: '/backups' }] };
  return { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container], volumes: [{ name: 'backups', hostPath: { path: backups, type: 'Directory' } }] } } };
}

/** Velero with its schedule, and one backup of it. */
export function backUpNamespace(akko: Akko): void {
  const { place } = akko;
  installVelero(place, { bucket: BUCKET, prefix: 'velero', credentials: join(akko.kit, 's3-credentials') });
  velero(place, 'schedule', 'create', VELERO_SCHEDULE, '--schedule=0 1 * * *', `--include-namespaces=${NAMESPACE}`);
  velero(place, 'backup', 'create', `--from-schedule=${VELERO_SCHEDULE}`, '--wait');
}
