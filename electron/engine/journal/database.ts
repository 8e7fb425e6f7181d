/** The journal's SQLite file: one table, known to the letter, or nothing. */
import { EngineError } from '../../contract/errors.ts';
import Database from 'better-sqlite3';
import { z } from 'zod';

export const TABLE = 'CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT';
/** `BSJ1`, so that `file` and a person with a hex editor know whose it is. */
const APPLICATION_ID = 0x42534a31;

const SchemaRow = z.object({ type: z.string(), name: z.string(), sql: z.string().nullable() });
const EntryRow = z.object({ seq: z.number(), bytes: z.instanceof(Buffer) });
const CheckpointRow = z.object({ busy: z.number(), log: z.number(), checkpointed: z.number() });

export type EntryRow = z.infer<typeof EntryRow>;

/** Rows in hand at a time, so that a scan of a large journal keeps memory flat and never holds a cursor open. */
const PAGE_ROWS = 512;

export class EntryTable {
  readonly #db: Database.Database;
  readonly #insert: Database.Statement<[number, Uint8Array]> | null;
  readonly #page: Database.Statement<[number, number]>;
  /** By the number of needles. */
  readonly #pagesContaining = new Map<number, Database.Statement<(number | Uint8Array)[]>>();

  private constructor(db: Database.Database, writable: boolean) {
    this.#db = db;
    this.#insert = writable ? db.prepare<[number, Uint8Array]>('INSERT INTO entry(seq, bytes) VALUES (?, ?)') : null;
    this.#page = db.prepare<[number, number]>('SELECT seq, bytes FROM entry WHERE seq > ? ORDER BY seq LIMIT ?');
  }

  /** Makes the file when it is missing. EngineError `refused` when it holds anything but our one table. */
  static open(path: string): EntryTable {
    const db = new Database(path);
    try {
      db.pragma('trusted_schema = OFF');
      if (readSchema(db, path).length === 0) createTable(db);
      requireOurTable(db, path);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      return new EntryTable(db, true);
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  }

  /** Takes no lock that a writer could feel and never checkpoints. */
  static openForReading(path: string): EntryTable {
    const db = new Database(path, { readonly: true, fileMustExist: true });
    try {
      db.pragma('trusted_schema = OFF');
      requireOurTable(db, path);
      return new EntryTable(db, false);
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  }

  /** All rows or none; durable when it returns. */
  insertAll(entries: readonly { event: { seq: number }; bytes: Uint8Array }[]): void {
    const insert = this.#insert;
    if (insert === null) throw new Error('This journal was opened for reading.');
    this.#db.transaction(() => {
      for (const { event, bytes } of entries) insert.run(event.seq, bytes);
    })();
  }

  /** Rows after `seq`, in order, in pages: other statements may run between two of them. */
  *rows(after = 0): IterableIterator<EntryRow> {
    for (let from = after; ; ) {
      const page = this.#page.all(from, PAGE_ROWS).map((row) => EntryRow.parse(row));
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      from = last.seq;
    }
  }

  /** Rows whose bytes contain one of the needles; the caller decides on the parsed event. */
  *rowsContaining(needles: readonly string[], after = 0, until = Number.MAX_SAFE_INTEGER): IterableIterator<EntryRow> {
    const bytes = needles.map((needle) => Buffer.from(needle));
    const containing = this.#pagesContaining.get(bytes.length) ?? this.#db.prepare<(number | Uint8Array)[]>(`SELECT seq, bytes FROM entry WHERE seq > ? AND seq <= ? AND (${bytes.map(() => 'instr(bytes, ?) > 0').join(' OR ')}) ORDER BY seq LIMIT ?`);
    this.#pagesContaining.set(bytes.length, containing);
    for (let from = after; ; ) {
      const page = containing.all(from, until, ...bytes, PAGE_ROWS).map((row) => EntryRow.parse(row));
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      from = last.seq;
    }
  }

  row(seq: number): EntryRow | null {
    const row = this.#page.all(seq - 1, 1).map((found) => EntryRow.parse(found))[0];
    return row?.seq === seq ? row : null;
  }

  lastSeq(): number {
    return z.object({ last: z.number().nullable() }).parse(this.#db.prepare('SELECT max(seq) AS last FROM entry').get()).last ?? 0;
  }

  /**
   * Copies what the WAL holds into the database file and syncs that. After a failed fsync the kernel may call lost pages
   * clean; only writing the bytes anew makes them durable. False when a reader holds part of the WAL back.
   */
  rewriteDurably(): boolean {
    const [row] = z.array(CheckpointRow).parse(this.#db.pragma('wal_checkpoint(PASSIVE)'));
    return row !== undefined && row.busy === 0 && row.log === row.checkpointed;
  }

  close(): void {
    this.#db.close();
  }
}

function createTable(db: Database.Database): void {
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.exec(TABLE);
}

function readSchema(db: Database.Database, path: string): z.infer<typeof SchemaRow>[] {
  try {
    return z.array(SchemaRow).parse(db.prepare('SELECT type, name, sql FROM sqlite_schema').all());
  } catch (cause) {
    if (cause instanceof Database.SqliteError && /^SQLITE_(?:NOTADB|CORRUPT|ERROR)/u.test(cause.code)) {
      throw new EngineError('refused', `${path} is not a journal: it cannot be read as a database.`, { hint: 'Run "blackstart record verify"; keep the folder as it is for whoever investigates.', cause });
    }
    throw cause;
  }
}

function requireOurTable(db: Database.Database, path: string): void {
  const schema = readSchema(db, path);
  const foreign = schema.filter((row) => row.sql !== TABLE || row.type !== 'table' || row.name !== 'entry');
  if (foreign.length === 0 && schema.length === 1) return;
  const names = foreign.map((row) => `${row.type} ${row.name}`).join(', ');
  throw new EngineError('refused', `${path} holds what Blackstart never wrote: ${names === '' ? 'no journal table' : names}. It was not opened for use.`, {
    hint: 'Someone changed the database. Run "blackstart record verify" and keep the folder for whoever investigates.',
  });
}
