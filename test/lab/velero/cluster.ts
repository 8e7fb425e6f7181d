/** The cluster as the stand-in sees it: through kubectl, with the rights and the context that its caller named. */
import { execFileSync, spawnSync } from 'node:child_process';
import { z } from 'zod';
import { Backup, Location, NAMESPACE, Schedule, Stored } from './resources.ts';
import { credentialsIn, Store } from './store.ts';

const List = z.object({ items: z.array(z.unknown()) });
const Secret = z.looseObject({ data: z.object({ cloud: z.base64() }) });

export class Cluster {
  readonly #options: readonly string[];

  constructor(options: readonly string[]) {
    this.#options = options;
  }

  kubectl(words: readonly string[], input?: string): string {
    return execFileSync('kubectl', [...this.#options, ...words], { stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 256 * 1024 * 1024, ...(input === undefined ? {} : { input }) }).toString();
  }

  /** Null when it was made, '' when one of that name was there already, otherwise the API server's refusal. */
  create(object: object): string | null {
    const { status, stderr } = spawnSync('kubectl', [...this.#options, 'create', '--filename=-'], { input: JSON.stringify(object), encoding: 'utf8' });
    if (status === 0) return null;
    return /AlreadyExists/u.test(stderr) ? '' : stderr.trim();
  }

  apply(objects: readonly object[]): void {
    this.kubectl(['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  list(words: readonly string[]): unknown[] {
    return List.parse(JSON.parse(this.kubectl(['get', ...words, '--output=json']))).items;
  }

  /** Everything that the namespace holds, and the namespace. */
  objectsOf(namespace: string): Stored[] {
    const kinds = this.kubectl(['api-resources', '--namespaced', '--verbs=list,create', '--output=name']).trim().split('\n');
    const passing = ['events', 'events.events.k8s.io', 'endpoints', 'endpointslices.discovery.k8s.io', 'leases.coordination.k8s.io', 'controllerrevisions.apps', 'ingresses.extensions'];
    const kept = kinds.filter((kind) => !passing.includes(kind) && !kind.endsWith('.velero.io'));
    const whole: unknown = JSON.parse(this.kubectl(['get', 'namespace', namespace, '--output=json']));
    return [whole, ...this.list(['--namespace', namespace, kept.join(',')])].map((object) => Stored.parse(object));
  }

  backups(selector?: string): Backup[] {
    return this.list(['--namespace', NAMESPACE, 'backups.velero.io', ...(selector === undefined ? [] : [`--selector=${selector}`])]).map((object) => Backup.parse(object));
  }

  schedule(name: string): z.infer<typeof Schedule> {
    return Schedule.parse(JSON.parse(this.kubectl(['--namespace', NAMESPACE, 'get', 'schedules.velero.io', name, '--output=json'])));
  }

  location(): Location {
    return Location.parse(JSON.parse(this.kubectl(['--namespace', NAMESPACE, 'get', 'backupstoragelocations.velero.io', 'default', '--output=json'])));
  }

  /** Where the backups lie, with the credentials that Velero keeps in its namespace. */
  store(): Store {
    const { data } = Secret.parse(JSON.parse(this.kubectl(['--namespace', NAMESPACE, 'get', 'secret', 'cloud-credentials', '--output=json'])));
    const credentials = credentialsIn(Buffer.from(data.cloud, 'base64').toString('utf8'));
    if (credentials === null) throw new Error('the secret cloud-credentials holds no credentials for S3');
    return new Store(this.location(), credentials);
  }
}
