/** The journal's database as it lies on the disk, read from a copy: the original is evidence and stays as it is. */
import { EngineError } from '../../contract/errors.ts';
import Database from 'better-sqlite3';
import { copyFileSync, existsSync, mkdtempSync, openSync, closeSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Problems } from './problems.ts';

const EXPECTED_SCHEMA = 'CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT';
const ATTEMPTS = 20;
const SchemaRow = z.object({ type: z.string(), name: z.string(), sql: z.string().nullable() });
const Bytes = z.instanceof(Buffer);

export interface DatabaseCopy {
  folder: string;
  remove: () => void;
}

/**
 * Copies database and `-wal`. A living writer appends to the WAL, which is harmless (the copy ends earlier), and now and then
 * moves it into the database, which is not: then the copy is made again.
 */
export async function copyDatabase(path: string): Promise<DatabaseCopy> {
  const folder = mkdtempSync(join(tmpdir(), 'blackstart-verify-'));
  const copy = { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
  try {
    for (let attempt = 1; ; attempt += 1) {
      const before = fingerprint(path);
      rmSync(join(folder, 'journal.sqlite-wal'), { force: true });
      if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, join(folder, 'journal.sqlite-wal'));
      copyFileSync(path, join(folder, 'journal.sqlite'));
      if (fingerprint(path) === before) return copy;
      if (attempt === ATTEMPTS) throw new EngineError('locked', 'The journal is being written too fast to take a copy.', { hint: 'Try again in a moment.' });
      await pause(10 * attempt);
    }
  } catch (thrown) {
    copy.remove();
    throw thrown;
  }
}

/** Changes when the database file was written or the WAL begun anew. */
function fingerprint(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true });
  return [size, mtimeNs, ino, walHeader(`${path}-wal`)].join(' ');
}

function walHeader(path: string): string {
  if (!existsSync(path)) return 'none';
  const handle = openSync(path, 'r');
  try {
    const header = Buffer.alloc(32);
    return header.toString('hex', 0, readSync(handle, header, 0, 32, 0));
  } finally {
    closeSync(handle);
  }
}

/** SQLite hands text over four times as fast as bytes; text that is not plain ASCII is fetched as bytes after all. */
const ROWS = "SELECT seq, CASE typeof(bytes) WHEN 'blob' THEN CAST(bytes AS TEXT) END FROM entry ORDER BY seq";

/** Calls `visit` for every row in order, with printable ASCII as text and anything else as bytes. What cannot be read becomes a problem. */
export function readRows(copy: DatabaseCopy, problems: Problems, visit: (seq: number, entry: string | Buffer) => void): void {
  let db: Database.Database | null = null;
  try {
    db = new Database(join(copy.folder, 'journal.sqlite'), { readonly: true });
    db.pragma('trusted_schema = OFF');
    if (!hasOurSchema(db, problems)) return;
    const bytesOf = db.prepare<[number]>('SELECT bytes FROM entry WHERE seq = ?').pluck();
    for (const row of db.prepare(ROWS).raw().iterate()) {
      if (!isRow(row)) throw new z.ZodError([]);
      const [seq, text] = row;
      visit(seq, /[^ -~]/u.test(text) ? Bytes.parse(bytesOf.get(seq)) : text);
    }
  } catch (thrown) {
    if (!(thrown instanceof Database.SqliteError) && !(thrown instanceof z.ZodError)) throw thrown;
    const reason = thrown instanceof z.ZodError ? 'a row is not of the right kind' : thrown.message;
    problems.add('database.unreadable', null, `The database cannot be read to its end: ${reason}.`);
  } finally {
    db?.close();
  }
}

function isRow(row: unknown): row is [number, string] {
  return Array.isArray(row) && row.length === 2 && typeof row[0] === 'number' && typeof row[1] === 'string';
}

function hasOurSchema(db: Database.Database, problems: Problems): boolean {
  const schema = z.array(SchemaRow).parse(db.prepare('SELECT type, name, sql FROM sqlite_schema').all());
  const foreign = schema.filter((row) => row.type !== 'table' || row.name !== 'entry' || row.sql !== EXPECTED_SCHEMA);
  for (const row of foreign) problems.add('database.schema', null, `The database holds a ${row.type} named ${row.name} that Blackstart never made.`);
  const encoding = db.pragma('encoding', { simple: true });
  if (encoding !== 'UTF-8') problems.add('database.schema', null, `The database is in ${String(encoding)}; Blackstart writes UTF-8.`);
  const isThere = schema.length > foreign.length && encoding === 'UTF-8';
  if (!isThere) problems.add('database.schema', null, 'The database does not hold the journal\'s table.');
  return isThere;
}
