/** The one spelling of an event: the RFC 8785 (JCS) subset with ASCII keys and integers only. */
import { EngineError } from '../../contract/errors.ts';
import type { BlobStore, EventValue } from './journal.ts';

/** Bytes of one entry, at most. */
export const MAX_ENTRY_BYTES = 16 * 1024;
/** Bytes of text that an event holds itself; the rest of 16 KiB is left for its other fields. */
const MAX_INLINE_BYTES = 4 * 1024;
const MAX_DEPTH = 32;

/** Throws a plain Error for what an event may never hold: that is a fault of the writer, not of a person. */
export function canonicalJson(value: EventValue, depth = 0): string {
  if (depth > MAX_DEPTH) throw new Error(`An event nests deeper than ${MAX_DEPTH} levels.`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalInteger(value);
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  return canonicalObject(value, depth);
}

function canonicalInteger(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`An event holds the number ${value}; only integers up to 2^53 have one spelling.`);
  return String(value === 0 ? 0 : value);
}

function canonicalString(value: string): string {
  if (/\p{Cs}/u.test(value)) throw new Error('An event holds half a surrogate pair, which has no UTF-8.');
  return JSON.stringify(value);
}

function canonicalObject(value: { [key: string]: EventValue }, depth: number): string {
  const members = Object.keys(value).sort().map((key) => {
    const member = value[key];
    if (member === undefined) throw new Error(`The field ${key} of an event is undefined.`);
    if (!/^[\x20-\x7e]+$/u.test(key)) throw new Error(`The field name ${JSON.stringify(key)} of an event is not ASCII.`);
    return `${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`;
  });
  return `{${members.join(',')}}`;
}

/** EngineError `refused` beyond 16 KiB; the caller puts long values into a blob with `inlineOrBlob`. */
export function canonicalBytes(value: EventValue): Buffer {
  const bytes = Buffer.from(canonicalJson(value));
  if (bytes.length <= MAX_ENTRY_BYTES) return bytes;
  throw new EngineError('refused', `The entry would take ${bytes.length} bytes; the journal takes ${MAX_ENTRY_BYTES}.`, { hint: 'Attach long text as a file.' });
}

/** Short text stays in the event, long text becomes a blob that the event names. */
export function inlineOrBlob(blobs: Pick<BlobStore, 'put'>, text: string): string | { sha256: string; size: number } {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_INLINE_BYTES) return text;
  const { sha256, size } = blobs.put(bytes);
  return { sha256, size };
}
