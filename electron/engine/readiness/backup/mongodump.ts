/**
 * `mongodump`: an archive, or a folder with a folder for each database, as they are or in gzip. Structure and checksums are
 * judged; Debian has no MongoDB server, so nothing is restored, and a check that asks for it is unknown.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, posix, relative } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { counted } from '../../../contract/wording.ts';
import { listFiles } from '../probes/dir.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { BsonFault, DocumentStream, readDocument } from './bson.ts';
import { broken, held, unprovable } from './ladder.ts';
import type { CollectionReading, MongoReading } from './read-mongo-archive.ts';
import { MongoArchive } from './read-mongo-archive.ts';
import { intactByWrapping, readOrFault, readWrapped } from './read-wrapped.ts';
import type { Wrapped } from './read-wrapped.ts';
import type { BackupReader, Inspection } from './reader.ts';

const PART = /\.(?:bson|metadata\.json)(?:\.gz)?$/u;
/** Metadata are a few kilobytes; a file of gigabytes is none. */
const METADATA_BYTES = 16 * 1024 * 1024;
/** Written without metadata by mongodump itself. */
const BARE = /(?:^|\/)(?:oplog|system\.[^/]*|\$admin[^/]*)\.bson/u;

export const mongodump: BackupReader = {
  folder(path) {
    const files = listFiles(path).filter((file) => PART.test(file.path));
    const isDump = readdirSync(path).some((name) => /^oplog\.bson/u.test(name) || (statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(join(path, name)).some((one) => PART.test(one))));
    if (!isDump && !readdirSync(path).some((name) => PART.test(name))) return null;
    // of several dumps side by side none is the whole
    if (files.some((file) => relative(path, file.path).split(/[/\\]/u).length > 2)) return null;
    return { size: files.reduce((sum, file) => sum + file.size, 0), mtimeMs: Math.max(...files.map((file) => file.mtimeMs)) };
  },

  /** ROOT/DATABASE/COLLECTION.bson; what is no part of a folder is an archive. */
  backupOf(key) {
    if (/(?:^|\/)oplog\.bson(?:\.gz)?$/u.test(key)) return posix.dirname(key);
    if (PART.test(key)) return posix.dirname(posix.dirname(key));
    return /(?:^|\/)prelude\.json(?:\.gz)?$/u.test(key) || /\.(?:sha\d+|sha\d+sums?|md5|sig|asc|txt|md|json|log|part|tmp)$/iu.test(key) || /(?:^|\/)(?:SHA\d+SUMS|MD5SUMS)/u.test(key) ? null : key;
  },

  inspect: (path, context) => (statSync(path).isDirectory() ? inspectFolder(path, context) : inspectArchive(path, context)),

  async restore() {
    throw new CannotTell('server-missing', 'The dump was judged by its structure and its checksums only: a dump of MongoDB is restored with mongorestore into a MongoDB server, which this laptop does not have.');
  },
};

async function inspectArchive(path: string, context: ProbeContext): Promise<Inspection> {
  const archive = new MongoArchive();
  const read = await readDump(async () => {
    const wrapped = await readWrapped(path, { take: (chunk) => { archive.push(chunk); }, unpackTo: null }, context);
    return { wrapped, reading: archive.end() };
  }, context);
  if (typeof read === 'string') return { listed: broken('reading to the end', read), intact: null };
  const { wrapped, reading } = read;
  return listedOf(reading, () => (reading.checksummed ? held('CRC-64', 'the CRC-64 of every collection is the one that mongodump recorded') : intactByWrapping(wrapped, 'this archive has no checksums')));
}

async function inspectFolder(path: string, context: ProbeContext): Promise<Inspection> {
  const reading: MongoReading = { collections: new Map(), checksummed: true, version: null };
  const files = listFiles(path).filter((file) => PART.test(file.path));
  for (const file of files) {
    const name = relative(path, file.path).replaceAll('\\', '/');
    if (!/\.bson(?:\.gz)?$/u.test(name)) {
      const fault = await readDump(() => readMetadata(file.path, context), context);
      if (typeof fault === 'string') return { listed: broken('reading to the end', `${name}: ${fault}`), intact: null };
      continue;
    }
    if (!BARE.test(name) && !['', '.gz'].some((end) => existsSync(file.path.replace(/\.bson(?:\.gz)?$/u, `.metadata.json${end}`)))) return { listed: broken('metadata', `${name} has no metadata beside it: the dump is not complete`), intact: null };
    const read = await readDump(() => readCollection(file.path, file.size, context), context);
    if (typeof read === 'string') return { listed: broken('reading to the end', `${name}: ${read}`), intact: null };
    reading.collections.set(name.replace(/\.bson(?:\.gz)?$/u, '').replace('/', '.'), read.collection);
    if (!read.wrapped.checksummed && file.size > 0) reading.checksummed = false;
  }
  const bare = unprovable('the format', 'BSON has no checksum, so a changed byte would not show; give `sums`, or dump with --gzip or --archive');
  return listedOf(reading, () => (reading.checksummed ? held('gzip checksum', 'the checksum inside every gzip file holds to its end') : bare));
}

function listedOf(reading: MongoReading, intact: () => NonNullable<Inspection['intact']>): Inspection {
  const collections = [...reading.collections.values()];
  const documents = collections.reduce((sum, one) => sum + one.documents, 0);
  const evidence: Evidence = { collections: collections.length, documents, mongodb: reading.version, judged: 'structure and checksums only' };
  if (collections.length === 0) return { listed: broken('reading to the end', 'the dump is empty: it holds no collection'), intact: null, evidence };
  if (documents === 0) return { listed: broken('reading to the end', `the dump is empty: ${counted(collections.length, 'collection', 'collections')} without a document`), intact: null, evidence };
  return { listed: held('every document read', `${counted(collections.length, 'collection', 'collections')} with ${counted(documents, 'document', 'documents')}`), intact: intact(), evidence };
}

async function readCollection(path: string, size: number, context: ProbeContext): Promise<{ wrapped: Wrapped; collection: CollectionReading }> {
  const collection: CollectionReading = { documents: 0, bytes: 0 };
  if (size === 0) return { wrapped: { wrapping: 'none', checksummed: false }, collection };
  const stream = new DocumentStream((document) => {
    readDocument(document);
    collection.documents += 1;
    collection.bytes += document.length;
  });
  const wrapped = await readWrapped(path, { take: (chunk) => { stream.push(chunk); }, unpackTo: null }, context);
  stream.end();
  return { wrapped, collection };
}

async function readMetadata(path: string, context: ProbeContext): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  await readWrapped(path, { take: (chunk) => {
    size += chunk.length;
    if (size > METADATA_BYTES) throw new BsonFault('it is too large for metadata');
    chunks.push(chunk);
  }, unpackTo: null }, context);
  try {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BsonFault(`${basename(path)} is no JSON`);
  }
}

async function readDump<T>(read: () => Promise<T>, context: ProbeContext): Promise<T | string> {
  try {
    return await readOrFault(read, context.signal);
  } catch (thrown) {
    if (thrown instanceof BsonFault) return /cut off|ends inside/u.test(thrown.message) ? `the dump is cut off: ${thrown.message}` : `the dump is damaged: ${thrown.message}`;
    throw thrown;
  }
}
