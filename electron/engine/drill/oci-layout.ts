/** A container image as an OCI image layout: written with real digests, and unpacked only after every digest was checked. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/u);
const Descriptor = z.looseObject({ mediaType: z.string(), digest: Digest, size: z.int() });
const Index = z.looseObject({ schemaVersion: z.literal(2), manifests: z.array(Descriptor).min(1) });
const Manifest = z.looseObject({ schemaVersion: z.literal(2), config: Descriptor, layers: z.array(Descriptor) });
type Descriptor = z.infer<typeof Descriptor>;

/** What goes into an image: files by their path inside it, and how it is started. */
export interface ImageContent {
  tag: string;
  files: Readonly<Record<string, string>>;
  entrypoint: readonly string[];
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', 'sha256', digest.slice('sha256:'.length));
}

async function tarOf(files: ImageContent['files']): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(z.instanceof(Uint8Array).parse(chunk));
  return Buffer.concat(chunks);
}

function storeBlob(layout: string, mediaType: string, bytes: Uint8Array): Descriptor {
  const digest = digestOf(bytes);
  writeFileSync(blobPath(layout, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

/** Writes the layout into an empty folder and returns the manifest's digest. */
export async function writeOciLayout(layout: string, content: ImageContent): Promise<string> {
  mkdirSync(join(layout, 'blobs', 'sha256'), { recursive: true });
  const tar = await tarOf(content.files);
  const layer = storeBlob(layout, LAYER, gzipSync(tar));
  const platform = { architecture: 'amd64', os: 'linux' };
  const image = { ...platform, created: '1970-01-01T00:00:00Z', config: { Entrypoint: content.entrypoint }, rootfs: { type: 'layers', diff_ids: [digestOf(tar)] } };
  const config = storeBlob(layout, CONFIG, Buffer.from(JSON.stringify(image)));
  const manifest = storeBlob(layout, MANIFEST, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] })));
  const entry = { ...manifest, platform, annotations: { 'org.opencontainers.image.ref.name': content.tag } };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return manifest.digest;
}

function readBlob(layout: string, descriptor: Descriptor): Buffer {
  const bytes = readFileSync(blobPath(layout, descriptor.digest));
  if (digestOf(bytes) !== descriptor.digest) {
    throw new EngineError('bad', `A part of the image is damaged: its bytes are not ${descriptor.digest}.`, { hint: 'Take the image from another copy of the kit.' });
  }
  return bytes;
}

async function unpackLayer(bytes: Uint8Array, folder: string): Promise<number> {
  let files = 0;
  const entries = Readable.from([gunzipSync(bytes)]).pipe(extract());
  for await (const entry of entries) {
    const name = normalize(entry.header.name);
    if (name.startsWith('..') || name.startsWith('/')) throw new EngineError('refused', `The image holds a path that leads outside of it: ${entry.header.name}.`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(z.instanceof(Uint8Array).parse(chunk));
    if (entry.header.type !== 'file') continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), Buffer.concat(chunks));
    files += 1;
  }
  return files;
}

/** Checks every blob against its digest and unpacks the layers, first to last, into `folder`. */
export async function unpackImage(layout: string, folder: string): Promise<{ digest: string; layers: number; files: number }> {
  const index = Index.parse(JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')));
  const [top] = index.manifests;
  if (top === undefined) throw new EngineError('refused', 'The image layout names no image.');
  const manifest = Manifest.parse(JSON.parse(readBlob(layout, top).toString('utf8')));
  readBlob(layout, manifest.config);
  const layers = manifest.layers.map((layer) => readBlob(layout, layer));
  let files = 0;
  for (const layer of layers) files += await unpackLayer(layer, folder);
  return { digest: top.digest, layers: layers.length, files };
}
