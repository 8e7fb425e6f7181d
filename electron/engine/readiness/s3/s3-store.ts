/** One bucket of an object store: any endpoint that speaks S3. The one place that knows the S3 client. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type * as s3Module from '@aws-sdk/client-s3';
import type { HeadObjectCommandOutput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import type { S3Access } from './s3-credentials.ts';
import { findS3Access } from './s3-credentials.ts';
import { faultOf, throwFault } from './s3-faults.ts';

const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;
const ATTEMPTS = 3;
const PAGE = 1_000;

export interface StoredObject {
  key: string;
  size: number;
  modifiedMs: number; // milliseconds since 1970
  etag: string; // without quotes
}

export interface StoredVersion {
  key: string;
  versionId: string;
  modifiedMs: number;
  latest: boolean;
  /** A delete marker: the key has no content, and older versions are hidden. */
  marker: boolean;
}

export type LockMode = 'COMPLIANCE' | 'GOVERNANCE';

export interface ObjectLock {
  mode: LockMode;
  untilMs: number;
}

/** A digest that the store keeps of the whole object; `value` in base64. */
export interface StoredChecksum {
  algorithm: 'SHA256' | 'SHA1' | 'CRC32' | 'CRC32C' | 'CRC64NVME';
  value: string;
}

export interface ObjectHead extends StoredObject {
  versionId: string | null;
  checksums: StoredChecksum[];
  /** `AES256`, `aws:kms`, …; null when the store does not say. */
  encryption: string | null;
  storageClass: string;
  lock: ObjectLock | null;
  legalHold: boolean;
  /** Of an archived object that is being or was retrieved. */
  retrieved: string | null;
}

export interface S3Store {
  bucket: string;
  /** As people know it: "the object store 127.0.0.1:17480". */
  where: string;
  /** Where the credentials came from. */
  source: string;
  access: S3Access;
  endpoint: string | null;
  region: string;
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Every version and delete marker; null when the credentials do not permit to list them. */
  versions(prefix: string): Promise<StoredVersion[] | null>;
  /** Null when there is no such object. */
  head(key: string): Promise<ObjectHead | null>;
  /** `denied` when the credentials do not permit to ask; null when the object is not locked. */
  lock(key: string): Promise<ObjectLock | 'denied' | null>;
  /** Sizes of the first and the last part of an object that was stored in parts, or null where the store does not tell. */
  parts(key: string, count: number): Promise<{ first: number; last: number } | null>;
  /** From a byte on; fails when the object is no longer the one with that etag. */
  read(object: { key: string; etag: string }, from: number, signal: AbortSignal): Promise<Readable>;
  close(): void;
}

export interface S3Place {
  bucket: string;
  endpoint: string | undefined;
  credentials: string | undefined;
}

/** What is needed of a probe's context to reach a store. */
export type S3Context = Pick<ProbeContext, 'env' | 'credentialsEnv' | 'stored' | 'secrets' | 'resolve' | 'signal'>;

/** The client with what it was told to speak to. */
export interface S3Connection {
  sdk: typeof s3Module;
  client: S3Client;
  facts: Pick<S3Store, 'bucket' | 'where' | 'source' | 'access' | 'endpoint' | 'region'>;
}

/** @throws CannotTell `credentials-missing` or `refused` before anything is sent */
export async function openS3(place: S3Place, context: S3Context): Promise<S3Store> {
  const { sdk, client, facts } = await connectS3(place, context);
  return new Bucket(sdk, client, facts, context.signal);
}

/** @param more of the client's configuration @throws CannotTell as `openS3` */
export async function connectS3(place: S3Place, context: S3Context, more: S3ClientConfig = {}): Promise<S3Connection> {
  const access = findS3Access(place.credentials, context);
  const endpoint = place.endpoint ?? access.endpoint;
  const url = endpoint === null ? null : readEndpoint(endpoint);
  const region = regionOf(url) ?? access.region ?? 'us-east-1';
  // The client loads a good deal, which no start of the console should wait for.
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({ ...(await configuration(access, url, region, context)), ...more });
  return { sdk, client, facts: { bucket: place.bucket, where: `The object store ${url === null ? `of AWS in ${region}` : url.host}`, source: access.source, access, endpoint: url === null ? null : url.href.replace(/\/$/u, ''), region } };
}

