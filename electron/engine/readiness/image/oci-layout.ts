/** OCI image layouts, as a folder or as a tar of one (`oci-archive`). Source: image-spec, image-layout.md. */
import { closeSync, createReadStream, createWriteStream, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { hashFile } from '../hash-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ProbeContext } from '../probe.ts';
import { contentDigest, Descriptor, ImageConfig, ImageFault, parseJson, platformFits, platformOf } from './image.ts';
import type { ImageReading, WantedImage } from './image.ts';

const Index = z.looseObject({ manifests: z.array(Descriptor).min(1) });
const Manifest = z.looseObject({ config: Descriptor, layers: z.array(Descriptor) });
const Layout = z.looseObject({ imageLayoutVersion: z.string() });
const IMAGE_NAME = 'org.opencontainers.image.ref.name';
/** Bytes; manifests are small, and a forged one must not fill the memory. */
const LARGEST_JSON = 16 * 1024 * 1024;

/** @throws ImageFault in words when the image is not whole, not the wanted one, or no layout */
export async function readOciImage(path: string, wanted: WantedImage, context: ProbeContext): Promise<ImageReading> {
  if (statSync(path).isDirectory()) return readLayout(path, wanted, context);
  const folder = temporaryFolder(context.scratchDir);
  try {
    await unpack(path, folder, context);
    return await readLayout(folder, wanted, context);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Blobs first: nothing that they say is believed before their digests hold. */
async function readLayout(folder: string, wanted: WantedImage, context: ProbeContext): Promise<ImageReading> {
  parseJson(readPart(folder, 'oci-layout'), Layout, 'oci-layout');
  const index = parseJson(readPart(folder, 'index.json'), Index, 'index.json');
  const blobs = await checkBlobs(folder, context);
  const chosen = chooseManifest(folder, index.manifests, wanted);
  const manifest = parseJson(readBlob(folder, chosen.manifest), Manifest, 'the manifest');
  const config = parseJson(readBlob(folder, manifest.config), ImageConfig, 'the config');
  const platform = platformOf(config);
  if (!platformFits(platform, wanted.platform)) throw new ImageFault(`it is for ${platform}, not for ${wanted.platform ?? ''}`);
  if (config.rootfs.diff_ids.length !== manifest.layers.length) throw new ImageFault('its config and its manifest name different layers');
  for (const [number, layer] of manifest.layers.entries()) await checkLayer(folder, layer, config.rootfs.diff_ids[number] ?? '', context);
  return {
    manifestDigest: chosen.manifest.digest, indexDigest: chosen.index, configDigest: manifest.config.digest, platform, blobs, layers: manifest.layers.length,
    tags: index.manifests.flatMap((one) => one.annotations?.[IMAGE_NAME] ?? []),
  };
}

/** Every file under blobs/sha256 is named by its digest. */
async function checkBlobs(folder: string, context: ProbeContext): Promise<number> {
  const blobs = join(folder, 'blobs', 'sha256');
  const names = existsSync(blobs) ? readdirSync(blobs) : [];
  if (names.length === 0) throw new ImageFault('it holds no blob');
  for (const [index, name] of names.entries()) {
    context.progress(`checking blob ${name.slice(0, 12)}`, index, names.length, 'items');
    if ((await hashFile(join(blobs, name), { signal: context.signal })).sha256 !== name) throw new ImageFault(`the blob ${name.slice(0, 12)}… was changed or is damaged`);
  }
  return names.length;
}

/** Down through a list of manifests (one a platform); attestations in it have the platform unknown/unknown. */
function chooseManifest(folder: string, manifests: readonly Descriptor[], wanted: WantedImage): { manifest: Descriptor; index: string | null } {
  const tagged = wanted.tag === undefined ? manifests : manifests.filter((one) => one.annotations?.[IMAGE_NAME] === wanted.tag);
  if (tagged.length === 0) throw new ImageFault(`it holds no image with the tag ${wanted.tag ?? ''}`);
  const fitting = tagged.filter((one) => one.platform === undefined || platformFits(platformOf(one.platform), wanted.platform));
  const [first] = fitting;
  if (first === undefined) throw new ImageFault(`it holds no image for ${wanted.platform ?? ''}`);
  if (fitting.length > 1) throw new ImageFault(`it holds ${fitting.length} images: say which one, with \`tag\` or \`platform\``);
  const nested = parseJson(readBlob(folder, first), z.union([Index, Manifest]), 'the manifest');
  if (!('manifests' in nested)) return { manifest: first, index: null };
  const list = Index.parse(nested).manifests.filter((one) => one.platform !== undefined && one.platform.os !== 'unknown');
  return { manifest: chooseManifest(folder, list.length === 0 ? [first] : list, { platform: wanted.platform, tag: undefined }).manifest, index: first.digest };
}

/** The digest covers the compressed bytes, the diff_id what comes out of them: a mismatch is a forged or mixed-up image. */
async function checkLayer(folder: string, layer: Descriptor, diffId: string, context: ProbeContext): Promise<void> {
  const path = blobPath(folder, layer);
  if (statSync(path).size !== layer.size) throw new ImageFault(`the layer ${layer.digest.slice(0, 12)}… has another size than the manifest says`);
  const digest = await contentDigest(createReadStream(path), firstBytes(path), context.signal);
  if (digest !== diffId) throw new ImageFault(`the layer ${layer.digest.slice(0, 12)}… unpacks to other content than the config says`);
}

/** @throws ImageFault when the blob is missing */
function blobPath(folder: string, of: Descriptor): string {
  const path = join(folder, 'blobs', 'sha256', of.digest);
  if (!existsSync(path)) throw new ImageFault(`the blob ${of.digest.slice(0, 12)}… is missing`);
  return path;
}

function readBlob(folder: string, of: Descriptor): Buffer {
  const path = blobPath(folder, of);
  if (statSync(path).size > LARGEST_JSON) throw new ImageFault(`the blob ${of.digest.slice(0, 12)}… is far too large for a manifest`);
  return readFileSync(path);
}

function readPart(folder: string, name: string): Buffer {
  const path = join(folder, name);
  if (!existsSync(path)) throw new ImageFault(`it is no OCI image layout: ${name} is missing`);
  if (statSync(path).size > LARGEST_JSON) throw new ImageFault(`${name} is far too large`);
  return readFileSync(path);
}

/** Only plain files at the places of the layout are unpacked; anything else in the tar is a fault. */
async function unpack(path: string, folder: string, context: ProbeContext): Promise<void> {
  const tar = extract();
  const fill = (async () => {
    for await (const entry of tar) {
      const name = normalize(entry.header.name).replace(/^\.\//u, '');
      if (entry.header.type === 'directory') entry.resume();
      else if (entry.header.type !== 'file' || !/^(?:oci-layout|index\.json|manifest\.json|blobs\/sha256\/[0-9a-f]{64})$/u.test(name)) throw new ImageFault(`the archive holds "${entry.header.name}", which no image layout has`);
      else {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        await pipeline(entry, createWriteStream(join(folder, name), { mode: 0o600 }));
      }
    }
  })();
  const gzipped = firstBytes(path).readUInt16BE(0) === 0x1f8b;
  const feed = gzipped ? pipeline(createReadStream(path), createGunzip(), tar, { signal: context.signal }) : pipeline(createReadStream(path), tar, { signal: context.signal });
  const [fed, filled] = await Promise.allSettled([feed, fill]);
  context.signal.throwIfAborted();
  if (filled.status === 'rejected' && filled.reason instanceof ImageFault) throw filled.reason;
  if (fed.status === 'rejected' || filled.status === 'rejected') throw new ImageFault('the archive is damaged, cut off, or no tar');
}

/** Enough for the magic numbers of gzip and zstd. */
export function firstBytes(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(file, bytes, 0, 4, 0);
    return bytes;
  } finally {
    closeSync(file);
  }
}
