/**
 * The recovery of all of Kredete in five stages, for either source of the database. Terraform, Kubernetes, PostgreSQL and the backups' bytes are
 * real; RDS, Route 53, Parameter Store and the stores of Terraform are emulated, Velero is a stand-in. The emulation moves no data: after a
 * snapshot the rows are there because `prepare` put them there; the dump from S3 is really restored.
 */
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asksPostgres } from '../endpoints.ts';
import { deleteNamespace, kubectl } from '../kubernetes/cluster.ts';
import { giveToLab } from '../lab-account.ts';
import { passwordOf } from '../postgres-server.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { makeBucket, removeBucket, writeCredentials } from '../s3/client.ts';
import { serve } from '../units/health.ts';
import { aws, emptyAws } from '../units/moto.ts';
import { labPostgres, POSTGRES_PORT } from '../units/postgres.ts';
import { installVelero, removeVelero, velero, veleroFolder } from '../units/velero.ts';
import { APPLICATIONS, applicationRows, APPROVER, deployApplications, fillAws, makeKit, NAMESPACE, PROGRAMS, secretsIn, STANDBY_REGION, toolEnv, writeAnswers, type KredeteKit } from './kredete-lab.ts';

const DATABASE = 'kredete';
const LOST_HOST = '127.0.0.2';
const RESTORED_HOST = '127.0.0.1';
const VELERO_BUCKET = 'kredete-velero';
const COMPONENTS = [18081, 18082, 18083, 18084, 18085];

export function fullRecovery(source: 'snapshot' | 's3'): Rehearsal {
  return {
    runbook: 'kredete-full-recovery', variant: source,
    units: ['postgres', 'moto', 'terraform', 'kubelet', 's3', 'velero', 'health'],
    programs: { ...PROGRAMS, terraform: 'real', pg_restore: 'real', echo: 'real', kdig: 'real', velero: 'stand-in', '{{smoke_test}}': 'stand-in' },
    people: [APPROVER],
    async prepare(place) {
      const outage = new Date();
      const { server } = labPostgres(place);
      const kit = makeKit(place, passwordOf(server));
      putRepositoryInKit(place, kit);
      await backUpApplications(place, kit);
      await fillAccount(place);
      backUpDatabase(place, source, new Date(outage.getTime() - 20 * 60_000));
      loseEverything(place);
      serveComponents(place);
      return {
        outageAt: outage.toISOString(), answers: writeAnswers(place, answers(source, kit.photo)),
        params: { kit: kit.kit, applications_min: String(APPLICATIONS) },
        env: { ...toolEnv(place, kit.kit), PATH: `${veleroFolder(place)}:/usr/local/bin:/usr/bin:/bin` },
      };
    },
    check: async (place) => [...secretsIn(place), ...afterwards(place)],
    async finish(place) {
      for (const port of COMPONENTS) serve(place, port, []);
      deleteNamespace(place, NAMESPACE);
      removeVelero(place);
      await removeBucket(VELERO_BUCKET);
      dropDatabase(place);
      await emptyAws();
    },
  };
}

/** Below the kit, with its checksums, and where the rehearsal runs it. */
function putRepositoryInKit(place: RehearsalPlace, { kit }: KredeteKit): void {
  const from = join(import.meta.dirname, 'repository');
  const sums = globSync('**/*.{tf,sh}', { cwd: from }).sort().map((path) => `${createHash('sha256').update(readFileSync(join(from, path))).digest('hex')}  ${path}\n`);
  cpSync(from, join(kit, 'repository'), { recursive: true });
  writeFileSync(join(kit, 'repository', 'SHA256SUMS'), sums.join(''));
  const used = join(place.dataDir, 'rehearsal');
  mkdirSync(used, { recursive: true });
  cpSync(from, join(used, 'kredete'), { recursive: true });
  giveToLab(kit);
  giveToLab(used);
}

/** The applications as they ran with the lost database, saved by the daily schedule. */
async function backUpApplications(place: RehearsalPlace, { kit }: KredeteKit): Promise<void> {
  deployApplications(place, { host: LOST_HOST, port: POSTGRES_PORT, password: passwordOf(labPostgres(place).server), name: DATABASE, lost: true });
  const credentials = join(kit, 's3-credentials');
  writeCredentials(credentials);
  await makeBucket(VELERO_BUCKET);
  installVelero(place, { bucket: VELERO_BUCKET, credentials });
  velero(place, 'schedule', 'create', 'daily', '--schedule=0 1 * * *', `--include-namespaces=${NAMESPACE}`);
  velero(place, 'backup', 'create', '--from-schedule=daily', '--wait');
}

