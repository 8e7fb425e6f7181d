/** Asking the person at the terminal. Questions go to stderr, so that stdout stays the answer's. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Surroundings } from './terminal.ts';

/** Asks one line; what is typed is shown. */
export async function ask(around: Surroundings, question: string): Promise<string> {
  const lines = createInterface({ input: around.stdin, output: around.stderr, terminal: around.stdin.isTTY });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** Asks one line without showing what is typed. */
export async function askHidden(around: Surroundings, question: string): Promise<string> {
  around.stderr.write(question);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: around.stdin, output: silence, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    around.stderr.write('\n');
  }
}
