/** What a program did to a folder, as strace saw it (`-f -y -xx`). */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type Operation =
  | { kind: 'create'; path: string }
  /** `offset` null: at the end, which is where a file that was just truncated is written. */
  | { kind: 'write'; path: string; offset: number | null; bytes: Buffer }
  | { kind: 'truncate'; path: string; size: number }
  | { kind: 'sync'; path: string }
  | { kind: 'rename'; path: string; to: string }
  | { kind: 'unlink'; path: string }
  | { kind: 'mkdir'; path: string }
  | { kind: 'said'; line: string };

const CALLS = 'openat,open,creat,write,pwrite64,pwritev,writev,fsync,fdatasync,sync_file_range,ftruncate,fallocate,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink';

export const hasStrace = process.platform === 'linux' && spawnSync('strace', ['-V']).status === 0;

/** Runs `node script …` under strace. Paths in the answer are relative to `folder`, which existed before. */
export function traceNode(folder: string, traceFile: string, script: string, args: readonly string[]): Operation[] {
  execFileSync('strace', ['-f', '-y', '-xx', '-s', '16000000', '-e', `trace=${CALLS}`, '-o', traceFile, process.execPath, script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
  const operations: Operation[] = [];
  for (const line of readFileSync(traceFile, 'latin1').split('\n')) {
    if (/unfinished \.\.\.|resumed>/u.test(line) && line.includes(toHex(folder))) throw new Error('The trace interleaves threads in the folder; it cannot be ordered.');
    const operation = parseLine(line, folder);
    if (operation !== null) operations.push(operation);
  }
  return operations;
}

function toHex(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}

function parseLine(line: string, folder: string): Operation | null {
  const [, call, args, result] = /^\d+ +(\w+)\((.*)\) += (-?\d+)/u.exec(line) ?? [];
  if (call === undefined || args === undefined || Number(result) < 0) return null;
  const opened = /^(\d+)<((?:\\x[0-9a-f]{2})+)>/u.exec(args);
  if (call === 'write' && opened?.[1] === '1') return { kind: 'said', line: fromHex(/"([^"]*)"/u.exec(args)?.[1] ?? '').toString('utf8').trimEnd() };
  const inside = (path: string): string | null => (path === folder ? '' : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null);
  const open = opened?.[2] === undefined ? null : inside(fromHex(opened[2]).toString('utf8'));
  const named = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/gu)].map((match) => inside(fromHex(match[1] ?? '').toString('utf8')));
  return parseCall(call, args, open, named);
}

/** Throws for a call that changes the folder in a way the simulator does not know. */
function parseCall(call: string, args: string, open: string | null, named: (string | null)[]): Operation | null {
  const [first, second] = named;
  const last = Number(/(-?\d+)$/u.exec(args)?.[1] ?? 0);
  switch (call) {
    case 'openat':
      return first === undefined || first === null || !args.includes('O_CREAT') ? null : args.includes('O_TRUNC') ? { kind: 'truncate', path: first, size: 0 } : { kind: 'create', path: first };
    case 'pwrite64':
      return open === null ? null : { kind: 'write', path: open, offset: last, bytes: fromHex(/"([^"]*)"/u.exec(args)?.[1] ?? '') };
    case 'write':
      return open === null ? null : { kind: 'write', path: open, offset: null, bytes: fromHex(/"([^"]*)"/u.exec(args)?.[1] ?? '') };
    case 'ftruncate':
      return open === null ? null : { kind: 'truncate', path: open, size: last };
    case 'fsync':
    case 'fdatasync':
      return open === null ? null : { kind: 'sync', path: open };
    case 'rename':
      return typeof first === 'string' && typeof second === 'string' ? { kind: 'rename', path: first, to: second } : null;
    case 'unlink':
    case 'rmdir':
      return typeof first === 'string' ? { kind: 'unlink', path: first } : null;
    case 'mkdir':
      return typeof first === 'string' ? { kind: 'mkdir', path: first } : null;
    default:
      if (open !== null || named.some((path) => path !== null)) throw new Error(`The simulator does not know the call ${call}(${args.slice(0, 200)}).`);
      return null;
  }
}
