/** Computes every digest that a store may have recorded of a file, in one reading. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { base64Of, Crc32c, Crc64, NVME } from './s3-crc.ts';
import type { DigestQuestion, Digests } from './s3-digest-protocol.ts';

const READ_BYTES = 512 * 1024;
const TELL_BYTES = 64 * 1024 * 1024;

interface Digest {
  update(bytes: Uint8Array): void;
  end(): string;
}

function digestOf(algorithm: DigestQuestion['algorithms'][number]): Digest {
  switch (algorithm) {
    case 'SHA256': return ofNode('sha256', 'hex');
    case 'SHA1': return ofNode('sha1', 'base64');
    case 'MD5': return ofNode('md5', 'hex');
    case 'CRC32': return ofCrc32();
    case 'CRC32C': {
      const crc = new Crc32c();
      return { update: (bytes) => { crc.update(bytes); }, end: () => crc.base64() };
    }
    case 'CRC64NVME': {
      const crc = new Crc64(NVME);
      return { update: (bytes) => { crc.update(bytes); }, end: () => crc.base64() };
    }
  }
}

function ofNode(name: string, encoding: 'hex' | 'base64'): Digest {
  const hash = createHash(name);
  return { update: (bytes) => { hash.update(bytes); }, end: () => hash.digest(encoding) };
}

function ofCrc32(): Digest {
  let value = 0;
  return { update: (bytes) => { value = crc32(bytes, value); }, end: () => base64Of(value) };
}

/** MD5 of the MD5s of the parts, and how many there were. */
function ofParts(size: number): Digest {
  const parts: Buffer[] = [];
  let [hash, filled] = [createHash('md5'), 0];
  const close = (): void => {
    parts.push(hash.digest());
    [hash, filled] = [createHash('md5'), 0];
  };
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const taken = Math.min(bytes.length - at, size - filled);
        hash.update(bytes.subarray(at, at + taken));
        [at, filled] = [at + taken, filled + taken];
        if (filled === size) close();
      }
    },
    end() {
      if (filled > 0) close();
      return `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-${parts.length}`;
    },
  };
}

/** Blocks its thread. @param tell bytes read so far */
export function digestFile(question: DigestQuestion, tell: (done: number) => void): Digests {
  const whole = question.algorithms.map((algorithm) => ({ algorithm, digest: digestOf(algorithm) }));
  const parts = question.parts.map((size) => ({ size, digest: ofParts(size) }));
  const file = openSync(question.path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    let [done, told] = [0, 0];
    for (let read = readSync(file, buffer, 0, READ_BYTES, null); read > 0; read = readSync(file, buffer, 0, READ_BYTES, null)) {
      const bytes = buffer.subarray(0, read);
      for (const { digest } of [...whole, ...parts]) digest.update(bytes);
      done += read;
      if (done - told >= TELL_BYTES) {
        told = done;
        tell(done);
      }
    }
    return { size: done, whole: Object.fromEntries(whole.map(({ algorithm, digest }) => [algorithm, digest.end()])), etags: parts.map(({ size, digest }) => ({ size, etag: digest.end() })) };
  } finally {
    closeSync(file);
  }
}
