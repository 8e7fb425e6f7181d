/**
 * A stand-in for Velero, which is not to be had here. It stores the objects of a namespace in an S3 bucket, in Velero's own layout, and
 * restores them through the API server; what exists is passed over, as Velero does. It knows no volumes and runs no server in the cluster:
 * its deployment is a pod that does nothing.
 *
 *     velero version | install | backup create NAME | restore create
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';

const OPTIONS = ['kubeconfig', 'provider', 'plugins', 'bucket', 'prefix', 'secret-file', 'backup-location-config', 'snapshot-location-config', 'features', 'from-backup', 'include-namespaces', 'restore-volumes', 'labels', 'image'] as const;
const FLAGS = ['wait', 'client-only'] as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { ...Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' as const }])), ...Object.fromEntries(FLAGS.map((name) => [name, { type: 'boolean' as const }])) },
});
const NAMESPACE = 'velero';
const LEFT_OUT = ['events', 'endpoints', 'endpointslices.discovery.k8s.io', 'pods', 'leases.coordination.k8s.io', 'controllerrevisions.apps', 'replicasets.apps', 'events.events.k8s.io', 'bindings'];

const Kubeobject = z.looseObject({
  kind: z.string(), apiVersion: z.string(), type: z.string().optional(), status: z.unknown().optional(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), ownerReferences: z.array(z.unknown()).optional() }),
});
type Kubeobject = z.infer<typeof Kubeobject>;
const Location = z.looseObject({ spec: z.looseObject({ objectStorage: z.object({ bucket: z.string(), prefix: z.string() }), config: z.object({ region: z.string(), s3Url: z.string() }) }) });
type Store = z.infer<typeof Location>['spec'];

function option(name: (typeof OPTIONS)[number]): string {
  const value = z.string().safeParse(values[name]);
  if (!value.success) throw new Error(`--${name} is missing`);
  return value.data;
}

function kubectl(argv: readonly string[], input?: string): string {
  return execFileSync('kubectl', [`--kubeconfig=${option('kubeconfig')}`, ...argv], { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024, ...(input === undefined ? {} : { input }) });
}

function apply(objects: readonly object[]): void {
  kubectl(['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

function client({ config }: Store, credentials: string): S3Client {
  const read = (name: string): string => new RegExp(`^${name}\\s*=\\s*(\\S+)$`, 'mu').exec(credentials)?.[1] ?? '';
  return new S3Client({ endpoint: config.s3Url, region: config.region, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED', credentials: { accessKeyId: read('aws_access_key_id'), secretAccessKey: read('aws_secret_access_key') } });
}

interface Installed {
  store: Store;
  s3: S3Client;
}

/** As `install` left it in the cluster: the location, and the credentials in a Secret. */
function installed(): Installed {
  const store = Location.parse(JSON.parse(kubectl(['--namespace', NAMESPACE, 'get', 'backupstoragelocations.velero.io', 'default', '--output=json']))).spec;
  const credentials = Buffer.from(kubectl(['--namespace', NAMESPACE, 'get', 'secret', 'cloud-credentials', '--output=jsonpath={.data.cloud}']), 'base64').toString();
  return { store, s3: client(store, credentials) };
}

