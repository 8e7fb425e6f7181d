/** SHA-256 of a file. Small ones are read in place, large ones in a worker thread. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';

/** Below this, starting a thread takes longer than hashing. */
const IN_PLACE_BYTES = 16 * 1024 * 1024;
const Message = z.object({ done: z.number(), sha256: z.string().optional() });

export interface HashOptions {
  /** Bytes read so far. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** @returns hex digest and bytes read; the signal's reason when aborted, the system's error when the file cannot be read */
export async function hashFile(path: string, options: HashOptions = {}): Promise<{ sha256: string; size: number }> {
  options.signal?.throwIfAborted();
  const { size } = await stat(path);
  if (size > IN_PLACE_BYTES) return hashInWorker(path, size, options);
  const bytes = await readFile(path, options.signal === undefined ? {} : { signal: options.signal });
  options.onProgress?.(bytes.length, size);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
}

function hashInWorker(path: string, total: number, { onProgress, signal }: HashOptions): Promise<{ sha256: string; size: number }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { workerData: { path } });
    const cancel = (): void => void worker.terminate().then(() => reject(new DOMException('cancelled', 'AbortError')));
    signal?.addEventListener('abort', cancel, { once: true });
    worker.on('message', (value: unknown) => {
      const message = Message.parse(value);
      onProgress?.(message.done, total);
      if (message.sha256 !== undefined) resolve({ sha256: message.sha256, size: message.done });
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal?.removeEventListener('abort', cancel);
      reject(new EngineError('internal', `Hashing ${path} ended without a digest`)); // no effect once resolved
    });
  });
}
