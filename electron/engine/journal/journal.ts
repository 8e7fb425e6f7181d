/** The journal: the one door through which anything becomes durable. */
import type { OutputSink, StoredOutput } from '../tool/tool.ts';

/** JSON with integers only, as the canonical form allows. */
export type EventValue = string | number | boolean | null | EventValue[] | { [key: string]: EventValue };
export type EventData = { [key: string]: EventValue };

/** What a writer says; the journal adds v, seq, prev, id, wall, boot and up. */
export interface NewEvent {
  type: string;
  run: string | null;
  /** `person/ID`, `engine` or `device`. */
  actor: string;
  data: EventData;
}

/** One acknowledged event. */
export interface JournalEvent extends NewEvent {
  v: 1;
  seq: number; // from 1
  prev: string; // hex leaf hash of the event before; 64 zeros for the first
  id: string;
  wall: string; // RFC 3339 UTC, milliseconds
  boot: string;
  up: number; // milliseconds since boot
}

export interface BlobStore {
  put(bytes: Uint8Array): StoredOutput;
  /** Streams to a temporary file, hashes on the way, and renames to the digest at the end. */
  sink(): OutputSink;
  /** Bytes `offset … offset+length` of a blob, fewer at its end. EngineError `not-found` when it is missing. */
  read(sha256: string, offset?: number, length?: number): Uint8Array;
  size(sha256: string): number;
  path(sha256: string): string;
}

export interface Journal {
  /** Durable when it returns. EngineError `disk` when the disk refused; then nothing was acknowledged. */
  append(event: NewEvent): JournalEvent;
  /** Several events in one transaction: all of them or none. */
  appendAll(events: readonly NewEvent[]): JournalEvent[];
  /** In order, from `after` (exclusive). */
  events(filter?: { after?: number; run?: string; types?: readonly string[] }): IterableIterator<JournalEvent>;
  /** Called after each acknowledged append. Returns the unsubscriber. */
  subscribe(listener: (events: readonly JournalEvent[]) => void): () => void;
  readonly blobs: BlobStore;
  readonly head: { size: number; hash: string };
  /** Signs the Merkle root (with the run key as well, while a run has one), writes and fsyncs `checkpoints/SIZE.note`. */
  checkpoint(reason: string): { note: string; size: number; hash: string; words: string };
  close(): void;
}
