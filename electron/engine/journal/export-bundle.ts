/**
 * The evidence bundle of a run: a zip that anyone can check without Blackstart.
 *
 * `journal.ndjson` has one line for each entry up to the checkpoint. Entries of this run, and those of no run (keys, people,
 * clocks, checkpoints), stand there byte for byte; an entry of another run is its leaf hash in hex. So the signed root is
 * recomputed from the file alone, the place of every entry is proven, and other runs stay private. What the form cannot
 * prove is that no hidden entry belongs to this run: for that the data folder itself is verified.
 */
import { EngineError } from '../../contract/errors.ts';
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { asDiskError, fsyncFolder } from './durable-file.ts';
import { canonicalJson } from './canonical.ts';
import type { EventValue, Journal, JournalEvent } from './journal.ts';
import { leafHash } from './merkle.ts';
import { VERIFY_SCRIPT } from './verify-script.ts';

export interface BundleRequest {
  run: string;
  /** Where the zip goes; an existing file is replaced, whole. */
  file: string;
  /** `report.html`, `report.json`, …: at least one. */
  reports: readonly { name: string; bytes: Uint8Array }[];
}

/** All zip dates are this one, so that a bundle tells no more about the exporting machine than it must. */
const ZIP_DATE = new Date('2000-01-01T00:00:00Z');
const BLOB_FIELDS: ReadonlySet<string> = new Set(['name', 'sha256', 'size']);
const REPORT_NAME = /^report\.(?:html|pdf|json|csv|md)$/u;

type Member = { path: string; sha256: string; size: number } & ({ bytes: Uint8Array } | { file: string } | { lines: () => Iterable<string> });

/**
 * Signs a fresh checkpoint and writes the bundle.
 *
 * @returns the digest of the zip
 * @throws EngineError `not-found` for an unknown run or a missing output, `disk` when the disk fails; then no file is left
 */
export async function exportBundle(journal: Journal, { run, file, reports }: BundleRequest): Promise<{ path: string; sha256: string }> {
  requireReports(reports);
  if (journal.events({ run }).next().done === true) throw new EngineError('not-found', `The journal holds no run ${run}.`);
  const { note, size } = journal.checkpoint(`evidence of run ${run}`);
  const members = listMembers(journal, run, size, note, reports);
  const manifest = journal.sign(manifestText(run, members), run);
  const path = resolve(file);
  return { path, sha256: await writeZip(path, [{ ...fromBytes('MANIFEST', Buffer.from(manifest)) }, ...members]) };
}

function requireReports(reports: BundleRequest['reports']): void {
  if (reports.length === 0) throw new EngineError('usage', 'A bundle needs a report.');
  const odd = reports.find(({ name }) => !REPORT_NAME.test(name));
  if (odd !== undefined) throw new EngineError('usage', `A report of a bundle cannot be named ${odd.name}.`);
}

