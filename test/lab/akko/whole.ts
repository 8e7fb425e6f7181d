/** The whole of AKKO in the lab's cluster, with a day of backups, and then without its cluster. */
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labEnv } from '../daemon.ts';
import { applyObjects, deleteNamespace, kubeconfigOf, kubectl } from '../kubernetes/cluster.ts';
import { namespaceOf } from '../kubernetes/pods.ts';
import { giveToLab } from '../lab-account.ts';
import type { RehearsalPlace } from '../rehearsal.ts';
import { COLD_KEY, makeBucket, putObject, removeBucket, s3Client, S3_ENDPOINT, S3_KEY, S3_SECRET, writeCredentials } from '../s3/client.ts';
import { binFolder } from '../units/helm.ts';
import { moveNamesBack, updateKey } from '../units/knot.ts';
import { toolFolder } from '../units/stand-ins.ts';
import { installVelero, removeVelero, velero, veleroFolder } from '../units/velero.ts';
import { akkoOf, BUCKET, dump, NAMESPACE, sql, type Akko } from './akko.ts';
import { CONSUMERS, makeAkkoRepository } from './release.ts';

export const ROWS = 400;
const WAREHOUSE = 'akko-warehouse';
const FILES = 12;
const SCHEDULE = 'akko-velero-ns-akko';

/** PATH of a run, and of what the lab itself does with the release's programs. */
export function akkoEnv(place: RehearsalPlace): Record<string, string> {
  return { PATH: `${toolFolder(place)}:${veleroFolder(place)}:${binFolder(place)}:/usr/local/bin:/usr/bin:/bin` };
}

/** It runs, is filled, and has backups of everything; returns the moment up to which they are trusted. */
export async function startWhole(place: RehearsalPlace): Promise<{ akko: Akko; lastGood: string }> {
  const akko = akkoOf(place);
  await makeKit(akko);
  applyObjects(place, [namespaceOf(NAMESPACE)]);
  inRepository(akko, 'helm/scripts/deploy-from-harbor.sh');
  for (const { database, table } of CONSUMERS) fill(akko, database, table);
  for (const { name, kind } of CONSUMERS) kubectl(place, ['--namespace', NAMESPACE, 'rollout', 'status', `${kind.toLowerCase()}/${name}`, '--timeout=120s']);
  storeObjects(akko);
  let lastGood = '';
  for (const { database, prefix } of CONSUMERS) lastGood = await dump(akko, database, prefix);
  return { akko, lastGood };
}

async function makeKit(akko: Akko): Promise<void> {
  const { place, kit, backups } = akko;
  for (const path of [kit, join(kit, 'mc'), join(kit, 'images'), join(kit, 'dumps', 'pg'), join(kit, 'dumps', 'pg-data'), backups]) mkdirSync(path, { recursive: true, mode: 0o755 });
  chmodSync(backups, 0o777);
  copyFileSync(kubeconfigOf(place, 'admin'), join(kit, 'kubeconfig'));
  copyFileSync(updateKey(place), join(kit, 'dns.key'));
  writeCredentials(join(kit, 's3-credentials'));
  writeFileSync(join(kit, 'registry.json'), JSON.stringify({ auths: {} }), { mode: 0o600 });
  const alias = (accessKey: string): object => ({ url: S3_ENDPOINT, accessKey, secretKey: S3_SECRET, api: 'S3v4', path: 'on' });
  writeFileSync(join(kit, 'mc', 'config.json'), JSON.stringify({ version: '10', aliases: { cold: alias(COLD_KEY), akko: alias(S3_KEY) } }), { mode: 0o600 });
  makeAkkoRepository(join(kit, 'repository'), backups, randomBytes(12).toString('hex'));
  giveToLab(kit);
  moveNamesBack(place);
  await makeBucket(BUCKET);
  await makeBucket(WAREHOUSE);
  await makeBucket(WAREHOUSE, {}, s3Client(COLD_KEY));
  for (let index = 0; index < FILES; index += 1) await putObject(WAREHOUSE, `facts/data/part-${index}.parquet`, randomBytes(4096), s3Client(COLD_KEY));
}

function inRepository({ place, kit }: Akko, program: string): void {
  const env = { ...labEnv(), ...akkoEnv(place), KUBECONFIG: kubeconfigOf(place, 'admin'), AKKO_VERSION: '2026.04', AKKO_DOMAIN: 'akko.customer.example' };
  execFileSync(join(kit, 'repository', program), [], { cwd: join(kit, 'repository'), env, stdio: ['ignore', 'ignore', 'pipe'] });
}

function fill(akko: Akko, database: string, table: string): void {
  const [schema = ''] = table.split('.');
  sql(akko, `SET ROLE "${database}"; CREATE SCHEMA IF NOT EXISTS ${schema}; CREATE TABLE ${table} AS SELECT g AS id, md5(g::text) AS name, (now() - g * interval '1 minute')::timestamptz AS updated_at FROM generate_series(0, ${ROWS - 1}) g`, database);
}

/** What Velero's schedule does every night, in the cluster that will be lost. */
function storeObjects({ place, kit }: Akko): void {
  installVelero(place, { bucket: BUCKET, prefix: 'velero', credentials: join(kit, 's3-credentials') });
  velero(place, 'schedule', 'create', SCHEDULE, '--schedule=0 1 * * *', `--include-namespaces=${NAMESPACE}`);
  velero(place, 'backup', 'create', `--from-schedule=${SCHEDULE}`, '--wait');
}

/** The cluster is gone, which here is: both namespaces and Velero's kinds. Returns when, RFC 3339 UTC. */
export function loseCluster(place: RehearsalPlace): string {
  const outageAt = new Date().toISOString();
  deleteNamespace(place, NAMESPACE);
  removeVelero(place);
  return outageAt;
}

export async function endWhole(place: RehearsalPlace): Promise<void> {
  loseCluster(place);
  moveNamesBack(place);
  for (const bucket of [BUCKET, WAREHOUSE]) await removeBucket(bucket);
  await removeBucket(WAREHOUSE, s3Client(COLD_KEY));
}
