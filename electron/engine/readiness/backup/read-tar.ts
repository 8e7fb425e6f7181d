/** Reads a tar archive to its end, through gzip or zstd, and notes what only reading shows. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import type { Extract, Header } from 'tar-stream';
import type { ProbeContext } from '../probe.ts';
import type { Wrapped } from './read-wrapped.ts';
import { unwrapper, wrappingOf } from './read-wrapped.ts';

const BLOCK = 512;

export interface TarReading extends Wrapped {
  members: number;
  /** Of regular files: paths without a leading slash, and sizes; the last of a name wins, as at a restore. */
  files: Map<string, number>;
  /** Devices and pipes, which no restore of a check makes. */
  specials: string[];
  /** A member that would land outside the folder it is restored into; tar writes none. */
  unsafe: string | null;
  /** Whether the two empty blocks with which an archive ends are there. */
  ended: boolean;
}

/** Takes the content of chosen members; @returns null to pass one over */
export type MemberReader = (name: string, size: number) => ((chunk: Buffer) => void) | null;

/** @throws TarFault, or the system's or zlib's error when the file is damaged or cut off */
export async function readTar(path: string, context: ProbeContext, member: MemberReader = () => null): Promise<TarReading> {
  const wrapped = await wrappingOf(path);
  const reading: TarReading = { ...wrapped, members: 0, files: new Map(), specials: [], unsafe: null, ended: false };
  const [tail, archive] = [new Tail(), extract()];
  const watched = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      tail.take(chunk);
      next(null, chunk);
    },
  });
  const counted = countBytes((await stat(path)).size, context);
  const fed = pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), counted, unwrapper(wrapped.wrapping), watched, archive, { signal: context.signal });
  const [feeding, taking] = await Promise.allSettled([fed, takeMembers(archive, reading, member)]);
  context.signal.throwIfAborted();
  if (feeding.status === 'rejected') throw asTarFault(feeding.reason);
  if (taking.status === 'rejected') throw asTarFault(taking.reason);
  return { ...reading, ended: tail.isEmpty() };
}

async function takeMembers(archive: Extract, reading: TarReading, member: MemberReader): Promise<void> {
  for await (const entry of archive) {
    note(reading, entry.header);
    const take = entry.header.type === 'file' ? member(plainName(entry.header.name), entry.header.size) : null;
    for await (const chunk of entry) if (Buffer.isBuffer(chunk)) take?.(chunk);
  }
}

function countBytes(total: number, context: ProbeContext): Transform {
  let done = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length;
      context.progress('reading the archive to its end', done, total, 'bytes');
      next(null, chunk);
    },
  });
}

/** zlib's and the system's errors carry a code, those of the archive's reader do not. */
function asTarFault(reason: unknown): unknown {
  return reason instanceof Error && !('code' in reason) ? new TarFault(reason.message) : reason;
}

/** The archive itself is not as tar writes it. */
export class TarFault extends Error {
  override readonly name = 'TarFault';
}

function note(reading: TarReading, { name, type, size, linkname }: Header): void {
  reading.members += 1;
  const plain = plainName(name);
  const outside = isOutside(name) || (type === 'link' && isOutside(linkname));
  if (outside) reading.unsafe ??= name;
  if (type === 'file' || type === 'contiguous-file') reading.files.set(plain, size);
  if (type === 'character-device' || type === 'block-device' || type === 'fifo') reading.specials.push(name);
}

/** A leading slash is dropped at a restore, by every tar; `..` is not. */
function isOutside(name: string): boolean {
  return name.split(/[/\\]/u).includes('..') || name.includes('\0');
}

function plainName(name: string): string {
  return name.replace(/^(?:\.?\/)+/u, '');
}

/** The last two blocks of an archive. */
class Tail {
  #bytes = Buffer.alloc(0);
  #length = 0;

  take(chunk: Buffer): void {
    this.#length += chunk.length;
    this.#bytes = chunk.length >= 2 * BLOCK ? Buffer.from(chunk.subarray(-2 * BLOCK)) : Buffer.concat([this.#bytes, chunk]).subarray(-2 * BLOCK);
  }

  isEmpty(): boolean {
    return this.#length >= 2 * BLOCK && this.#length % BLOCK === 0 && this.#bytes.length === 2 * BLOCK && this.#bytes.every((byte) => byte === 0);
  }
}
