/** Starts an escrow child: no inherited environment, no core dump, keys over standard input, ended after one answer. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { EngineError } from '../../../contract/errors.ts';
import { frame, unframe } from './frame.ts';

/** Verdicts on thousands of shares fit; a key is far smaller. */
const REPLY_BYTES = 16 * 1024 * 1024;

export interface KeyChildOptions {
  /** Node, never Electron's executable; default this process's own program. */
  nodePath?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

export interface ChildReply {
  header: unknown;
  /** Key bytes, when they were asked for; the caller overwrites them. */
  payload: Buffer;
}

/**
 * @param program the child's source or bundle
 * @param payloads secrets and samples; zeroing the caller's copies is the caller's business
 * @throws EngineError `internal` without an answer, `disk` when the child found no room; the signal's reason when aborted
 */
export async function askChild(program: string, header: unknown, payloads: readonly Uint8Array[], options: KeyChildOptions = {}): Promise<ChildReply> {
  options.signal?.throwIfAborted();
  const argv = withoutCoreDumps([options.nodePath ?? process.execPath, '--disable-warning=ExperimentalWarning', program]);
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'], env: emptyEnvironment(), cwd: tmpdir(), windowsHide: true, timeout: options.timeoutMs ?? 120_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const output: Buffer[] = [];
  const complaint: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => complaint.push(bytes));
  child.stdin.on('error', () => {}); // a child that died early is reported by its exit
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  for (const bytes of frame(header, payloads)) child.stdin.write(bytes);
  child.stdin.end();
  const exitCode = await ended;
  options.signal?.throwIfAborted();
  return readReply(exitCode, output, Buffer.concat(complaint).toString('utf8'));
}

function readReply(exitCode: number | null, output: readonly Buffer[], complaint: string): ChildReply {
  const size = output.reduce((sum, bytes) => sum + bytes.length, 0);
  if (exitCode !== 0 || size < 4 || size > REPLY_BYTES) {
    for (const bytes of output) bytes.fill(0);
    throw withoutVerdict(exitCode, complaint);
  }
  const whole = Buffer.concat(output);
  for (const bytes of output) bytes.fill(0);
  const { header, take } = unframe(whole);
  const payload = Buffer.from(take(whole.length - 4 - whole.readUInt32BE(0)));
  whole.fill(0);
  return { header, payload };
}

function withoutVerdict(exitCode: number | null, complaint: string): EngineError {
  if (complaint.startsWith('ENOSPC') || complaint.startsWith('EDQUOT')) return new EngineError('disk', 'The disk is full: the decrypted backup found no room', { hint: 'Free space in the data folder.' });
  return new EngineError('internal', `The key check ended without a verdict (${exitCode === null ? 'it was ended' : `exit code ${exitCode}`}, ${/^[A-Z_]{2,40}/u.exec(complaint)?.[0] ?? 'no reason given'})`);
}

/** Windows starts no program without its system folder; elsewhere nothing at all is passed. */
function emptyEnvironment(): Record<string, string> {
  const root = process.env['SystemRoot'];
  return process.platform === 'win32' && root !== undefined ? { SystemRoot: root } : {};
}

function withoutCoreDumps(argv: readonly string[]): string[] {
  return process.platform === 'win32' ? [...argv] : ['/bin/sh', '-c', 'ulimit -c 0; exec "$0" "$@"', ...argv];
}
