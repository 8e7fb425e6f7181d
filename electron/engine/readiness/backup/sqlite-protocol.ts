/** What the engine asks its database child: one question about one SQLite file, as JSON on standard input. */
import { z } from 'zod';

export const SqliteQuestion = z.discriminatedUnion('ask', [
  /** Reads the schema: does the file list what it holds? */
  z.object({ ask: z.literal('list'), path: z.string() }),
  /** `PRAGMA integrity_check` and foreign keys. */
  z.object({ ask: z.literal('integrity'), path: z.string() }),
  z.object({ ask: z.literal('query'), path: z.string(), sql: z.string() }),
]);
export type SqliteQuestion = z.infer<typeof SqliteQuestion>;

export const SqliteAnswer = z.discriminatedUnion('said', [
  z.object({ said: z.literal('list'), tables: z.int(), pages: z.int(), page_size: z.int() }),
  z.object({ said: z.literal('integrity'), problems: z.array(z.string()) }),
  z.object({ said: z.literal('rows'), text: z.string() }),
  z.object({ said: z.literal('fault'), message: z.string() }),
]);
export type SqliteAnswer = z.infer<typeof SqliteAnswer>;
