/** Backups in an object store: the newest is found there, fetched when it is to be read, and compared with the store's checksums. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { ageSeconds } from '../age.ts';
import type { ProbeContext } from '../probe.ts';
import { fail } from '../probe.ts';
import type { S3Address } from '../s3/s3-address.ts';
import { readS3Address, writeS3Address } from '../s3/s3-address.ts';
import { compareWithStore } from '../s3/s3-checksum.ts';
import { fetchObject } from '../s3/s3-fetch.ts';
import type { Listing } from '../s3/s3-listing.ts';
import { listDeletions, listMeant } from '../s3/s3-listing.ts';
import { listBelow, mirror } from '../s3/s3-mirror.ts';
import type { ObjectHead, S3Store, StoredObject } from '../s3/s3-store.ts';
import { withS3 } from '../s3/with-s3.ts';
import type { Brought, FoundBackup } from './found-backup.ts';
import { isCompanion } from './pick-backup.ts';
import type { BackupReader } from './reader.ts';

type BackupProbe = ProbeOf<'backup'>;

/** @param climb is given what was found, while the store is open */
export async function findInS3(probe: BackupProbe, reader: BackupReader, context: ProbeContext, climb: (found: FoundBackup) => Promise<ProbeFinding>): Promise<ProbeFinding> {
  const address = readS3Address(probe.at);
  const evidence: Evidence = { path: probe.at, level: null, wanted: probe.level, rungs: [] };
  const backupOf = (key: string): string | null => (reader.backupOf === undefined ? (isCompanion(key) ? null : key) : reader.backupOf(key));
  return withS3(probe, address, context, evidence, async (store) => {
    const listing = await listMeant(store, address, context, backupOf);
    const gone = await deletedSince(store, address, listing, backupOf);
    if (gone !== null || listing.newest === null) return fail(gone ?? `There is no backup at ${probe.at}.`, evidence);
    const prefix = listing.newest.key === address.key ? address.key : (backupOf(listing.newest.key) ?? listing.newest.key);
    if (prefix !== listing.newest.key) return climb(await foundFolder(store, prefix, listing, context));
    const head = await store.head(listing.newest.key);
    return head === null ? fail(`There is no backup at ${probe.at}.`, evidence) : climb(foundObject(store, head, listing.times, context));
  });
}

/** Retention removes the oldest. A newer backup under a delete marker was removed by somebody, and can be brought back. */
async function deletedSince(store: S3Store, address: S3Address, { newest }: Listing, backupOf: (key: string) => string | null): Promise<string | null> {
  const deletions = await listDeletions(store, address, (key) => backupOf(key) !== null);
  const deleted = deletions?.newest ?? null;
  if (deleted === null || (newest !== null && newest.modifiedMs >= deleted.writtenMs)) return null;
  const what = `${basename(backupOf(deleted.key) ?? deleted.key)} was deleted on ${new Date(deleted.deletedMs).toISOString().slice(0, 10)}; the store still has it below a delete marker`;
  return newest === null ? `There is no backup at ${writeS3Address(address)}: ${what}.` : `${basename(newest.key)} is not the newest backup that was written: ${what}.`;
}

function foundObject(store: S3Store, head: ObjectHead, copies: number[], context: ProbeContext): FoundBackup {
  const evidence: Evidence = {
    path: writeS3Address({ bucket: store.bucket, key: head.key }), endpoint: store.endpoint, credentials: store.source, size: head.size, age_s: ageSeconds(head.modifiedMs, context.clock.now()),
    etag: head.etag, version_id: head.versionId, storage_class: head.storageClass,
  };
  return { name: basename(head.key), size: head.size, mtimeMs: head.modifiedMs, copies, evidence, toFetch: head.size, bring: (folder, guarded) => bringObject(store, head, folder, guarded, evidence) };
}

/** Under its own name, since sums list names. */
async function bringObject(store: S3Store, head: ObjectHead, folder: string, context: ProbeContext, evidence: Evidence): Promise<Brought> {
  const path = join(folder, 'fetched', basename(head.key));
  mkdirSync(join(folder, 'fetched'), { mode: 0o700 });
  const { bytes, resumedAt, milliseconds } = await fetchObject(store, head, path, context);
  noteFetch(evidence, bytes - resumedAt, milliseconds);
  if (resumedAt > 0) evidence['resumed_at'] = resumedAt;
  const { rung, sha256 } = await compareWithStore(path, head, store, context);
  return { path, folder: false, proof: rung, sha256 };
}

async function foundFolder(store: S3Store, prefix: string, { newest, times }: Listing, context: ProbeContext): Promise<FoundBackup> {
  const objects = await listBelow(store, prefix, context);
  const size = objects.reduce((sum, object) => sum + object.size, 0);
  const mtimeMs = newest?.modifiedMs ?? 0;
  const name = basename(prefix) || store.bucket;
  const evidence: Evidence = {
    path: writeS3Address({ bucket: store.bucket, key: prefix }), endpoint: store.endpoint, credentials: store.source, size, objects: objects.length, age_s: ageSeconds(mtimeMs, context.clock.now()),
  };
  return { name, size, mtimeMs, copies: times, evidence, toFetch: size, bring: (folder, guarded) => bringFolder(store, prefix, objects, join(folder, name), guarded, evidence) };
}

async function bringFolder(store: S3Store, prefix: string, objects: readonly StoredObject[], path: string, context: ProbeContext, evidence: Evidence): Promise<Brought> {
  mkdirSync(path, { mode: 0o700 });
  const start = context.clock.uptime();
  const proof = await mirror(store, prefix, objects, path, context, { open: false, choose: () => 'fetch' });
  noteFetch(evidence, Number(evidence['size']), context.clock.uptime() - start);
  return { path, folder: true, proof, sha256: null };
}

function noteFetch(evidence: Evidence, bytes: number, milliseconds: number): void {
  const took = Math.max(1, Math.round(milliseconds));
  Object.assign(evidence, { fetch_ms: took, fetch_rate: Math.round((bytes / took) * 1000) });
}
