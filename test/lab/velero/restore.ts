/** Puts the objects of a backup back into a cluster, in an order in which each finds what it needs. */
import type { Cluster } from './cluster.ts';
import type { Stored } from './resources.ts';

/** As Velero does it: these first, then the rest by kind. */
const FIRST = ['Namespace', 'StorageClass', 'PersistentVolumeClaim', 'Secret', 'ConfigMap', 'ServiceAccount', 'LimitRange', 'Pod', 'ReplicaSet'];

export interface Outcome {
  restored: number;
  /** Objects that were there already: they stay as they are. */
  skipped: string[];
  errors: string[];
}

export function putBack(cluster: Cluster, objects: readonly Stored[]): Outcome {
  const outcome: Outcome = { restored: 0, skipped: [], errors: [] };
  const rank = ({ kind }: Stored): number => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);
  const wanted = objects.filter((object) => !comesByItself(object)).sort((a, b) => rank(a) - rank(b) || a.kind.localeCompare(b.kind));
  for (const object of wanted) {
    const refused = cluster.create(bare(object));
    const name = `${object.kind}/${object.metadata.name}`;
    if (refused === null) outcome.restored += 1;
    else if (refused === '') outcome.skipped.push(name);
    else outcome.errors.push(`${name}: ${refused}`);
  }
  return outcome;
}

/** What a controller makes anew from something that is restored, and what every namespace is born with. */
function comesByItself({ kind, metadata, type }: Stored): boolean {
  if ((metadata.ownerReferences ?? []).some(({ controller }) => controller === true)) return true;
  switch (kind) {
    case 'ServiceAccount': return metadata.name === 'default';
    case 'ConfigMap': return metadata.name === 'kube-root-ca.crt';
    case 'Secret': return type === 'kubernetes.io/service-account-token';
    default: return false;
  }
}

/** Without what belongs to the cluster that it came from. */
function bare({ status: _status, metadata, spec, ...rest }: Stored): object {
  const { name, namespace, labels, annotations } = metadata;
  const { clusterIP, clusterIPs: _addresses, volumeName: _volume, ...kept } = spec ?? {};
  const address = clusterIP === 'None' ? { clusterIP } : {};
  return { ...rest, metadata: { name, namespace, labels, annotations }, ...(spec === undefined ? {} : { spec: rest.kind === 'Service' || rest.kind === 'PersistentVolumeClaim' ? { ...kept, ...address } : spec }) };
}
