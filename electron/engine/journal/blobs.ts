/** Output and attachments as files named by their digest: `blobs/AB/SHA256`. */
import { EngineError } from '../../contract/errors.ts';
import { createHash, hash, randomUUID } from 'node:crypto';
import { closeSync, existsSync, fdatasync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, write as writeCallback } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OutputSink, StoredOutput } from '../tool/tool.ts';
import { asDiskError, fsyncFolder, makeFolder, onDisk, writeDurably } from './durable-file.ts';
import type { BlobStore } from './journal.ts';

const write = promisify(writeCallback);
const sync = promisify(fdatasync);

/** Bytes gathered before one write goes to the disk. */
const CHUNK_BYTES = 1024 * 1024;
/** `ready` waits while so many chunks are on their way to the disk. */
const CHUNKS_IN_FLIGHT = 8;

/** @param folder the data folder's `blobs`; made when missing */
export function openBlobStore(folder: string): BlobStore {
  const temporary = join(folder, 'tmp');
  return {
    ...blobReader(folder),
    put: (bytes) => onDisk('storing an attachment', () => putBlob(folder, temporary, bytes)),
    sink: () => onDisk('storing output', () => new BlobSink(folder, temporary)),
  };
}

/** Removes what a crash left half-written; only the holder of the data folder's lock may. */
export function clearUnfinished(folder: string): void {
  rmSync(join(folder, 'tmp'), { recursive: true, force: true });
}

export function blobReader(folder: string): Pick<BlobStore, 'read' | 'size' | 'path'> {
  return {
    read: (sha256, offset = 0, length) => readBlob(folder, sha256, offset, length),
    size: (sha256) => {
      const path = blobPath(folder, sha256);
      return onBlob(sha256, () => statSync(path).size);
    },
    path: (sha256) => blobPath(folder, sha256),
  };
}

function blobPath(folder: string, sha256: string): string {
  if (!/^[0-9a-f]{64}$/u.test(sha256)) throw new EngineError('usage', `"${sha256.slice(0, 80)}" is not a SHA-256 digest.`);
  return join(folder, sha256.slice(0, 2), sha256);
}

function onBlob<T>(sha256: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      throw new EngineError('not-found', `The stored output ${sha256} is not there.`, { hint: 'Run "blackstart record verify".', cause: thrown });
    }
    throw asDiskError(thrown, 'reading stored output');
  }
}

function readBlob(folder: string, sha256: string, offset: number, length: number | undefined): Uint8Array {
  const path = blobPath(folder, sha256);
  return onBlob(sha256, () => {
    const handle = openSync(path, 'r');
    try {
      const rest = Math.max(0, fstatSync(handle).size - offset);
      const bytes = Buffer.alloc(Math.min(length ?? rest, rest));
      let filled = 0;
      for (let got = -1; got !== 0 && filled < bytes.length; filled += got) got = readSync(handle, bytes, filled, bytes.length - filled, offset + filled);
      return bytes.subarray(0, filled);
    } finally {
      closeSync(handle);
    }
  });
}

function putBlob(folder: string, temporary: string, bytes: Uint8Array): StoredOutput {
  const sha256 = hash('sha256', bytes, 'hex');
  const path = blobPath(folder, sha256);
  makeFolder(join(folder, sha256.slice(0, 2)));
  if (existsSync(path) && statSync(path).size === bytes.length) return { sha256, size: bytes.length };
  makeFolder(temporary);
  writeDurably(path, bytes, 0o600, temporary);
  return { sha256, size: bytes.length };
}

/** Hashes and writes at the same time: the digest on this thread, the disk on libuv's. */
class BlobSink implements OutputSink {
  readonly #folder: string;
  readonly #path: string;
  readonly #handle: number;
  readonly #hash = createHash('sha256');
  readonly #full: Buffer[] = [];
  readonly #spare: Buffer[] = [];
  #chunk: Buffer = Buffer.allocUnsafe(64 * 1024);
  #filled = 0;
  #size = 0;
  #pump: Promise<void> | null = null;
  #failure: Error | null = null;
  #waiting: (() => void)[] = [];

  constructor(folder: string, temporary: string) {
    makeFolder(temporary);
    this.#folder = folder;
    this.#path = join(temporary, randomUUID());
    this.#handle = openSync(this.#path, 'wx', 0o600);
  }

  /** Copies: the caller may use its buffer again at once. Never throws; `finish` tells of a failed disk. */
  write(bytes: Uint8Array): void {
    if (this.#failure !== null) return;
    this.#hash.update(bytes);
    this.#size += bytes.length;
    for (let from = 0; from < bytes.length; ) {
      if (this.#filled === this.#chunk.length) this.#pass();
      const part = bytes.subarray(from, from + this.#chunk.length - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
    }
  }

  ready(): Promise<void> {
    if (this.#full.length < CHUNKS_IN_FLIGHT || this.#failure !== null) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async finish(): Promise<StoredOutput> {
    try {
      this.#pass();
      await this.#pump;
      if (this.#failure !== null) throw this.#failure;
      await sync(this.#handle);
      return this.#publish();
    } catch (thrown) {
      rmSync(this.#path, { force: true });
      throw asDiskError(thrown, 'storing output');
    } finally {
      closeSync(this.#handle);
    }
  }

  #pass(): void {
    this.#full.push(this.#chunk.subarray(0, this.#filled));
    this.#chunk = this.#spare.pop() ?? Buffer.allocUnsafe(CHUNK_BYTES);
    this.#filled = 0;
    this.#pump ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      for (let chunk = this.#full[0]; chunk !== undefined; chunk = this.#full[0]) {
        for (let written = 0; written < chunk.length; ) written += (await write(this.#handle, chunk, written)).bytesWritten;
        this.#full.shift();
        if (chunk.length === CHUNK_BYTES) this.#spare.push(chunk);
        if (this.#full.length < CHUNKS_IN_FLIGHT) this.#release();
      }
    } catch (thrown) {
      this.#failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
    this.#pump = null;
    this.#release();
  }

  #release(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #publish(): StoredOutput {
    const sha256 = this.#hash.digest('hex');
    const path = blobPath(this.#folder, sha256);
    makeFolder(join(this.#folder, sha256.slice(0, 2)));
    renameSync(this.#path, path);
    fsyncFolder(join(this.#folder, sha256.slice(0, 2)));
    return { sha256, size: this.#size };
  }
}
