/**
 * Copies the record into a bucket with Object Lock: only what is not there yet, under COMPLIANCE, and reads all of it back.
 * Cut off anywhere, the next one goes on where this one ended. The journal says that it begins, and what came of it.
 */
import { Probe } from '../../contract/check.ts';
import { EngineError, spokenFault } from '../../contract/errors.ts';
import type { Replication, ReplicationProgress, ReplicationRequest } from '../../contract/replication.ts';
import { addPeriod } from '../../contract/scalars.ts';
import type { Clock } from '../deps.ts';
import { asDiskError } from '../journal/durable-file.ts';
import type { Journal } from '../journal/journal.ts';
import { actorOf } from '../people/people.ts';
import { CannotTell } from '../readiness/probe.ts';
import { readS3Address } from '../readiness/s3/s3-address.ts';
import { NoSuchBucket } from '../readiness/s3/s3-faults.ts';
import type { S3Context } from '../readiness/s3/s3-store.ts';
import { withStoredCredentials } from '../readiness/s3/stored-credentials.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { createSecretStore } from '../secrets/secret-store.ts';
import { createRedactor } from '../tool/create-redactor.ts';
import { deviceFolder, prefixFolder } from './layout.ts';
import { DamagedHere, openLockedBucket, type LockedBucket } from './locked-bucket.ts';
import { planCopy, type Planned } from './plan.ts';
import { readReplications, REPLICATION_DONE, REPLICATION_FAILED, REPLICATION_STARTED } from './replications.ts';
import { eachOf, verifyCopy } from './verify-copy.ts';

/** How long no version can be deleted where nobody says: a lock in COMPLIANCE cannot be taken back, so it is not long. */
export const RETAINED = '1y';
/** Room for problems in an event of at most 16 KiB. */
const PROBLEMS = 40;

export interface ReplicateHost {
  journal: Journal;
  dataDir: string;
  clock: Clock;
  /** The keyring and the vault of this laptop. */
  keychain: Keychain;
  /** The engine's own environment, where keys of an object store may stand. */
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of a file that the caller names as `credentials`. */
  resolve(path: string): string;
}

export interface ReplicateWatch {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ReplicationProgress) => void) | undefined;
}

interface Target { bucket: string; folder: string; endpoint: string | undefined; credentials: string | undefined }
interface Tally { created: number; bytes: number }

/**
 * @throws EngineError `usage` for an address that is none, `not-found` where store or bucket cannot be reached, `waiting`
 *   without credentials, `refused` where the store refuses or has no Object Lock, `bad` where the copy and the record differ
 *   so that nothing can be added, `disk`
 */
export async function replicate(host: ReplicateHost, request: ReplicationRequest, watch: ReplicateWatch = {}): Promise<Replication> {
  const { journal, clock } = host;
  const target = targetOf(request, journal.device.vkey);
  const until = addPeriod(new Date(clock.now()), request.retain ?? RETAINED);
  const signed = signedUpTo(journal);
  const entries = journal.head.size;
  const started = journal.append({
    type: REPLICATION_STARTED, run: null, actor: actorOf(request.by),
    data: { to: request.to, folder: `s3://${target.bucket}/${target.folder}`, endpoint: target.endpoint ?? null, by: request.by ?? null, entries, signed: signed ?? newestSigned(journal), retain: request.retain ?? RETAINED },
  });
  const tally = { created: 0, bytes: 0 };
  try {
    const done = await withBucket(host, target, watch.signal, (bucket) => copy({ host, bucket, target, entries, until, tally, watch }));
    journal.append({ type: REPLICATION_DONE, run: null, actor: 'engine', data: { id: started.id, ...done } });
  } catch (thrown) {
    const fault = faultOf(thrown, watch.signal);
    journal.append({ type: REPLICATION_FAILED, run: null, actor: 'engine', data: { id: started.id, code: fault.code, reason: spokenFault(fault).slice(0, 2_000), ...tally } });
    throw fault;
  }
  const found = readReplications(journal).find(({ id }) => id === started.id);
  if (found === undefined) throw new Error('a replication that was journaled is not in the journal');
  return found;
}

function targetOf({ to, endpoint, credentials }: ReplicationRequest, vkey: string): Target {
  try {
    const { bucket, key } = readS3Address(to);
    if (/[\p{Cc}\\]/u.test(key) || key.split('/').some((part) => part === '..' || part === '.')) throw new CannotTell('refused', `${to} names no folder of a bucket.`);
    if (endpoint !== undefined && !/^https?:\/\/[^@\s]+$/u.test(endpoint)) throw new CannotTell('refused', 'The endpoint is no http or https address, or it holds a password.');
    return { bucket, folder: prefixFolder(key) + deviceFolder(vkey), endpoint, credentials };
  } catch (thrown) {
    if (thrown instanceof CannotTell) throw new EngineError('usage', thrown.message, { hint: 'For example: --to s3://records/laptops --endpoint https://s3.example.org' });
    throw thrown;
  }
}

/** Null while the device key is locked: what is not signed yet is copied all the same, and said to be so. */
function signedUpTo(journal: Journal): number | null {
  try {
    return journal.checkpoint('replication').size;
  } catch (thrown) {
    if (thrown instanceof EngineError && thrown.code === 'waiting') return null;
    throw thrown;
  }
}

function newestSigned(journal: Journal): number {
  return Math.max(0, ...[...journal.events({ types: ['record.checkpoint'] })].map(({ seq }) => seq));
}

