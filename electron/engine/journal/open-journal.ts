/** The writer's side of the record. */
import { EngineError } from '../../contract/errors.ts';
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../deps.ts';
import { cosignNote, parseVerifier, signNote } from '../note/note.ts';
import type { Signer } from '../note/note.ts';
import { clearUnfinished, openBlobStore } from './blobs.ts';
import { readChain } from './chain.ts';
import type { Chain } from './chain.ts';
import { CheckpointFolder, checkpointText } from './checkpoints.ts';
import type { TreeHead } from './checkpoints.ts';
import { EntryTable } from './database.ts';
import { makeRunKey } from './device-key.ts';
import { asDiskError, fsyncFolder, makeFolder, onDisk } from './durable-file.ts';
import { buildEntry, clockEvent, parseEntry } from './event.ts';
import type { Entry } from './event.ts';
import { HeldDeviceKey } from './held-device-key.ts';
import type { BlobStore, DeviceIdentity, EventFilter, Journal, JournalEvent, NewEvent } from './journal.ts';
import { Listeners } from './listeners.ts';
import { lockDataFolder } from './lock.ts';
import type { DataFolderLock } from './lock.ts';
import { leafHash } from './merkle.ts';
import type { Opened } from './seal-device-key.ts';
import { selectEvents } from './select-events.ts';
import { wordsForHash } from './words.ts';

/** A signed statement is due after so much time with new entries, in milliseconds. */
const CHECKPOINT_EVERY_MS = 15 * 60 * 1000;

export interface OpenOptions {
  dataDir: string;
  clock: Clock;
  /** The lock when the caller holds it already; else the journal takes it and frees it at close. */
  lock?: DataFolderLock;
  /** Go on with a record that does not match its checkpoint. Journaled as `record.damaged`; verification keeps saying so. */
  acceptDamage?: { actor: string; reason: string };
  /** A wrapped device key that was opened before; else it stays locked until `unlockDevice`. */
  openedKey?: Opened | undefined;
}

/**
 * Opens the data folder's journal for writing, and makes folder, device key and journal at first start.
 *
 * @throws EngineError `locked` when another process writes, `refused` for a database that is not ours, `bad` when its end is
 *   not the one that was signed, `disk` when the disk fails
 */
export function openJournal(options: OpenOptions): Journal {
  const { dataDir } = options;
  onDisk('opening the data folder', () => makeFolder(dataDir));
  const lock = options.lock ?? lockDataFolder(dataDir);
  try {
    return onDisk('opening the journal', () => new RecordJournal(options, lock));
  } catch (thrown) {
    if (options.lock === undefined) lock.release();
    throw thrown;
  }
}

class RecordJournal implements Journal {
  readonly blobs: BlobStore;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #key: HeldDeviceKey;
  /** Runs under way that the device key has not vouched for. */
  readonly #waitingRuns = new Set<string>();
  /** Whether the record says that the device key is locked; null: not looked yet. */
  #lockIsTold: boolean | null = null;
  readonly #folder: CheckpointFolder;
  readonly #runKeys = new Map<string, Signer>();
  readonly #freeLock: () => void;
  readonly #listeners = new Listeners();
  #table: EntryTable | null;
  #chain: Chain;
  #isClosed = false;
  #checkpointedUp: number;

  constructor({ dataDir, clock, acceptDamage, openedKey, lock: given }: OpenOptions, lock: DataFolderLock) {
    this.#clock = clock;
    this.#freeLock = given === undefined ? () => lock.release() : () => undefined;
    this.#key = new HeldDeviceKey(join(dataDir, 'keys'), openedKey);
    this.blobs = openBlobStore(join(dataDir, 'blobs'));
    this.#folder = new CheckpointFolder(join(dataDir, 'checkpoints'));
    this.#path = join(dataDir, 'journal.sqlite');
    this.#checkpointedUp = clock.uptime();
    this.#table = openTable(this.#path);
    try {
      this.#chain = readChain(this.#table, this.#folder, parseVerifier(this.device.vkey));
      this.#settleDamage(acceptDamage);
      this.#begin();
      clearUnfinished(join(dataDir, 'blobs'));
    } catch (thrown) {
      this.#table.close();
      throw thrown;
    }
  }

  get device(): DeviceIdentity {
    return this.#key.identity;
  }

