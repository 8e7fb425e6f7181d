/** What makes up the copy of a record: every object with where its bytes are, in the order in which they are written. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../journal/canonical.ts';
import { outputsNamed } from '../journal/named-blobs.ts';
import type { Journal } from '../journal/journal.ts';
import { blobKey, partKey, readmeObject, readSegmentKey, segmentKey, type Segment } from './layout.ts';

/** A store takes at most 5 GiB in one piece; a piece that is cut off is sent again as a whole. */
const PART_BYTES = 2 ** 30;
/** Of one segment; it is held in memory while it is sent. */
const SEGMENT_BYTES = 8 * 2 ** 20;

export interface Planned {
  key: string; // below the laptop's folder
  size: number;
  sha256: string | null; // hex, where it is known before reading
  content: { bytes(): Buffer } | { file: string; from: number };
}

export interface Plan {
  /** Groups in order; within one the order means nothing. */
  groups: Planned[][];
  /** What keeps this record and the copy from being one. Then nothing is written. */
  conflicts: string[];
  /** Outputs that entries name and that are not on this laptop. */
  missing: string[];
}

type Source = Pick<Journal, 'events' | 'blobs' | 'device'>;

/**
 * @param size entries that are copied
 * @param stored keys that the laptop's folder in the bucket has already
 */
export function planCopy(journal: Source, dataDir: string, size: number, stored: Iterable<string>): Plan {
  const segments = [...stored].flatMap((key) => readSegmentKey(key) ?? []).sort((a, b) => a.from - b.from || a.to - b.to);
  const conflicts = segments.flatMap((segment) => conflictOf(journal, segment, size) ?? []);
  const { objects, missing } = planBlobs(journal, size);
  const { key, bytes } = readmeObject();
  const first = [ofBytes('device.vkey', Buffer.from(`${journal.device.vkey}\n`)), ofBytes(key, bytes)];
  const journalObjects = conflicts.length > 0 ? [] : [...segments, ...newSegments(journal, segments, size)].map((segment) => segmentObject(journal, segment));
  return { groups: [[...first, ...objects], journalObjects, planCheckpoints(dataDir, size)], conflicts, missing };
}

function ofBytes(key: string, bytes: Buffer): Planned {
  return { key, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), content: { bytes: () => bytes } };
}

function segmentBytes(journal: Source, { from, to }: Pick<Segment, 'from' | 'to'>): Buffer {
  return Buffer.from([...journal.events({ after: from - 1, until: to })].map((event) => `${canonicalJson({ ...event })}\n`).join(''));
}

/** The bucket's entries against ours: they must be the same, and we must have them all. */
function conflictOf(journal: Source, segment: Segment, size: number): string | null {
  const { from, to, sha256 } = segment;
  if (to > size) return `The bucket holds entries up to ${to} of this laptop's record, and the laptop only ${size}: the record here was rolled back, or its data folder was replaced.`;
  const own = createHash('sha256').update(segmentBytes(journal, segment)).digest('hex');
  return own === sha256 ? null : `Entries ${from} to ${to} are others here than in the bucket: the record here was rewritten since they were copied.`;
}

/** Entries that no segment of the bucket covers yet, in pieces. */
function newSegments(journal: Source, segments: readonly Segment[], size: number): Segment[] {
  const made: Segment[] = [];
  let next = 1;
  for (const { from, to } of [...segments, { from: size + 1, to: size + 1 }]) {
    if (from > next) made.push(...cut(journal, next, from - 1));
    next = Math.max(next, to + 1);
  }
  return made;
}

function cut(journal: Source, from: number, to: number): Segment[] {
  const pieces: Segment[] = [];
  let [start, bytes, digest] = [from, 0, createHash('sha256')];
  for (const event of journal.events({ after: from - 1, until: to })) {
    const line = Buffer.from(`${canonicalJson({ ...event })}\n`);
    digest.update(line);
    bytes += line.length;
    if (bytes < SEGMENT_BYTES && event.seq < to) continue;
    pieces.push({ from: start, to: event.seq, sha256: digest.digest('hex') });
    [start, bytes, digest] = [event.seq + 1, 0, createHash('sha256')];
  }
  return pieces;
}

function segmentObject(journal: Source, segment: Segment): Planned {
  return { key: segmentKey(segment), size: segmentBytes(journal, segment).length, sha256: segment.sha256, content: { bytes: () => segmentBytes(journal, segment) } };
}

function planBlobs(journal: Source, size: number): { objects: Planned[]; missing: string[] } {
  const named = new Set<string>();
  for (const event of journal.events({ until: size })) {
    if (event.seq > size) break;
    for (const { sha256 } of outputsNamed(event.data)) named.add(sha256);
  }
  const [objects, missing]: [Planned[], string[]] = [[], []];
  for (const sha256 of named) {
    const file = journal.blobs.path(sha256);
    const state = statSync(file, { throwIfNoEntry: false });
    if (state === undefined) missing.push(sha256);
    else objects.push(...blobObjects(sha256, file, state.size));
  }
  return { objects, missing };
}

function blobObjects(sha256: string, file: string, size: number): Planned[] {
  if (size <= PART_BYTES) return [{ key: blobKey(sha256), size, sha256, content: { file, from: 0 } }];
  const parts = Math.ceil(size / PART_BYTES);
  return Array.from({ length: parts }, (_, index) => ({
    key: partKey(sha256, index + 1, parts), size: Math.min(PART_BYTES, size - index * PART_BYTES), sha256: null, content: { file, from: index * PART_BYTES },
  }));
}

function planCheckpoints(dataDir: string, size: number): Planned[] {
  const folder = join(dataDir, 'checkpoints');
  const names = readdirSync(folder).filter((name) => Number(/^([1-9]\d{0,14})(?:\.\d+)?\.note$/u.exec(name)?.[1] ?? Infinity) <= size);
  return names.sort().map((name) => ofBytes(`checkpoints/${name}`, readFileSync(join(folder, name))));
}

/** SHA-256 in hex and MD5 in base64 of an object's bytes as they are here now. */
export async function digestsOf({ content, size }: Planned): Promise<{ sha256: string; md5: string }> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  for await (const chunk of 'bytes' in content ? [content.bytes()] : createReadStream(content.file, { start: content.from, end: content.from + Math.max(0, size - 1), highWaterMark: 2 ** 20 })) {
    if (size === 0 || !Buffer.isBuffer(chunk)) continue;
    sha256.update(chunk);
    md5.update(chunk);
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('base64') };
}
