/**
 * The SQLite side of the First drill. It uses Node's own SQLite and runs in short-lived processes of the command line
 * (`drill tool …`), never in the engine's process.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type * as sqliteModule from 'node:sqlite';
import { EngineError } from '../../contract/errors.ts';
import { lanternsRows, SCHEMA } from './lanterns-data.ts';

type Sqlite = typeof sqliteModule;

/** Loaded when needed, so that a runtime without it can still read this module. */
async function sqlite(): Promise<Sqlite> {
  return import('node:sqlite');
}

/** Writes the service's database as it stood at `until` (milliseconds since 1970); the file must not exist yet. */
export async function makeDatabase(request: { file: string; until: number; masterKey: Uint8Array }): Promise<void> {
  const { DatabaseSync } = await sqlite();
  const database = new DatabaseSync(request.file);
  try {
    database.exec('PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; BEGIN');
    database.exec(SCHEMA);
    const rows = lanternsRows(request.until, request.masterKey);
    const lantern = database.prepare('INSERT INTO lanterns(id, quay, name, watts) VALUES (?, ?, ?, ?)');
    for (const { id, quay, name, watts } of rows.lanterns) lantern.run(id, quay, name, watts);
    const credential = database.prepare('INSERT INTO credentials(id, warden, secret) VALUES (?, ?, ?)');
    for (const { id, warden, secret } of rows.credentials) credential.run(id, warden, secret);
    const reading = database.prepare('INSERT INTO readings(lantern, at, lumens) VALUES (?, ?, ?)');
    for (const { lantern: post, at, lumens } of rows.readings) reading.run(post, at, lumens);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

function field(value: unknown): string {
  if (value === null) return '\\N';
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Answers one query: rows end with LF, columns are parted by TAB, NULL is `\N`. The file is only read. */
export async function queryDatabase(file: string, query: string): Promise<string> {
  if (!existsSync(file)) throw new EngineError('not-found', `There is no database at ${file}.`, { hint: 'Restore the backup first.' });
  const { DatabaseSync } = await sqlite();
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare(query).all();
    return rows.map((row) => `${Object.values(row).map(field).join('\t')}\n`).join('');
  } catch (cause) {
    throw new EngineError('bad', `The database refused the query: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  } finally {
    database.close();
  }
}

/** What a restore left behind. */
export interface RestoredDatabase {
  bytes: number;
  tables: number;
  /** Answer of SQLite's own page check: "ok", or its first complaint. */
  integrity: string;
}

/** Puts a database in place whole: a temporary file beside it, synced, examined, then renamed. */
export async function placeDatabase(file: string, content: Uint8Array): Promise<RestoredDatabase> {
  const temporary = `${file}.part`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, content, { mode: 0o600 });
  const handle = openSync(temporary, 'r');
  fsyncSync(handle);
  closeSync(handle);
  const tables = Number((await queryDatabase(temporary, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'")).trim());
  const integrity = (await queryDatabase(temporary, 'PRAGMA integrity_check(1)')).trim();
  renameSync(temporary, file);
  return { bytes: content.length, tables, integrity };
}
