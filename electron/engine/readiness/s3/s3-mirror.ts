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

/** Small files spend their time waiting for the store. */
const AT_ONCE = 8;

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
  const [waiting, rungs] = [[...objects], new Array<Rung>()];
  let wrong: Rung | null = null;
  const work = async (): Promise<void> => {
    for (let object = waiting.shift(); object !== undefined && wrong === null; object = waiting.shift()) {
      context.progress(`fetching ${object.key}`, objects.length - waiting.length, objects.length, 'items');
      const path = join(to, safeName(object.key.slice(folder.length)));
      makeFolders(dirname(path), to, open);
      const rung = choose(object.key) === 'name' || object.size === 0 ? null : await fetchOne(store, object, path, context);
      if (rung === null) writeFileSync(path, '');
      else if (rung.ok === false) wrong ??= broken(rung.by, `${object.key}: ${rung.detail}`);
      else rungs.push(rung);
      if (open) chmodSync(path, 0o644);
      utimesSync(path, object.modifiedMs / 1000, object.modifiedMs / 1000);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return wrong ?? verdict(rungs);
}

function verdict(rungs: readonly Rung[]): Rung {
  const proven = rungs.filter(({ ok }) => ok === true).length;
  return proven < rungs.length || proven === 0 ? unprovable('S3 checksums', `the store keeps a checksum of ${proven} of ${rungs.length} objects`) : held('S3 checksums', `all ${proven} objects are what the store recorded when they were written`);
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
