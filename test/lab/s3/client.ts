/** The lab's object storage as rehearsals use it: addresses, credentials and Amazon's own client, through which their buckets are filled. */
import { readFileSync, writeFileSync } from 'node:fs';
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { giveToLab } from '../lab-account.ts';

export const S3_PORT = 17_680;
export const S3_ENDPOINT = `http://127.0.0.1:${S3_PORT}`;
export const S3_REGION = 'us-east-1';
export const S3_KEY = 'labkey';
export const S3_SECRET = 'lab-secret-of-no-value';

/** A tenant of its own, whose buckets are others than those of the same name beside it: a second object store. */
export const COLD_KEY = 'coldkey';

export function s3Client(key = S3_KEY): S3Client {
  return new S3Client({ endpoint: S3_ENDPOINT, region: S3_REGION, forcePathStyle: true, credentials: { accessKeyId: key, secretAccessKey: S3_SECRET }, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
}

/** As the AWS command line reads it. */
export function writeCredentials(path: string): void {
  writeFileSync(path, `[default]\naws_access_key_id = ${S3_KEY}\naws_secret_access_key = ${S3_SECRET}\n`, { mode: 0o600 });
  giveToLab(path);
}

/** `lockDays`: what is put into it cannot be deleted before. */
export async function makeBucket(name: string, options: { lockDays?: number; mode?: 'COMPLIANCE' | 'GOVERNANCE' } = {}, client = s3Client()): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: options.lockDays !== undefined }));
  if (options.lockDays !== undefined) await client.send(new PutObjectLockConfigurationCommand({ Bucket: name, ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: options.mode ?? 'COMPLIANCE', Days: options.lockDays } } } }));
}

/** `body` is the path of a file, or bytes. */
export async function putObject(bucket: string, key: string, body: string | Buffer, client = s3Client()): Promise<void> {
  const bytes = typeof body === 'string' ? readFileSync(body) : body;
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
}

/** Everything in the bucket and the bucket. What Object Lock keeps stays, and is no error: it goes with the server. */
export async function removeBucket(name: string, client = s3Client()): Promise<void> {
  const found = await client.send(new ListObjectVersionsCommand({ Bucket: name })).catch(() => null);
  for (const { Key, VersionId } of [...(found?.Versions ?? []), ...(found?.DeleteMarkers ?? [])]) await client.send(new DeleteObjectCommand({ Bucket: name, Key, VersionId })).catch(() => undefined);
  await client.send(new DeleteBucketCommand({ Bucket: name })).catch(() => undefined);
}