async function install(): Promise<void> {
  const settings = Object.fromEntries(option('backup-location-config').split(',').map((pair) => z.tuple([z.string(), z.string()]).parse(pair.split('='))));
  const store = { objectStorage: { bucket: option('bucket'), prefix: option('prefix') }, config: z.object({ region: z.string(), s3Url: z.string() }).parse(settings) };
  const credentials = readFileSync(option('secret-file'), 'utf8');
  apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, ...['Backup', 'Restore', 'BackupStorageLocation'].map(definition)]);
  kubectl(['wait', '--for=condition=Established', 'customresourcedefinition/backups.velero.io', 'customresourcedefinition/restores.velero.io', 'customresourcedefinition/backupstoragelocations.velero.io', '--timeout=30s']);
  const pod = { containers: [{ name: 'velero', image: values['image'] ?? 'drill.local/busybox:1', imagePullPolicy: 'Never' }], terminationGracePeriodSeconds: 1 };
  apply([
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cloud-credentials', namespace: NAMESPACE }, stringData: { cloud: credentials } },
    { apiVersion: 'velero.io/v1', kind: 'BackupStorageLocation', metadata: { name: 'default', namespace: NAMESPACE }, spec: { provider: option('provider'), accessMode: 'ReadWrite', ...store } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'velero', namespace: NAMESPACE }, spec: { selector: { matchLabels: { app: 'velero' } }, template: { metadata: { labels: { app: 'velero' } }, spec: pod } } },
  ]);
  await publishBackups({ store, s3: client(store, credentials) });
  if (values['wait'] === true) kubectl(['--namespace', NAMESPACE, 'rollout', 'status', 'deployment/velero', '--timeout=120s']);
  process.stdout.write('Velero is installed! (stand-in: objects only, no volumes)\n');
}

function definition(kind: string): object {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.velero.io` }, spec: { group: 'velero.io', scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() }, versions: [{ name: 'v1', served: true, storage: true, schema }] } };
}

/** What the server would find in the bucket becomes objects in the cluster. */
async function publishBackups({ store, s3 }: Installed): Promise<void> {
  const { bucket, prefix } = store.objectStorage;
  const found = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/backups/` }));
  const keys = (found.Contents ?? []).flatMap(({ Key }) => (Key?.endsWith('/velero-backup.json') === true ? [Key] : []));
  for (const key of keys) apply([Kubeobject.parse(JSON.parse((await fetchObject(s3, bucket, key)).toString('utf8')))]);
}

async function fetchObject(s3: S3Client, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (Body === undefined) throw new Error(`${key} is empty`);
  return Buffer.from(await Body.transformToByteArray());
}

async function backUp(name: string): Promise<void> {
  const { store, s3 } = installed();
  const namespace = option('include-namespaces');
  const folder = mkdtempSync(join(tmpdir(), 'velero-'));
  try {
    const started = new Date();
    const objects = objectsOf(namespace);
    for (const [path, object] of objects) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), JSON.stringify(object));
    }
    mkdirSync(join(folder, 'metadata'));
    writeFileSync(join(folder, 'metadata', 'version'), '1.1.0\n');
    const archive = execFileSync('tar', ['--create', '--gzip', '--directory', folder, 'metadata', 'resources'], { maxBuffer: 64 * 1024 * 1024 });
    const backup = describe(name, namespace, started, objects.size);
    const { bucket, prefix } = store.objectStorage;
    for (const [file, body] of Object.entries({ [`${name}.tar.gz`]: archive, 'velero-backup.json': JSON.stringify(backup) })) await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/backups/${name}/${file}`, Body: body }));
    apply([backup]);
    process.stdout.write(`Backup completed with status: Completed. ${objects.size} objects (stand-in: no volumes).\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function describe(name: string, namespace: string, started: Date, items: number): Kubeobject {
  const labels = Object.fromEntries(option('labels').split(',').map((pair) => z.tuple([z.string(), z.string()]).parse(pair.split('='))));
  const stamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
  return {
    apiVersion: 'velero.io/v1', kind: 'Backup', metadata: { name, namespace: NAMESPACE, labels },
    spec: { includedNamespaces: [namespace], storageLocation: 'default', ttl: '720h0m0s' },
    status: { phase: 'Completed', errors: 0, warnings: 0, startTimestamp: stamp(started), completionTimestamp: stamp(new Date()), expiration: stamp(new Date(started.getTime() + 720 * 3_600_000)), progress: { totalItems: items, itemsBackedUp: items } },
  };
}

