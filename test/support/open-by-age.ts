/** Opens an age file with the `age` program alone. It takes a passphrase from a terminal only, so it gets one. */
import { spawn } from '@lydell/node-pty';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the file holds, as JSON. Rejects with what `age` said when it did not open it. */
export async function openedByAge(file: string, passphrase: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'age-'));
  const out = join(folder, 'opened.json');
  try {
    const said = await runOnTerminal(['age', '-d', '-o', out, file], passphrase);
    if (said.status !== 0) throw new Error(`age: ${said.text}`);
    return JSON.parse(readFileSync(out, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Types `line` once the program asks for something. */
export async function runOnTerminal([program = '', ...argv]: readonly string[], line: string): Promise<{ status: number; text: string }> {
  const terminal = spawn(program, argv, { env: { PATH: process.env['PATH'] ?? '', TERM: 'dumb' } });
  let [text, asked] = ['', false];
  terminal.onData((data) => {
    text += data;
    if (!asked && /passphrase/iu.test(text)) {
      asked = true;
      terminal.write(`${line}\r`);
    }
  });
  return new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve({ status: exitCode, text })));
}
