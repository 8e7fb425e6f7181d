/**
 * The system's processes as Linux shows them under /proc; elsewhere the table is empty.
 *
 * Source: proc(5). `kill -0` is no test for life, since it succeeds for a process that has ended and was never reaped.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

export interface ProcessEntry {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** Clock ticks since boot. */
  startTime: string;
}

/** Counted from 1, as in proc(5). */
const START_TIME = 22;
export const MARKER_NAME = 'BLACKSTART_STEP';
/** Environments are at most a few pages; what lies behind is not searched. */
const MAX_ENVIRONMENT = 4 * 1024 * 1024;

/** Every process that has not ended, zombies left out. */
export function livingProcesses(): ProcessEntry[] {
  return pids().flatMap((pid) => readProcess(pid) ?? []);
}

/** Null when there is no such process, or it has ended and only waits to be reaped. */
export function readProcess(pid: number): ProcessEntry | null {
  const [state, parent, group, session, ...rest] = statFields(pid);
  const startTime = rest[START_TIME - 7];
  if (state === undefined || startTime === undefined || state === 'Z' || state === 'X') return null;
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), startTime };
}

/** Whether the process that began then still runs. Without /proc a reused pid cannot be told from it. */
export function isLiving({ pid, startTime }: { pid: number; startTime: string | null }): boolean {
  if (process.platform === 'linux') return startTime !== null && readProcess(pid)?.startTime === startTime;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Also of a process that has ended but was not yet reaped; null where it cannot be known. */
export function startTimeOf(pid: number): string | null {
  return statFields(pid)[START_TIME - 3] ?? null;
}

/** Fields 3 and up of /proc/PID/stat. The second is the program's name in parentheses, with any characters in it. */
function statFields(pid: number): string[] {
  const stat = readProc(`/proc/${pid}/stat`)?.toString('latin1');
  return stat === undefined ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The value of `BLACKSTART_STEP` with which a process was started; null without one, or when it may not be read. */
export function readMarker(pid: number): string | null {
  const environment = readProc(`/proc/${pid}/environ`);
  if (environment === null) return null;
  const name = Buffer.from(`${MARKER_NAME}=`);
  for (let at = environment.indexOf(name); at !== -1; at = environment.indexOf(name, at + 1)) {
    if (at !== 0 && environment[at - 1] !== 0) continue;
    const end = environment.indexOf(0, at);
    return environment.toString('utf8', at + name.length, end === -1 ? undefined : end);
  }
  return null;
}

function pids(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).map(Number);
}

/** A process may end between any two calls, so every failure to read means "not there". */
function readProc(path: string): Buffer | null {
  if (process.platform !== 'linux') return null;
  try {
    return path.endsWith('/environ') ? readPrefix(path) : readFileSync(path);
  } catch {
    return null;
  }
}

function readPrefix(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let size = 0; size < MAX_ENVIRONMENT; ) {
      const chunk = Buffer.alloc(64 * 1024);
      const read = readSync(file, chunk);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      size += read;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
}
