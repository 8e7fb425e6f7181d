/**
 * An archive of `mongodump --archive`: a magic number, a header, the metadata of every collection, then documents of the
 * collections in segments, each with a header before and a terminator behind. The last header of a collection has the CRC-64
 * of its documents. Source: mongo-tools, "The Mongodump archive format specification".
 */
import { Crc64, XZ } from '../s3/s3-crc.ts';
import { BsonFault, DocumentStream, readDocument } from './bson.ts';
import type { BsonValue } from './bson.ts';

export const ARCHIVE_MAGIC = 0x8199e26d;
const TERMINATOR = -1;

export interface CollectionReading {
  documents: number;
  bytes: number;
}

export interface MongoReading {
  collections: Map<string, CollectionReading>;
  /** Whether every collection carries a CRC-64 of its documents, which then held. */
  checksummed: boolean;
  version: string | null; // of the server
}

interface Namespace extends CollectionReading {
  crc: Crc64;
  /** As the archive says it; null until its end was read. */
  said: bigint | null;
}

export class MongoArchive {
  readonly #stream = new DocumentStream((document) => { this.#document(document); }, (bytes) => this.#between(bytes));
  readonly #namespaces = new Map<string, Namespace>();
  #place: 'magic' | 'header' | 'metadata' | 'segment' | 'documents' = 'magic';
  #current: Namespace | null = null;
  #version: string | null = null;

  /** @throws BsonFault */
  push(chunk: Buffer): void {
    this.#stream.push(chunk);
  }

  /** @throws BsonFault when it is cut off, or a checksum does not hold */
  end(): MongoReading {
    this.#stream.end();
    if (this.#place !== 'segment') throw new BsonFault('it is cut off: it ends before its collections do');
    const open = [...this.#namespaces].find(([, { said }]) => said === null);
    if (open !== undefined) throw new BsonFault(`it is cut off: the end of ${open[0]} is missing`);
    const sums = [...this.#namespaces.values()].filter(({ documents }) => documents > 0);
    const none = sums.every(({ said }) => said === 0n);
    const wrong = none ? undefined : [...this.#namespaces].find(([, { crc, said, documents }]) => documents > 0 && BigInt.asUintN(64, said ?? 0n) !== crc.value());
    if (wrong !== undefined) throw new BsonFault(`the CRC-64 of ${wrong[0]} is not the one that mongodump recorded`);
    return { collections: this.#namespaces, checksummed: !none && sums.length > 0, version: this.#version };
  }

  #between(bytes: Buffer): number {
    const word = bytes.readInt32LE(0);
    if (this.#place === 'magic') {
      if (word >>> 0 !== ARCHIVE_MAGIC) throw new BsonFault('it is no archive of mongodump');
      this.#place = 'header';
      return 4;
    }
    if (word !== TERMINATOR || this.#place === 'header') return 0;
    this.#place = 'segment';
    return 4;
  }

  #document(document: Buffer): void {
    switch (this.#place) {
      case 'header': {
        const version = readDocument(document).get('server_version');
        this.#version = typeof version === 'string' ? version : null;
        this.#place = 'metadata';
        return;
      }
      case 'metadata': return void this.#namespaceOf(readDocument(document));
      case 'segment': return this.#open(readDocument(document));
      case 'documents': return this.#take(document);
      case 'magic': throw new BsonFault('it is no archive of mongodump');
    }
  }

  #open(header: Map<string, BsonValue>): void {
    const namespace = this.#namespaceOf(header);
    const crc = header.get('CRC');
    if (header.get('EOF') === true) namespace.said = typeof crc === 'bigint' ? crc : 0n;
    else if (namespace.said !== null) throw new BsonFault('documents follow the end of their collection');
    this.#current = namespace;
    this.#place = 'documents';
  }

  #take(document: Buffer): void {
    const namespace = this.#current;
    if (namespace === null || namespace.said !== null) throw new BsonFault('documents follow the end of their collection');
    readDocument(document);
    namespace.crc.update(document);
    namespace.documents += 1;
    namespace.bytes += document.length;
  }

  #namespaceOf(header: Map<string, BsonValue>): Namespace {
    const [database, collection] = [header.get('db'), header.get('collection')];
    if (typeof database !== 'string' || typeof collection !== 'string') throw new BsonFault('a header names no collection');
    const name = `${database}.${collection}`;
    const namespace = this.#namespaces.get(name) ?? { documents: 0, bytes: 0, crc: new Crc64(XZ), said: null };
    this.#namespaces.set(name, namespace);
    return namespace;
  }
}
