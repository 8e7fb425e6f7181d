/**
 * Veza in the lab's cluster: its database with users, its backend that is well while it can read them, its backup volume with a dump, and
 * the kit of a break-glass laptop where the runbooks' rehearsals look for it.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../daemon.ts';
import { deleteNamespace, kubeconfigOf, kubectl } from '../kubernetes/cluster.ts';
import { BACKEND, imageArchive } from '../kubernetes/images.ts';
import { sqlInPod } from '../kubernetes/pods.ts';
import { giveToLab } from '../lab-account.ts';
import type { RehearsalPlace } from '../rehearsal.ts';
import { HEALTH_PORT, makeRepository, NAMESPACE, POD } from './repository.ts';

export const USERS = 1200;

export interface Veza {
  place: RehearsalPlace;
  /** `{{data_dir}}/rehearsal/veza` of the runbooks. */
  kit: string;
  /** What pods see as /backups. */
  backups: string;
  /** Of the application's database account. */
  password: string;
}

/** @param password of a Veza that is made; of one that runs already it is not asked */
export function vezaOf(place: RehearsalPlace, password = ''): Veza {
  return { place, kit: join(place.dataDir, 'rehearsal', 'veza'), backups: join(place.folder, 'backups'), password };
}

/** The kit alone: no namespace, nothing that runs. `backups` of the kit and of the volume are empty. */
export function makeVezaKit(place: RehearsalPlace): Veza {
  const password = randomBytes(12).toString('hex');
  const veza = vezaOf(place, password);
  mkdirSync(join(veza.kit, 'backups'), { recursive: true, mode: 0o755 });
  for (const path of [veza.backups, join(veza.backups, 'postgres')]) mkdirSync(path, { recursive: true });
  for (const path of [veza.backups, join(veza.backups, 'postgres')]) chmodSync(path, 0o777);
  for (const name of ['kubeconfig', 'kubeconfig-test', 'kubeconfig-dr']) copyFileSync(kubeconfigOf(place, 'admin'), join(veza.kit, name));
  writeFileSync(join(veza.kit, 'database-url'), `postgresql://veza_user:${password}@postgres-service:5432/veza_db`, { mode: 0o600 });
  makeRepository(veza.kit, { backups: veza.backups, password });
  giveToLab(join(place.dataDir, 'rehearsal'));
  return veza;
}

/** As it runs before anything happens: applied from the repository's own files, filled, and with its backend well. */
export async function startVeza(place: RehearsalPlace): Promise<Veza> {
  const veza = makeVezaKit(place);
  const apply = (path: string): string => kubectl(place, ['apply', '--filename', join(veza.kit, 'repo', 'k8s', path)]);
  apply('namespace.yaml');
  kubectl(place, ['--namespace', NAMESPACE, 'create', 'secret', 'generic', 'veza-secrets', `--from-file=database-url=${join(veza.kit, 'database-url')}`, '--from-literal=other=keep-me']);
  for (const path of ['secrets/', 'postgres/']) apply(path);
  kubectl(place, ['--namespace', NAMESPACE, 'wait', '--for=condition=Ready', `pod/${POD}`, '--timeout=90s']);
  await until("the database's account is there", () => sql(veza, "SELECT count(*) FROM pg_database WHERE datname = 'veza_db'", 'postgres') === '1', 20_000);
  fillVeza(veza);
  for (const path of ['backend-api/', 'frontend/']) apply(path);
  kubectl(place, ['--namespace', NAMESPACE, 'rollout', 'status', 'deployment/veza-backend-api', '--timeout=90s']);
  await until('the volume of the backups is bound', () => kubectl(place, ['--namespace', NAMESPACE, 'get', 'persistentvolumeclaim', 'postgres-backup-storage', '--output=jsonpath={.status.phase}']) === 'Bound', 60_000);
  await until('the backend is well', healthy, 30_000);
  return veza;
}

export async function endVeza(place: RehearsalPlace): Promise<void> {
  deleteNamespace(place, NAMESPACE);
  kubectl(place, ['delete', 'persistentvolume', 'veza-backups', '--ignore-not-found', '--timeout=30s']);
}

