/** Reads a plain SQL dump of PostgreSQL to its end, and notes what only reading shows. */
import type { ProbeContext } from '../probe.ts';
import { readWrapped } from './read-wrapped.ts';
import type { Wrapped } from './read-wrapped.ts';
import { rolesOfLine } from './roles.ts';

export interface PlainReading extends Wrapped {
  statements: number;
  isDump: boolean; // its head says that pg_dump wrote it
  complete: boolean; // its end says that pg_dump finished
  roles: string[];
  /** First psql command in it that could run programs, with its line; dumps of pg_dump hold none. */
  command: { line: number; text: string } | null;
  /** The database that a dump with `--create` makes and fills itself. */
  connects: string | null;
}

/** How pg_dump and pg_dumpall begin and end what they write. */
export const DUMP_OF = {
  database: { writer: 'pg_dump', head: '-- PostgreSQL database dump', complete: '-- PostgreSQL database dump complete' },
  cluster: { writer: 'pg_dumpall', head: '-- PostgreSQL database cluster dump', complete: '-- PostgreSQL database cluster dump complete' },
} as const;
export type DumpOf = keyof typeof DUMP_OF;
/** What pg_dump itself writes: connecting, restricting, and the end of COPY data. */
const HARMLESS = /^\\(?:connect|restrict|unrestrict|encoding)\b/u;

/**
 * @param unpackTo where the unwrapped text goes for the restore, or null
 * @throws the system's or zlib's error when the file is damaged or cut off
 */
export async function readPlain(path: string, of: DumpOf, unpackTo: string | null, context: ProbeContext): Promise<PlainReading> {
  const notes = new DumpNotes(of);
  const wrapped = await readWrapped(path, { take: (chunk) => { notes.take(chunk); }, unpackTo }, context);
  return { ...wrapped, ...notes.end() };
}

/** Reads line by line; the data of COPY is passed over, since it may hold anything. */
class DumpNotes {
  #rest = '';
  #line = 0;
  #inCopy = false;
  #statements = 0;
  #isDump = false;
  #connects: string | null = null;
  #tail: string[] = [];
  readonly #of: DumpOf;
  readonly #roles = new Set<string>();
  #command: PlainReading['command'] = null;

  constructor(of: DumpOf) {
    this.#of = of;
  }

  take(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  end(): Omit<PlainReading, keyof Wrapped> {
    if (this.#rest !== '') this.#read(this.#rest);
    const complete = !this.#inCopy && this.#tail.some((line) => line.startsWith(DUMP_OF[this.#of].complete));
    return { statements: this.#statements, isDump: this.#isDump, complete, roles: [...this.#roles], command: this.#command, connects: this.#connects };
  }

  #read(line: string): void {
    this.#line += 1;
    if (this.#inCopy) {
      if (line === '\\.' || line === '\\.\r') this.#inCopy = false;
      return;
    }
    this.#tail = [...this.#tail.slice(-9), line];
    if (this.#line < 40 && line.trimEnd() === DUMP_OF[this.#of].head) this.#isDump = true;
    this.#connects = connectedTo(line) ?? this.#connects;
    if (/^COPY .* FROM stdin;\r?$/u.test(line)) this.#inCopy = true;
    if (/;\r?$/u.test(line)) this.#statements += 1;
    if (this.#command === null && /^\s*\\[A-Za-z!?]/u.test(line) && !HARMLESS.test(line)) this.#command = { line: this.#line, text: line.trim().slice(0, 60) };
    for (const role of rolesOfLine(line)) this.#roles.add(Buffer.from(role, 'latin1').toString('utf8'));
  }
}

/** `\connect name`, `\connect "name"` or `\connect -reuse-previous=on "dbname='name'"`. */
function connectedTo(line: string): string | null {
  const match = /^\\connect (?:-reuse-previous=\w+ )?(?:"dbname='([^']+)'"|"([^"]+)"|([^\s"]+))\s*$/u.exec(line);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? null;
}
