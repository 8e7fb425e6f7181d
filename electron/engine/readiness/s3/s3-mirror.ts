/** Everything below an address of an object store, as a folder: for backups that are many files. */
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { broken, held, unprovable } from '../backup/ladder.ts';
import type { Rung } from '../backup/ladder.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { compareWithStore } from './s3-checksum.ts';
import { fetchObject } from './s3-fetch.ts';
import type { S3Store, StoredObject } from './s3-store.ts';

export interface MirrorOptions {
  /** `name`: only an empty file of that name is made. */
  choose(key: string): 'fetch' | 'name';
  /** Readable by every account of this laptop: for a server's programs that do not run as root. */
  open: boolean;
}

/** Keys below a prefix, which counts as a folder whether or not it is written with a slash. */
export async function listBelow(store: S3Store, prefix: string, context: ProbeContext): Promise<StoredObject[]> {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const found: StoredObject[] = [];
  for await (const object of store.list(folder)) {
    if (!object.key.endsWith('/')) found.push({ ...object, key: object.key });
    context.progress('listing the object store', found.length, undefined, 'items');
  }
  return found;
}

/**
 * Files get the times of their objects. @param to an empty folder
 * @returns what the store's checksums prove, or what is wrong with the first object that is not as it was stored
 */
export async function mirror(store: S3Store, prefix: string, objects: readonly StoredObject[], to: string, context: ProbeContext, { choose, open }: MirrorOptions): Promise<Rung> {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  let [proven, unproven] = [0, 0];
  for (const [index, object] of objects.entries()) {
    const how = choose(object.key);
    const path = join(to, safeName(object.key.slice(folder.length)));
    makeFolders(dirname(path), to, open);
    context.progress(`fetching ${object.key}`, index, objects.length, 'items');
    if (how === 'name' || object.size === 0) writeFileSync(path, '');
    else {
      const rung = await fetchOne(store, object, path, context);
      if (rung.ok === false) return broken(rung.by, `${object.key}: ${rung.detail}`);
      if (rung.ok === null) unproven += 1;
      else proven += 1;
    }
    if (open) chmodSync(path, 0o644);
    utimesSync(path, object.modifiedMs / 1000, object.modifiedMs / 1000);
  }
  return unproven > 0 || proven === 0 ? unprovable('S3 checksums', `the store keeps a checksum of ${proven} of ${proven + unproven} objects`) : held('S3 checksums', `all ${proven} objects are what the store recorded when they were written`);
}

async function fetchOne(store: S3Store, object: StoredObject, path: string, context: ProbeContext): Promise<Rung> {
  const head = await store.head(object.key);
  if (head === null) throw new CannotTell('changed', `${object.key} was deleted while it was fetched. Check again.`);
  await fetchObject(store, head, path, { ...context, progress: () => {} });
  return (await compareWithStore(path, head, store, { ...context, progress: () => {} })).rung;
}

/** A key may hold what no file name may. */
function safeName(name: string): string {
  const parts = name.split('/');
  if (name === '' || /[\\\0]/u.test(name) || parts.some((part) => part === '' || part === '.' || part === '..')) throw new CannotTell('refused', `The object "${name.slice(0, 100)}" has a name that would land outside the folder it is fetched into.`);
  return name;
}

function makeFolders(folder: string, top: string, open: boolean): void {
  mkdirSync(folder, { recursive: true, mode: open ? 0o755 : 0o700 });
  if (open) for (let at = folder; at.startsWith(top) && at !== dirname(top); at = dirname(at)) chmodSync(at, 0o755);
}
