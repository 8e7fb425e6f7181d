/**
 * Veza with a standby: a primary as the pod of a stateful set, whose disk outlives its container, and a pod that streams from it. The kit has
 * the manifests of a further standby, for the time after a failover.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../daemon.ts';
import { applyObjects, kubectl } from '../kubernetes/cluster.ts';
import { POSTGRES } from '../kubernetes/images.ts';
import { sqlInPod } from '../kubernetes/pods.ts';
import { giveToLab } from '../lab-account.ts';
import type { RehearsalPlace } from '../rehearsal.ts';
import { NAMESPACE, service } from './repository.ts';
import { healthy, makeVezaKit, SCHEMA, USERS, type Veza } from './veza.ts';

const PRIMARY = 'postgres-0';
export const STANDBY = 'postgres-standby';
const NEXT_STANDBY = 'postgres-standby-next';
const STANDBY_SERVICE = 'postgres-standby-service';

/** The kit first, then what runs; returns when the standby has every user and the backend is well. */
export async function startVezaPair(place: RehearsalPlace): Promise<Veza> {
  const veza = makeVezaKit(place);
  const apply = (path: string): string => kubectl(place, ['apply', '--filename', join(veza.kit, 'repo', 'k8s', path)]);
  apply('namespace.yaml');
  kubectl(place, ['--namespace', NAMESPACE, 'create', 'secret', 'generic', 'veza-secrets', `--from-file=database-url=${join(veza.kit, 'database-url')}`, '--from-literal=other=keep-me']);
  applyObjects(place, [primary(veza), service('postgres-service', 'postgres', 5432), config()]);
  await ready(place, PRIMARY);
  sqlInPod(place, { namespace: NAMESPACE, name: PRIMARY }, `CREATE ROLE veza_user LOGIN PASSWORD '${veza.password}'`);
  sqlInPod(place, { namespace: NAMESPACE, name: PRIMARY }, 'CREATE DATABASE veza_db OWNER veza_user');
  sqlInPod(place, { namespace: NAMESPACE, name: PRIMARY }, `SET ROLE veza_user; ${SCHEMA}`, 'veza_db');
  applyObjects(place, [standby(STANDBY, 'postgres-service'), service(STANDBY_SERVICE, STANDBY, 5432)]);
  await ready(place, STANDBY);
  await until('the standby has every user', () => countUsers(place) === String(USERS), 20_000);
  apply('backend-api/');
  await until('the backend is well', healthy, 60_000);
  writeKit(veza);
  return veza;
}

function writeKit(veza: Veza): void {
  const folder = join(veza.kit, 'repo', 'k8s', 'postgres-standby');
  mkdirSync(folder);
  writeFileSync(join(folder, 'standby.yaml'), JSON.stringify(standby(NEXT_STANDBY, STANDBY_SERVICE), null, 2));
  writeFileSync(join(veza.kit, 'database-url-standby'), `postgresql://veza_user:${veza.password}@${STANDBY_SERVICE}:5432/veza_db`, { mode: 0o600 });
  giveToLab(veza.kit);
}

async function ready(place: RehearsalPlace, pod: string): Promise<void> {
  await until(`${pod} is there`, () => kubectl(place, ['--namespace', NAMESPACE, 'get', 'pod', pod, '--output=name']) !== '', 30_000);
  kubectl(place, ['--namespace', NAMESPACE, 'wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=90s']);
}

/** What the standby, or the server that it became, holds. */
export function countUsers(place: RehearsalPlace): string {
  return sqlInPod(place, { namespace: NAMESPACE, name: STANDBY }, 'SELECT count(*) FROM users', 'veza_db');
}

/** Its disk loses the control file and the server ends: it starts again and again, and never comes up. Returns when, RFC 3339 UTC. */
export async function breakPrimary(place: RehearsalPlace): Promise<string> {
  kubectl(place, ['--namespace', NAMESPACE, 'exec', PRIMARY, '--', 'sh', '-c', 'rm data/global/pg_control; pg_ctl -D data -m immediate stop >/dev/null 2>&1 & exit 0']);
  const outageAt = new Date().toISOString();
  await until('the backend has noticed', async () => !(await healthy()), 30_000);
  return outageAt;
}

const READY = { exec: { command: ['psql', '--username=postgres', '--command=select 1'] }, periodSeconds: 1 };
const SERVE = "exec postgres -D data -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql -c wal_keep_size=64MB -c hot_standby=on -c primary_conninfo=\"$FOLLOWS\"";

function container(script: string, env: object[] = []): object {
  return { name: 'postgresql', image: POSTGRES, imagePullPolicy: 'Never', workingDir: '/var/lib/postgresql', command: ['/bin/sh', '-c', script], env, volumeMounts: [{ name: 'disk', mountPath: '/var/lib/postgresql' }], readinessProbe: READY };
}

/** Replication asks for the superuser's password, which is the application's here. */
function primary({ password }: Veza): object {
  const script = `if ! [ -f data/PG_VERSION ]; then
  initdb -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  printf '%s\\n' 'host all all all scram-sha-256' 'host replication postgres all scram-sha-256' >> data/pg_hba.conf
  echo "ALTER ROLE postgres PASSWORD '$PGPASSWORD'" | postgres --single -D data postgres >/dev/null
fi
${SERVE}`;
  const env = [{ name: 'PGPASSWORD', value: password }, { name: 'FOLLOWS', value: '' }];
  const spec = { terminationGracePeriodSeconds: 3, volumes: [{ name: 'disk', emptyDir: {} }], containers: [container(script, env)] };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'postgres', namespace: NAMESPACE }, spec: { serviceName: 'postgres', selector: { matchLabels: { app: 'postgres' } }, template: { metadata: { labels: { app: 'postgres' } }, spec } } };
}

/** A copy of whoever stands behind the service, made when the pod starts; it follows from then on. */
function standby(name: string, follows: string): object {
  const script = `[ -f data/PG_VERSION ] || until pg_basebackup -d "$FOLLOWS" -D data -R -X stream -c fast; do rm -rf data; sleep 1; done
${SERVE}`;
  const url = { name: 'URL', valueFrom: { secretKeyRef: { name: 'veza-secrets', key: 'database-url' } } };
  const before = `export PGPASSWORD=$(echo "$URL" | sed 's|.*://[^:]*:||; s|@.*||')\n`;
  const env = [url, { name: 'FOLLOWS', value: `host=${follows} user=postgres` }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE, labels: { app: name } }, spec: { terminationGracePeriodSeconds: 3, volumes: [{ name: 'disk', emptyDir: {} }], containers: [container(`${before}${script}`, env)] } };
}

function config(): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'veza-config', namespace: NAMESPACE }, data: { POSTGRES_HOST: 'postgres-service' } };
}
