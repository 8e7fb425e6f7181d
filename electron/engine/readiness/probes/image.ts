/** `image`: every blob of a container image has its digest, and the image is the one that was asked for. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { counted } from '../../../contract/wording.ts';
import { readDockerArchive } from '../image/docker-archive.ts';
import { readOciImage } from '../image/oci-layout.ts';
import type { ImageReading } from '../image/image.ts';
import { ImageFault } from '../image/image.ts';
import type { ProbeRunner } from '../probe.ts';
import { fail, pass } from '../probe.ts';
import { bareDigest } from '../sums.ts';

/** `digest` is the manifest's (or the list's above it) in an OCI layout, the config's in a docker archive. */
export const probeImage: ProbeRunner<'image'> = async (probe, context) => {
  const path = context.resolve(probe.at);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return fail(`${path} is not there.`, { path });
  let image: ImageReading;
  try {
    const wanted = { platform: probe.platform, tag: probe.tag };
    image = probe.format === 'oci' ? await readOciImage(path, wanted, context) : await readDockerArchive(path, wanted, context);
  } catch (thrown) {
    if (!(thrown instanceof ImageFault)) throw thrown;
    return fail(`${basename(path)}: ${thrown.message}.`, { path });
  }
  const evidence: Evidence = {
    path, manifest: image.manifestDigest, config: image.configDigest, platform: image.platform, blobs: image.blobs, layers: image.layers, tags: image.tags.slice(0, 20),
  };
  const judged = probe.format === 'oci' ? [image.manifestDigest, image.indexDigest] : [image.configDigest];
  if (probe.digest !== undefined && !judged.includes(bareDigest(probe.digest))) {
    return fail(`${basename(path)} is another image: its ${probe.format === 'oci' ? 'manifest' : 'config'} digest is ${(judged[0] ?? 'unknown').slice(0, 12)}…, not ${bareDigest(probe.digest).slice(0, 12)}….`, evidence);
  }
  return pass(`${basename(path)} is whole: ${counted(image.blobs, 'blob', 'blobs')} checked, ${counted(image.layers, 'layer', 'layers')}, ${image.platform}.`, evidence);
};