async function configuration(access: S3Access, url: URL | null, region: string, context: S3Context): Promise<S3ClientConfig> {
  const ca = (context.credentialsEnv ?? context.env)['AWS_CA_BUNDLE'];
  const { Agent } = await import('node:https');
  return {
    region, maxAttempts: ATTEMPTS, followRegionRedirects: true,
    // AWS itself wants the bucket in the name of the host; whoever runs a store of their own seldom has such names.
    ...(url === null || isAws(url) ? {} : { endpoint: url.href, forcePathStyle: true }),
    ...(access.credentials === null ? { signer: { sign: async (request) => request }, credentials: { accessKeyId: '', secretAccessKey: '' } } : { credentials: access.credentials }),
    // Ranges have no checksum; the whole object is compared with what the store recorded, after it was fetched.
    responseChecksumValidation: 'WHEN_REQUIRED', requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, ...(ca === undefined || ca === '' ? {} : { httpsAgent: new Agent({ ca: readAuthority(ca) }) }) },
  };
}

class Bucket implements S3Store {
  readonly bucket: string;
  readonly where: string;
  readonly source: string;
  readonly access: S3Access;
  readonly endpoint: string | null;
  readonly region: string;
  readonly #sdk: typeof s3Module;
  readonly #client: S3Client;
  readonly #signal: AbortSignal;

  constructor(sdk: typeof s3Module, client: S3Client, facts: S3Connection['facts'], signal: AbortSignal) {
    [this.bucket, this.where, this.source, this.access, this.endpoint, this.region] = [facts.bucket, facts.where, facts.source, facts.access, facts.endpoint, facts.region];
    [this.#sdk, this.#client, this.#signal] = [sdk, client, signal];
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for (let token: string | undefined; ; ) {
      const page = await this.#ask(`list s3://${this.bucket}/${prefix}`, () => this.#client.send(new this.#sdk.ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, MaxKeys: PAGE, ...(token === undefined ? {} : { ContinuationToken: token }) }), { abortSignal: this.#signal }));
      for (const { Key, Size, LastModified, ETag } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key, size: Size ?? 0, modifiedMs: LastModified?.getTime() ?? 0, etag: bare(ETag) };
      }
      token = page.NextContinuationToken;
      if (page.IsTruncated !== true || token === undefined) return;
    }
  }

  async versions(prefix: string): Promise<StoredVersion[] | null> {
    const found: StoredVersion[] = [];
    for (let next: { KeyMarker?: string; VersionIdMarker?: string } = {}; ; ) {
      const page = await this.#permitted(`list the versions of s3://${this.bucket}/${prefix}`, () => this.#client.send(new this.#sdk.ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: prefix, MaxKeys: PAGE, ...next }), { abortSignal: this.#signal }));
      if (page === 'denied') return null;
      for (const [marker, entries] of [[false, page.Versions ?? []], [true, page.DeleteMarkers ?? []]] as const) {
        for (const { Key, VersionId, LastModified, IsLatest } of entries) if (Key !== undefined) found.push({ key: Key, versionId: VersionId ?? 'null', modifiedMs: LastModified?.getTime() ?? 0, latest: IsLatest === true, marker });
      }
      if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return found;
      next = { KeyMarker: page.NextKeyMarker, ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }) };
    }
  }

  async head(key: string): Promise<ObjectHead | null> {
    try {
      const head = await this.#client.send(new this.#sdk.HeadObjectCommand({ Bucket: this.bucket, Key: key, ChecksumMode: 'ENABLED' }), { abortSignal: this.#signal });
      return headOf(key, head);
    } catch (thrown) {
      this.#signal.throwIfAborted();
      if (faultOf(thrown).status === 404) return null;
      return throwFault(thrown, this.where, `read s3://${this.bucket}/${key}`);
    }
  }

  async lock(key: string): Promise<ObjectLock | 'denied' | null> {
    try {
      const { Retention } = await this.#client.send(new this.#sdk.GetObjectRetentionCommand({ Bucket: this.bucket, Key: key }), { abortSignal: this.#signal });
      return lockOf(Retention?.Mode, Retention?.RetainUntilDate);
    } catch (thrown) {
      this.#signal.throwIfAborted();
      const { name, status } = faultOf(thrown);
      if (status === 403) return 'denied';
      // a bucket or a store without Object Lock: nothing is locked there
      if (/ObjectLock|NotImplemented|InvalidRequest|NoSuchKey/u.test(name) || status === 404 || status === 501) return null;
      return throwFault(thrown, this.where, `read the lock of s3://${this.bucket}/${key}`);
    }
  }

  async parts(key: string, count: number): Promise<{ first: number; last: number } | null> {
    try {
      const [first, last] = await Promise.all([1, count].map((number) => this.#client.send(new this.#sdk.HeadObjectCommand({ Bucket: this.bucket, Key: key, PartNumber: number }), { abortSignal: this.#signal })));
      // a store that does not know parts answers with the whole
      return first?.PartsCount !== count || first.ContentLength === undefined || last?.ContentLength === undefined ? null : { first: first.ContentLength, last: last.ContentLength };
    } catch {
      this.#signal.throwIfAborted();
      return null;
    }
  }

  async read({ key, etag }: { key: string; etag: string }, from: number, signal: AbortSignal): Promise<Readable> {
    const { Body } = await this.#client.send(new this.#sdk.GetObjectCommand({ Bucket: this.bucket, Key: key, ...(etag === '' ? {} : { IfMatch: `"${etag}"` }), ...(from === 0 ? {} : { Range: `bytes=${from}-` }) }), { abortSignal: signal });
    if (Body instanceof Readable) return Body;
    throw new CannotTell('not-understood', `${this.where} sent no content for s3://${this.bucket}/${key}.`);
  }

  close(): void {
    this.#client.destroy();
  }

  async #ask<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      this.#signal.throwIfAborted();
      return throwFault(thrown, this.where, what);
    }
  }

  /** `denied` also where the store does not know the request at all. */
  async #permitted<T>(what: string, work: () => Promise<T>): Promise<T | 'denied'> {
    try {
      return await work();
    } catch (thrown) {
      this.#signal.throwIfAborted();
      const { name, status } = faultOf(thrown);
      if (name !== 'NoSuchBucket' && status !== null && (status === 403 || status === 405 || status === 501)) return 'denied';
      return throwFault(thrown, this.where, what);
    }
  }
}

