/** Reads a file to its end, through gzip or zstd where it is wrapped, and says what the wrapping proves of its bytes. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough, Transform } from 'node:stream';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { ProbeContext } from '../probe.ts';
import { held, unprovable } from './ladder.ts';
import type { Rung } from './ladder.ts';

export type Wrapping = 'none' | 'gzip' | 'zstd';

export interface Wrapped {
  wrapping: Wrapping;
  /** Whether the wrapping carries a checksum of the content, which then held. */
  checksummed: boolean;
}

export interface WrappedReader {
  take(chunk: Buffer): void;
  /** Where the unwrapped bytes go (mode 0600), or null. */
  unpackTo: string | null;
}

/** Wrappings that Node cannot open, by the bytes that they begin with. */
const FOREIGN: readonly [string, string][] = [['425a68', 'bzip2'], ['fd377a58', 'xz'], ['04224d18', 'lz4'], ['504b0304', 'zip'], ['377abcaf', '7z']];

/** @throws the system's or zlib's error when the file is damaged or cut off; `readOrFault` puts it in words */
export async function readWrapped(path: string, reader: WrappedReader, context: ProbeContext): Promise<Wrapped> {
  const wrapped = await wrappingOf(path);
  const total = (await stat(path)).size;
  let done = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length;
      context.progress('reading the backup to its end', done, total, 'bytes');
      next(null, chunk);
    },
  });
  const noting = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      try {
        reader.take(chunk);
        next(null, reader.unpackTo === null ? null : chunk);
      } catch (thrown) {
        next(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    },
  });
  const sink = reader.unpackTo === null ? new PassThrough().resume() : createWriteStream(reader.unpackTo, { mode: 0o600 });
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), counted, unwrapper(wrapped.wrapping), noting, sink, { signal: context.signal });
  return wrapped;
}

export function unwrapper(wrapping: Wrapping): Duplex {
  return wrapping === 'gzip' ? createGunzip() : wrapping === 'zstd' ? createZstdDecompress() : new PassThrough();
}

export async function wrappingOf(path: string): Promise<Wrapped> {
  const head = await firstBytes(path, 5);
  if (head.readUInt16BE(0) === 0x1f8b) return { wrapping: 'gzip', checksummed: true };
  // bit 2 of the frame header's descriptor: a checksum of the content follows the frame (RFC 8878, 3.1.1.1.1)
  if (head.readUInt32LE(0) === 0xfd2fb528) return { wrapping: 'zstd', checksummed: ((head[4] ?? 0) & 0x04) !== 0 };
  return { wrapping: 'none', checksummed: false };
}

/** The name of a compression that is not opened here, or null. */
export async function foreignWrapping(path: string): Promise<string | null> {
  const head = (await firstBytes(path, 5)).toString('hex');
  return FOREIGN.find(([magic]) => head.startsWith(magic))?.[1] ?? null;
}

/** Filled up with zeros when the file is shorter. */
async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return (await file.read(Buffer.alloc(count), 0, count, 0)).buffer;
  } finally {
    await file.close();
  }
}

/** What the wrapping's own checksum proves. @param bare what to say of the format when nothing is wrapped around it */
export function intactByWrapping({ wrapping, checksummed }: Wrapped, bare: string): Rung {
  if (checksummed) return held(`${wrapping} checksum`, `the checksum inside the ${wrapping} file holds to its end`);
  const why = wrapping === 'none' ? bare : `this ${wrapping} file was written without a checksum`;
  return unprovable('the format', `${why}, so a changed byte would not show; give \`sums\` or \`sha256\``);
}

/** zlib's and zstd's errors as a person reads them; others are not the backup's fault. */
export async function readOrFault<T>(read: () => Promise<T>, signal: AbortSignal, what = 'dump'): Promise<T | string> {
  try {
    return await read();
  } catch (thrown) {
    signal.throwIfAborted();
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'Z_BUF_ERROR') return `the compressed ${what} is cut off: it ends in the middle`;
    if (code.startsWith('Z_') || code.startsWith('ZSTD_')) return `the compressed ${what} is damaged: ${thrown instanceof Error ? thrown.message : code}`;
    throw thrown;
  }
}
