/**
 * Archives of `docker save` and `skopeo copy docker-archive:`. There is no registry manifest in them, so the config's digest
 * is the image's identity, and each layer is judged by the config's diff_ids.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import type { ProbeContext } from '../probe.ts';
import { contentDigest, ImageConfig, ImageFault, parseJson, platformFits, platformOf } from './image.ts';
import type { ImageReading, WantedImage } from './image.ts';
import { firstBytes } from './oci-layout.ts';

const Manifest = z.array(z.looseObject({ Config: z.string(), RepoTags: z.array(z.string()).nullable().optional(), Layers: z.array(z.string()) })).min(1);
const SMALL = 4 * 1024 * 1024;

interface Entries {
  /** Small files whole: manifest, configs. */
  small: Map<string, Buffer>;
  /** Digest of each file's content after decompression. */
  digests: Map<string, string>;
  links: Map<string, string>;
}

/** @throws ImageFault in words when the image is not whole or not the wanted one */
export async function readDockerArchive(path: string, wanted: WantedImage, context: ProbeContext): Promise<ImageReading> {
  const entries = await readEntries(path, context);
  const images = parseJson(required(entries, 'manifest.json'), Manifest, 'manifest.json');
  const tagged = wanted.tag === undefined ? images : images.filter((one) => one.RepoTags?.some((tag) => shortTag(tag) === shortTag(wanted.tag ?? '')) === true);
  const [image] = tagged;
  if (image === undefined) throw new ImageFault(`it holds no image with the tag ${wanted.tag ?? ''}`);
  if (tagged.length > 1) throw new ImageFault(`it holds ${tagged.length} images: say which one, with \`tag\``);
  const configBytes = required(entries, image.Config);
  const configDigest = createHash('sha256').update(configBytes).digest('hex');
  const named = /([0-9a-f]{64})/u.exec(image.Config)?.[1];
  if (named !== undefined && named !== configDigest) throw new ImageFault('its config was changed or is damaged');
  const config = parseJson(configBytes, ImageConfig, 'the config');
  const platform = platformOf(config);
  if (!platformFits(platform, wanted.platform)) throw new ImageFault(`it is for ${platform}, not for ${wanted.platform ?? ''}`);
  if (config.rootfs.diff_ids.length !== image.Layers.length) throw new ImageFault('its config and its manifest name different layers');
  for (const [number, name] of image.Layers.entries()) checkLayer(entries, name, config.rootfs.diff_ids[number] ?? '');
  return { manifestDigest: null, indexDigest: null, configDigest, platform, blobs: image.Layers.length + 1, layers: image.Layers.length, tags: images.flatMap((one) => one.RepoTags ?? []) };
}

/** Tools write `web:v1` or `docker.io/library/web:v1` for the same image. */
function shortTag(tag: string): string {
  return tag.replace(/^docker\.io\//u, '').replace(/^library\//u, '');
}

function checkLayer(entries: Entries, name: string, diffId: string): void {
  const found = entries.digests.get(followed(entries, name));
  if (found === undefined) throw new ImageFault(`the layer ${name} is missing`);
  if (found !== diffId) throw new ImageFault(`the layer ${name} was changed or is damaged: its content has another digest than the config says`);
}

function required(entries: Entries, name: string): Buffer {
  const bytes = entries.small.get(followed(entries, name));
  if (bytes === undefined) throw new ImageFault(`it is no docker archive: ${name} is missing`);
  return bytes;
}

/** docker save before version 25 stores a layer once and links to it: `../ID/layer.tar`. */
function followed(entries: Entries, name: string): string {
  const target = entries.links.get(name);
  return target === undefined ? name : target.replace(/^(?:\.\.\/)+/u, '');
}

async function readEntries(path: string, context: ProbeContext): Promise<Entries> {
  const entries: Entries = { small: new Map(), digests: new Map(), links: new Map() };
  const tar = extract();
  const take = (async () => {
    for await (const entry of tar) {
      const { name, type, linkname, size } = entry.header;
      if (type === 'symlink' || type === 'link') entries.links.set(name, linkname ?? '');
      if (type !== 'file') entry.resume();
      else await takeFile(entries, name, size ?? 0, entry, context);
    }
  })();
  const gzipped = firstBytes(path).readUInt16BE(0) === 0x1f8b;
  const feed = gzipped ? pipeline(createReadStream(path), createGunzip(), tar, { signal: context.signal }) : pipeline(createReadStream(path), tar, { signal: context.signal });
  const [fed, taken] = await Promise.allSettled([feed, take]);
  context.signal.throwIfAborted();
  if (taken.status === 'rejected' && taken.reason instanceof ImageFault) throw taken.reason;
  if (fed.status === 'rejected' || taken.status === 'rejected') throw new ImageFault('the archive is damaged, cut off, or no tar');
  return entries;
}

async function takeFile(entries: Entries, name: string, size: number, entry: AsyncIterable<unknown>, context: ProbeContext): Promise<void> {
  context.progress(`checking ${name}`);
  if (size <= SMALL && /\.json$|^[0-9a-f]{64}$|^blobs\/sha256\//u.test(name)) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(z.instanceof(Buffer).parse(chunk));
    const bytes = Buffer.concat(chunks);
    entries.small.set(name, bytes);
    entries.digests.set(name, await digestOf(Readable.from([bytes]), context));
    return;
  }
  entries.digests.set(name, await digestOf(entry, context));
}

/** The first bytes decide how the rest is decompressed. */
async function digestOf(stream: AsyncIterable<unknown>, context: ProbeContext): Promise<string> {
  const chunks = stream[Symbol.asyncIterator]();
  const head = await chunks.next();
  const first = head.done === true ? Buffer.alloc(0) : z.instanceof(Buffer).parse(head.value);
  async function* all(): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield z.instanceof(Buffer).parse(next.value);
  }
  return contentDigest(Readable.from(all()), first, context.signal);
}