/** Objects by their place in the archive, without what the cluster itself makes and what belongs to other objects. */
function objectsOf(namespace: string): Map<string, Kubeobject> {
  const kinds = kubectl(['api-resources', '--namespaced=true', '--verbs=list,create', '--output=name']).trim().split('\n').filter((kind) => !LEFT_OUT.includes(kind));
  const found = new Map<string, Kubeobject>();
  found.set(`resources/namespaces/cluster/${namespace}.json`, bare(Kubeobject.parse(JSON.parse(kubectl(['get', 'namespace', namespace, '--output=json'])))));
  for (const kind of kinds) {
    const { items } = z.object({ items: z.array(Kubeobject) }).parse(JSON.parse(kubectl(['--namespace', namespace, 'get', kind, '--output=json'])));
    for (const item of items.filter((object) => !isMade(object))) found.set(`resources/${kind}/namespaces/${namespace}/${item.metadata.name}.json`, bare(item));
  }
  return found;
}

function isMade({ kind, type, metadata }: Kubeobject): boolean {
  return metadata.ownerReferences !== undefined || type === 'kubernetes.io/service-account-token' || (kind === 'ServiceAccount' && metadata.name === 'default') || metadata.name === 'kube-root-ca.crt';
}

function bare({ status: _, ...object }: Kubeobject): Kubeobject {
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, managedFields: _fields, selfLink: _link, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function restore(): Promise<void> {
  const { store, s3 } = installed();
  const [name, wanted] = [option('from-backup'), option('include-namespaces').split(',')];
  const { bucket, prefix } = store.objectStorage;
  const folder = mkdtempSync(join(tmpdir(), 'velero-'));
  try {
    execFileSync('tar', ['--extract', '--gzip', '--directory', folder], { input: await fetchObject(s3, bucket, `${prefix}/backups/${name}/${name}.tar.gz`) });
    const objects = readdirSync(join(folder, 'resources'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json')).map((path) => Kubeobject.parse(JSON.parse(readFileSync(join(folder, 'resources', path), 'utf8'))));
    const chosen = objects.filter(({ kind, metadata }) => wanted.includes(kind === 'Namespace' ? metadata.name : (metadata.namespace ?? '')));
    const errors = chosen.sort((a, b) => rank(a) - rank(b)).flatMap(create);
    const phase = errors.length === 0 ? 'Completed' : 'PartiallyFailed';
    apply([{ apiVersion: 'velero.io/v1', kind: 'Restore', metadata: { name: `${name}-${Date.now()}`, namespace: NAMESPACE }, spec: { backupName: name, includedNamespaces: wanted }, status: { phase, errors: errors.length } }]);
    for (const error of errors) process.stderr.write(`${error}\n`);
    process.stdout.write(`Restore completed with status: ${phase}. ${chosen.length} objects (stand-in: no volumes).\n`);
    process.exitCode = errors.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Velero's order, as far as it matters here: what others need comes first. */
function rank({ kind }: Kubeobject): number {
  const order = ['Namespace', 'ServiceAccount', 'Secret', 'ConfigMap', 'Role', 'RoleBinding', 'Service'];
  return order.includes(kind) ? order.indexOf(kind) : order.length;
}

/** What exists already is passed over; anything else that goes wrong is said. */
function create(object: Kubeobject): string[] {
  try {
    kubectl(['create', '--filename=-'], JSON.stringify(object));
    return [];
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return words.includes('AlreadyExists') ? [] : [words];
  }
}

async function main(): Promise<void> {
  process.stderr.write('velero: a stand-in of the Blackstart lab, not Velero itself\n');
  switch (positionals.slice(0, 2).join(' ')) {
    case 'version': process.stdout.write('Client:\n\tVersion: v1.12.0 (stand-in)\n'); return;
    case 'install': return install();
    case 'backup create': return backUp(positionals[2] ?? '');
    case 'restore create': return restore();
    default: throw new Error(`the stand-in does not know: velero ${positionals.join(' ')}`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`velero: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
