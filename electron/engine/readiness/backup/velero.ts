/**
 * `velero`: a backup in the layout that Velero writes into its store, or its tarball alone.
 *
 *   backups/NAME/velero-backup.json            the Backup object with its phase and times
 *   backups/NAME/NAME.tar.gz                   resources/RESOURCE/(cluster|namespaces/NAMESPACE)/NAME.json
 *   backups/NAME/NAME-resource-list.json.gz    what it says that it holds
 *   backups/NAME/NAME-….gz                     logs, volumes, results
 *
 * Source: Velero documentation, "Output file format".
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Evidence } from '../../../contract/readiness.ts';
import { listFiles } from '../probes/dir.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { broken, held } from './ladder.ts';
import type { TarReading } from './read-tar.ts';
import { readWrapped, readOrFault } from './read-wrapped.ts';
import type { BackupReader, Inspection, Restored } from './reader.ts';
import { readOrBroken, tar, tarFault } from './tar.ts';

const RECORD = 'velero-backup.json';
/** One object of Kubernetes; etcd itself takes no more than 1.5 MiB. */
const OBJECT_BYTES = 8 * 1024 * 1024;
/** Names of a million objects. */
const LIST_BYTES = 128 * 1024 * 1024;

const Time = z.iso.datetime({ offset: true }).nullish();
const Backup = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z.looseObject({ phase: z.string().optional(), errors: z.int().optional(), warnings: z.int().optional(), startTimestamp: Time, completionTimestamp: Time, expiration: Time, failureReason: z.string().optional() }).default({}),
});
type Backup = z.infer<typeof Backup>;
const KubernetesObject = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }) });
const ResourceList = z.record(z.string(), z.array(z.string()));

const NO_CLUSTER = { reason: 'cluster-missing', message: 'Velero restores into a Kubernetes cluster, and this laptop has none: the objects of the backup were unpacked and asked, and applied nowhere.' };

export const velero: BackupReader = {
  folder(path) {
    if (!existsSync(join(path, RECORD))) return null;
    const { completionTimestamp, startTimestamp } = recordOf(path)?.status ?? {};
    const time = completionTimestamp ?? startTimestamp;
    return { size: listFiles(path).reduce((sum, file) => sum + file.size, 0), mtimeMs: time === undefined || time === null ? statSync(join(path, RECORD)).mtimeMs : Date.parse(time) };
  },
  within: (at) => (existsSync(join(at, 'backups')) ? join(at, 'backups') : at),
  backupOf: (key) => (posix.basename(key) === RECORD ? posix.dirname(key) : null),
  inspect: (path, context) => (statSync(path).isDirectory() ? inspectFolder(path, context) : inspectTarball(path, null, context)),

  async restore(path, context, options): Promise<Restored> {
    const restored = await tar.restore(statSync(path).isDirectory() ? tarballIn(path) : path, context, options);
    return { ...restored, unproven: NO_CLUSTER, detail: 'its objects were unpacked, and applied to no cluster' };
  },
};

async function inspectFolder(path: string, context: ProbeContext): Promise<Inspection> {
  const record = recordOf(path);
  if (record === null) return { listed: broken(RECORD, `${RECORD} is damaged: it is no Backup object of Velero`), intact: null };
  const fault = phaseFault(record) ?? (existsSync(tarballIn(path)) ? null : `the tarball ${basename(tarballIn(path))} is missing`);
  if (fault !== null) return { listed: broken(RECORD, fault), intact: null, evidence: evidenceOf(record) };
  const damaged = await damagedFile(path, context);
  if (damaged !== null) return { listed: broken('reading to the end', damaged), intact: null, evidence: evidenceOf(record) };
  const inspection = await inspectTarball(tarballIn(path), resourceList(path), context);
  return { ...inspection, evidence: { ...inspection.evidence, ...evidenceOf(record), volumes: volumesIn(path) } };
}

/** @param promised keys as `objectKey` makes them, or null when there is no list */
async function inspectTarball(path: string, promised: Set<string> | string | null, context: ProbeContext): Promise<Inspection> {
  if (typeof promised === 'string') return { listed: broken('resource list', promised), intact: null };
  const objects = new Objects();
  const reading = await readOrBroken(path, context, (name, size) => objects.member(name, size));
  const fault = typeof reading === 'string' ? reading : (tarFault(reading) ?? objects.end() ?? shortfall(objects, promised));
  if (typeof reading === 'string' || fault !== null) return { listed: broken('reading to the end', fault ?? ''), intact: null };
  const list = promised === null ? '' : ', among them all that its resource list names';
  return {
    listed: held('every object read', `${objects.keys.size} objects of Kubernetes${list}`),
    intact: sealed(reading) ? held('gzip checksum', 'the checksum inside every gzip file holds to its end') : broken('gzip checksum', 'the tarball is not compressed as Velero does it, so it has no checksum'),
    restoredSize: [...reading.files.values()].reduce((sum, size) => sum + size, 0),
    evidence: { objects: objects.keys.size, namespaces: objects.namespaces.size },
  };
}

const sealed = ({ wrapping, checksummed }: TarReading): boolean => wrapping === 'gzip' && checksummed;

