/**
 * The database child: opens one SQLite file that nobody vouches for, answers one question, ends. It always gets a copy,
 * since opening a database in WAL mode writes beside it. The one file of readiness that imports better-sqlite3.
 */
import { readFileSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { SqliteAnswer } from './sqlite-protocol.ts';
import { SqliteQuestion } from './sqlite-protocol.ts';

/** The types that a value of SQLite can have. */
const Row = z.array(z.union([z.null(), z.bigint(), z.number(), z.string(), z.instanceof(Buffer)]));
const ANSWER_CHARACTERS = 16 * 1024 * 1024;

function answer(question: SqliteQuestion): SqliteAnswer {
  const database = new Database(question.path, { fileMustExist: true });
  try {
    database.pragma('trusted_schema = OFF');
    database.pragma('cell_size_check = ON');
    switch (question.ask) {
      case 'list':
        return list(database);
      case 'integrity':
        return { said: 'integrity', problems: integrity(database) };
      case 'query':
        return { said: 'rows', text: query(database, question.sql) };
    }
  } finally {
    database.close();
  }
}

function list(database: Database.Database): SqliteAnswer {
  const tables = z.int().parse(database.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().get());
  const pragma = (name: string): number => z.int().parse(database.pragma(name, { simple: true }));
  return { said: 'list', tables, pages: pragma('page_count'), page_size: pragma('page_size') };
}

function integrity(database: Database.Database): string[] {
  const lines = z.array(z.string()).parse(database.prepare('PRAGMA integrity_check(20)').pluck().all()).filter((line) => line !== 'ok');
  const orphans = z.array(z.object({ table: z.string() })).parse(database.pragma('foreign_key_check'));
  return orphans.length === 0 ? lines : [...lines, `${orphans.length} rows of ${orphans[0]?.table ?? '?'} refer to rows that are not there`];
}

/** Rows LF, columns TAB, NULL `\N`, blobs `\x…` as PostgreSQL prints them. */
function query(database: Database.Database, sql: string): string {
  const statement = database.prepare(sql);
  if (!statement.reader) throw new Error('the query returns no rows');
  let text = '';
  for (const row of statement.raw(true).safeIntegers(true).iterate()) {
    const line = Row.parse(row).map(printed).join('\t');
    text += text === '' ? line : `\n${line}`;
    if (text.length > ANSWER_CHARACTERS) throw new Error('the answer to the query is too large (over 16 MiB)');
  }
  return text;
}

function printed(value: z.infer<typeof Row>[number]): string {
  if (value === null) return '\\N';
  return typeof value === 'object' ? `\\x${value.toString('hex')}` : String(value);
}

let said: SqliteAnswer;
try {
  said = answer(SqliteQuestion.parse(JSON.parse(readFileSync(0, 'utf8'))));
} catch (thrown) {
  said = { said: 'fault', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
writeSync(1, JSON.stringify(said));
