/**
 * A stand-in for MinIO's client, which is not to be had here: `mc mirror` and `mc diff` between two buckets of real S3 servers, whose
 * addresses and keys stand in config.json as mc writes them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'config-dir': { type: 'string' }, preserve: { type: 'boolean' }, overwrite: { type: 'boolean' }, version: { type: 'boolean' } } });
const Config = z.object({ aliases: z.record(z.string(), z.object({ url: z.url(), accessKey: z.string(), secretKey: z.string() })) });

interface Place {
  s3: S3Client;
  bucket: string;
}

function placeOf(name: string): Place {
  const [alias = '', bucket = ''] = name.split('/');
  const server = Config.parse(JSON.parse(readFileSync(join(values['config-dir'] ?? '.', 'config.json'), 'utf8'))).aliases[alias];
  if (server === undefined) throw new Error(`there is no alias ${alias}`);
  return { bucket, s3: new S3Client({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED', credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey } }) };
}

/** Digests by key. */
async function list({ s3, bucket }: Place): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let token: string | undefined, more = true; more;) {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    for (const { Key, ETag } of page.Contents ?? []) found.set(Key ?? '', ETag ?? '');
    token = page.NextContinuationToken;
    more = token !== undefined;
  }
  return found;
}

async function differences(from: Place, to: Place): Promise<string[]> {
  const [here, there] = [await list(from), await list(to)];
  return [...new Set([...here.keys(), ...there.keys()])].filter((key) => here.get(key) !== there.get(key)).sort();
}

async function mirror(from: Place, to: Place): Promise<void> {
  const here = await list(from);
  for (const key of (await differences(from, to)).filter((name) => here.has(name))) {
    const { Body, Metadata } = await from.s3.send(new GetObjectCommand({ Bucket: from.bucket, Key: key }));
    await to.s3.send(new PutObjectCommand({ Bucket: to.bucket, Key: key, Body: (await Body?.transformToByteArray()) ?? new Uint8Array(), Metadata }));
    process.stdout.write(`${key}\n`);
  }
}

async function main(): Promise<void> {
  process.stderr.write("mc: a stand-in of the Blackstart lab, not MinIO's client\n");
  const [verb, from = '', to = ''] = positionals;
  if (values.version === true) process.stdout.write('mc version RELEASE.2026-01-01 (stand-in)\n');
  else if (verb === 'mirror') await mirror(placeOf(from), placeOf(to));
  else if (verb === 'diff') for (const key of await differences(placeOf(from), placeOf(to))) process.stdout.write(`! ${key}\n`);
  else throw new Error(`the stand-in does not know: mc ${positionals.join(' ')}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`mc: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
