/**
 * A stand-in for Velero, which this machine cannot have. It takes the commands that the runbooks use and does what Velero documents, by itself
 * and at once: objects of a namespace from the real API server into the layout of Velero in a real S3 bucket, and back. It takes no snapshots
 * of volumes. It says on every call that it is a stand-in.
 *
 * Usage: velero [--kubeconfig=FILE] [--kubecontext=NAME] version|install|schedule create|backup create|backup get|restore create …
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { pack, resourceList, unpack } from './archive.ts';
import { Cluster } from './cluster.ts';
import { putBack } from './restore.ts';
import { type Backup, definitions, GROUP, NAMESPACE, SCHEDULE_LABEL } from './resources.ts';

const VERSION = 'v1.14.1';
const KEPT = '720h0m0s';
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kubeconfig: text, kubecontext: text, selector: text, schedule: text, ttl: text, wait: flag, 'client-only': flag, 'include-namespaces': text, 'from-schedule': text, 'from-backup': text, 'restore-volumes': text,
    provider: text, plugins: text, bucket: text, prefix: text, 'secret-file': text, 'backup-location-config': text, 'snapshot-location-config': text, features: text,
  },
});
const cluster = new Cluster([...(values.kubeconfig === undefined ? [] : [`--kubeconfig=${values.kubeconfig}`]), ...(values.kubecontext === undefined ? [] : [`--context=${values.kubecontext}`])]);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<number> {
  process.stderr.write('velero: this is a stand-in of the lab, not Velero\n');
  const [verb = '', object = '', name = ''] = positionals;
  switch (`${verb} ${object}`.trim()) {
    case 'version': say(`Client:\n\tVersion: ${VERSION} (stand-in)`); return 0;
    case 'install': return install();
    case 'schedule create': return schedule(name);
    case 'backup create': return backUp(name);
    case 'backup get': return show();
    case 'restore create': return restore(name);
    default: throw new Error(`the stand-in does not know "velero ${positionals.join(' ')}"`);
  }
}

function needed(name: 'bucket' | 'secret-file' | 'backup-location-config' | 'include-namespaces' | 'schedule'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
}

/** Namespace, custom resources, where the backups lie; the deployment named velero does nothing, the work is done by this program. */
async function install(): Promise<number> {
  const config = Object.fromEntries(needed('backup-location-config').split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  const meta = (name: string): object => ({ name, namespace: NAMESPACE, labels: { component: 'velero' } });
  const container = { name: 'velero', image: 'drill.local/busybox:1', imagePullPolicy: 'Never' };
  cluster.apply([...definitions(), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...definitions().map((definition) => `customresourcedefinition/${'metadata' in definition ? nameOf(definition.metadata) : ''}`)]);
  cluster.apply([
    { apiVersion: 'v1', kind: 'Secret', metadata: meta('cloud-credentials'), data: { cloud: readFileSync(needed('secret-file')).toString('base64') } },
    { apiVersion: GROUP, kind: 'BackupStorageLocation', metadata: meta('default'), spec: { provider: 'aws', default: true, objectStorage: { bucket: needed('bucket'), ...(values.prefix === undefined ? {} : { prefix: values.prefix }) }, config, accessMode: 'ReadWrite' } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('velero'), spec: { selector: { matchLabels: { deploy: 'velero' } }, template: { metadata: { labels: { deploy: 'velero' } }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } } } },
  ]);
  if (values.wait === true) cluster.kubectl(['--namespace', NAMESPACE, 'rollout', 'status', 'deployment/velero', '--timeout=2m']);
  say('Velero is installed! (a stand-in)');
  return sync();
}

