/** `s3-object`: the newest object at an address is there, young, whole, locked and kept as it should be. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { addPeriod, sizeBytes } from '../../../contract/scalars.ts';
import { spokenBytes, spokenDuration } from '../../../contract/wording.ts';
import { ageSeconds, judgeAge, spokenPeriod } from '../age.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { CannotTell, fail, pass, unknown, warn } from '../probe.ts';
import type { S3Address } from '../s3/s3-address.ts';
import { readS3Address } from '../s3/s3-address.ts';
import { throwFault } from '../s3/s3-faults.ts';
import type { Listing } from '../s3/s3-listing.ts';
import { listDeletions, listMeant } from '../s3/s3-listing.ts';
import type { ObjectHead, ObjectLock, S3Store } from '../s3/s3-store.ts';
import { withS3 } from '../s3/with-s3.ts';
import { judgeCopies } from '../schedule.ts';
import { bareDigest } from '../sums.ts';

type S3Probe = ProbeOf<'s3-object'>;

/** Classes whose objects cannot be read at once. */
const ARCHIVED = new Set(['GLACIER', 'DEEP_ARCHIVE']);
/** Above this, versions are not listed as well: each is a page of answers. */
const MOST_LISTED = 20_000;

/** Fails by what the object is; unknown when the store cannot be reached, does not let us in, or does not tell. */
export const probeS3Object: ProbeRunner<'s3-object'> = async (probe, context) => {
  const address = readS3Address(probe.url);
  const evidence: Evidence = { url: probe.url };
  return withS3(probe, address, context, evidence, (store) => examine({ probe, address, store, context, evidence }));
};

interface Examination {
  probe: S3Probe;
  address: S3Address;
  store: S3Store;
  context: ProbeContext;
  evidence: Evidence;
}

async function examine(parts: Examination): Promise<ProbeFinding> {
  const { probe, address, store, context, evidence } = parts;
  const listing = await listMeant(store, address, context);
  evidence['objects'] = listing.times.length;
  const head = listing.newest === null ? null : await store.head(listing.newest.key);
  if (listing.newest === null || head === null) return missing(parts);
  describe(head, evidence, context.clock.now());
  const fault = judgeSizeAndAge(probe, head, evidence, context.clock.now()) ?? judgeKeep(probe, head, evidence) ?? (await judgeLock(parts, head)) ?? (await judgeContent(parts, head));
  return fault ?? (await judged(parts, head, listing));
}

/** 0 objects are never a pass; what a delete marker hides can be brought back, so that is said. */
async function missing({ probe, address, store, evidence }: Examination): Promise<ProbeFinding> {
  const deletions = await listDeletions(store, address);
  if (deletions === null || deletions.newest === null) return fail(`There is no object at ${probe.url}.`, evidence);
  const { key, deletedMs } = deletions.newest;
  return fail(`There is no object at ${probe.url}: ${deletions.deleted === 1 ? `${basename(key)} was` : `${deletions.deleted} were`} deleted, last on ${day(deletedMs)}. The store still has the versions below the delete markers.`, { ...evidence, deleted: deletions.deleted, newest_deleted: key });
}

function describe(head: ObjectHead, evidence: Evidence, now: number): void {
  const [checksum] = head.checksums;
  Object.assign(evidence, {
    key: head.key, size: head.size, age_s: ageSeconds(head.modifiedMs, now), modified: new Date(head.modifiedMs).toISOString(), etag: head.etag, version_id: head.versionId,
    storage_class: head.storageClass, encryption: head.encryption, legal_hold: head.legalHold,
    ...(checksum === undefined ? {} : { checksum: `${checksum.algorithm} ${checksum.value}` }), ...(head.retrieved === null ? {} : { retrieved: head.retrieved }),
  });
}

function judgeSizeAndAge(probe: S3Probe, head: ObjectHead, evidence: Evidence, now: number): ProbeFinding | null {
  const name = basename(head.key);
  const least = probe.min_size === undefined ? 1 : sizeBytes(probe.min_size);
  if (head.size < least) return fail(head.size === 0 ? `${name} is empty: 0 bytes.` : `${name} has ${spokenBytes(head.size)}; at least ${spokenBytes(least)} are expected.`, evidence);
  if (probe.max_age === undefined) return null;
  const age = judgeAge(name, head.modifiedMs, now, probe.max_age);
  if (age.ok) return null;
  return age.reason === 'too-old' ? fail(age.summary, evidence) : unknown('clock', age.summary, evidence);
}

function judgeKeep(probe: S3Probe, head: ObjectHead, evidence: Evidence): ProbeFinding | null {
  const name = basename(head.key);
  if (probe.encryption !== undefined && head.encryption !== probe.encryption) return fail(`${name} is ${head.encryption === null ? 'not encrypted, as far as the store says' : `encrypted with ${head.encryption}`}; ${probe.encryption} is expected.`, evidence);
  if (probe.storage_class !== undefined && head.storageClass !== probe.storage_class) return fail(`${name} lies in the storage class ${head.storageClass}; ${probe.storage_class} is expected.`, evidence);
  return null;
}