export async function healthy(): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${HEALTH_PORT}/health`)).ok;
}

/** As the database's superuser. */
export function sql({ place }: Veza, statements: string, database = 'veza_db'): string {
  return sqlInPod(place, { namespace: NAMESPACE, name: POD }, statements, database);
}

/** Six tables with constraints and indexes; the newest user came a minute ago. */
export const SCHEMA = `CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE NOT NULL, created_at timestamptz NOT NULL);
  CREATE TABLE rooms (id int PRIMARY KEY, title text NOT NULL);
  CREATE TABLE members (room int NOT NULL REFERENCES rooms, member int NOT NULL REFERENCES users, PRIMARY KEY (room, member));
  CREATE TABLE messages (id int PRIMARY KEY, room int NOT NULL REFERENCES rooms, author int NOT NULL REFERENCES users, body text NOT NULL);
  CREATE INDEX messages_by_room ON messages (room);
  CREATE TABLE uploads (id int PRIMARY KEY, owner int NOT NULL REFERENCES users, sha256 text NOT NULL);
  CREATE TABLE settings (name text PRIMARY KEY, value text NOT NULL);
  INSERT INTO users SELECT g, 'user' || g || '@veza.example', now() - interval '1 minute' - (${USERS} - g) * interval '1 minute' FROM generate_series(1, ${USERS}) g;
  INSERT INTO rooms SELECT g, 'room ' || g FROM generate_series(1, 40) g;
  INSERT INTO members SELECT g % 40 + 1, g FROM generate_series(1, ${USERS}) g;
  INSERT INTO messages SELECT g, g % 40 + 1, g % ${USERS} + 1, md5(g::text) FROM generate_series(1, 20000) g;
  INSERT INTO uploads SELECT g, g, md5(g::text) FROM generate_series(1, 300) g;
  INSERT INTO settings VALUES ('schema', '7');`;

function fillVeza(veza: Veza): void {
  sql(veza, `SET ROLE veza_user; ${SCHEMA}`);
}

/** The nightly job's work: a dump on the backup volume and a copy of it in the kit. Returns the file's name. */
export function dumpVeza(veza: Veza): string {
  const [day = '', time = ''] = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/gu, '').split('T');
  const name = `veza_db_${day}_${time}.dump`;
  kubectl(veza.place, ['--namespace', NAMESPACE, 'exec', POD, '--', 'pg_dump', '--username=postgres', '--dbname=veza_db', '--format=custom', `--file=/tmp/${name}`]);
  const bytes = kubectl(veza.place, ['--namespace', NAMESPACE, 'exec', POD, '--', 'sh', '-c', `base64 /tmp/${name}`]);
  writeFileSync(join(veza.backups, 'postgres', name), Buffer.from(bytes, 'base64'));
  writeFileSync(join(veza.kit, 'backups', name), Buffer.from(bytes, 'base64'));
  giveToLab(join(veza.kit, 'backups'));
  return name;
}

/** Path of the kit's newest dump; their names sort by time. */
export function newestDump({ kit }: Veza): string {
  const newest = readdirSync(join(kit, 'backups')).sort().pop();
  if (newest === undefined) throw new Error('the kit has no dump');
  return join(kit, 'backups', newest);
}

/** Everything that runs is lost, and the volume of the backups with it; the kit is not. Returns when, RFC 3339 UTC. */
export async function loseVeza(veza: Veza): Promise<string> {
  await endVeza(veza.place);
  for (const file of readdirSync(join(veza.backups, 'postgres'))) rmSync(join(veza.backups, 'postgres', file));
  return new Date().toISOString();
}

/** Somebody deletes users, with everything that hangs on them. Returns when, RFC 3339 UTC. */
export function deleteUsers(veza: Veza): string {
  sql(veza, 'DELETE FROM uploads; DELETE FROM messages; DELETE FROM members; DELETE FROM users WHERE id > 100');
  return new Date().toISOString();
}

/** Somebody rolls out a version whose image does not exist: its pod never starts, and the one before serves on. */
export function deployFaulty({ place }: Veza): void {
  kubectl(place, ['--namespace', NAMESPACE, 'set', 'image', 'deployment/veza-backend-api', `veza-backend-api=drill.local/faulty@sha256:${'0'.repeat(64)}`]);
}

/** The image that ran last, as an OCI layout. */
export function putImageInKit({ place, kit }: Veza): void {
  execFileSync('skopeo', ['--insecure-policy', 'copy', '--quiet', `docker-archive:${imageArchive(place, BACKEND)}`, `oci:${join(kit, 'image')}:last`], { stdio: ['ignore', 'ignore', 'pipe'] });
  giveToLab(join(kit, 'image'));
}

/** What does not hold after a rehearsal that should have brought everything back. */
export async function faults(place: RehearsalPlace, users = USERS): Promise<string[]> {
  const counted = sql(vezaOf(place), 'SELECT count(*) FROM users');
  return [...(counted === String(users) ? [] : [`${counted} users are there, not ${users}`]), ...((await healthy()) ? [] : ['the backend is not well'])];
}
