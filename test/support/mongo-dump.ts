/**
 * A stand-in for mongodump, which Debian does not have: writes archives and folders as its specification and bsonspec.org
 * describe them. Its CRC-64 is computed bit by bit, apart from the engine's tables. Source: mongo-tools, "The Mongodump archive
 * format specification".
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export type Plain = string | number | bigint | boolean | null | Date | Buffer | readonly Plain[] | { readonly [name: string]: Plain };

/** Whole numbers become int32, others doubles; bigint becomes int64. */
export function bson(document: { readonly [name: string]: Plain }): Buffer {
  return framed(Object.entries(document).map(([name, value]) => element(name, value)));
}

function framed(elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat([...elements, Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

function element(name: string, value: Plain): Buffer {
  const [type, bytes] = encoded(value);
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), bytes]);
}

function encoded(value: Plain): [number, Buffer] {
  if (value === null) return [0x0a, Buffer.alloc(0)];
  if (typeof value === 'boolean') return [0x08, Buffer.from([value ? 1 : 0])];
  if (typeof value === 'bigint') return [0x12, int64(value)];
  if (typeof value === 'number') return Number.isInteger(value) ? [0x10, int32(value)] : [0x01, double(value)];
  if (typeof value === 'string') return [0x02, Buffer.concat([int32(Buffer.byteLength(value) + 1), Buffer.from(`${value}\0`)])];
  if (value instanceof Date) return [0x09, int64(BigInt(value.getTime()))];
  if (Buffer.isBuffer(value)) return [0x05, Buffer.concat([int32(value.length), Buffer.from([0]), value])];
  if (Array.isArray(value)) return [0x04, framed(value.map((one: Plain, index) => element(String(index), one)))];
  return [0x03, framed(Object.entries(value).map(([name, inner]: [string, Plain]) => element(name, inner)))];
}

export type Collections = Readonly<Record<string, readonly { readonly [name: string]: Plain }[]>>;

/** @param collections by "DATABASE.COLLECTION"; documents come in two segments each, those of all collections in turn */
export function mongoArchive(collections: Collections, { crc = true } = {}): Buffer {
  const end = Buffer.alloc(4, 0xff);
  const names = Object.keys(collections).map((name) => ({ name, db: name.split('.')[0] ?? '', collection: name.split('.').slice(1).join('.') }));
  const documents = ({ name }: { name: string }): Buffer[] => (collections[name] ?? []).map(bson);
  const segment = (one: (typeof names)[number], part: readonly Buffer[]): Buffer[] => (part.length === 0 ? [] : [bson({ db: one.db, collection: one.collection, EOF: false, CRC: 0n }), ...part, end]);
  return Buffer.concat([
    Buffer.from('6de29981', 'hex'), bson({ concurrent_collections: 4, version: '0.1', server_version: '7.0.14', tool_version: '100.10.0' }),
    ...names.map(({ db, collection }) => bson({ db, collection, metadata: JSON.stringify({ indexes: [{ v: { $numberInt: '2' }, key: { _id: { $numberInt: '1' } }, name: '_id_' }], collectionName: collection, type: 'collection' }), size: 1, type: 'collection' })),
    end,
    ...names.flatMap((one) => segment(one, documents(one).slice(0, 3))),
    ...names.flatMap((one) => segment(one, documents(one).slice(3))),
    ...names.flatMap((one) => [bson({ db: one.db, collection: one.collection, EOF: true, CRC: crc ? BigInt.asIntN(64, crc64(Buffer.concat(documents(one)))) : 0n }), end]),
  ]);
}

/** As `mongodump --out FOLDER`, with `--gzip` or without. */
export function writeMongoFolder(folder: string, collections: Collections, gzip: boolean): void {
  for (const [name, documents] of Object.entries(collections)) {
    const [db = '', ...rest] = name.split('.');
    mkdirSync(join(folder, db), { recursive: true });
    const put = (file: string, bytes: Buffer): void => writeFileSync(join(folder, db, gzip ? `${file}.gz` : file), gzip ? gzipSync(bytes) : bytes);
    put(`${rest.join('.')}.bson`, Buffer.concat(documents.map(bson)));
    put(`${rest.join('.')}.metadata.json`, Buffer.from(JSON.stringify({ indexes: [], collectionName: rest.join('.'), type: 'collection' })));
  }
}

/** CRC-64 of ECMA-182 as Go's hash/crc64 has it, bit by bit. */
export function crc64(bytes: Buffer): bigint {
  let value = 0xffffffffffffffffn;
  for (const byte of bytes) {
    value ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
  }
  return value ^ 0xffffffffffffffffn;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
