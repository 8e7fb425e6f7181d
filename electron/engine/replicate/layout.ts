/**
 * How the record lies in a bucket. Every object is written once: its name holds the digest of its content, or its content
 * never changes.
 *
 *     PREFIX/DEVICE-KEYID/device.vkey                     the key that signs the checkpoints
 *     PREFIX/DEVICE-KEYID/README-SHA256.txt               how to read the rest
 *     PREFIX/DEVICE-KEYID/blobs/AB/SHA256                 outputs and attachments; above 1 GiB as SHA256.part-N-of-M
 *     PREFIX/DEVICE-KEYID/journal/FROM-TO-SHA256.ndjson   entries FROM to TO, the exact bytes of each on a line
 *     PREFIX/DEVICE-KEYID/checkpoints/SIZE.note           the signed roots
 *
 * They are written in this order, so that whatever cuts a replication off, an entry that is there has its outputs there.
 */
import { createHash } from 'node:crypto';

/** Widest number of an entry: an S3 listing then has the segments in order. */
const DIGITS = 12;
const SEGMENT = /^journal\/(\d{12})-(\d{12})-([0-9a-f]{64})\.ndjson$/u;

/** Entries `from` to `to`, both inclusive. */
export interface Segment { from: number; to: number; sha256: string }

/** `device/0badcafe+1234abcd+…` → `0badcafe-1234abcd/`; one laptop's record never meets another's. */
export function deviceFolder(vkey: string): string {
  const [name = '', id = ''] = vkey.split('+');
  return `${name.replace(/^device\//u, '').replace(/[^A-Za-z0-9._-]/gu, '_')}-${id}/`;
}

/** The prefix as a folder: without slashes around it, one behind it; nothing for the bucket itself. */
export function prefixFolder(prefix: string): string {
  const bare = prefix.replace(/^\/+|\/+$/gu, '');
  return bare === '' ? '' : `${bare}/`;
}

export function segmentKey({ from, to, sha256 }: Segment): string {
  return `journal/${String(from).padStart(DIGITS, '0')}-${String(to).padStart(DIGITS, '0')}-${sha256}.ndjson`;
}

/** Null for a key that is no segment. */
export function readSegmentKey(key: string): Segment | null {
  const [, from, to, sha256] = SEGMENT.exec(key) ?? [];
  return from === undefined || to === undefined || sha256 === undefined ? null : { from: Number(from), to: Number(to), sha256 };
}

export function blobKey(sha256: string): string {
  return `blobs/${sha256.slice(0, 2)}/${sha256}`;
}

/** `number` counts from 1. */
export function partKey(sha256: string, number: number, parts: number): string {
  return `${blobKey(sha256)}.part-${String(number).padStart(4, '0')}-of-${String(parts).padStart(4, '0')}`;
}

const README = `This folder is the record of one Blackstart laptop. Nothing in it is ever changed; new objects are added.

device.vkey    the key that signs the checkpoints (C2SP signed note, verifier key)
journal/       FROM-TO-SHA256.ndjson: entries FROM to TO, one a line, byte for byte as they were journaled. Each names the
               leaf hash of the one before it as "prev": SHA-256 of a zero byte and the line without its newline (RFC 6962).
blobs/         outputs and attachments that the entries name, each under its SHA-256. One above 1 GiB lies in parts: join
               them in the order of their numbers.
checkpoints/   SIZE.note: a signed note (C2SP tlog-checkpoint) with the number of entries and their Merkle root (RFC 6962).

Put the lines of journal/ together in the order of their numbers, compute the Merkle root of the first SIZE of them, and
compare it with the note: no Blackstart is needed for that.
`;

export function readmeObject(): { key: string; bytes: Buffer } {
  const bytes = Buffer.from(README);
  return { key: `README-${createHash('sha256').update(bytes).digest('hex')}.txt`, bytes };
}
