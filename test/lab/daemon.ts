/**
 * Programs that the lab leaves running. Each has a pid file and a log in its unit's folder, so that a later `lab:down` finds exactly what an
 * earlier `lab:up` started, and never ends a stranger that got the same number.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asLabAccount } from './lab-account.ts';

export interface Daemon {
  /** The unit's folder; `NAME.pid` and `log/NAME.log` are kept in it. */
  folder: string;
  name: string;
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** `lab` for what refuses root. Default: the caller's account. */
  account?: 'lab';
}

/** Starts it in a session of its own; a daemon that runs already is left alone. It may end at once: ask `until` for what it should offer. */
export function startDaemon(daemon: Daemon): void {
  if (daemonRuns(daemon.folder, daemon.name)) return;
  mkdirSync(join(daemon.folder, 'log'), { recursive: true });
  const log = openSync(logOf(daemon.folder, daemon.name), 'a');
  const [program = '', ...rest] = daemon.account === 'lab' ? asLabAccount(daemon.argv) : daemon.argv;
  const child = spawn(program, rest, { cwd: daemon.folder, env: { ...labEnv(), ...daemon.env }, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  child.once('error', (error) => { writeFileSync(logOf(daemon.folder, daemon.name), `${error.message}\n`, { flag: 'a' }); });
  child.unref();
  if (child.pid !== undefined) rememberDaemon(daemon.folder, daemon.name, child.pid);
}

function rememberDaemon(folder: string, name: string, pid: number): void {
  writeFileSync(join(folder, `${name}.pid`), `${pid} ${startOf(pid) ?? ''}\n`);
}

/** SIGTERM, and SIGKILL when it is still there after `patienceMs`; then its pid file is removed. */
export async function stopDaemon(folder: string, name: string, patienceMs = 10_000): Promise<void> {
  const pid = daemonPid(folder, name);
  if (pid !== null) {
    process.kill(pid, 'SIGTERM');
    if (!(await holds(() => daemonPid(folder, name) === null, patienceMs))) process.kill(pid, 'SIGKILL');
    await until(`${name} has ended`, () => daemonPid(folder, name) === null, 10_000);
  }
  rmSync(join(folder, `${name}.pid`), { force: true });
}

export function daemonRuns(folder: string, name: string): boolean {
  return daemonPid(folder, name) !== null;
}

/** The number of the process that we started, or null when that one is gone (a zombie is gone). */
function daemonPid(folder: string, name: string): number | null {
  const file = join(folder, `${name}.pid`);
  if (!existsSync(file)) return null;
  const [pid = '', start = ''] = readFileSync(file, 'utf8').trim().split(' ');
  return startOf(Number(pid)) === start && start !== '' ? Number(pid) : null;
}

/** When a living process began, in clock ticks since boot (field 22 of proc(5)'s stat): number and start together name a process. */
function startOf(pid: number): string | null {
  const fields = readStat(pid)?.split(') ').pop()?.split(' ') ?? [];
  return fields.length === 0 || fields[0] === 'Z' ? null : (fields[19] ?? null);
}

function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}

export function logOf(folder: string, name: string): string {
  return join(folder, 'log', `${name}.log`);
}

/** The last lines of a daemon's log, for the message that says why it did not come up. */
export function lastLines(folder: string, name: string, count = 8): string {
  const file = logOf(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '(no log)';
}

/** What the lab's programs get to see: nothing of the caller's settings and credentials. */
export function labEnv(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: process.env['HOME'] ?? '/', LANG: 'C.UTF-8' };
}

/** Asks until it holds; rejects with `what` when it does not within the time. A question that throws counts as "not yet". */
export async function until(what: string, question: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  if (!(await holds(question, withinMs))) throw new Error(`not within ${Math.round(withinMs / 1000)} s: ${what}`);
}

async function holds(question: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await Promise.resolve().then(question).catch(() => false)) return true;
    if (Date.now() >= end) return false;
    await pause(100);
  }
}
