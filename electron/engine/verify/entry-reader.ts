/** Walks the entries of a record one by one and holds each against the one before it. */
import type { Problems } from './problems.ts';
import { judgeSignature, readPublicKey, readSignedText } from './signed-text.ts';
import type { PublicKey } from './signed-text.ts';
import { isRecord, readStrictJson } from './strict-json.ts';
import { Tree } from './tree.ts';

/** v, seq, prev, id, wall, boot, up, run, type, actor, data. */
const FIELDS = 11;
const BLOB_FIELDS: ReadonlySet<string> = new Set(['sha256,size', 'name,sha256,size']);
const MAX_BYTES = 16 * 1024;
const CLOCK_TOLERANCE_MS = 2000;

/** An event whose shape was checked. */
interface ReadEvent {
  seq: number;
  prev: string;
  wall: number; // milliseconds since 1970
  boot: string;
  up: number;
  run: string | null;
  type: string;
  data: Record<string, unknown>;
}

/** A run's key: what it signs must lie at or after `from` and before `to`. */
export interface RunKeySpan {
  key: PublicKey;
  run: string;
  from: number;
  to: number;
  certificate: unknown;
}

export interface BlobName {
  sha256: string;
  size: number;
  seq: number;
}

export class EntryReader {
  readonly tree = new Tree();
  readonly runKeys: RunKeySpan[] = [];
  readonly blobs = new Map<string, BlobName>();
  /** Sequence numbers of `record.checkpoint` entries. */
  readonly journaledCheckpoints: number[] = [];
  /** Roots at the sizes that were asked for, and leaf hashes of the entries with those numbers. */
  readonly roots = new Map<number, string>();
  readonly leaves = new Map<number, string>();
  deviceKey: string | null = null;
  readonly #problems: Problems;
  readonly #wanted: ReadonlySet<number>;
  #leaf = '0'.repeat(64);
  #before: ReadEvent | null = null;

  constructor(problems: Problems, wantedSizes: Iterable<number>) {
    this.#problems = problems;
    this.#wanted = new Set(wantedSizes);
  }

  /** Returns the run that the entry belongs to; undefined when it cannot be told. @param entry bytes, or the ASCII text that they spell */
  read(entry: string | Buffer): string | null | undefined {
    const seq = this.tree.size + 1;
    const read = this.#parse(seq, entry);
    const event = read?.event ?? null;
    if (event !== null) this.#judge(seq, event);
    // Most entries name no blob, and one look at the text says so.
    if (event !== null && read?.text.includes('"sha256"') === true) collectBlobs(event.data, seq, this.blobs);
    this.#take(this.tree.addEntry(entry));
    this.#before = event;
    return event?.run;
  }

  /** An entry of which only the leaf hash is known. */
  readHidden(leaf: string): void {
    this.tree.addLeaf(leaf);
    this.#take(leaf);
    this.#before = null;
  }

  #take(leaf: string): void {
    this.#leaf = leaf;
    if (!this.#wanted.has(this.tree.size)) return;
    this.roots.set(this.tree.size, this.tree.root());
    this.leaves.set(this.tree.size, this.#leaf);
  }

  #parse(seq: number, entry: string | Buffer): { event: ReadEvent; text: string } | null {
    if (entry.length > MAX_BYTES) this.#problems.add('entry.too-long', seq, `Entry ${seq} has ${entry.length} bytes; ${MAX_BYTES} are allowed.`);
    const read = readStrictJson(entry);
    if ('fault' in read) {
      const said = read.fault === 'unreadable' ? 'is not JSON' : 'is not in the one canonical spelling';
      this.#problems.add(`entry.${read.fault}`, seq, `Entry ${seq} ${said}.`);
      return null;
    }
    const event = asEvent(read.value);
    if (event === null) this.#problems.add('entry.shape', seq, `Entry ${seq} does not have the fields of an event.`);
    return event === null ? null : { event, text: read.text };
  }

