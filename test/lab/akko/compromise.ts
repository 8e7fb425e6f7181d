/** Somebody is inside AKKO as akko-admin: what they logged in with, what they left behind, and what they took away. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../daemon.ts';
import { applyObjects, kubectl } from '../kubernetes/cluster.ts';
import { giveToLab } from '../lab-account.ts';
import type { RehearsalPlace } from '../rehearsal.ts';
import { makeBucket, putObject } from '../s3/client.ts';
import { setKeycloak, setLogs } from '../units/akko-services.ts';
import { NAMESPACE, type Akko } from './akko.ts';

export const AUDIT_BUCKET = 'akko-audit-cold';
export const SUSPECT = 'akko-admin';
/** What they made in the namespace, beside the token that comes with the account. */
export const LEFT_BEHIND = ['serviceaccount/metrics-agent', 'secret/metrics-agent-target', 'rolebinding/metrics-agent-admin'];
const ACTIONS = ['login', 'table.drop', 'serviceaccount.create', 'secret.read'];

/** Keycloak with the identity, and the login of another administrator in the kit. Its password is a week old, and it has three sessions. */
export function identityIn({ place, kit }: Akko): void {
  const password = randomBytes(12).toString('hex');
  const salt = randomBytes(8).toString('hex');
  const user = { id: randomUUID(), username: SUSPECT, enabled: true, sessions: 3, salt, passwordHash: createHash('sha256').update(`${salt}stolen-password`).digest('hex'), passwordAt: Date.now() - 7 * 86_400_000 };
  setKeycloak(place, { realm: 'akko', administrator: { username: 'break-glass', password }, users: [user] });
  const login = join(kit, 'keycloak-login');
  writeFileSync(login, `grant_type=password&client_id=admin-cli&username=break-glass&password=${password}\n`, { mode: 0o600 });
  giveToLab(login);
}

/** Host folder that the server's pod sees as /receipts. */
export function receiptsIn(place: RehearsalPlace): string {
  const folder = join(place.folder, 'receipts');
  mkdirSync(folder, { recursive: true });
  for (let number = 1; number <= 25; number += 1) writeFileSync(join(folder, `receipt-${number}.json`), JSON.stringify({ number, digest: createHash('sha256').update(String(number)).digest('hex') }));
  return folder;
}

/** Waits for a new second, so that what came before is older by the cluster's clock; returns that moment. */
export async function newSecond(): Promise<string> {
  const at = Math.floor(Date.now() / 1000) * 1000 + 1000;
  await until('a new second', () => Date.now() >= at, 5000);
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** They make an account for later, with rights and a secret. The audit trail knows it, in the logs layer, on its disk and in cold storage. */
export async function breakIn(akko: Akko): Promise<void> {
  const { place } = akko;
  const [account, secret, binding] = LEFT_BEHIND.map((name) => ({ name: name.split('/')[1] ?? '', namespace: NAMESPACE }));
  applyObjects(place, [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    { apiVersion: 'v1', kind: 'Secret', metadata: secret, stringData: { target: 'https://collector.invalid' } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: binding, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' }, subjects: [{ kind: 'ServiceAccount', ...account }] },
  ]);
  const trail = entries();
  setLogs(place, trail);
  const lines = trail.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  writeFileSync(join(akko.backups, 'audit.ndjson'), lines);
  await makeBucket(AUDIT_BUCKET, { lockDays: 365 });
  await putObject(AUDIT_BUCKET, `logs/${new Date().toISOString().slice(0, 10)}.ndjson`, Buffer.from(lines));
}

function entries(): Record<string, string>[] {
  const at = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const theirs = Array.from({ length: 40 }, (_, index) => ({ _time: at(40 - index), audit_type: ACTIONS[index % ACTIONS.length] ?? '', user: SUSPECT, _msg: `action ${index}` }));
  const others = Array.from({ length: 60 }, (_, index) => ({ _time: at(60 - index), audit_type: 'query', user: `analyst${index % 7}`, _msg: `query ${index}` }));
  const old = { _time: at(5 * 24 * 60), audit_type: 'login', user: SUSPECT, _msg: 'five days ago, by its owner' };
  return [old, ...theirs, ...others];
}

/** What of theirs is still there. */
export function leftInCluster(place: RehearsalPlace): string[] {
  return LEFT_BEHIND.filter((name) => kubectl(place, ['--namespace', NAMESPACE, 'get', name, '--ignore-not-found', '--output=name']) !== '');
}
