/** The zip of an evidence bundle as untrusted input: limits first, then names, then bytes. */
import { createHash } from 'node:crypto';
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import type { Problems } from './problems.ts';

export interface BundleLimits {
  files: number;
  /** Of all files together, unpacked. */
  bytes: number;
}

export const DEFAULT_LIMITS: BundleLimits = { files: 100_000, bytes: 64 * 1024 ** 3 };

const FILE_NAME = /^(?:MANIFEST|checkpoint|journal\.ndjson|verify\.py|report\.(?:html|pdf|json|csv|md)|[a-z0-9-]+\.vkey|outputs\/[0-9a-f]{64})$/u;
const FILE_KIND = 0o170000;
const REGULAR_FILE = 0o100000;

/** Only a regular file is read at all: a named pipe would keep its reader waiting for ever. */
function beginsAsZip(path: string): boolean {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) return false;
    const bytes = Buffer.alloc(2);
    return readSync(file, bytes) === 2 && bytes.toString('latin1') === 'PK';
  } finally {
    closeSync(file);
  }
}

export class BundleFiles {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** Null when the zip is not even worth reading; `problems` then says why. */
  static async open(path: string, limits: BundleLimits, problems: Problems): Promise<BundleFiles | null> {
    if (!beginsAsZip(path)) {
      problems.add('bundle.other', null, 'The file is no zip, so it is no evidence bundle.');
      return null;
    }
    let zip: ZipFile | null = null;
    try {
      zip = await openPromise(path, { autoClose: false, lazyEntries: true, validateEntrySizes: true, strictFileNames: true });
      await judgeSeal(path, zip, problems);
      const entries = await listEntries(zip, limits, problems);
      if (entries !== null) return new BundleFiles(zip, entries);
    } catch (thrown) {
      problems.add('bundle.unreadable', null, `The bundle cannot be read as a zip: ${thrown instanceof Error ? thrown.message.replace(/\.+$/u, '') : String(thrown)}.`);
    }
    zip?.close();
    return null;
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Bytes as the zip declares them; yauzl holds the stream to it. */
  size(name: string): number | null {
    return this.#entries.get(name)?.uncompressedSize ?? null;
  }

  /** Null when the file is missing, longer than `limit`, or cannot be unpacked. */
  async read(name: string, limit: number): Promise<Buffer | null> {
    const chunks: Buffer[] = [];
    const length = this.size(name);
    if (length === null || length > limit) return null;
    const isWhole = await this.stream(name, (chunk) => void chunks.push(chunk));
    return isWhole ? Buffer.concat(chunks) : null;
  }

  /** False when the file is missing or its bytes do not unpack to the size that it declares. */
  async stream(name: string, take: (chunk: Buffer) => void): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) if (Buffer.isBuffer(chunk)) take(chunk);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#zip.close();
  }
}

async function judgeSeal(path: string, zip: ZipFile, problems: Problems): Promise<void> {
  const { comment } = zip;
  // A bundle that was packed anew has no seal; what counts for its content is the manifest.
  if (comment === '') return;
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { end: zip.fileSize - Buffer.byteLength(comment) - 1, highWaterMark: 1024 * 1024 })) if (Buffer.isBuffer(chunk)) digest.update(chunk);
  if (digest.digest('hex') !== comment) problems.add('bundle.seal', null, 'The zip is not the one that was exported: some of its bytes were changed on the way.');
}

async function listEntries(zip: ZipFile, limits: BundleLimits, problems: Problems): Promise<Map<string, Entry> | null> {
  const entries = new Map<string, Entry>();
  const spans: { from: number; to: number }[] = [];
  let bytes = 0;
  if (zip.entryCount > limits.files) problems.add('bundle.limit', null, `The bundle holds ${zip.entryCount} files; ${limits.files} are allowed.`);
  for await (const entry of zip.eachEntry()) {
    bytes += entry.uncompressedSize;
    if (bytes > limits.bytes) problems.add('bundle.limit', null, `The bundle unpacks to more than ${limits.bytes} bytes.`);
    if (problems.list.some(({ kind }) => kind === 'bundle.limit')) return null;
    if (entries.has(entry.fileName)) problems.add('file.duplicate', null, `The bundle holds ${entry.fileName} twice.`);
    spans.push(await judgeEntry(zip, entry, problems));
    entries.set(entry.fileName, entry);
  }
  spans.sort((left, right) => left.from - right.from);
  const overlaps = spans.some(({ to }, index) => to > (spans[index + 1]?.from ?? Infinity));
  if (overlaps) problems.add('file.header', null, 'Files of the bundle share bytes: it was not packed by Blackstart.');
  return overlaps ? null : entries;
}

/** Where the file's bytes lie. The local header must say what the directory says, or two programs unpack two things. */
async function judgeEntry(zip: ZipFile, entry: Entry, problems: Problems): Promise<{ from: number; to: number }> {
  const { fileName } = entry;
  const kind = (entry.externalFileAttributes >>> 16) & FILE_KIND;
  if (!FILE_NAME.test(fileName)) problems.add('file.name', null, `A bundle has no file named ${JSON.stringify(fileName.slice(0, 120))}.`);
  if ((kind !== 0 && kind !== REGULAR_FILE) || entry.isEncrypted()) problems.add('file.kind', null, `${fileName} is not a plain file.`);
  const local = await zip.readLocalFileHeaderPromise(entry);
  if (!local.fileName.equals(entry.fileNameRaw) || local.compressionMethod !== entry.compressionMethod) {
    problems.add('file.header', null, `${fileName} has another name or packing in front of its bytes than in the zip's directory.`);
  }
  return { from: entry.relativeOffsetOfLocalHeader, to: local.fileDataStart + entry.compressedSize };
}
