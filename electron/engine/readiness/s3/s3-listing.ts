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

/** A key that is exactly the address stands alone; otherwise every key that it means counts. @param wanted leaves out what is no copy, such as checksums beside backups */
export async function listMeant(store: S3Store, address: S3Address, context: ProbeContext, wanted: (key: string) => boolean = () => true): Promise<Listing> {
  const times: number[] = [];
  let newest: StoredObject | null = null;
  for await (const object of store.list(listedPrefix(address.key))) {
    if (object.key === address.key && !object.key.endsWith('/')) return { newest: object, times: [object.modifiedMs] };
    if (!isMeant(address, object.key) || !wanted(object.key)) continue;
    times.push(object.modifiedMs);
    if (newest === null || isNewer(object, newest)) newest = object;
    context.progress('listing the object store', times.length, undefined, 'items');
  }
  return { newest, times };
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
export async function listDeletions(store: S3Store, address: S3Address): Promise<Deletions | null> {
  const versions = await store.versions(listedPrefix(address.key));
  if (versions === null) return null;
  const markers = new Map(versions.filter(({ marker, latest, key }) => marker && latest && isMeant(address, key)).map(({ key, modifiedMs }) => [key, modifiedMs]));
  const hidden = versions.filter(({ marker, key }) => !marker && markers.has(key)).toSorted((a, b) => b.modifiedMs - a.modifiedMs)[0];
  return { deleted: markers.size, newest: hidden === undefined ? null : { key: hidden.key, writtenMs: hidden.modifiedMs, deletedMs: markers.get(hidden.key) ?? 0 } };
}