/** Every object of the tarball is parsed once, as its last byte has come. */
class Objects {
  readonly keys = new Set<string>();
  readonly namespaces = new Set<string>();
  #open: { name: string; chunks: Buffer[] } | null = null;
  #fault: string | null = null;

  member(name: string, size: number): ((chunk: Buffer) => void) | null {
    this.#close();
    if (!/^resources\/.+\.json$/u.test(name)) return null;
    if (size > OBJECT_BYTES) {
      this.#fault ??= `${name} is too large for an object of Kubernetes`;
      return null;
    }
    const open = { name, chunks: new Array<Buffer>() };
    this.#open = open;
    return (chunk) => open.chunks.push(chunk);
  }

  /** @returns what is wrong with the first object that is none */
  end(): string | null {
    this.#close();
    return this.#fault ?? (this.keys.size === 0 ? 'the backup is empty: it holds no object' : null);
  }

  #close(): void {
    if (this.#open === null) return;
    const { name, chunks } = this.#open;
    this.#open = null;
    const object = KubernetesObject.safeParse(parsedJson(Buffer.concat(chunks).toString('utf8')));
    if (!object.success) this.#fault ??= `${name} is damaged: it is no object of Kubernetes`;
    else {
      const { apiVersion, kind, metadata } = object.data;
      this.keys.add(objectKey(`${apiVersion}/${kind}`, metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`));
      if (metadata.namespace !== undefined) this.namespaces.add(metadata.namespace);
    }
  }
}

const objectKey = (type: string, name: string): string => `${type} ${name}`;

function shortfall({ keys }: Objects, promised: Set<string> | null): string | null {
  const missing = [...(promised ?? [])].filter((key) => !keys.has(key));
  return missing[0] === undefined ? null : `${missing[0]} is in the resource list, and not in the tarball${missing.length === 1 ? '' : ` (and ${missing.length - 1} more)`}`;
}

/** Null when Velero wrote none (before version 1.1); a string says what is wrong with it. */
function resourceList(path: string): Set<string> | string | null {
  const file = join(path, `${basename(tarballIn(path), '.tar.gz')}-resource-list.json.gz`);
  if (!existsSync(file)) return null;
  const list = ResourceList.safeParse(parsedJson(unpacked(file)));
  if (!list.success) return `${basename(file)} is damaged: it is no list of resources`;
  return new Set(Object.entries(list.data).flatMap(([type, names]) => names.map((name) => objectKey(type, name))));
}

async function damagedFile(path: string, context: ProbeContext): Promise<string | null> {
  for (const name of readdirSync(path).filter((one) => one.endsWith('.gz') && join(path, one) !== tarballIn(path))) {
    const read = await readOrFault(() => readWrapped(join(path, name), { take: () => {}, unpackTo: null }, context), context.signal, 'file');
    if (typeof read === 'string') return `${name}: ${read}`;
    if (read.wrapping !== 'gzip') return `${name} is damaged: it is not in gzip`;
  }
  return null;
}

function phaseFault({ status }: Backup): string | null {
  if (status.phase === 'Completed') return null;
  const errors = status.errors === undefined ? '' : `, with ${status.errors} errors`;
  return `Velero did not complete it: its phase is ${status.phase ?? 'not set'}${errors}${status.failureReason === undefined ? '' : ` (${status.failureReason.slice(0, 100)})`}`;
}

function evidenceOf({ metadata, status }: Backup): Evidence {
  return { backup: metadata.name, phase: status.phase ?? null, warnings: status.warnings ?? 0, errors: status.errors ?? 0, expires: status.expiration ?? null };
}

/** Volumes whose data lie elsewhere: in a repository of files, or as snapshots of the provider. */
function volumesIn(path: string): number {
  const lists = readdirSync(path).filter((name) => /-(?:podvolumebackups|volumesnapshots|csi-volumesnapshots)\.json\.gz$/u.test(name));
  return lists.reduce((sum, name) => {
    const list = z.array(z.unknown()).nullable().safeParse(parsedJson(unpacked(join(path, name))));
    return sum + (list.success ? (list.data?.length ?? 0) : 0);
  }, 0);
}

function recordOf(path: string): Backup | null {
  const record = Backup.safeParse(parsedJson(readFileSync(join(path, RECORD), 'utf8')));
  return record.success ? record.data : null;
}

/** Named after the backup, as its folder is; a folder that was renamed holds only one. */
function tarballIn(path: string): string {
  const named = join(path, `${recordOf(path)?.metadata.name ?? basename(path)}.tar.gz`);
  if (existsSync(named)) return named;
  const only = readdirSync(path).filter((name) => name.endsWith('.tar.gz'));
  if (only.length > 1) throw new CannotTell('refused', `${path} holds several tarballs, none of them named after the backup.`);
  return join(path, only[0] ?? basename(named));
}

/** Empty when it is larger than any list of a cluster, as a bomb is. */
function unpacked(path: string): string {
  try {
    return gunzipSync(readFileSync(path), { maxOutputLength: LIST_BYTES }).toString('utf8');
  } catch {
    return '';
  }
}

function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