  get head(): TreeHead {
    return { size: this.#chain.frontier.size, hash: this.#chain.frontier.root() };
  }

  append(event: NewEvent): JournalEvent {
    const [written] = this.appendAll([event]);
    if (written === undefined) throw new Error('An append came back without its event.');
    return written;
  }

  appendAll(events: readonly NewEvent[]): JournalEvent[] {
    if (events.length === 0) return [];
    const written = this.#commit(events);
    this.#catchUpCheckpoints();
    return written;
  }

  *events(filter: EventFilter = {}): IterableIterator<JournalEvent> {
    yield* selectEvents(this.#usableTable(), filter);
  }

  subscribe(listener: (events: readonly JournalEvent[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  checkpoint(reason: string): { note: string; size: number; hash: string; words: string } {
    if (this.#key.signer === null) this.#tellLocked(reason);
    this.#key.require();
    this.#commit([{ type: 'record.checkpoint', run: null, actor: 'device', data: { reason } }]);
    const head = this.head;
    this.#chain.unsigned.push(head);
    return { note: this.#signPending(), ...head, words: wordsForHash(head.hash) };
  }

  startRunKey(run: string): void {
    if (this.#key.signer === null) {
      this.#waitingRuns.add(run);
      this.#tellLocked(`the key of run ${run}`);
      return;
    }
    const { signer, certificate } = makeRunKey(run, this.#key.signer);
    const superseded = this.#runKeys.get(run);
    const ended = superseded === undefined ? [] : [runKeyEnded(run, superseded)];
    this.appendAll([...ended, { type: 'run.key', run, actor: 'device', data: { vkey: signer.vkey, certificate } }]);
    this.#runKeys.set(run, signer);
  }

  endRunKey(run: string): void {
    this.#waitingRuns.delete(run);
    const signer = this.#runKeys.get(run);
    if (signer === undefined) return;
    // Before the event, so that no checkpoint which holds the event carries this key's signature.
    this.#runKeys.delete(run);
    try {
      this.append(runKeyEnded(run, signer));
    } catch (thrown) {
      this.#runKeys.set(run, signer);
      throw thrown;
    }
  }

  sign(text: string, run?: string): string {
    const runKey = run === undefined ? undefined : this.#runKeys.get(run);
    const device = this.#key.require();
    return signNote(text, runKey === undefined ? [device] : [device, runKey]);
  }

  unlockDevice(opened: Opened): void {
    if (!this.#key.take(opened)) return;
    this.#signPending();
    for (const run of this.#waitingRuns) this.startRunKey(run);
    this.#waitingRuns.clear();
    if (!this.#isLockTold()) return;
    this.append({ type: 'device.unlocked', run: null, actor: 'device', data: { by: opened.kind === 'open' ? opened.by : '' } });
    this.#lockIsTold = false;
    this.checkpoint('the device key was unlocked');
  }

  deviceSigner(): Signer {
    return this.#key.require();
  }

  rereadDevice(): void {
    this.#key.reread();
  }

  cosign(note: string): string {
    return cosignNote(note, this.#key.require(), Math.floor(this.#clock.now() / 1000));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#runKeys.clear();
    try {
      this.#table?.close();
      this.#folder.close();
    } finally {
      this.#table = null;
      this.#freeLock();
    }
  }

  /** Once until it is unlocked: what stands here was due, and is made up for then. */
  #tellLocked(due: string): void {
    if (!this.#isLockTold()) this.#commit([{ type: 'device.locked', run: null, actor: 'device', data: { due, why: this.device.locked ?? '' } }]);
    this.#lockIsTold = true;
  }

  /** No checkpoint can be newer than a lock that was told and not lifted, so older entries need not be read. */
  #isLockTold(): boolean {
    this.#lockIsTold ??= [...this.events({ after: this.#folder.newest(parseVerifier(this.device.vkey)).head?.size ?? 0, types: ['device.locked', 'device.unlocked'] })].at(-1)?.type === 'device.locked';
    return this.#lockIsTold;
  }

  #settleDamage(accepted: OpenOptions['acceptDamage']): void {
    const { damage } = this.#chain;
    if (damage === null) return;
    this.#chain.unsigned = [];
    if (accepted === undefined) {
      throw new EngineError('bad', `The record was changed or cut: ${damage}.`, { hint: 'Run "blackstart record verify" and keep a copy of the folder; a new data folder can be used meanwhile.' });
    }
    this.#key.require(); // what is gone on with has to be signed as it stands
    this.#commit([{ type: 'record.damaged', run: null, actor: accepted.actor, data: { found: damage, reason: accepted.reason } }]);
    this.checkpoint('a person goes on with a damaged record');
  }

  /** First entry of a new journal, and the notes that a crash kept from being written. */
  #begin(): void {
    if (this.#chain.position.seq === 0) {
      this.#commit([{ type: 'device.key', run: null, actor: 'device', data: { vkey: this.device.vkey, protection: this.device.protection } }]);
    }
    this.#signPending();
    this.#folder.writeHead(this.#chain.position);
  }

  #commit(events: readonly NewEvent[]): JournalEvent[] {
    const table = this.#usableTable();
    const entries = this.#build(events);
    try {
      table.insertAll(entries);
    } catch (thrown) {
      this.#settleFailedCommit(table, entries, thrown);
    }
    this.#advance(entries);
    return entries.slice(-events.length).map((entry) => entry.event);
  }

  #build(events: readonly NewEvent[]): Entry[] {
    const clock = clockEvent(this.#chain.last, this.#clock);
    const at = { wall: this.#clock.now(), boot: this.#clock.bootId(), up: this.#clock.uptime() };
    const entries: Entry[] = [];
    for (const said of clock === null ? events : [clock, ...events]) {
      const before = entries.at(-1);
      entries.push(buildEntry(said, before === undefined ? this.#chain.position : { seq: before.event.seq, leaf: before.leaf }, at));
    }
    return entries;
  }

  #advance(entries: readonly Entry[]): void {
    for (const { event, leaf } of entries) {
      this.#chain.frontier.append(leaf);
      this.#chain.position = { seq: event.seq, leaf };
      this.#chain.last = event;
    }
    this.#noteHead();
    this.#listeners.deliver(entries.map((entry) => entry.event));
  }

  /** A hint; that it could not be written takes nothing from what is durable already. */
  #noteHead(): void {
    try {
      this.#folder.writeHead(this.#chain.position);
    } catch {
      // The hint lags behind, as after a power cut; the next append writes it anew.
    }
  }

  /**
   * A failed commit has an unknown outcome. Opens the file anew and looks: when the entries are there, they are written to
   * the database file and synced once more and the commit counts; when not, it never happened.
   */
  #settleFailedCommit(failed: EntryTable, entries: readonly Entry[], thrown: unknown): void {
    this.#abandon(failed);
    const reason = asDiskError(thrown, 'writing to the journal');
    let table: EntryTable;
    try {
      table = openTable(this.#path);
    } catch {
      throw reason;
    }
    if (this.#isDurableIn(table, entries.at(-1))) {
      this.#table = table;
      return;
    }
    // Unless the entries are surely absent, the next use looks again, after whatever ails the disk.
    if (this.#holds(table, entries.at(-1))) this.#abandon(table);
    else this.#table = table;
    throw reason;
  }

  #holds(table: EntryTable, entry: Entry | undefined): boolean {
    return entry !== undefined && table.row(entry.event.seq)?.bytes.equals(entry.bytes) === true;
  }

  #isDurableIn(table: EntryTable, entry: Entry | undefined): boolean {
    try {
      return this.#holds(table, entry) && table.rewriteDurably();
    } catch {
      return false;
    }
  }

  #abandon(table: EntryTable): void {
    this.#table = null;
    try {
      table.close();
    } catch {
      // Closing tries to tidy the WAL; on a failed disk it may not, and the WAL is read again at the next opening.
    }
  }

  /** The open table; after a failure a new one, with whatever turned out to have been written. */
  #usableTable(): EntryTable {
    if (this.#isClosed) throw new Error('The journal is closed.');
    if (this.#table !== null) return this.#table;
    return onDisk('opening the journal again after a failure', () => {
      const table = openTable(this.#path);
      try {
        const found = this.#unseenEntries(table);
        if (!table.rewriteDurably()) throw new EngineError('disk', 'The journal could not be made durable again yet.', { hint: 'Close other programs that read it and try again.' });
        this.#table = table;
        this.#advance(found);
        return table;
      } catch (thrown) {
        table.close();
        throw thrown;
      }
    });
  }

  #unseenEntries(table: EntryTable): Entry[] {
    return [...table.rows(this.#chain.position.seq)].map(({ seq, bytes }) => {
      const event = parseEntry(bytes);
      if (event?.seq !== seq) throw new EngineError('bad', `Entry ${seq} of the journal cannot be read.`, { hint: 'Run "blackstart record verify".' });
      return { event, bytes, leaf: leafHash(bytes) };
    });
  }

  #catchUpCheckpoints(): void {
    try {
      if (this.#clock.uptime() - this.#checkpointedUp >= CHECKPOINT_EVERY_MS) this.checkpoint('15 minutes have passed');
      else this.#signPending();
    } catch (thrown) {
      // What the caller appended is durable; the statement about it is tried again at the next append.
      if (!(thrown instanceof EngineError)) throw thrown;
    }
  }

  /** Writes the notes of all journaled checkpoints that lack one. Returns the newest. */
  #signPending(): string {
    if (this.#key.signer === null) return '';
    return onDisk('writing a checkpoint', () => {
      let newest = '';
      for (let head = this.#chain.unsigned[0]; head !== undefined; head = this.#chain.unsigned[0]) {
        newest = this.#signHead(head);
        this.#chain.unsigned.shift();
      }
      return newest;
    });
  }

  /** A key of a run that began later has nothing to say about an older head. */
  #signHead(head: TreeHead): string {
    const isCurrent = head.size === this.#chain.frontier.size;
    const device = this.#key.require();
    const signers = isCurrent ? [device, ...this.#runKeys.values()] : [device];
    const note = signNote(checkpointText(this.device.name, head), signers);
    this.#folder.write(head.size, note);
    if (isCurrent) this.#folder.writeFrontier(this.#chain.frontier);
    this.#checkpointedUp = this.#clock.uptime();
    return note;
  }
}

function runKeyEnded(run: string, signer: Signer): NewEvent {
  return { type: 'run.key-ended', run, actor: 'device', data: { vkey: signer.vkey } };
}

function openTable(path: string): EntryTable {
  if (existsSync(path)) return EntryTable.open(path);
  // SQLite would make it readable by all; its -wal takes over the mode.
  closeSync(openSync(path, 'a', 0o600));
  const table = EntryTable.open(path);
  fsyncFolder(dirname(path));
  return table;
}
