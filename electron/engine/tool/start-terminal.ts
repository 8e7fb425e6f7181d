/** Starts a program on a terminal of its own (a PTY), for tools that ask the operator or refuse to work without one. */
import { spawn } from '@lydell/node-pty';
import type { IPty } from '@lydell/node-pty';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { startTimeOf } from './process-table.ts';
import { ending, StartFailure } from './start-stages.ts';
import type { Stage, StartedTool, StartOptions } from './start-stages.ts';
import type { StageOutcome } from './tool.ts';

/** Linux takes at most 128 KiB in one argument and 2 MiB in all; behind a PTY there is nobody left to tell us. */
const LONGEST_ARGUMENT = 131_071;
const ALL_ARGUMENTS = 2_000_000;

/** @throws StartFailure */
export function startOnTerminal(stage: Stage, options: StartOptions, size: { columns: number; rows: number }): StartedTool {
  refuseLongArguments(stage);
  let terminal: IPty;
  try {
    terminal = spawn(stage.program, [...stage.arguments], {
      cols: size.columns, rows: size.rows, cwd: options.cwd, env: { ...options.env }, encoding: null, name: options.env['TERM'] ?? 'xterm-256color',
    });
  } catch (error) {
    throw new StartFailure(`${stage.program} could not be started on a terminal: ${error instanceof Error ? error.message : String(error)}`, []);
  }
  const ended = new Promise<StageOutcome>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => resolve({ program: stage.program, ...ending({ exitCode, signal: signalName(signal) }) }));
  });
  const started = { stage: 0, pid: terminal.pid, startTime: startTimeOf(terminal.pid), program: stage.program, ended, type: (text: string) => terminal.write(text) };
  return { stages: [started], stdout: screen(terminal), stderr: Readable.from([]) };
}

function screen(terminal: IPty): Readable {
  const stream = new Readable({ read: () => terminal.resume() });
  // Typed as text by the library, but bytes with `encoding: null`.
  terminal.onData((data: string | Uint8Array) => {
    if (!stream.push(typeof data === 'string' ? Buffer.from(data) : data)) terminal.pause();
  });
  terminal.onExit(() => stream.push(null));
  return stream;
}

function signalName(number: number | undefined): NodeJS.Signals | null {
  return SIGNALS.find((name) => constants.signals[name] === number) ?? null;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGUSR1', 'SIGSEGV', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGTERM', 'SIGXCPU', 'SIGXFSZ', 'SIGSYS'];

function refuseLongArguments(stage: Stage): void {
  const sizes = stage.arguments.map((argument) => Buffer.byteLength(argument) + 1);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (Math.max(0, ...sizes) <= LONGEST_ARGUMENT && all <= ALL_ARGUMENTS) return;
  throw new StartFailure(`${stage.program} could not be started: its arguments are ${all} bytes long, more than this system takes. Put the long value into a file.`, []);
}
