/** Starts the key child: no inherited environment, no core dump, the key over standard input, ended after one answer. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../../contract/errors.ts';
import type { KeyReply, KeyRequest } from './known-answer-protocol.ts';
import { frame, KeyReply as KeyReplySchema } from './known-answer-protocol.ts';

const REPLY_BYTES = 64 * 1024;
/** Source in a checkout, a bundle in the package. */
const CHILD = fileURLToPath(new URL('./known-answer-child.ts', import.meta.url));

export interface KeyChildOptions {
  /** Node, never Electron's executable; default this process's own program. */
  nodePath?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** @param payloads the secret first, then samples; zeroing the caller's copy is the caller's business */
export async function askKeyChild(request: KeyRequest, payloads: readonly Uint8Array[], options: KeyChildOptions = {}): Promise<KeyReply> {
  options.signal?.throwIfAborted();
  const argv = withoutCoreDumps([options.nodePath ?? process.execPath, '--disable-warning=ExperimentalWarning', CHILD]);
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'], env: emptyEnvironment(), cwd: tmpdir(), windowsHide: true, timeout: options.timeoutMs ?? 120_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const output: Buffer[] = [];
  const fault: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => fault.push(bytes));
  child.stdin.on('error', () => {}); // a child that died early is reported by its exit
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  for (const bytes of frame(request, payloads)) child.stdin.write(bytes);
  child.stdin.end();
  const exitCode = await ended;
  options.signal?.throwIfAborted();
  return readReply(exitCode, Buffer.concat(output), Buffer.concat(fault).toString('utf8'));
}

function readReply(exitCode: number | null, output: Buffer, fault: string): KeyReply {
  if (exitCode === 0 && output.length <= REPLY_BYTES) return KeyReplySchema.parse(JSON.parse(output.toString('utf8')));
  if (fault.startsWith('ENOSPC') || fault.startsWith('EDQUOT')) throw new EngineError('disk', 'The disk is full: the decrypted backup found no room', { hint: 'Free space in the data folder.' });
  throw new EngineError('internal', `The key check ended without a verdict (${exitCode === null ? 'it was ended' : `exit code ${exitCode}`}, ${/^[A-Z_]{2,40}/u.exec(fault)?.[0] ?? 'no reason given'})`);
}

/** Windows starts no program without its system folder; elsewhere nothing at all is passed. */
function emptyEnvironment(): Record<string, string> {
  const root = process.env['SystemRoot'];
  return process.platform === 'win32' && root !== undefined ? { SystemRoot: root } : {};
}

function withoutCoreDumps(argv: readonly string[]): string[] {
  return process.platform === 'win32' ? [...argv] : ['/bin/sh', '-c', 'ulimit -c 0; exec "$0" "$@"', ...argv];
}
