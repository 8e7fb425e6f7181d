/** BSON as far as a dump is judged by it: where a document ends, whether its elements are whole, and the plain values at its top. Source: bsonspec.org, version 1.1. */

/** The server's own limit is 16 MiB; entries of the oplog may be larger. */
const MOST_BYTES = 48 * 1024 * 1024;
const LEAST_BYTES = 5;
const MOST_DEPTH = 200;

export class BsonFault extends Error {
  override readonly name = 'BsonFault';
}

export type BsonValue = string | bigint | boolean | null;

/** @returns the document's length @throws BsonFault when no document can have it */
export function documentLength(bytes: Buffer, at = 0): number {
  const length = bytes.readInt32LE(at);
  if (length < LEAST_BYTES || length > MOST_BYTES) throw new BsonFault(`a document says that it has ${length} bytes`);
  return length;
}

/** Walks every element. Strings, integers, booleans are returned; of other types, only that the name is there (null). */
export function readDocument(bytes: Buffer, depth = 0): Map<string, BsonValue> {
  if (depth > MOST_DEPTH) throw new BsonFault('its documents are nested too deeply');
  const end = documentLength(bytes) - 1;
  if (end + 1 !== bytes.length || bytes[end] !== 0) throw new BsonFault('a document does not end where it says');
  const found = new Map<string, BsonValue>();
  for (let at = 4; at < end; ) {
    const stop = bytes.indexOf(0, at + 1);
    if (stop < 0 || stop >= end) throw new BsonFault('the name of an element has no end');
    const value = stop + 1;
    const type = bytes[at] ?? 0;
    const size = sizeOf(type, bytes, value, end, depth);
    if (value + size > end) throw new BsonFault('an element is larger than its document');
    found.set(bytes.toString('utf8', at + 1, stop), plainValue(type, bytes, value, size));
    at = value + size;
  }
  return found;
}

/** Bytes of a value by the type before it. */
function sizeOf(type: number, bytes: Buffer, at: number, end: number, depth: number): number {
  switch (type) {
    case 0x06: case 0x0a: case 0x7f: case 0xff: return 0;
    case 0x08: return 1;
    case 0x10: return 4;
    case 0x01: case 0x09: case 0x11: case 0x12: return 8;
    case 0x07: return 12;
    case 0x13: return 16;
    case 0x02: case 0x0d: case 0x0e: return textSize(bytes, at, end);
    case 0x0c: return textSize(bytes, at, end) + 12;
    case 0x05: return 5 + lengthAt(bytes, at, end, 0);
    case 0x0b: return expressionSize(bytes, at, end);
    case 0x03: case 0x04: return nested(bytes, at, end, depth);
    case 0x0f: return lengthAt(bytes, at, end, 14);
    default: throw new BsonFault(`an element has the type ${type}, which BSON does not know`);
  }
}

function lengthAt(bytes: Buffer, at: number, end: number, least: number): number {
  if (at + 4 > end) throw new BsonFault('an element is cut off');
  const length = bytes.readInt32LE(at);
  if (length < least || at + length > end) throw new BsonFault('an element is larger than its document');
  return length;
}

function textSize(bytes: Buffer, at: number, end: number): number {
  const length = lengthAt(bytes, at, end, 1);
  if (bytes[at + 3 + length] !== 0) throw new BsonFault('a text has no end');
  return 4 + length;
}

/** Two texts up to their NUL: pattern and options. */
function expressionSize(bytes: Buffer, at: number, end: number): number {
  const second = bytes.indexOf(0, at) + 1;
  const after = second === 0 ? 0 : bytes.indexOf(0, second) + 1;
  if (after === 0 || after > end) throw new BsonFault('a pattern has no end');
  return after - at;
}

function nested(bytes: Buffer, at: number, end: number, depth: number): number {
  const length = lengthAt(bytes, at, end, LEAST_BYTES);
  readDocument(bytes.subarray(at, at + length), depth + 1);
  return length;
}

function plainValue(type: number, bytes: Buffer, at: number, size: number): BsonValue {
  switch (type) {
    case 0x02: return bytes.toString('utf8', at + 4, at + size - 1);
    case 0x08: return bytes[at] === 1;
    case 0x10: return BigInt(bytes.readInt32LE(at));
    case 0x12: return bytes.readBigInt64LE(at);
    default: return null;
  }
}

/** Bytes in chunks of any size, given out as documents. `between` is asked where a document could begin; the bytes that it takes are none. */
export class DocumentStream {
  #rest = Buffer.alloc(0);
  readonly #take: (document: Buffer) => void;
  readonly #between: (bytes: Buffer) => number;

  constructor(take: (document: Buffer) => void, between: (bytes: Buffer) => number = () => 0) {
    [this.#take, this.#between] = [take, between];
  }

  /** @throws BsonFault */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 4) {
      const passed = this.#between(bytes.subarray(at));
      if (passed > 0) {
        at += passed;
        continue;
      }
      const length = documentLength(bytes, at);
      if (bytes.length - at < length) break;
      this.#take(bytes.subarray(at, at + length));
      at += length;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
  }

  /** @throws BsonFault when it ended inside a document */
  end(): void {
    if (this.#rest.length > 0) throw new BsonFault('it ends inside a document');
  }
}
