/**
 * A bucket with Object Lock, to add to and to read back: nothing here deletes, and nothing replaces. A store that heeds
 * `If-None-Match` refuses a second object of a name; one that does not keeps it as a further version, which the check
 * afterwards finds, while the first can neither be changed nor deleted.
 */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { faultOf, throwFault } from '../readiness/s3/s3-faults.ts';
import { connectS3, headOf, type ObjectHead, type S3Connection, type S3Context, type S3Place } from '../readiness/s3/s3-store.ts';
import { digestsOf, type Planned } from './plan.ts';

const PAGE = 1_000;
/** What is smaller is sent from memory, so that a broken connection is tried again by the client itself. */
const IN_MEMORY_BYTES = 8 * 2 ** 20;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Version {
  key: string;
  versionId: string;
  size: number;
  modifiedMs: number; // milliseconds since 1970
  marker: boolean; // hides the versions below it, and holds nothing
}

export interface LockedBucket {
  readonly facts: S3Connection['facts'];
  /** Null when the bucket has no Object Lock; `days` of its own default, 0 without one. */
  objectLock(): Promise<{ days: number } | null>;
  /** Every version and delete marker below a prefix. */
  versions(prefix: string): Promise<Version[]>;
  /** Under COMPLIANCE until then. `present`: an object of that name was there already, and stays as it is. */
  create(key: string, object: Planned, until: Date): Promise<'created' | 'present'>;
  /** One version, with what the store knows of its digest and its lock. */
  look(key: string, versionId: string): Promise<ObjectHead>;
  read(key: string, versionId: string): Promise<Readable>;
  close(): void;
}

/** @throws CannotTell as `connectS3`; every call as `throwFault` */
export async function openLockedBucket(place: S3Place, context: S3Context): Promise<LockedBucket> {
  return new Bucket(await connectS3(place, context, { logger: SILENT }), context.signal);
}

class Bucket implements LockedBucket {
  readonly facts: S3Connection['facts'];
  readonly #connection: S3Connection;
  readonly #signal: AbortSignal;

  constructor(connection: S3Connection, signal: AbortSignal) {
    [this.facts, this.#connection, this.#signal] = [connection.facts, connection, signal];
  }

  async objectLock(): Promise<{ days: number } | null> {
    const { client, sdk } = this.#connection;
    try {
      const { ObjectLockConfiguration: found } = await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket: this.facts.bucket }), { abortSignal: this.#signal });
      if (found?.ObjectLockEnabled !== 'Enabled') return null;
      const { Days = 0, Years = 0 } = found.Rule?.DefaultRetention ?? {};
      return { days: Days + Years * 366 };
    } catch (thrown) {
      this.#signal.throwIfAborted();
      const { name, status } = faultOf(thrown);
      if (name === 'ObjectLockConfigurationNotFoundError' || (name !== 'NoSuchBucket' && (status === 404 || status === 501))) return null;
      return throwFault(thrown, this.facts.where, `read the Object Lock of s3://${this.facts.bucket}`);
    }
  }

  async versions(prefix: string): Promise<Version[]> {
    const { client, sdk } = this.#connection;
    const found: Version[] = [];
    for (let next: { KeyMarker?: string; VersionIdMarker?: string } = {}; ; ) {
      const page = await this.#ask(`list the versions of s3://${this.facts.bucket}/${prefix}`, () => client.send(new sdk.ListObjectVersionsCommand({ Bucket: this.facts.bucket, Prefix: prefix, MaxKeys: PAGE, ...next }), { abortSignal: this.#signal }));
      for (const { Key, VersionId, Size, LastModified } of page.Versions ?? []) if (Key !== undefined) found.push({ key: Key, versionId: VersionId ?? 'null', size: Size ?? 0, modifiedMs: LastModified?.getTime() ?? 0, marker: false });
      for (const { Key, VersionId, LastModified } of page.DeleteMarkers ?? []) if (Key !== undefined) found.push({ key: Key, versionId: VersionId ?? 'null', size: 0, modifiedMs: LastModified?.getTime() ?? 0, marker: true });
      if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return found;
      next = { KeyMarker: page.NextKeyMarker, ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }) };
    }
  }

  async create(key: string, object: Planned, until: Date): Promise<'created' | 'present'> {
    const { sha256, md5 } = await digestsOf(object);
    if (object.sha256 !== null && sha256 !== object.sha256) throw new DamagedHere(key);
    const wanted = { Bucket: this.facts.bucket, Key: key, ContentLength: object.size, ContentMD5: md5, ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'), ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until } as const;
    try {
      await this.#put({ ...wanted, Body: bodyOf(object), IfNoneMatch: '*' });
      return 'created';
    } catch (thrown) {
      this.#signal.throwIfAborted();
      const { name, status } = faultOf(thrown);
      if (status === 412 || name === 'PreconditionFailed') return 'present';
      return throwFault(thrown, this.facts.where, `write s3://${this.facts.bucket}/${key}`);
    }
  }

  async #put(input: PutObjectCommandInput): Promise<void> {
    const { client, sdk } = this.#connection;
    await client.send(new sdk.PutObjectCommand(input), { abortSignal: this.#signal });
  }

  async look(key: string, versionId: string): Promise<ObjectHead> {
    const { client, sdk } = this.#connection;
    const at = { Bucket: this.facts.bucket, Key: key, VersionId: versionId };
    const head = headOf(key, await this.#ask(`read s3://${this.facts.bucket}/${key}`, () => client.send(new sdk.HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }), { abortSignal: this.#signal })));
    if (head.lock !== null) return head;
    // not every store tells the lock with the object
    const { Retention } = await this.#ask(`read the lock of s3://${this.facts.bucket}/${key}`, () => client.send(new sdk.GetObjectRetentionCommand(at), { abortSignal: this.#signal }).catch((thrown: unknown) => {
      if (faultOf(thrown).status === 404) return { Retention: undefined };
      throw thrown;
    }));
    const [mode, until] = [Retention?.Mode, Retention?.RetainUntilDate];
    return { ...head, lock: (mode === 'COMPLIANCE' || mode === 'GOVERNANCE') && until !== undefined ? { mode, untilMs: until.getTime() } : null };
  }

  async read(key: string, versionId: string): Promise<Readable> {
    const { client, sdk } = this.#connection;
    const { Body } = await this.#ask(`read s3://${this.facts.bucket}/${key}`, () => client.send(new sdk.GetObjectCommand({ Bucket: this.facts.bucket, Key: key, VersionId: versionId }), { abortSignal: this.#signal }));
    return Body instanceof Readable ? Body : Readable.from([]);
  }

  close(): void {
    this.#connection.client.destroy();
  }

  async #ask<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      this.#signal.throwIfAborted();
      return throwFault(thrown, this.facts.where, what);
    }
  }
}

function bodyOf({ content, size }: Planned): Buffer | Readable {
  if ('bytes' in content) return content.bytes();
  if (size === 0) return Buffer.alloc(0);
  return size > IN_MEMORY_BYTES ? createReadStream(content.file, { start: content.from, end: content.from + size - 1 }) : readPart(content.file, content.from, size);
}

function readPart(file: string, from: number, size: number): Buffer {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(handle, bytes, 0, size, from));
  } finally {
    closeSync(handle);
  }
}

/** A stored output of this laptop is no longer what its name says. */
export class DamagedHere extends Error {
  override readonly name = 'DamagedHere';
}
