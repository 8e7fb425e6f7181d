/**
 * Known answers that only another program can judge: restic, borg, kopia, pgBackRest.
 *
 * The secret goes to its standard input or into a 0600 file, never into an argument. The command is run a second time with a
 * random secret of the same length: a command that accepts that one too proves nothing.
 */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyProof, KnownAnswer } from '../../contract/known-answer.ts';
import type { ProgramHost } from './run-program.ts';
import { privateFolder } from './temporary-folder.ts';
import { complaint, runProgram } from './run-program.ts';
import type { ToolOutcome } from '../tool/tool.ts';

type Command = Extract<KnownAnswer, { kind: 'command' }>;

const SECRET_FILE = /\{\{\s*secret_file(?::[a-z][a-z0-9_]{0,63})?\s*\}\}/gu;
const COMMAND_MS = 10 * 60_000;

export async function proveByCommand(answer: Command, secret: Uint8Array, host: ProgramHost): Promise<KeyProof> {
  const counts = { samples: 1, opened: 0, sample_sha256: null };
  const takes = answer.stdin === 'secret' || answer.run.some((argument) => argument.search(SECRET_FILE) >= 0);
  if (!takes) return { verdict: 'cannot-tell', strength: 'none', detail: 'the command does not take the secret: give `stdin: secret` or {{secret_file:NAME}}', ...counts };
  const given = await tryCommand(answer, secret, host);
  if (given.how === 'not-started') return { verdict: 'cannot-tell', strength: 'none', detail: given.reason ?? 'the command did not start', ...counts };
  if (!given.ok) return { verdict: 'refused', strength: 'none', detail: `the command refused it: ${complaint(given)}`, ...counts };
  const control = await tryCommand(answer, Buffer.from(randomBytes(Math.max(16, secret.length)).toString('hex').slice(0, Math.max(16, secret.length))), host);
  if (control.ok) return { verdict: 'cannot-tell', strength: 'none', detail: 'the command accepts any secret, so it proves nothing', ...counts };
  return { verdict: 'opens', strength: 'structural', detail: 'the command accepts it, and refuses a random one', ...counts, opened: 1 };
}

async function tryCommand(answer: Command, secret: Uint8Array, host: ProgramHost): Promise<ToolOutcome> {
  const folder = privateFolder(tmpdir(), secret.length);
  try {
    const file = join(folder, 'secret');
    if (answer.run.some((argument) => argument.search(SECRET_FILE) >= 0)) writeFileSync(file, secret, { mode: 0o600 });
    return await runProgram(host, {
      argv: answer.run.map((argument) => argument.replace(SECRET_FILE, () => file)), cwd: folder, timeoutMs: COMMAND_MS, okExitCodes: answer.ok_exit_codes,
      ...(answer.stdin === 'secret' ? { stdin: { bytes: secret } } : {}),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
