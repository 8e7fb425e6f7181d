/** The objects that an address means: how many, when they were written, and which is the newest. */
import type { ProbeContext } from '../probe.ts';
import type { S3Address } from './s3-address.ts';
import { isMeant, listedPrefix } from './s3-address.ts';
import type { S3Store, StoredObject } from './s3-store.ts';

export interface Listing {
  newest: StoredObject | null;
  /** Milliseconds since 1970, of all of them. */
  times: number[];
}

/**
 * A key that is exactly the address stands alone; otherwise every key that it means counts.
 * @param named what a key counts as: itself, the folder of many that are one, or null to leave it out, such as checksums beside backups
 */
export async function listMeant(store: S3Store, address: S3Address, context: ProbeContext, named: (key: string) => string | null = (key) => key): Promise<Listing> {
  const times = new Map<string, number>();
  let newest: StoredObject | null = null;
  for await (const object of store.list(listedPrefix(address.key))) {
    if (object.key === address.key && !object.key.endsWith('/')) return { newest: object, times: [object.modifiedMs] };
    const name = object.key.endsWith('/') ? null : named(object.key);
    if (name === null || !(isMeant(address, name) || isMeant(address, object.key))) continue;
    times.set(name, Math.max(times.get(name) ?? 0, object.modifiedMs));
    if (newest === null || isNewer(object, newest)) newest = object;
    context.progress('listing the object store', times.size, undefined, 'items');
  }
  return { newest, times: [...times.values()] };
}

/** Of two of the same second the later name wins: names of backups hold their time. */
function isNewer(one: StoredObject, other: StoredObject): boolean {
  return one.modifiedMs > other.modifiedMs || (one.modifiedMs === other.modifiedMs && one.key > other.key);
}

export interface Deletions {
  /** Keys that a delete marker hides now. */
  deleted: number;
  /** Of these the one whose hidden content is the newest: it can be brought back. */
  newest: { key: string; writtenMs: number; deletedMs: number } | null;
}

/** Null when the store does not permit or know it. */
export async function listDeletions(store: S3Store, address: S3Address, wanted: (key: string) => boolean = () => true): Promise<Deletions | null> {
  const versions = await store.versions(listedPrefix(address.key));
  if (versions === null) return null;
  const markers = new Map(versions.filter(({ marker, latest, key }) => marker && latest && wanted(key) && isMeant(address, key)).map(({ key, modifiedMs }) => [key, modifiedMs]));
  const hidden = versions.filter(({ marker, key }) => !marker && markers.has(key)).toSorted((a, b) => b.modifiedMs - a.modifiedMs)[0];
  return { deleted: markers.size, newest: hidden === undefined ? null : { key: hidden.key, writtenMs: hidden.modifiedMs, deletedMs: markers.get(hidden.key) ?? 0 } };
}