/** Credentials are found as those of an S3 check; they live in memory until `work` ends, and mask what it says. */
async function withBucket<T>({ keychain, env, resolve }: ReplicateHost, { bucket, endpoint, credentials, folder }: Target, signal = new AbortController().signal, work: (bucket: LockedBucket) => Promise<T>): Promise<T> {
  const secrets = createSecretStore();
  const probe = Probe.parse({ kind: 's3-object', url: `s3://${bucket}/${folder}`, ...(endpoint === undefined ? {} : { endpoint }), ...(credentials === undefined ? {} : { credentials }) });
  const context = { secrets, keychain, env: {}, credentialsEnv: env, resolve, signal, redactor: createRedactor([]) };
  try {
    return await withStoredCredentials(probe, context, async (found: S3Context) => {
      const opened = await openLockedBucket({ bucket, endpoint, credentials }, found);
      try {
        return await work(opened);
      } catch (thrown) {
        throw withoutSecret(thrown, opened);
      } finally {
        opened.close();
      }
    });
  } finally {
    secrets.forgetAll();
  }
}

/** A store may repeat in a fault what it was sent. */
function withoutSecret(thrown: unknown, { facts: { access } }: LockedBucket): unknown {
  const secret = access.credentials?.secretAccessKey ?? '';
  if (secret === '' || !(thrown instanceof Error) || !thrown.message.includes(secret)) return thrown;
  return new CannotTell('not-understood', thrown.message.replaceAll(secret, '‹masked›'));
}

interface Copying { host: ReplicateHost; bucket: LockedBucket; target: Target; entries: number; until: Date; tally: Tally; watch: ReplicateWatch }

async function copy({ host, bucket, target, entries, until, tally, watch }: Copying): Promise<Pick<Replication, 'credentials' | 'locked_until' | 'problems'> & { objects: number; created: number; bytes: number }> {
  const { facts } = bucket;
  const lock = await bucket.objectLock();
  if (lock === null) throw new EngineError('refused', `The bucket ${facts.bucket} has no Object Lock: whoever may delete in it could delete the copy. Nothing was written.`, { hint: 'Object Lock is switched on when a bucket is made; make one with it.' });
  watch.onProgress?.({ doing: 'listing what is there', done: 0, total: 0 });
  const versions = await bucket.versions(target.folder);
  const present = new Set(versions.filter(({ marker }) => !marker).map(({ key }) => key.slice(target.folder.length)));
  const plan = planCopy(host.journal, host.dataDir, entries, present);
  if (plan.conflicts.length > 0) throw new EngineError('bad', `${plan.conflicts.slice(0, 3).join(' ')} Nothing was written.`, { hint: 'The bucket cannot have been changed: compare the record with a checkpoint kept elsewhere ("record match"). To keep both, copy to another prefix.' });
  const all = plan.groups.flat();
  const locked = new Date(Math.max(until.getTime(), host.clock.now() + lock.days * 86_400_000));
  const damaged = await send({ bucket, folder: target.folder, until: locked, tally, watch }, plan.groups, present);
  let checked = 0;
  const verdict = await verifyCopy(bucket, target.folder, all.filter(({ key }) => !damaged.includes(key)), host.clock.now(), () => watch.onProgress?.({ doing: 'reading back', done: ++checked, total: all.length }));
  const here = [...plan.missing.map((sha256) => `The output ${sha256} is not on this laptop, so it could not be copied.`), ...damaged.map((key) => `${key} is damaged on this laptop and was not copied.`)];
  return { objects: all.length, ...tally, locked_until: verdict.lockedUntil === null ? null : new Date(verdict.lockedUntil).toISOString(), credentials: facts.source, problems: shortened([...here, ...verdict.problems]) };
}

function shortened(problems: string[]): string[] {
  return problems.length <= PROBLEMS ? problems : [...problems.slice(0, PROBLEMS), `… and ${problems.length - PROBLEMS} more.`];
}

interface Sending { bucket: LockedBucket; folder: string; until: Date; tally: Tally; watch: ReplicateWatch }

/** @returns keys of objects that are damaged on this laptop */
async function send({ bucket, folder, until, tally, watch }: Sending, groups: readonly Planned[][], present: ReadonlySet<string>): Promise<string[]> {
  const total = groups.flat().filter(({ key }) => !present.has(key)).length;
  const damaged: string[] = [];
  let done = 0;
  for (const group of groups) {
    await eachOf(group.filter(({ key }) => !present.has(key)), async (object) => {
      watch.signal?.throwIfAborted();
      try {
        if ((await bucket.create(folder + object.key, object, until)) === 'created') {
          tally.created += 1;
          tally.bytes += object.size;
        }
      } catch (thrown) {
        if (!(thrown instanceof DamagedHere)) throw thrown;
        damaged.push(object.key);
      }
      done += 1;
      watch.onProgress?.({ doing: 'copying', done, total });
    });
  }
  return damaged;
}

const CODES: Readonly<Record<string, EngineError['code']>> = {
  unreachable: 'not-found', 'server-error': 'not-found', 'credentials-missing': 'waiting', unsupported: 'usage', refused: 'usage',
};

function faultOf(thrown: unknown, signal: AbortSignal | undefined): EngineError {
  if (thrown instanceof EngineError) return thrown;
  if (signal?.aborted === true) return new EngineError('waiting', 'The replication was stopped. What was copied stays; the next one goes on from there.');
  if (thrown instanceof NoSuchBucket) return new EngineError('not-found', 'There is no such bucket.', { hint: 'Make one with Object Lock, or look at the address and the endpoint.', cause: thrown });
  if (thrown instanceof CannotTell) {
    const away = thrown.reason === 'unreachable' || thrown.reason === 'server-error';
    return new EngineError(CODES[thrown.reason] ?? 'refused', thrown.message, { cause: thrown, ...(away ? { hint: 'Nothing is lost: run it again when the network is back; it goes on where it ended.' } : {}) });
  }
  const disk = asDiskError(thrown, 'reading the record');
  if (disk instanceof EngineError) return disk;
  return new EngineError('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}
