/**
 * The AKKO repository as a kit holds it: a chart with the database server and what uses it, and the programs of the release, with the sums of
 * all. The programs do in the lab what those of the release do: make a cluster, install from the chart, test.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { postgresSet } from '../kubernetes/pods.ts';
import { BUSYBOX, POSTGRES } from '../kubernetes/images.ts';
import { NAMESPACE } from './akko.ts';

/** One application for each database: ready only while it can read its table, with an account of its own. */
export interface Consumer {
  name: string;
  kind: 'Deployment' | 'StatefulSet';
  database: string;
  table: string;
  prefix: 'pg' | 'pg-data';
}

export const CONSUMERS: readonly Consumer[] = [
  { name: 'akko-keycloak', kind: 'StatefulSet', database: 'keycloak', table: 'public.realm', prefix: 'pg' },
  { name: 'akko-airflow', kind: 'Deployment', database: 'airflow', table: 'public.dag', prefix: 'pg' },
  { name: 'akko-openmetadata', kind: 'Deployment', database: 'openmetadata', table: 'public.user_entity', prefix: 'pg' },
  { name: 'akko-superset', kind: 'Deployment', database: 'superset_metadata', table: 'public.dashboards', prefix: 'pg' },
  { name: 'akko-mlflow', kind: 'Deployment', database: 'mlflow', table: 'public.experiments', prefix: 'pg' },
  { name: 'akko-polaris', kind: 'Deployment', database: 'polaris', table: 'polaris_schema.entities', prefix: 'pg' },
  { name: 'akko-aden', kind: 'Deployment', database: 'aden', table: 'public.receipts', prefix: 'pg-data' },
  { name: 'akko-trino-coordinator', kind: 'Deployment', database: 'akko_data', table: 'public.facts', prefix: 'pg-data' },
];
export const BALANCER = '127.0.0.9';
const JOBS: Readonly<Record<string, string>> = { 'akko-pg-backup': '0 */4 * * *', 'akko-pg-data-backup': '0 */2 * * *', 'akko-keycloak-realm-export': '0 3 * * *' };

/** @param backups host folder that the server sees as /backups */
export function makeAkkoRepository(folder: string, backups: string, password: string): void {
  const chart = join(folder, 'helm', 'akko');
  const objects = [...CONSUMERS.map(consumer), ...Object.entries(JOBS).map(cronJob), ...servers(backups), secret(password)];
  write(join(chart, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name: 'akko', version: '2026.4.0' }));
  objects.forEach((object, index) => { write(join(chart, 'templates', `${index}.yaml`), JSON.stringify(object)); });
  for (const [path, script] of Object.entries(PROGRAMS)) {
    write(join(folder, path), script);
    chmodSync(join(folder, path), 0o755);
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  const sums = files.map((path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${path.slice(folder.length + 1)}\n`);
  write(join(folder, 'SHA256SUMS'), sums.join(''));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function consumer({ name, kind, database, table }: Consumer): object {
  const env = [{ name: 'PGHOST', value: 'akko-postgresql' }, { name: 'PGUSER', value: database }, { name: 'PGDATABASE', value: database }, { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'akko-passwords', key: 'password' } } }];
  const container = {
    name: 'application', image: POSTGRES, imagePullPolicy: 'Never', env, command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
    readinessProbe: { exec: { command: ['psql', '--quiet', `--command=SELECT 1 FROM ${table} LIMIT 1`] }, periodSeconds: 4, timeoutSeconds: 5 },
  };
  const spec = { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } } };
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: NAMESPACE }, spec: kind === 'StatefulSet' ? { serviceName: name, ...spec } : spec };
}

function cronJob([name, schedule]: [string, string]): object {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: BUSYBOX, imagePullPolicy: 'Never', command: ['true'] }] } };
  return { apiVersion: 'batch/v1beta1', kind: 'CronJob', metadata: { name, namespace: NAMESPACE }, spec: { schedule, suspend: false, jobTemplate: { spec: { template } } } };
}

function servers(backups: string): object[] {
  return [
    postgresSet({ namespace: NAMESPACE, name: 'akko-postgresql' }, { '/backups': backups }),
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'akko-postgresql', namespace: NAMESPACE }, spec: { clusterIP: 'None', selector: { app: 'akko-postgresql' }, ports: [{ port: 5432 }] } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'akko-ingress', namespace: NAMESPACE }, spec: { type: 'LoadBalancer', selector: { app: 'akko-superset' }, ports: [{ port: 80 }] } },
  ];
}

function secret(password: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'akko-passwords', namespace: NAMESPACE }, stringData: { password } };
}

const ACCOUNTS = CONSUMERS.map(({ database }) => database).join(' ');
const PROGRAMS: Readonly<Record<string, string>> = {
  'helm/scripts/k3d-create.sh': `#!/bin/sh
set -eu
exec k3d cluster create "$CLUSTER_NAME"
`,
  // The chart of the lab has no job that makes the accounts, and no cloud that gives the balancer its address: the program does both.
  'helm/scripts/deploy-from-harbor.sh': `#!/bin/sh
set -eu
helm upgrade --install akko helm/akko --namespace ${NAMESPACE}
kubectl --namespace ${NAMESPACE} rollout status statefulset/akko-postgresql --timeout=120s
password=$(kubectl --namespace ${NAMESPACE} get secret akko-passwords --output=jsonpath='{.data.password}' | base64 -d)
for name in ${ACCOUNTS}; do
  printf '%s\\n' "SELECT 'CREATE ROLE $name LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') \\\\gexec" "ALTER ROLE $name PASSWORD '$password';" "SELECT 'CREATE DATABASE $name OWNER $name' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$name') \\\\gexec"
done | kubectl --namespace ${NAMESPACE} exec --stdin akko-postgresql-0 -- psql --no-psqlrc --quiet --username=postgres --set=ON_ERROR_STOP=1
kubectl get --raw /api/v1/namespaces/${NAMESPACE}/services/akko-ingress/status |
  jq '.status.loadBalancer.ingress = [{ip: "${BALANCER}"}]' |
  kubectl replace --raw /api/v1/namespaces/${NAMESPACE}/services/akko-ingress/status --filename=- >/dev/null
echo "AKKO $AKKO_VERSION is installed for $AKKO_DOMAIN"
`,
  'tests/post-deploy/run-all.sh': `#!/bin/sh
set -eu
status=0
check() { if [ "$2" = "$3" ]; then echo "PASS $1"; else echo "FAIL $1: $2, not $3"; status=1; fi; }
for name in ${CONSUMERS.filter(({ kind }) => kind === 'Deployment').map(({ name }) => name).join(' ')}; do
  check "$name is ready" "$(kubectl --namespace ${NAMESPACE} get deployment "$name" --output=jsonpath='{.status.readyReplicas}')" 1
done
check "the name of $AKKO_DOMAIN has a balancer" "$(kubectl --namespace ${NAMESPACE} get service akko-ingress --output=jsonpath='{.status.loadBalancer.ingress[0].ip}')" ${BALANCER}
exit $status
`,
};
