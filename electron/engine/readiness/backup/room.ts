/** A check must not fill the disk that the record is written to: a recovery may be under way on it. */
import { statfsSync } from 'node:fs';
import { spokenBytes } from '../../../contract/wording.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';

/** Bytes that stay free for the journal and its outputs. */
const RESERVE = 256 * 1024 * 1024;
const LOOK_MS = 250;

/**
 * Runs `work` with a signal that also ends it when the data folder's disk runs low.
 * @param size bytes that the work needs at the very least
 * @throws CannotTell `no-space` before or during the work
 */
export async function withRoom<T>(context: ProbeContext, size: number, work: (context: ProbeContext) => Promise<T>): Promise<T> {
  const free = freeBytes(context.dataDir);
  if (free < size + RESERVE) throw new CannotTell('no-space', `The disk is full: the restore needs ${spokenBytes(size + RESERVE)} at the least, and ${spokenBytes(free)} are free. Free space and check again.`, { free });
  const low = new AbortController();
  const watch = setInterval(() => {
    if (isLow(context.dataDir)) low.abort();
  }, LOOK_MS);
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, low.signal]) });
  } catch (thrown) {
    if (!low.signal.aborted || context.signal.aborted) throw thrown;
    throw new CannotTell('no-space', 'The disk is full: the restore was stopped to leave room for the record. Free space and check again.');
  } finally {
    clearInterval(watch);
  }
}

/** A disk that was pulled out is no full one: the work then fails by itself, and says so. */
function isLow(path: string): boolean {
  try {
    return freeBytes(path) < RESERVE;
  } catch {
    return false;
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