const CHECKSUMS = ['SHA256', 'SHA1', 'CRC64NVME', 'CRC32C', 'CRC32'] as const;

export function headOf(key: string, head: HeadObjectCommandOutput): ObjectHead {
  const values = { SHA256: head.ChecksumSHA256, SHA1: head.ChecksumSHA1, CRC64NVME: head.ChecksumCRC64NVME, CRC32C: head.ChecksumCRC32C, CRC32: head.ChecksumCRC32 };
  // of parts: "VALUE-3", or the type says so
  const whole = head.ChecksumType !== 'COMPOSITE';
  return {
    key, size: head.ContentLength ?? 0, modifiedMs: head.LastModified?.getTime() ?? 0, etag: bare(head.ETag), versionId: head.VersionId ?? null,
    checksums: CHECKSUMS.flatMap((algorithm) => (values[algorithm] === undefined || !whole || /-\d+$/u.test(values[algorithm]) ? [] : [{ algorithm, value: values[algorithm] }])),
    encryption: head.ServerSideEncryption ?? (head.SSECustomerAlgorithm === undefined ? null : `customer key, ${head.SSECustomerAlgorithm}`),
    storageClass: head.StorageClass ?? 'STANDARD', lock: lockOf(head.ObjectLockMode, head.ObjectLockRetainUntilDate), legalHold: head.ObjectLockLegalHoldStatus === 'ON', retrieved: head.Restore ?? null,
  };
}

function lockOf(mode: string | undefined, until: Date | undefined): ObjectLock | null {
  return (mode === 'COMPLIANCE' || mode === 'GOVERNANCE') && until !== undefined ? { mode, untilMs: until.getTime() } : null;
}

function bare(etag: string | undefined): string {
  return (etag ?? '').replace(/^W\//u, '').replaceAll('"', '');
}

function readEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw new CannotTell('refused', `The endpoint ${text} is no http or https address.`);
  if (url.username !== '' || url.password !== '') throw new CannotTell('refused', 'The endpoint holds a user name or a password; credentials belong into `credentials`.');
  return url;
}

function isAws(url: URL): boolean {
  return /(?:^|\.)amazonaws\.com(?:\.cn)?$/u.test(url.hostname);
}

/** `s3.eu-west-1.amazonaws.com`, also `s3-…` and dual-stack names. */
function regionOf(url: URL | null): string | null {
  if (url === null || !isAws(url)) return null;
  return /(?:^|\.)s3[.-](?:dualstack\.|fips\.)?([a-z]{2}(?:-[a-z]+)+-\d)\./u.exec(url.hostname)?.[1] ?? null;
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new CannotTell('refused', `The file of authorities ${path} (AWS_CA_BUNDLE) cannot be read.`);
  }
}
