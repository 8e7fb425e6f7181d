/**
 * A stand-in for Velero, which cannot be had here: writes a backup as Velero 1.13 lays it out in its store. It knows nothing
 * of Kubernetes; the objects are given. Source: Velero documentation, "Output file format", and pkg/persistence/object_store_layout.go.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [field: string]: unknown;
}

export interface VeleroBackup {
  name: string;
  /** RFC 3339. */
  completed: string;
  objects: readonly KubernetesObject[];
  phase?: string;
  errors?: number;
  /** Objects that the resource list names, and the tarball lacks. */
  lost?: readonly KubernetesObject[];
  volumes?: number;
}

/** Of a kind, as the API server names its resource. */
const RESOURCES: Readonly<Record<string, string>> = { Deployment: 'deployments.apps', Secret: 'secrets', ConfigMap: 'configmaps', Namespace: 'namespaces' };

/** @param backups the folder `backups` of a store @returns the folder of this backup */
export async function writeVeleroBackup(backups: string, backup: VeleroBackup): Promise<string> {
  const { name, completed, phase = 'Completed', errors = 0, objects, lost = [], volumes = 0 } = backup;
  const folder = join(backups, name);
  mkdirSync(folder, { recursive: true });
  const record = {
    kind: 'Backup', apiVersion: 'velero.io/v1', metadata: { name, namespace: 'velero', labels: { 'velero.io/schedule-name': 'nightly', 'velero.io/storage-location': 'default' } },
    spec: { includedNamespaces: ['*'], storageLocation: 'default', ttl: '720h0m0s' },
    status: { version: 1, formatVersion: '1.1.0', phase, startTimestamp: completed, completionTimestamp: completed, expiration: '2036-01-01T00:00:00Z', progress: { totalItems: objects.length, itemsBackedUp: objects.length }, ...(errors === 0 ? {} : { errors }) },
  };
  writeFileSync(join(folder, 'velero-backup.json'), JSON.stringify(record));
  writeFileSync(join(folder, `${name}.tar.gz`), gzipSync(await tarball(objects)));
  const list: Record<string, string[]> = {};
  for (const one of [...objects, ...lost]) (list[`${one.apiVersion}/${one.kind}`] ??= []).push(pathOf(one));
  const extra = { 'resource-list.json': list, 'podvolumebackups.json': Array.from({ length: volumes }, (_, index) => ({ kind: 'PodVolumeBackup', metadata: { name: `${name}-${index}` } })), 'volumesnapshots.json': null, 'itemoperations.json': null };
  for (const [part, value] of Object.entries(extra)) writeFileSync(join(folder, `${name}-${part}.gz`), gzipSync(JSON.stringify(value)));
  writeFileSync(join(folder, `${name}-logs.gz`), gzipSync(`time="${completed}" level=info msg="Backed up a total of ${objects.length} items" backup=velero/${name}\n`));
  return folder;
}

function pathOf({ metadata: { name, namespace } }: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

async function tarball(objects: readonly KubernetesObject[]): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'metadata/version' }, '1.1.0');
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    const place = namespace === undefined ? 'cluster' : `namespaces/${namespace}`;
    const resource = RESOURCES[object.kind] ?? `${object.kind.toLowerCase()}s`;
    for (const version of ['', 'v1-preferredversion/']) archive.entry({ name: `resources/${resource}/${version}${place}/${name}.json` }, JSON.stringify(object));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
