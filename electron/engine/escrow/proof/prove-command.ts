/**
 * Known answers that another program judges (restic, borg, kopia, pgBackRest), where the key is: in the escrow child. The secret
 * goes to standard input or into a 0600 file in memory. A command that accepts a random secret as well proves nothing.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import { findProgram } from '../../readiness/find-program.ts';
import { privateFolder } from '../../readiness/temporary-folder.ts';
import type { Opening } from './judge-plain.ts';
import { opened, refused, undecided } from './judge-plain.ts';
import type { Beside } from './prove.ts';

type Command = Extract<KnownAnswer, { kind: 'command' }>;

const SECRET_FILE = /\{\{\s*secret_file(?::[a-z][a-z0-9_]{0,63})?\s*\}\}/gu;
const COMMAND_MS = 10 * 60_000;
const OUTPUT_BYTES = 256 * 1024 * 1024;

export function proveCommand(answer: Command, secret: Buffer, beside: Beside): Opening {
  const takes = answer.stdin === 'secret' || answer.run.some((argument) => argument.search(SECRET_FILE) >= 0);
  if (!takes) return undecided('the command does not take the secret: give `stdin: secret` or {{secret_file:NAME}}');
  const program = findProgram(answer.run[0] ?? '', { PATH: beside.programs });
  if (program === null) return undecided(`the program ${answer.run[0] ?? ''} is not on this laptop`);
  if (!accepts(answer, program, secret, beside)) return refused('the command refused it');
  const other = Buffer.from(randomBytes(Math.max(16, secret.length)).toString('hex').slice(0, Math.max(16, secret.length)));
  return accepts(answer, program, other, beside) ? undecided('the command accepts any secret, so it proves nothing') : opened('structural', 'the command accepts it, and refuses a random one');
}

function accepts(answer: Command, program: string, secret: Buffer, beside: Beside): boolean {
  const folder = privateFolder(tmpdir(), secret.length);
  try {
    const file = join(folder, 'secret');
    writeFileSync(file, secret, { mode: 0o600, flag: 'wx' });
    const { status } = spawnSync(program, answer.run.slice(1).map((argument) => argument.replace(SECRET_FILE, () => file)), {
      input: answer.stdin === 'secret' ? secret : Buffer.alloc(0), cwd: folder, env: { PATH: beside.programs, LC_ALL: 'C', HOME: folder }, timeout: COMMAND_MS, maxBuffer: OUTPUT_BYTES, stdio: ['pipe', 'ignore', 'ignore'],
    });
    return status !== null && answer.ok_exit_codes.includes(status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