const nameOf = (metadata: unknown): string => (typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string' ? metadata.name : '');

/** Velero's own loop does it once a minute: what lies in the store becomes known to the cluster. */
async function sync(): Promise<number> {
  const known = new Set(cluster.backups().map(({ metadata }) => metadata.name));
  for (const backup of await cluster.store().backups()) {
    const { name, labels } = backup.metadata;
    if (!known.has(name)) cluster.apply([{ ...backup, metadata: { name, namespace: NAMESPACE, labels } }]);
  }
  return 0;
}

function schedule(name: string): number {
  const template = { includedNamespaces: needed('include-namespaces').split(','), ttl: values.ttl ?? KEPT, storageLocation: 'default' };
  cluster.apply([{ apiVersion: GROUP, kind: 'Schedule', metadata: { name, namespace: NAMESPACE }, spec: { schedule: needed('schedule'), template }, status: { phase: 'Enabled' } }]);
  say(`Schedule "${name}" created successfully.`);
  return 0;
}

/** As Velero writes moments: whole seconds, UTC. */
const moment = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

async function backUp(given: string): Promise<number> {
  const from = values['from-schedule'];
  const started = new Date();
  const name = given === '' ? `${from ?? 'backup'}-${moment(started).replaceAll(/\D/gu, '')}` : given;
  if (cluster.location().spec.accessMode === 'ReadOnly') throw new Error('the backup location is read-only');
  const { includedNamespaces, ttl } = from === undefined ? { includedNamespaces: needed('include-namespaces').split(','), ttl: values.ttl ?? KEPT } : cluster.schedule(from).spec.template;
  const objects = includedNamespaces.flatMap((namespace) => cluster.objectsOf(namespace));
  const backup: Backup = {
    apiVersion: GROUP, kind: 'Backup', metadata: { name, namespace: NAMESPACE, labels: { 'velero.io/storage-location': 'default', ...(from === undefined ? {} : { [SCHEDULE_LABEL]: from }) } },
    spec: { includedNamespaces, ttl, storageLocation: 'default' },
    status: { phase: 'Completed', version: 1, formatVersion: '1.1.0', startTimestamp: moment(started), completionTimestamp: moment(new Date()), expiration: moment(new Date(started.getTime() + Number.parseInt(ttl, 10) * 3_600_000)), progress: { itemsBackedUp: objects.length, totalItems: objects.length } },
  };
  const store = cluster.store();
  await store.put(name, `${name}.tar.gz`, pack(objects));
  await store.put(name, `${name}-resource-list.json.gz`, gzipSync(JSON.stringify(resourceList(objects))));
  await store.put(name, `${name}-logs.gz`, gzipSync(`backup of ${objects.length} objects by the lab's stand-in\n`));
  // Last, as Velero does: a backup without its record is none.
  await store.put(name, 'velero-backup.json', Buffer.from(JSON.stringify(backup)));
  cluster.apply([backup]);
  say(`Backup request "${name}" submitted successfully.`);
  if (values.wait === true) say('Backup completed with status: Completed.');
  return 0;
}

async function show(): Promise<number> {
  await sync();
  const backups = cluster.backups(values.selector).sort((a, b) => b.status.startTimestamp.localeCompare(a.status.startTimestamp));
  const days = (expiration: string): string => `${Math.floor((Date.parse(expiration) - Date.now()) / 86_400_000)}d`;
  const created = (start: string): string => `${start.replace('T', ' ').replace('Z', '')} +0000 UTC`;
  const rows = backups.map(({ metadata, spec, status }) => [metadata.name, status.phase, String(status.errors ?? 0), String(status.warnings ?? 0), created(status.startTimestamp), days(status.expiration), spec.storageLocation, '<none>']);
  const table = [['NAME', 'STATUS', 'ERRORS', 'WARNINGS', 'CREATED', 'EXPIRES', 'STORAGE LOCATION', 'SELECTOR'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table) say(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ').trimEnd());
  return 0;
}

/** The newest backup of the schedule that was completed, or the one that is named. */
function chosen(backups: readonly Backup[]): Backup {
  const { 'from-backup': name, 'from-schedule': from } = values;
  if ((name === undefined) === (from === undefined)) throw new Error('either --from-backup or --from-schedule is needed');
  const fitting = backups.filter(({ metadata, status }) => (name === undefined ? metadata.labels?.[SCHEDULE_LABEL] === from && status.phase === 'Completed' : metadata.name === name));
  const newest = fitting.sort((a, b) => b.status.startTimestamp.localeCompare(a.status.startTimestamp))[0];
  if (newest === undefined) throw new Error(name === undefined ? `No completed backups found for schedule ${from ?? ''}` : `backups.velero.io "${name}" not found`);
  return newest;
}

async function restore(given: string): Promise<number> {
  await sync();
  const backup = chosen(cluster.backups());
  const { name } = backup.metadata;
  const only = values['include-namespaces']?.split(',') ?? backup.spec.includedNamespaces;
  const objects = unpack(await cluster.store().get(name, `${name}.tar.gz`)).filter(({ kind, metadata }) => only.includes(kind === 'Namespace' ? metadata.name : (metadata.namespace ?? '')));
  const started = moment(new Date());
  const { restored, skipped, errors } = putBack(cluster, objects);
  const phase = errors.length === 0 ? 'Completed' : 'PartiallyFailed';
  const own = given === '' ? `${values['from-schedule'] ?? name}-${started.replaceAll(/\D/gu, '')}` : given;
  cluster.apply([{ apiVersion: GROUP, kind: 'Restore', metadata: { name: own, namespace: NAMESPACE }, spec: { backupName: name, includedNamespaces: only }, status: { phase, errors: errors.length, warnings: skipped.length, startTimestamp: started, completionTimestamp: moment(new Date()) } }]);
  say(`Restore request "${own}" submitted successfully.`);
  say(`${restored} objects of the backup ${name} were restored, ${skipped.length} were there already`);
  for (const error of errors) process.stderr.write(`${error}\n`);
  if (values.wait === true) say(`Restore completed with status: ${phase}. You may check for more information using the commands \`velero restore describe ${own}\` and \`velero restore logs ${own}\`.`);
  return 0;
}

main().then(
  (status) => { process.exitCode = status; },
  (error: unknown) => {
    process.stderr.write(`An error occurred: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
