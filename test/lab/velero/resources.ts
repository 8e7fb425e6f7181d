/** Velero's custom resources, so far as the stand-in reads or writes them. */
import { z } from 'zod';

export const GROUP = 'velero.io/v1';
export const NAMESPACE = 'velero';
export const SCHEDULE_LABEL = 'velero.io/schedule-name';

const Metadata = z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: z.record(z.string(), z.string()).optional() });

export const Backup = z.looseObject({
  apiVersion: z.literal(GROUP), kind: z.literal('Backup'), metadata: Metadata,
  spec: z.looseObject({ includedNamespaces: z.array(z.string()), ttl: z.string(), storageLocation: z.string() }),
  status: z.looseObject({ phase: z.string(), startTimestamp: z.string(), completionTimestamp: z.string(), expiration: z.string(), errors: z.int().optional(), warnings: z.int().optional() }),
});
export type Backup = z.infer<typeof Backup>;

export const Location = z.looseObject({
  spec: z.looseObject({
    objectStorage: z.looseObject({ bucket: z.string(), prefix: z.string().default('') }),
    config: z.looseObject({ s3Url: z.url(), region: z.string() }),
    accessMode: z.enum(['ReadWrite', 'ReadOnly']).default('ReadWrite'),
  }),
});
export type Location = z.infer<typeof Location>;

export const Schedule = z.looseObject({ spec: z.looseObject({ template: z.looseObject({ includedNamespaces: z.array(z.string()), ttl: z.string() }) }) });

/** An object of the cluster as the API server gives it. */
export const Stored = z.looseObject({
  apiVersion: z.string(), kind: z.string(),
  metadata: z.looseObject({ ...Metadata.shape, annotations: z.record(z.string(), z.string()).optional(), ownerReferences: z.array(z.looseObject({ controller: z.boolean().optional() })).optional() }),
  type: z.string().optional(),
  spec: z.looseObject({ clusterIP: z.string().optional() }).optional(),
});
export type Stored = z.infer<typeof Stored>;

const PLURALS = { Backup: 'backups', BackupStorageLocation: 'backupstoragelocations', Restore: 'restores', Schedule: 'schedules' } as const;

/** Their definitions; what is in them is Velero's business and not the API server's. */
export function definitions(): object[] {
  return Object.entries(PLURALS).map(([kind, plural]) => ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.velero.io` },
    spec: {
      group: 'velero.io', scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
    },
  }));
}
