/** Container images as files: what all forms of them share. Digests are hex without `sha256:`. */
import { createHash } from 'node:crypto';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { PassThrough } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** The image is to blame; its message completes "NAME: …". */
export class ImageFault extends Error {
  override readonly name = 'ImageFault';
}

export interface ImageReading {
  manifestDigest: string | null; // docker-archive keeps no manifest of the registry's kind
  indexDigest: string | null; // of a manifest list above it
  configDigest: string;
  platform: string; // linux/amd64, linux/arm64/v8
  blobs: number; // whose digest was checked
  layers: number;
  tags: string[];
}

export interface WantedImage {
  platform: string | undefined;
  tag: string | undefined;
}

export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/u).transform((text) => text.slice(7));
export const Descriptor = z.looseObject({
  mediaType: z.string().optional(), digest: Digest, size: z.int(),
  platform: z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Descriptor = z.infer<typeof Descriptor>;
export const ImageConfig = z.looseObject({
  os: z.string(), architecture: z.string(), variant: z.string().optional(), rootfs: z.looseObject({ diff_ids: z.array(Digest) }),
});

export function platformOf(of: { os: string; architecture: string; variant?: string | undefined }): string {
  return [of.os, of.architecture, ...(of.variant === undefined ? [] : [of.variant])].join('/');
}

/** `linux/arm64` takes any variant of it. */
export function platformFits(platform: string, wanted: string | undefined): boolean {
  return wanted === undefined || platform === wanted || platform.startsWith(`${wanted}/`);
}

/** @throws ImageFault that names `what` */
export function parseJson<T extends z.ZodType>(bytes: Buffer, schema: T, what: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ImageFault(`${what} is no JSON`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ImageFault(`${what} has another form than expected`);
  return parsed.data;
}

/** SHA-256 of a layer's content after decompression, by its first bytes; ImageFault when the compression is damaged. */
export async function contentDigest(stream: Readable, first: Buffer, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(stream, decompressorFor(first), async (content: AsyncIterable<Buffer>) => {
      for await (const chunk of content) hash.update(chunk);
    }, { signal });
  } catch (thrown) {
    signal.throwIfAborted();
    throw new ImageFault(`a layer cannot be unpacked (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
  return hash.digest('hex');
}

/** By magic number, since media types and file names lie. */
function decompressorFor(first: Buffer): Transform {
  if (first.length >= 2 && first.readUInt16BE(0) === 0x1f8b) return createGunzip();
  if (first.length >= 4 && first.readUInt32LE(0) === 0xfd2fb528) return createZstdDecompress();
  return new PassThrough();
}
