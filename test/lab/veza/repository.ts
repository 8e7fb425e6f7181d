/**
 * Veza's repository as a break-glass kit holds it: manifests of everything that runs, Terraform for the ground below it, as a clone and as a
 * bundle. The lab applies these files itself, so what a runbook applies is what ran before.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { labEnv } from '../daemon.ts';
import { BACKEND, POSTGRES } from '../kubernetes/images.ts';
import { giveToLab, asLabAccount } from '../lab-account.ts';
import { ensurePackages } from '../packages.ts';

export const NAMESPACE = 'veza-dr-test';
export const HEALTH_PORT = 18_087;
export const POD = 'postgres-pod';

export interface VezaFiles {
  /** Host folder that the cluster's backup volume leads to. */
  backups: string;
  /** Of the account veza_user. */
  password: string;
}

/** Makes the clone at `FOLDER/repo` and the bundle `FOLDER/veza.bundle`; both belong to the lab's account. */
export function makeRepository(folder: string, files: VezaFiles): void {
  ensurePackages(['git']);
  const repo = join(folder, 'repo');
  for (const [path, objects] of Object.entries(manifests(files))) writeObjects(join(repo, path), objects);
  mkdirSync(join(repo, 'infrastructure', 'terraform'), { recursive: true });
  // The builtin provider alone: others would have to be downloaded. Its resource stands where the region's machines would.
  writeFileSync(join(repo, 'infrastructure', 'terraform', 'main.tf'), 'resource "terraform_data" "region" {\n  input = { name = "lab" }\n}\n\noutput "region" {\n  value = terraform_data.region.output.name\n}\n');
  writeFileSync(join(repo, '.gitignore'), '.terraform*\nterraform.tfstate*\n');
  giveToLab(folder);
  const git = (...words: string[]): void => inLab(repo, ['git', '-c', 'user.name=Veza', '-c', 'user.email=devops@veza.example', ...words]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=What runs');
  git('bundle', 'create', '--quiet', join(folder, 'veza.bundle'), 'main');
}

function inLab(cwd: string, argv: readonly string[]): void {
  const [program, ...rest] = asLabAccount(argv);
  execFileSync(program, rest, { cwd, env: { ...labEnv(), HOME: cwd }, stdio: ['ignore', 'ignore', 'pipe'] });
}

function writeObjects(path: string, objects: readonly object[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2));
}

const meta = (name: string): object => ({ name, namespace: NAMESPACE, labels: { app: name } });

function manifests({ backups, password }: VezaFiles): Record<string, object[]> {
  return {
    'k8s/namespace.yaml': [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }],
    'k8s/secrets/other.yaml': [{ apiVersion: 'v1', kind: 'Secret', metadata: meta('veza-other'), stringData: { 'mail-token': 'of no value' } }],
    'k8s/postgres/storage.yaml': storage(backups),
    'k8s/postgres/server.yaml': [postgresPod(password), service('postgres-service', POD, 5432), configMap()],
    'k8s/backend-api/backend.yaml': [backend(), rights(), binding()],
    'k8s/non-critical/chat/chat.yaml': [frontend('veza-chat')],
    'k8s/non-critical/monitoring/monitoring.yaml': [frontend('veza-monitoring')],
    'k8s/frontend/frontend.yaml': [frontend('veza-frontend'), service('veza-frontend', 'veza-frontend', 8080)],
  };
}

/** Without an address of its own, so that its name leads straight to the pods. */
export function service(name: string, app: string, port: number): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE }, spec: { clusterIP: 'None', selector: { app }, ports: [{ port }] } };
}

function configMap(): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'veza-config', namespace: NAMESPACE }, data: { POSTGRES_HOST: 'postgres-service' } };
}

function storage(backups: string): object[] {
  const claim = { namespace: NAMESPACE, name: 'postgres-backup-storage' };
  return [
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'veza-backups' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany'], storageClassName: '', persistentVolumeReclaimPolicy: 'Retain', claimRef: claim, hostPath: { path: backups } } },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: claim, spec: { accessModes: ['ReadWriteMany'], storageClassName: '', volumeName: 'veza-backups', resources: { requests: { storage: '1Gi' } } } },
  ];
}

/** The server makes the account and the empty database of the application at its first start, as the official image does. */
function postgresPod(password: string): object {
  const start = `cd /var/lib/postgresql
if ! [ -f data/PG_VERSION ]; then
  initdb -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  echo 'host all all all scram-sha-256' >> data/pg_hba.conf
  printf '%s\\n' "CREATE ROLE veza_user LOGIN PASSWORD '$VEZA_PASSWORD';" 'CREATE DATABASE veza_db OWNER veza_user;' > first.sql
  while read -r statement; do echo "$statement" | postgres --single -D data postgres >/dev/null; done < first.sql
fi
exec postgres -D data -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql`;
  const container = {
    name: 'postgresql', image: POSTGRES, imagePullPolicy: 'Never', command: ['/bin/sh', '-c', start], env: [{ name: 'VEZA_PASSWORD', value: password }],
    readinessProbe: { exec: { command: ['psql', '--username=postgres', '--command=select 1'] }, periodSeconds: 1 },
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: meta(POD), spec: { terminationGracePeriodSeconds: 3, containers: [container] } };
}

/**
 * It listens on this machine's loopback, where the runbooks ask for its health, and is well while it can count its users. A rollout starts
 * the new one before the old one goes.
 */
function backend(): object {
  const container = {
    name: 'veza-backend-api', image: BACKEND, imagePullPolicy: 'IfNotPresent',
    env: [{ name: 'LISTEN', value: '127.0.0.1' }, { name: 'PORT', value: String(HEALTH_PORT) }, { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'veza-secrets', key: 'database-url' } } }],
    readinessProbe: { exec: { command: ['/bin/sh', '-c', 'psql "$DATABASE_URL" --command="SELECT 1"'] }, periodSeconds: 1, timeoutSeconds: 5 },
  };
  const tolerations = ['unreachable', 'not-ready'].map((state) => ({ key: `node.kubernetes.io/${state}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }));
  const spec = { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet', terminationGracePeriodSeconds: 1, tolerations, containers: [container] };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('veza-backend-api'),
    spec: { replicas: 1, selector: { matchLabels: { app: 'veza-backend-api' } }, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }, template: { metadata: { labels: { app: 'veza-backend-api' } }, spec } },
  };
}

/** A page that is always the same. */
function frontend(name: string): object {
  const container = { name, image: BACKEND, imagePullPolicy: 'IfNotPresent', command: ['/bin/sh', '-c', 'mkdir -p /www && echo Veza > /www/index.html && exec httpd -f -p 8080 -h /www'], readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta(name), spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } } } };
}

/** The rights that an intruder in the backend would have. */
function rights(): object {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: meta('veza-backend-api'), rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] };
}

function binding(): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: meta('veza-backend-api'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'veza-backend-api' }, subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: NAMESPACE }],
  };
}