/** COMPLIANCE is stronger than GOVERNANCE, which a privileged account may lift. */
async function judgeLock({ probe, store, context, evidence }: Examination, head: ObjectHead): Promise<ProbeFinding | null> {
  const lock = head.lock ?? (probe.lock === undefined ? null : await store.lock(head.key));
  if (lock !== null && lock !== 'denied') Object.assign(evidence, { lock: { mode: lock.mode, until: new Date(lock.untilMs).toISOString() } });
  if (probe.lock === undefined) return null;
  const name = basename(head.key);
  if (lock === 'denied') return unknown('denied', `The credentials do not permit to read the lock of ${name} (s3:GetObjectRetention).`, evidence);
  if (lock === null) return fail(`${name} is not locked: anybody with the right to delete can delete it.`, evidence);
  if (probe.lock.mode === 'COMPLIANCE' && lock.mode !== 'COMPLIANCE') return fail(`${name} is locked in the mode ${lock.mode}, which a privileged account can lift; COMPLIANCE is expected.`, evidence);
  return judgeLeft(probe.lock.min_left, lock, name, context.clock.now(), evidence);
}

function judgeLeft(least: string | undefined, lock: ObjectLock, name: string, now: number, evidence: Evidence): ProbeFinding | null {
  const left = lock.untilMs - now;
  if (left <= 0) return fail(`The lock of ${name} ended ${spokenDuration(-left / 1000)} ago.`, evidence);
  if (least === undefined || addPeriod(new Date(now), least).getTime() <= lock.untilMs) return null;
  return fail(`${name} is locked for another ${spokenDuration(left / 1000)}; at least ${spokenPeriod(least)} must be left.`, evidence);
}

/** What the store recorded is enough; otherwise the whole object is read, and nothing of it is kept. */
async function judgeContent({ probe, store, context, evidence }: Examination, head: ObjectHead): Promise<ProbeFinding | null> {
  if (probe.sha256 === undefined) return null;
  const recorded = head.checksums.find(({ algorithm }) => algorithm === 'SHA256');
  const found = recorded === undefined ? await readThrough(store, head, context) : Buffer.from(recorded.value, 'base64').toString('hex');
  evidence['sha256'] = found;
  return found === bareDigest(probe.sha256) ? null : fail(`${basename(head.key)} was changed or is damaged: its SHA-256 is not the recorded one.`, { ...evidence, expected: bareDigest(probe.sha256) });
}

async function readThrough(store: S3Store, head: ObjectHead, context: ProbeContext): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  try {
    for await (const chunk of await store.read(head, 0, context.signal)) {
      const bytes = Buffer.from(chunk);
      hash.update(bytes);
      done += bytes.length;
      context.progress(`reading ${basename(head.key)}`, done, head.size, 'bytes');
    }
  } catch (thrown) {
    context.signal.throwIfAborted();
    throwFault(thrown, store.where, `s3://${store.bucket}/${head.key}`);
  }
  if (done !== head.size) throw new CannotTell('unreachable', `${store.where} ended the connection before ${basename(head.key)} was complete.`);
  return hash.digest('hex');
}

/** The newest object itself holds. Retention removes the oldest: when a newer one was deleted, somebody did that; the rest can only warn. */
async function judged({ probe, address, store, context, evidence }: Examination, head: ObjectHead, listing: Listing): Promise<ProbeFinding> {
  const now = context.clock.now();
  const copies = judgeCopies(probe, listing.times, now);
  const deletions = listing.times.length > MOST_LISTED ? null : await listDeletions(store, address);
  const newer = deletions?.newest ?? null;
  if (newer !== null && newer.writtenMs > head.modifiedMs) return fail(`${basename(head.key)} is not the newest that was written: ${basename(newer.key)} was deleted on ${day(newer.deletedMs)}; the store still has it below a delete marker.`, { ...evidence, deleted: deletions?.deleted ?? 0, newest_deleted: newer.key });
  const warnings = [...copies.warnings];
  const archived = ARCHIVED.has(head.storageClass) && head.retrieved === null;
  if (archived && probe.retrieval === undefined) warnings.push(`in the archive ${head.storageClass}: it takes hours until it can be read`);
  const found = { ...evidence, ...copies.evidence, ...(deletions === null ? {} : { deleted: deletions.deleted }), ...(probe.retrieval === undefined ? {} : { retrieval: probe.retrieval }) };
  const name = basename(head.key);
  if (warnings.length > 0) return warn(`${name} is ${warnings.join('; ')}.`, found);
  return pass(`${name} is there: ${spokenBytes(head.size)}, ${spokenDuration(Math.max(0, ageSeconds(head.modifiedMs, now)))} old${probe.lock === undefined ? '' : ', locked'}${archived ? `; it has to be retrieved first (${probe.retrieval ?? ''})` : ''}.`, found);
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
