/** `sqlite`: a database file, examined as a copy in a child process of its own. */
import { copyFileSync, existsSync, openSync, readSync, closeSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../../contract/errors.ts';
import type { ProbeContext } from '../probe.ts';
import { runProgram } from '../run-program.ts';
import type { BackupReader, Restored } from './reader.ts';
import { RestoreFailed } from './reader.ts';
import { broken, held, unprovable } from './ladder.ts';
import type { SqliteQuestion } from './sqlite-protocol.ts';
import { SqliteAnswer } from './sqlite-protocol.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const MAGIC = 'SQLite format 3\0';
/** An integrity check reads the whole database. */
const CHILD_MS = 30 * 60_000;
/** Source in a checkout, a bundle in the package. */
const CHILD = fileURLToPath(new URL('./sqlite-child.ts', import.meta.url));

export const sqlite: BackupReader = {
  async inspect(path, context) {
    if (!beginsWithMagic(path)) return { listed: broken('header', 'the file is no SQLite database: it does not begin with "SQLite format 3"'), intact: null };
    return onCopy(path, context, async (copy) => {
      const answer = await ask({ ask: 'list', path: copy }, context);
      if (answer.said !== 'list') return { listed: broken('schema', `its schema cannot be read: ${faultText(answer)}`), intact: null };
      const expected = answer.pages * answer.page_size;
      if (statSync(copy).size < expected) return { listed: broken('page count', 'the database is cut off: it has fewer pages than its header says'), intact: null };
      if (answer.tables === 0) return { listed: broken('schema', 'the database is empty: it has no table'), intact: null };
      return { listed: held('schema and page count', `${answer.tables} tables`), intact: unprovable('the format', 'an SQLite file carries no checksum, so a changed byte would not show; give `sums` or `sha256`') };
    });
  },

  async restore(path, context): Promise<Restored> {
    const folder = temporaryFolder(context.scratchDir);
    const stop = async (): Promise<void> => rmSync(folder, { recursive: true, force: true });
    try {
      const copy = copyInto(folder, path);
      context.progress('checking the integrity of the database');
      const answer = await ask({ ask: 'integrity', path: copy }, context);
      if (answer.said !== 'integrity') throw new RestoreFailed(faultText(answer));
      if (answer.problems[0] !== undefined) throw new RestoreFailed(`the integrity check found: ${answer.problems[0]}`);
      return { query: (sql) => rowsOf(copy, sql, context), stop, detail: 'as a copy; its integrity check holds' };
    } catch (thrown) {
      await stop();
      throw thrown;
    }
  },
};

/** EngineError `bad` with SQLite's words, as the scratch server's `query` throws it. */
async function rowsOf(path: string, sql: string, context: ProbeContext): Promise<string> {
  const answer = await ask({ ask: 'query', path, sql }, context);
  if (answer.said === 'rows') return answer.text;
  throw new EngineError('bad', faultText(answer));
}

/** One child a question: a file that brings the library down takes only its own answer with it. */
async function ask(question: SqliteQuestion, context: ProbeContext): Promise<SqliteAnswer> {
  const outcome = await runProgram(context, {
    argv: [context.nodePath, '--disable-warning=ExperimentalWarning', CHILD], cwd: context.scratchDir, timeoutMs: CHILD_MS, keepBytes: 40 * 1024 * 1024,
    stdin: { bytes: Buffer.from(JSON.stringify(question), 'utf8') },
  });
  if (!outcome.ok) throw new EngineError('internal', `The database child ended without an answer: ${outcome.stderr.text.trim().split('\n').at(-1) ?? outcome.reason ?? ''}`);
  return SqliteAnswer.parse(JSON.parse(outcome.stdout.text));
}

async function onCopy<T>(path: string, context: ProbeContext, work: (copy: string) => Promise<T>): Promise<T> {
  const folder = temporaryFolder(context.scratchDir);
  try {
    return await work(copyInto(folder, path));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With its write-ahead log, if a copy was taken with one; rows may still be only in there. */
function copyInto(folder: string, path: string): string {
  const copy = join(folder, 'copy.sqlite');
  copyFileSync(path, copy);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  return copy;
}

function beginsWithMagic(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(16);
    readSync(file, bytes, 0, 16, 0);
    return bytes.toString('latin1') === MAGIC;
  } finally {
    closeSync(file);
  }
}

function faultText(answer: SqliteAnswer): string {
  return answer.said === 'fault' ? answer.message : 'the database child answered another question';
}
