/** The journal: the one door through which anything becomes durable. */
import type { DeviceKeyGuard } from '../../contract/credentials.ts';
import type { OutputSink, StoredOutput } from '../tool/tool.ts';
import type { Signer } from '../note/note.ts';
import type { Opened } from './seal-device-key.ts';

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

export interface EventFilter {
  /** Exclusive. */
  after?: number;
  /** Inclusive. */
  until?: number;
  run?: string;
  types?: readonly string[];
}

/** A journal as a reader sees it: no lock taken, nothing written, nothing checkpointed. */
export interface JournalReader {
  /** In order, from `after` (exclusive). */
  events(filter?: EventFilter): IterableIterator<JournalEvent>;
  readonly blobs: Pick<BlobStore, 'read' | 'size' | 'path'>;
  /** `hash` is the Merkle root over all entries, hex. */
  readonly head: { size: number; hash: string };
  close(): void;
}

/** The laptop's own key. `unwrapped`: nothing guards it but its file's mode. */
export interface DeviceIdentity {
  name: string;
  vkey: string;
  protection: 'wrapped' | 'unwrapped';
  /** Each of them opens it. */
  guards: readonly DeviceKeyGuard[];
  /** Why nothing can be signed now, in words; null when the key is open. */
  locked: string | null;
}

/** The journal with the right to write. One process holds it at a time. */
export interface Journal extends JournalReader {
  readonly blobs: BlobStore;
  readonly device: DeviceIdentity;
  /** Durable when it returns. EngineError `disk` when the disk refused; then nothing was acknowledged. */
  append(event: NewEvent): JournalEvent;
  /** Several events in one transaction: all of them or none. */
  appendAll(events: readonly NewEvent[]): JournalEvent[];
  /** Called after each acknowledged append, in order of seq. Returns the unsubscriber. */
  subscribe(listener: (events: readonly JournalEvent[]) => void): () => void;
  /**
   * Journals `record.checkpoint`, signs the Merkle root that includes it (with every living run key as well), writes and
   * fsyncs `checkpoints/SIZE.note`. `hash` in hex. EngineError `waiting` while the device key is locked: then `device.locked`
   * says once what was due, and the checkpoint is made when the key is unlocked.
   */
  checkpoint(reason: string): { note: string; size: number; hash: string; words: string };
  /**
   * Makes a key for this run in memory and journals `run.key`; call it at run start and again on resume. While the device key
   * is locked there is no run key, since nobody could vouch for it; it is made when the device key is unlocked.
   */
  startRunKey(run: string): void;
  /** Journals `run.key-ended` and forgets the key. Nothing happens when the run has none. */
  endRunKey(run: string): void;
  /**
   * Signs text (which ends with a newline) as a note with the device key, and with the key of `run` when it lives.
   * EngineError `waiting` while the device key is locked.
   */
  sign(text: string, run?: string): string;
  /** Adds this device's timestamped signature (C2SP cosignature/v1) to another record's checkpoint. */
  cosign(note: string): string;
  /**
   * What came of opening the device key. An open one signs all that has waited, and vouches for the runs under way; a locked
   * one changes the reason that is told. EngineError `refused` for another key than this journal's.
   */
  unlockDevice(opened: Opened): void;
  /** EngineError `waiting` while the device key is locked. */
  deviceSigner(): Signer;
  /** Reads again how the device key is guarded, after that was changed. */
  rereadDevice(): void;
}
