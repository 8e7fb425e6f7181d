/** What Kredete's rehearsals have in common: rows, a kit, an emulated AWS account, applications in the lab's cluster, answers. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { filesWith } from '../../support/secret-traces.ts';
import { applyObjects, deleteNamespace, kubeconfigOf, kubectl } from '../kubernetes/cluster.ts';
import { POSTGRES } from '../kubernetes/images.ts';
import { application, namespaceOf } from '../kubernetes/pods.ts';
import { giveToLab } from '../lab-account.ts';
import type { LabPerson, RehearsalPlace } from '../rehearsal.ts';
import { aws, awsFiles, emptyAws } from '../units/moto.ts';
import type { Fidelity, LabPlace } from '../unit.ts';
import { writePhoto } from '../write-photo.ts';

export const NAMESPACE = 'kredete';
export const APPLICATIONS = 500;
export const PRIMARY_REGION = 'af-south-1';
export const STANDBY_REGION = 'eu-west-1';

/** `moto` answers for AWS; everything else is the program itself. */
export const PROGRAMS: Readonly<Record<string, Fidelity>> = { aws: 'emulated', psql: 'real', kubectl: 'real', xargs: 'real' };

export const APPROVER: LabPerson = { name: 'Nkechi Adeyemi', roles: ['vp-engineering'], credentialEnv: 'LAB_VP_ENGINEERING' };

/** Applications for credit, one a minute up to `newest`. */
export function applicationRows(newest: Date): string {
  return `CREATE TABLE credit_applications (id bigint PRIMARY KEY, applicant text NOT NULL, created_at timestamptz NOT NULL);
    INSERT INTO credit_applications SELECT g, 'applicant ' || g, '${newest.toISOString()}'::timestamptz - (${APPLICATIONS} - g) * interval '1 minute' FROM generate_series(1, ${APPLICATIONS}) g;`;
}

export interface KredeteKit {
  kit: string;
  photo: string;
}

/** @param password of the database's administrator */
export function makeKit(place: RehearsalPlace, password: string): KredeteKit {
  const kit = join(place.folder, 'kit');
  mkdirSync(kit, { mode: 0o700 });
  writeFileSync(join(kit, 'db-password'), `${password}\n`, { mode: 0o600 });
  writeFileSync(join(kit, 'dr-cluster-password.json'), `${JSON.stringify({ MasterUserPassword: randomBytes(12).toString('base64url') })}\n`, { mode: 0o600 });
  const photo = join(kit, 'dashboard.png');
  writePhoto(photo);
  writeKubeconfig(place, join(kit, 'kubeconfig'));
  giveToLab(kit);
  return { kit, photo };
}

const Kubeconfig = z.looseObject({ contexts: z.array(z.looseObject({ name: z.string() })).length(1) });

/** The administrator's, with the context that the runbooks name for rehearsals. */
function writeKubeconfig(place: LabPlace, path: string): void {
  const config = Kubeconfig.parse(JSON.parse(readFileSync(kubeconfigOf(place, 'admin'), 'utf8')));
  writeFileSync(path, JSON.stringify({ ...config, contexts: config.contexts.map((context) => ({ ...context, name: 'drill' })), 'current-context': 'drill' }), { mode: 0o600 });
}

/** What the tools of a run need to find the emulated AWS account and the lab's cluster. */
export function toolEnv(place: LabPlace, kit: string): Record<string, string> {
  return { ...awsFiles(place), KUBECONFIG: join(kit, 'kubeconfig') };
}

/** An account with the cluster of the primary region, its standby in both, and the place where applications look up their database. */
export async function fillAws(place: LabPlace, databaseHost: string): Promise<void> {
  await emptyAws();
  for (const region of [PRIMARY_REGION, STANDBY_REGION]) {
    const engine = '--engine=aurora-postgresql';
    aws(place, region, 'rds', 'create-db-cluster', '--db-cluster-identifier=kredete-cluster', engine, '--master-username=kredete_dba', '--master-user-password=not-used-here');
    for (const instance of ['kredete-primary', 'kredete-standby']) aws(place, region, 'rds', 'create-db-instance', `--db-instance-identifier=${instance}`, '--db-cluster-identifier=kredete-cluster', engine, '--db-instance-class=db.r5.large');
  }
  aws(place, STANDBY_REGION, 'ssm', 'put-parameter', '--name=/kredete/database-host', `--value=${databaseHost}`, '--type=String', '--overwrite');
}

/** The two deployments of the tier api. Credit origination is ready only while its database takes writes; `lost` says that it does not yet. */
export function deployApplications(place: LabPlace, database: { host: string; port: number; password: string; name: string; lost?: true }): void {
  deleteNamespace(place, NAMESPACE);
  applyObjects(place, [
    namespaceOf(NAMESPACE),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database', namespace: NAMESPACE }, stringData: { password: database.password } },
    creditOrigination(database),
    application({ namespace: NAMESPACE, name: 'api-platform', labels: { tier: 'api' } }),
  ].map(inTierApi));
  kubectl(place, ['--namespace', NAMESPACE, 'wait', '--for=condition=Available', ...(database.lost ? ['deployment/api-platform'] : ['deployment', '--all']), '--timeout=120s']);
}

const Labelled = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });

function inTierApi(object: object): object {
  const { metadata, ...rest } = Labelled.parse(object);
  return rest.kind === 'Deployment' ? { ...rest, metadata: { ...metadata, labels: { tier: 'api' } } } : { ...rest, metadata };
}

/** On the host's network, so that the databases on loopback are within its reach. */
function creditOrigination({ host, port, name }: { host: string; port: number; name: string }): object {
  const ask = `psql --no-psqlrc --no-password --host="$DATABASE_HOST" --port=${port} --username=postgres --dbname=${name} -At -c "SELECT 1 / (NOT pg_is_in_recovery())::int"`;
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'credit-origination', namespace: NAMESPACE },
    spec: {
      replicas: 1, selector: { matchLabels: { app: 'credit-origination' } },
      template: {
        metadata: { labels: { app: 'credit-origination', tier: 'api' } },
        spec: {
          hostNetwork: true, terminationGracePeriodSeconds: 1,
          containers: [{
            name: 'credit-origination', image: POSTGRES, imagePullPolicy: 'Never', command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
            env: [{ name: 'DATABASE_HOST', value: host }, { name: 'PGCONNECT_TIMEOUT', value: '3' }, { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } }],
            readinessProbe: { exec: { command: ['/bin/sh', '-c', ask] }, periodSeconds: 1, timeoutSeconds: 5 },
          }],
        },
      },
    },
  };
}

/** Confirmations that all three runbooks ask for; `more` is YAML of the same form. */
export function writeAnswers(place: RehearsalPlace, text: string): string {
  const path = join(place.folder, 'answers.yaml');
  writeFileSync(path, text);
  giveToLab(path);
  return path;
}

/** No spelling of a secret of the kit may stand in anything that the run wrote. */
export function secretsIn(place: RehearsalPlace): string[] {
  const password = readFileSync(join(place.folder, 'kit', 'db-password'), 'utf8').trim();
  return filesWith(place.dataDir, password).map((file) => `${file} holds the database's password`);
}
