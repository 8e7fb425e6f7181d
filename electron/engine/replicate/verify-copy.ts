/** Reads a copy back: every object there, its first version unchanged and locked, and nothing hidden. */
import { createHash } from 'node:crypto';
import type { ObjectHead } from '../readiness/s3/s3-store.ts';
import type { LockedBucket, Version } from './locked-bucket.ts';
import { digestsOf, type Planned } from './plan.ts';

export interface CopyVerdict {
  problems: string[];
  /** Milliseconds since 1970; null when nothing is there. */
  lockedUntil: number | null;
}

/**
 * @param folder key prefix of the copy
 * @param each told after every object
 */
export async function verifyCopy(bucket: LockedBucket, folder: string, planned: readonly Planned[], now: number, each: () => void): Promise<CopyVerdict> {
  const byKey = new Map<string, Version[]>();
  for (const version of await bucket.versions(folder)) byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
  const verdicts = await eachOf(planned, async (object) => {
    const verdict = await judge(bucket, object, byKey.get(folder + object.key) ?? [], now);
    each();
    return verdict;
  });
  const locks = verdicts.flatMap(({ lockedUntil }) => lockedUntil ?? []);
  return { problems: verdicts.flatMap(({ problems }) => problems), lockedUntil: locks.length === 0 ? null : Math.min(...locks) };
}

/** How many requests are under way at once. */
const SIDE_BY_SIDE = 8;

/** Answers in the order of the items. After the first fault nothing more is begun, and it is thrown when all has ended. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const rest = items.entries();
  const faults: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) {
      if (faults.length > 0) return;
      try {
        answers[index] = await work(item);
      } catch (thrown) {
        faults.push(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  if (faults.length > 0) throw faults[0];
  return answers;
}

/** The first version is the one that was written for the record; what came on top of it can hide it, not change it. */
async function judge(bucket: LockedBucket, object: Planned, versions: readonly Version[], now: number): Promise<CopyVerdict> {
  const [first, ...later] = versions.filter(({ marker }) => !marker).toSorted((a, b) => a.modifiedMs - b.modifiedMs);
  if (first === undefined) return { problems: [`${object.key} is not there.`], lockedUntil: null };
  const heads = await Promise.all([first, ...later].map((version) => bucket.look(version.key, version.versionId).then((head) => ({ version, head }))));
  const others = [];
  for (const { version, head } of heads) if (!(await holdsSame(bucket, object, version, head))) others.push(version);
  const lock = heads[0]?.head.lock ?? null;
  const problems = [
    ...(others.includes(first) ? [`${object.key} holds something else than this laptop's record.`] : []),
    ...(others.some((version) => version !== first) ? [`${object.key} was written again with other content; its first version is still there.`] : []),
    ...(versions.some(({ marker }) => marker) ? [`${object.key} was hidden by a delete marker; its version is still there.`] : []),
    ...lockProblems(object.key, lock, now),
  ];
  return { problems, lockedUntil: lock?.untilMs ?? null };
}

function lockProblems(key: string, lock: ObjectHead['lock'], now: number): string[] {
  if (lock === null) return [`${key} is not locked: it can be deleted.`];
  if (lock.mode !== 'COMPLIANCE') return [`${key} is locked in the mode ${lock.mode}, which a privileged account can lift.`];
  return lock.untilMs > now ? [] : [`The lock of ${key} ended at ${new Date(lock.untilMs).toISOString()}: it can be deleted.`];
}

/** By the SHA-256 that the store keeps, else by its MD5, else by reading all of it. */
async function holdsSame(bucket: LockedBucket, object: Planned, version: Version, head: ObjectHead): Promise<boolean> {
  if (version.size !== object.size || head.size !== object.size) return false;
  const kept = head.checksums.find(({ algorithm }) => algorithm === 'SHA256');
  if (kept !== undefined && object.sha256 !== null) return Buffer.from(kept.value, 'base64').toString('hex') === object.sha256;
  const own = await digestsOf(object);
  if (kept !== undefined) return Buffer.from(kept.value, 'base64').toString('hex') === own.sha256;
  const md5IsEtag = (head.encryption === null || head.encryption === 'AES256') && /^[0-9a-f]{32}$/iu.test(head.etag);
  if (md5IsEtag && Buffer.from(head.etag, 'hex').toString('base64') === own.md5) return true;
  const digest = createHash('sha256');
  for await (const chunk of await bucket.read(version.key, version.versionId)) digest.update(Buffer.from(chunk));
  return digest.digest('hex') === own.sha256;
}