function fromBytes(path: string, bytes: Uint8Array): Member {
  return { path, bytes, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function fromLines(path: string, lines: () => Iterable<string>): Member {
  const digest = createHash('sha256');
  let size = 0;
  for (const line of lines()) {
    digest.update(line);
    size += Buffer.byteLength(line);
  }
  return { path, lines, size, sha256: digest.digest('hex') };
}

/** The signed list: two lines of heading, then `sha256 size path`, sorted by path. */
function manifestText(run: string, members: readonly Member[]): string {
  const lines = members.map(({ sha256, size, path }) => ({ path, line: `${sha256} ${size} ${path}\n` }));
  lines.sort((left, right) => (left.path < right.path ? -1 : 1));
  return `blackstart/evidence/v1\nrun ${run}\n${lines.map(({ line }) => line).join('')}`;
}

function listMembers(journal: Journal, run: string, size: number, note: string, reports: BundleRequest['reports']): Member[] {
  const members = [
    fromLines('journal.ndjson', () => journalLines(journal, run, size)),
    fromBytes('checkpoint', Buffer.from(note)),
    fromBytes('device.vkey', Buffer.from(`${journal.device.vkey}\n`)),
    fromBytes('verify.py', Buffer.from(VERIFY_SCRIPT)),
    ...reports.map(({ name, bytes }) => fromBytes(name, bytes)),
  ];
  const [keys, blobs] = [new Map<string, Member>(), new Map<string, Member>()];
  for (const event of journal.events()) {
    if (event.seq > size || !isShown(event, run)) continue;
    const key = runKeyMember(event);
    if (key !== null) keys.set(key.path, key);
    for (const sha256 of namedBlobs(event.data)) blobs.set(sha256, blobMember(journal, sha256));
  }
  return [...members, ...keys.values(), ...blobs.values()];
}

function isShown(event: JournalEvent, run: string): boolean {
  return event.run === null || event.run === run;
}

function* journalLines(journal: Journal, run: string, size: number): Iterable<string> {
  for (const event of journal.events()) {
    if (event.seq > size) return;
    const text = canonicalJson({ ...event });
    yield `${isShown(event, run) ? text : leafHash(Buffer.from(text))}\n`;
  }
}

function runKeyMember({ type, data }: JournalEvent): Member | null {
  const { vkey } = data;
  if (type !== 'run.key' || typeof vkey !== 'string') return null;
  const id = vkey.split('+')[1] ?? '';
  return fromBytes(`run-${id}.vkey`, Buffer.from(`${vkey}\n`));
}

/** Objects of exactly `sha256` and `size`, perhaps with a `name`, name blobs, wherever they stand. */
export function namedBlobs(value: EventValue): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) {
    const { sha256, size } = value;
    if (typeof sha256 === 'string' && typeof size === 'number' && Object.keys(value).every((key) => BLOB_FIELDS.has(key))) return [sha256];
  }
  return Object.values(value).flatMap(namedBlobs);
}

function blobMember(journal: Journal, sha256: string): Member {
  return { path: `outputs/${sha256}`, file: journal.blobs.path(sha256), size: journal.blobs.size(sha256), sha256 };
}

async function writeZip(path: string, members: readonly Member[]): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await packZip(openSync(temporary, 'w', 0o600), members);
    const sha256 = await sealZip(temporary);
    renameSync(temporary, path);
    fsyncFolder(dirname(path));
    return sha256;
  } catch (thrown) {
    if (existsSync(temporary)) rmSync(temporary);
    throw asDiskError(thrown, 'writing the bundle');
  }
}

/** @param handle closed when it returns */
async function packZip(handle: number, members: readonly Member[]): Promise<void> {
  const zip = new ZipFile();
  const failed = new AbortController();
  // yazl tells of a file that it cannot read on itself, not on the stream that it fills.
  zip.on('error', (error: unknown) => failed.abort(error));
  for (const member of members) addMember(zip, member);
  zip.end();
  try {
    await pipeline(zip.outputStream, createWriteStream('', { fd: handle }), { signal: failed.signal });
  } catch (thrown) {
    throw failed.signal.aborted ? failed.signal.reason : thrown;
  }
}

function addMember(zip: ZipFile, member: Member): void {
  const options = { mtime: ZIP_DATE, mode: 0o100644, forceDosTimestamp: true };
  if ('bytes' in member) zip.addBuffer(Buffer.from(member.bytes), member.path, options);
  else if ('file' in member) zip.addFile(member.file, member.path, options);
  else zip.addReadStreamLazy(member.path, { ...options, size: member.size }, (give) => give(null, Readable.from(member.lines(), { objectMode: false })));
}

const SEAL_BYTES = 64;

/**
 * Gives the zip a comment: the SHA-256, in hex, of all bytes before it. The container's own bytes (dates, attributes,
 * padding of a deflate stream) are in no signed digest, and a flipped bit there must be seen too. Synced when it returns.
 */
async function sealZip(path: string): Promise<string> {
  const end = statSync(path).size;
  const handle = openSync(path, 'r+');
  try {
    // The last field of a zip without comment is the comment's length.
    writeSync(handle, Uint8Array.of(SEAL_BYTES, 0), 0, 2, end - 2);
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) if (Buffer.isBuffer(chunk)) digest.update(chunk);
    const seal = digest.copy().digest('hex');
    writeSync(handle, seal, end);
    fsyncSync(handle);
    return digest.update(seal).digest('hex');
  } finally {
    closeSync(handle);
  }
}
