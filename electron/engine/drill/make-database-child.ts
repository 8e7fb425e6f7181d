/** The child in which the drill's database is made: Node's SQLite never runs in the engine's own process. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { makeDatabase } from './lanterns-database.ts';
import { withoutFinalNewline } from '../secrets/final-newline.ts';

const [file, until, masterKeyFile] = z.tuple([z.string(), z.coerce.number(), z.string()]).parse(process.argv.slice(2));
await makeDatabase({ file, until, masterKey: withoutFinalNewline(readFileSync(masterKeyFile)) });
