/**
 * Brings an object from the store into a file: as a stream, going on where a broken connection left it. What a cancelled
 * or failed check has fetched is kept for a day, so that the next one does not begin anew.
 */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { faultOf, isBrokenConnection, throwFault } from './s3-faults.ts';
import type { ObjectHead, S3Store } from './s3-store.ts';

const PARKED = 'fetched-in-part';
const KEEP_MS = 86_400_000;
/** Below this, fetching anew is quicker than keeping. */
const WORTH_KEEPING = 1024 * 1024;
/** Tries in a row without a single byte. */
const TRIES = 4;
const FIRST_WAIT_MS = 500;
/** A stream that says nothing for so long is dead. */
const SILENT_MS = 60_000;

export interface Fetched {
  bytes: number;
  /** Bytes that an earlier check had fetched already. */
  resumedAt: number;
  milliseconds: number;
}

/** @param to does not exist yet; CannotTell `unreachable`, `denied`, `changed`, … when it cannot be brought */
export async function fetchObject(store: S3Store, head: ObjectHead, to: string, context: ProbeContext): Promise<Fetched> {
  const parked = join(context.scratchDir, PARKED, nameOf(store, head));
  sweepParked(join(context.scratchDir, PARKED), context.clock.now());
  const resumedAt = claim(parked, to, head.size);
  const start = context.clock.uptime();
  try {
    await fetchOn(store, head, to, context);
  } catch (thrown) {
    park(to, parked);
    throw thrown;
  }
  return { bytes: head.size, resumedAt, milliseconds: Math.max(1, Math.round(context.clock.uptime() - start)) };
}

/** Each broken connection is followed by another try from the byte that was reached. */
async function fetchOn(store: S3Store, head: ObjectHead, to: string, context: ProbeContext): Promise<void> {
  const what = `s3://${store.bucket}/${head.key}`;
  if (head.size === 0) return writeFileSync(to, '', { mode: 0o600 });
  for (let [tries, done] = [0, sizeOf(to)]; done < head.size; ) {
    try {
      await stream(store, head, to, done, context);
      if (sizeOf(to) < head.size) throw new CannotTell('unreachable', `${store.where} ended the connection before ${what} was complete.`);
    } catch (thrown) {
      context.signal.throwIfAborted();
      const reached = sizeOf(to);
      tries = reached > done ? 1 : tries + 1;
      done = reached;
      if (faultOf(thrown).status === 412) throw new CannotTell('changed', `${what} was replaced while it was fetched. Check again.`);
      if (!canRetry(thrown) || tries >= TRIES) throwFault(thrown, store.where, what);
      context.progress(`waiting for ${store.where.replace(/^The/u, 'the')}`);
      await context.clock.sleep(FIRST_WAIT_MS * 2 ** tries, context.signal);
      context.signal.throwIfAborted();
      continue;
    }
    done = sizeOf(to);
  }
  if (sizeOf(to) > head.size) throw new CannotTell('not-understood', `${store.where} sent more of ${what} than it has.`);
}

function canRetry(thrown: unknown): boolean {
  return thrown instanceof Silent || (thrown instanceof CannotTell && thrown.reason === 'unreachable') || isBrokenConnection(thrown);
}

/** Told apart from a cancelled check, which aborts as well. */
class Silent extends Error {
  readonly code = 'ETIMEDOUT';
}

async function stream(store: S3Store, head: ObjectHead, to: string, from: number, context: ProbeContext): Promise<void> {
  const silent = new AbortController();
  const alarm = setTimeout(() => silent.abort(new Silent('the store fell silent')), SILENT_MS);
  const signal = AbortSignal.any([context.signal, silent.signal]);
  let done = from;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      alarm.refresh();
      done += chunk.length;
      context.progress(`fetching ${basename(head.key)}`, done, head.size, 'bytes');
      next(null, chunk);
    },
  });
  try {
    const body = await store.read(head, from, signal);
    await pipeline(body, counted, createWriteStream(to, { flags: from === 0 ? 'w' : 'a', mode: 0o600 }), { signal });
  } catch (thrown) {
    if (silent.signal.aborted && !context.signal.aborted) throw new Silent('the store fell silent');
    throw thrown;
  } finally {
    clearTimeout(alarm);
  }
}

/** Another version of the object has another name. */
function nameOf(store: S3Store, head: ObjectHead): string {
  return createHash('sha256').update(JSON.stringify([store.endpoint, store.bucket, head.key, head.etag, head.versionId, head.size, head.modifiedMs])).digest('hex');
}

/** Renaming is atomic: of two checks that want the same, one gets it. @returns bytes that are there already */
function claim(parked: string, to: string, size: number): number {
  try {
    renameSync(parked, to);
  } catch {
    return 0; // nothing was kept, or another check took it
  }
  if (sizeOf(to) <= size) return sizeOf(to);
  rmSync(to);
  return 0;
}

function park(from: string, parked: string): void {
  if (sizeOf(from) < WORTH_KEEPING) return rmSync(from, { force: true });
  mkdirSync(join(parked, '..'), { recursive: true, mode: 0o700 });
  renameSync(from, parked);
}

/** @returns how many were older than a day */
export function sweepParked(folder: string, now: number): number {
  const names = namesIn(folder);
  const old = names.map((name) => join(folder, name)).filter((path) => now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > KEEP_MS);
  for (const path of old) rmSync(path, { force: true });
  return old.length;
}

/** Empty when nothing was ever kept. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