  #judge(seq: number, event: ReadEvent): void {
    if (event.seq !== seq) this.#problems.add('entry.seq', seq, `Entry ${seq} says that it is number ${event.seq}: entries were removed, added or moved.`);
    if (event.prev !== this.#leaf) this.#problems.add('chain.broken', seq, `Entry ${seq} does not follow from the one before it: one of the two was changed.`);
    if (this.#before !== null) this.#judgeClocks(this.#before, event);
    this.#collect(seq, event);
  }

  #judgeClocks(before: ReadEvent, event: ReadEvent): void {
    const wall = event.wall - before.wall;
    if (before.boot !== event.boot) {
      if (wall < 0 && event.type !== 'clock.rollback') this.#problems.add('clock.unexplained', event.seq, `Entry ${event.seq} lies ${-wall} ms before the one of the earlier boot, and no clock.rollback says why.`);
      return;
    }
    const drift = wall - (event.up - before.up);
    if (event.up < before.up || (Math.abs(drift) > CLOCK_TOLERANCE_MS && event.type !== 'clock.jump')) {
      this.#problems.add('clock.unexplained', event.seq, `The wall clock moved by ${wall} ms between entries ${before.seq} and ${event.seq}, the time since boot by ${event.up - before.up} ms, and no clock.jump says why.`);
    }
  }

  #collect(seq: number, { type, run, data }: ReadEvent): void {
    const { vkey, certificate } = data;
    if (type === 'device.key' && typeof vkey === 'string') this.deviceKey ??= vkey;
    if (type === 'record.checkpoint') this.journaledCheckpoints.push(seq);
    if (type === 'record.damaged') this.#problems.add('record.damaged', seq, `At entry ${seq} a person went on with a record that did not match its checkpoint.`);
    if (type === 'run.key' && typeof vkey === 'string') this.#beginRunKey(seq, run ?? '', vkey, certificate);
    if (type === 'run.key-ended') this.runKeys.forEach((span) => { if (span.to === Infinity && `${span.key.name}+${span.key.id}` === keyName(vkey)) span.to = seq; });
  }

  #beginRunKey(seq: number, run: string, vkey: string, certificate: unknown): void {
    const key = readPublicKey(vkey);
    if (key === null) {
      this.#problems.add('key.uncertified', seq, `The run key in entry ${seq} cannot be read.`);
      return;
    }
    for (const span of this.runKeys) if (span.run === run && span.to === Infinity) span.to = seq;
    this.runKeys.push({ key, run, from: seq, to: Infinity, certificate });
  }

  /** Every run key must carry the device's certificate for this run and this key. */
  judgeRunKeys(device: PublicKey): void {
    for (const { key, run, from, certificate } of this.runKeys) {
      const signed = typeof certificate === 'string' ? readSignedText(Buffer.from(certificate)) : null;
      const expected = `blackstart/run-key/v1\nrun ${run}\nkey ${key.name}+${key.id}+${Buffer.concat([Uint8Array.of(key.kind), key.raw]).toString('base64')}\n`;
      if (signed?.text !== expected || judgeSignature(signed, device) !== 'good') {
        this.#problems.add('key.uncertified', from, `The run key in entry ${from} is not certified by the device key.`);
      }
    }
  }
}

function keyName(vkey: unknown): string {
  const key = typeof vkey === 'string' ? readPublicKey(vkey) : null;
  return key === null ? '' : `${key.name}+${key.id}`;
}

function asEvent(value: unknown): ReadEvent | null {
  if (!isRecord(value) || Object.keys(value).length !== FIELDS) return null;
  const { v, seq, prev, id, wall, boot, up, run, type, actor, data } = value;
  if (v !== 1 || typeof seq !== 'number' || typeof prev !== 'string' || typeof boot !== 'string' || typeof up !== 'number') return null;
  const at = typeof wall === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(wall) ? Date.parse(wall) : NaN;
  if (Number.isNaN(at)) return null;
  if (typeof id !== 'string' || id === '' || typeof type !== 'string' || type === '' || typeof actor !== 'string' || actor === '') return null;
  if ((run !== null && typeof run !== 'string') || !isRecord(data)) return null;
  return { seq, prev, wall: at, boot, up, run, type, data };
}

/** An object of exactly `sha256` and `size`, perhaps with a `name`, names a blob, wherever it stands in an event. */
function collectBlobs(value: unknown, seq: number, found: Map<string, BlobName>): void {
  if (typeof value !== 'object' || value === null) return;
  if (isRecord(value)) {
    const { sha256, size } = value;
    if (typeof sha256 === 'string' && typeof size === 'number' && BLOB_FIELDS.has(Object.keys(value).join()) && /^[0-9a-f]{64}$/u.test(sha256)) {
      if (!found.has(sha256)) found.set(sha256, { sha256, size, seq });
      return;
    }
  }
  for (const member of Object.values(value)) collectBlobs(member, seq, found);
}
