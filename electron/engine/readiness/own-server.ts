/** A database server of our own for a restore, as a process: started, waited for, stopped. Its data is thrown away. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { EngineError } from '../../contract/errors.ts';
import type { Clock } from '../deps.ts';

const POLL_MS = 20;
const STOP_MS = 10_000;

export interface OwnServerStart {
  clock: Clock;
  /** As people call it: "PostgreSQL". */
  name: string;
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Takes what the server prints. */
  log: string;
  isReady(): boolean;
  /** Recovery of a large archive takes long; without recovery a server is up in a second. */
  withinMs: number;
  /** Ends the server at once, as its data is thrown away. */
  stopWith: NodeJS.Signals;
  signal?: AbortSignal;
}

export interface Server {
  pid: number;
  /** Ends it at once; its data is thrown away anyway. */
  stop(): Promise<void>;
  /** Ends it in order, so that another start finds everything. EngineError `bad` when it does not end in time. */
  close(withinMs: number): Promise<void>;
}

/** Resolves when the server takes connections. EngineError `bad` with the server's last words when it does not come up. */
export async function startOwnServer(start: OwnServerStart): Promise<Server> {
  const log = openSync(start.log, 'a', 0o600);
  const child = spawn(start.argv[0] ?? '', start.argv.slice(1), { stdio: ['ignore', log, log], env: start.env, cwd: start.cwd, detached: true });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const hasEnded = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const ending = { clock: start.clock, pid: child.pid, hasEnded, ended };
  const server: Server = {
    pid: child.pid ?? 0,
    async stop() {
      await endServer(ending, start.stopWith, STOP_MS);
    },
    async close(withinMs) {
      if (await endServer(ending, 'SIGTERM', withinMs)) return;
      throw new EngineError('bad', `The scratch ${start.name} server did not end in time: ${lastWords(start.log)}`);
    },
  };
  try {
    await waitUntilReady(start, hasEnded);
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
  return server;
}

async function waitUntilReady(start: OwnServerStart, hasEnded: () => boolean): Promise<void> {
  const deadline = start.clock.uptime() + start.withinMs;
  while (!start.isReady()) {
    start.signal?.throwIfAborted();
    if (hasEnded()) throw new EngineError('bad', `The scratch ${start.name} server did not start: ${lastWords(start.log)}`);
    if (start.clock.uptime() > deadline) throw new EngineError('bad', `The scratch ${start.name} server was not ready in time: ${lastWords(start.log)}`);
    await start.clock.sleep(POLL_MS, start.signal);
  }
}

interface Ending {
  clock: Clock;
  pid: number | undefined;
  hasEnded: () => boolean;
  ended: Promise<void>;
}

/** @returns whether it ended by `first`; else it was killed */
async function endServer({ clock, pid, hasEnded, ended }: Ending, first: NodeJS.Signals, withinMs: number): Promise<boolean> {
  if (pid === undefined || hasEnded()) return true;
  signalQuietly(pid, first);
  await Promise.race([ended, clock.sleep(withinMs)]);
  if (hasEnded()) return true;
  signalQuietly(-pid, 'SIGKILL');
  await ended;
  return false;
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended in the meantime
  }
}

/** The server's complaint in its log: the last FATAL, PANIC or ERROR, else the last line. */
export function lastWords(log: string): string {
  const lines = readLog(log).split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => /FATAL|PANIC|ERROR/u.test(line)) ?? lines.at(-1) ?? 'it left no log';
  return telling.replace(/^\d{4}-\d\d-\d\d +\S+ \S+ \[\d+\] /u, '').slice(0, 300);
}

/** What a server has printed so far; empty when it has not. */
export function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
