/** Reading the files of a kit from a disk that nobody vouches for: no links, no devices, and only what the list names. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { KitFile } from '../../contract/kit.ts';
import { listTree, MANIFEST, requirePath } from '../runbook/manifest.ts';
import { refuse } from './kit-manifest.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Bytes of the whole kit so far. */
export type OnBytes = (path: string, bytes: number) => void;

export interface Reading {
  signal?: AbortSignal | undefined;
  onBytes?: OnBytes | undefined;
  /** Takes each chunk before the next is read; the buffer is used again afterwards. */
  take?: (chunk: Uint8Array) => Promise<void>;
}

/**
 * Every path below the folder but the manifest's. EngineError `refused` for what is neither file nor folder, and for
 * names that no list can hold.
 */
export function kitPaths(folder: string): string[] {
  const paths = listTree(folder, '', 0).filter((path) => path !== MANIFEST);
  paths.forEach(requirePath);
  return paths;
}

/** @throws EngineError `refused` when a file is missing, of another size, or not in the list */
export async function requireListed(folder: string, files: readonly KitFile[]): Promise<void> {
  const listed = new Set(files.map(({ path }) => path));
  const there = new Set(kitPaths(folder));
  for (const path of there) if (!listed.has(path)) refuse(`${path} is not in the kit's list.`, 'Remove it, or sign the folder again.');
  for (const { path, size } of files) {
    if (!there.has(path)) missing(path);
    const state = await lstat(join(folder, path));
    if (state.size !== size) refuse(`${path} has ${state.size} bytes, and the kit's list says ${size}.`, 'The copy is not whole, or the file was changed after it was signed.');
  }
}

function missing(path: string): never {
  return refuse(`${path} is missing from the kit.`, 'Put the file back, or sign the folder again.');
}

/**
 * Reads a file once from its beginning to its end, and says what was read.
 * @throws EngineError `refused` for a link, a device, hard links, or a file that changed under the reading; `disk` when it
 * cannot be read; `bad` when the signal aborts
 */
export async function readKitFile(folder: string, path: string, reading: Reading): Promise<{ sha256: string; size: number }> {
  const handle = await openKitFile(folder, path);
  try {
    const first = await handle.stat({ bigint: true });
    if (!first.isFile()) refuse(`${path} is no regular file (a pipe, socket or device).`, 'Remove it.');
    if (first.nlink > 1n) refuse(`${path} has ${first.nlink} names (hard links): it could be changed from elsewhere.`, 'Put a copy of the file there.');
    const read = await readToEnd(handle, path, reading);
    const last = await handle.stat({ bigint: true });
    if (last.size !== first.size || last.mtimeNs !== first.mtimeNs || read.size !== Number(first.size)) refuse(`${path} changed while it was read.`, 'Let nothing write to the folder, and begin again.');
    return read;
  } finally {
    await handle.close();
  }
}

async function readToEnd(handle: FileHandle, path: string, { signal, onBytes, take }: Reading): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let size = 0; ; ) {
    if (signal?.aborted === true) throw new EngineError('bad', 'It was stopped; nothing was changed.', { hint: 'Begin again when you are ready.' });
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null).catch((thrown: unknown) => unreadable(path, thrown));
    if (bytesRead === 0) return { sha256: hash.digest('hex'), size };
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await take?.(chunk);
    size += bytesRead;
    onBytes?.(path, bytesRead);
  }
}

async function openKitFile(folder: string, path: string): Promise<FileHandle> {
  try {
    return await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (code === 'ELOOP') refuse(`${path} is a symbolic link.`, 'Put the file itself there: a link can lead anywhere.');
    if (code === 'ENOENT' || code === 'ENOTDIR') missing(path);
    return unreadable(path, thrown);
  }
}

function unreadable(path: string, cause: unknown): never {
  throw new EngineError('disk', `${path} cannot be read from the kit: ${cause instanceof Error ? cause.message : String(cause)}.`, { hint: 'Check the stick, or copy the kit to another one.', cause });
}
