/** Workloads that rehearsals put into the lab's cluster: manifests of a PostgreSQL server and of an application without a face. */
import { kubectl } from './cluster.ts';
import { BUSYBOX, POSTGRES } from './images.ts';
import type { LabPlace } from '../unit.ts';

export interface Workload {
  namespace: string;
  name: string;
  /** More labels of its pods; `app` is its name. */
  labels?: Readonly<Record<string, string>>;
}

/** A server as the sole pod `NAME-0` of a stateful set; `volumes` are host folders by their place in the container. */
export function postgresSet({ namespace, name, labels = {} }: Workload, volumes: Readonly<Record<string, string>> = {}): object {
  const mounts = Object.entries(volumes).map(([mountPath, path], index) => ({ mount: { name: `v${index}`, mountPath }, volume: { name: `v${index}`, hostPath: { path, type: 'Directory' } } }));
  return {
    apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, namespace },
    spec: {
      serviceName: name, selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, ...labels } },
        spec: {
          terminationGracePeriodSeconds: 3,
          volumes: mounts.map(({ volume }) => volume),
          containers: [{ name: 'postgresql', image: POSTGRES, imagePullPolicy: 'Never', volumeMounts: mounts.map(({ mount }) => mount), readinessProbe: { exec: { command: ['psql', '--username=postgres', '--command=select 1'] }, periodSeconds: 1 } }],
        },
      },
    },
  };
}

/** An application that runs until it is told to end. */
export function application({ namespace, name, labels = {} }: Workload, replicas = 1): object {
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace },
    spec: {
      replicas, selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name, ...labels } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name, image: BUSYBOX, imagePullPolicy: 'Never' }] } },
    },
  };
}

export function namespaceOf(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A client in the pod; the statements come on standard input, so that none of them is on a command line. */
export function sqlInPod(place: LabPlace, pod: { namespace: string; name: string }, statements: string, database = 'postgres'): string {
  return kubectl(place, ['--namespace', pod.namespace, 'exec', '--stdin', pod.name, '--', 'psql', '--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--username=postgres', `--dbname=${database}`, '--set=ON_ERROR_STOP=1'], statements).trim();
}
