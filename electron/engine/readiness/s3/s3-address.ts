/** `s3://BUCKET/KEY`: where an object lies, or several with the same beginning. */
import { posix } from 'node:path';
import { CannotTell } from '../probe.ts';

export interface S3Address {
  bucket: string;
  /** As written: a key, the beginning of keys, or a pattern; empty for the whole bucket. */
  key: string;
}

const GLOB = /[*?[{]/u;

export function isS3(text: string): boolean {
  return /^s3:\/\//iu.test(text);
}

/** @throws CannotTell `refused` when it is no address of a bucket */
export function readS3Address(text: string): S3Address {
  const match = /^s3:\/\/([^/?#]+)(?:\/(.*))?$/isu.exec(text);
  const bucket = match?.[1] ?? '';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/u.test(bucket)) throw new CannotTell('refused', `${text} is no address of an object: it should read s3://BUCKET/KEY.`);
  return { bucket, key: match?.[2] ?? '' };
}

export function writeS3Address({ bucket, key }: S3Address): string {
  return `s3://${bucket}/${key}`;
}

/** What to ask the store for: the part before the first sign of a pattern. */
export function listedPrefix(key: string): string {
  const at = key.search(GLOB);
  return at < 0 ? key : key.slice(0, at);
}

/** Whether a listed key is one that the address means. Without a pattern every key with that beginning is. */
export function isMeant(address: S3Address, key: string): boolean {
  if (key.endsWith('/')) return false; // a marker that a console makes for a folder
  return !GLOB.test(address.key) || key === address.key || posix.matchesGlob(key, address.key);
}
