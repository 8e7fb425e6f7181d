/** Reads a dump of mysqldump or mariadb-dump to its end, and notes what only reading shows. */
import type { ProbeContext } from '../probe.ts';
import type { Wrapped } from './read-wrapped.ts';
import { readWrapped } from './read-wrapped.ts';

export interface MysqlReading extends Wrapped {
  isDump: boolean; // its head says who wrote it
  complete: boolean; // its end says that the writer finished
  tables: number;
  inserts: number; // statements, each of many rows
}

/** Lines before the writer names itself: MariaDB's sandbox mark, blank ones. */
const HEAD_LINES = 10;
const TAIL_LINES = 10;
/** Of a line, as much as is looked at: those with rows are megabytes long. */
const LOOKED_AT = 200;

/**
 * @param unpackTo where the unwrapped text goes for the restore, or null
 * @throws the system's or zlib's error when the file is damaged or cut off
 */
export async function readMysqlDump(path: string, unpackTo: string | null, context: ProbeContext): Promise<MysqlReading> {
  const notes = new MysqlNotes();
  const wrapped = await readWrapped(path, { take: (chunk) => { notes.take(chunk); }, unpackTo }, context);
  return { ...wrapped, ...notes.end() };
}

/** Keeps only the beginning of each line, so that a line of a gigabyte costs no memory. */
class MysqlNotes {
  #line = '';
  #number = 0;
  #isDump = false;
  #tables = 0;
  #inserts = 0;
  #tail: string[] = [];

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(0x0a, at);
      const stop = end < 0 ? chunk.length : end;
      const room = LOOKED_AT - this.#line.length;
      if (room > 0) this.#line += chunk.toString('latin1', at, Math.min(stop, at + room));
      if (end >= 0) this.#read();
      at = stop + 1;
    }
  }

  end(): Omit<MysqlReading, keyof Wrapped> {
    if (this.#line !== '') this.#read();
    const complete = this.#tail.some((line) => line.startsWith('-- Dump completed'));
    return { isDump: this.#isDump, complete, tables: this.#tables, inserts: this.#inserts };
  }

  #read(): void {
    const line = this.#line;
    this.#line = '';
    this.#number += 1;
    this.#tail = [...this.#tail.slice(1 - TAIL_LINES), line];
    if (this.#number <= HEAD_LINES && /^-- (?:MySQL|MariaDB) dump \d/u.test(line)) this.#isDump = true;
    if (line.startsWith('CREATE TABLE ')) this.#tables += 1;
    else if (/^(?:INSERT|REPLACE)\b/u.test(line)) this.#inserts += 1;
  }
}