async function fillAccount(place: RehearsalPlace): Promise<void> {
  await fillAws(place, LOST_HOST);
  for (const bucket of ['kredete-terraform-state', 'kredete-postgres-full']) {
    aws(place, STANDBY_REGION, 's3api', 'create-bucket', `--bucket=${bucket}`, `--create-bucket-configuration=LocationConstraint=${STANDBY_REGION}`);
    aws(place, STANDBY_REGION, 's3api', 'put-bucket-versioning', `--bucket=${bucket}`, '--versioning-configuration=Status=Enabled');
  }
  aws(place, STANDBY_REGION, 'dynamodb', 'create-table', '--table-name=kredete-terraform-locks', '--attribute-definitions=AttributeName=LockID,AttributeType=S', '--key-schema=AttributeName=LockID,KeyType=HASH', '--billing-mode=PAY_PER_REQUEST');
  const zone = aws(place, STANDBY_REGION, 'route53', 'create-hosted-zone', '--name=kredete.test', '--caller-reference=lab', '--query=HostedZone.Id');
  const record = { Changes: [{ Action: 'UPSERT', ResourceRecordSet: { Name: 'api.kredete.test', Type: 'A', TTL: 60, ResourceRecords: [{ Value: LOST_HOST }] } }] };
  aws(place, STANDBY_REGION, 'route53', 'change-resource-record-sets', `--hosted-zone-id=${zone}`, `--change-batch=${JSON.stringify(record)}`);
}

/** Both sources are there, as they would be: a snapshot copied between the regions, and last night's full backup. */
function backUpDatabase(place: RehearsalPlace, source: 'snapshot' | 's3', newest: Date): void {
  const postgres = labPostgres(place);
  dropDatabase(place);
  postgres.sql(`CREATE DATABASE ${DATABASE}`, 'postgres');
  postgres.sql(applicationRows(newest), DATABASE);
  const dump = join(place.folder, 'full.dump');
  postgres.client('pg_dump', '--format=custom', `--file=${dump}`, DATABASE);
  aws(place, STANDBY_REGION, 's3', 'cp', '--no-progress', dump, `s3://kredete-postgres-full/full-${newest.toISOString().slice(0, 10)}.dump`);
  aws(place, STANDBY_REGION, 'rds', 'create-db-cluster-snapshot', '--db-cluster-identifier=kredete-cluster', '--db-cluster-snapshot-identifier=kredete-cluster-copy');
  if (source === 's3') postgres.sql('DROP TABLE credit_applications', DATABASE);
}

function dropDatabase(place: RehearsalPlace): void {
  labPostgres(place).sql(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`, 'postgres');
}

function loseEverything(place: RehearsalPlace): void {
  deleteNamespace(place, NAMESPACE);
}

/** Each is well while the restored database holds its applications. */
function serveComponents(place: RehearsalPlace): void {
  const server = { host: RESTORED_HOST, port: POSTGRES_PORT, user: 'postgres', database: DATABASE, password: passwordOf(labPostgres(place).server) };
  const probe = { kind: 'number', min: APPLICATIONS, ...asksPostgres(server, 'SELECT count(*) FROM credit_applications') } as const;
  for (const port of COMPONENTS) serve(place, port, [{ path: '/health', good: { body: { status: 'ok' } }, bad: { status: 503, body: { status: 'down' } }, probes: { database: probe } }]);
}

/** What was restored stays; what Terraform and RDS made for the rehearsal is gone. */
function afterwards(place: RehearsalPlace): string[] {
  const kept = labPostgres(place).sql('SELECT count(*) FROM credit_applications', DATABASE);
  const host = kubectl(place, ['--namespace', NAMESPACE, 'exec', 'deployment/credit-origination', '--', '/bin/sh', '-c', 'echo "$DATABASE_HOST"']).trim();
  const clusters = aws(place, STANDBY_REGION, 'rds', 'describe-db-clusters', '--query=DBClusters[].DBClusterIdentifier');
  return [
    ...(kept === String(APPLICATIONS) ? [] : [`the restored database holds ${kept} applications`]),
    ...(host === RESTORED_HOST ? [] : [`the application looks for its database at ${host}`]),
    ...(clusters.includes('kredete-dr') ? ['the cluster kredete-dr is still there'] : []),
  ];
}

function answers(source: 'snapshot' | 's3', photo: string): string {
  return `decisions: { regulator-question: 'yes', choose-database-source: ${source}, choose-cutover: needed }
confirmations:
  tell-engineering: { note: Written into the channel. }
  tell-executives: { note: Mail sent. }
  tell-partners: { note: Put on the status page. }
  call-regulator: { note: Spoke to the duty desk. }
  look: { note: The rows were counted; MongoDB and Kafka are not in the lab., evidence: ${photo}, checklist: [true, true, true, true] }
  tell-executives-restored: { note: Mail sent. }
  tell-partners-restored: { note: Put on the status page. }
approvals:
  cut-over: [{ by: ${APPROVER.name}, credential_env: ${APPROVER.credentialEnv} }]
point_of_no_return: { cut-over: cut-over }
`;
}
