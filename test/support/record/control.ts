/** A writer with other promises: `control.ts FOLDER wal|delete full|normal ROWS`. Says `ack N` after each commit. */
import Database from 'better-sqlite3';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [, , folder = '', mode = 'wal', synchronous = 'full', rows = '20'] = process.argv;
const db = new Database(join(folder, 'control.sqlite'));
db.pragma(`journal_mode = ${mode}`);
db.pragma(`synchronous = ${synchronous}`);
db.exec('CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT');
const handle = openSync(folder, 'r');
fsyncSync(handle);
closeSync(handle);
const insert = db.prepare<[number, Buffer]>('INSERT INTO entry(seq, bytes) VALUES (?, ?)');
for (let row = 1; row <= Number(rows); row += 1) {
  insert.run(row, Buffer.alloc(600, row));
  writeSync(1, `ack ${row}\n`);
}
