/** Starts the stages of a tool with pipes between them; each stage leads its own session and process group. */
import { execa } from 'execa';
import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, realpathSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { z } from 'zod';
import { openPipes } from './pipes.ts';
import type { Pipe, PipeSet } from './pipes.ts';
import { startTimeOf } from './process-table.ts';
import type { Ending, Spawner } from './spawner.ts';
import type { StageOutcome, ToolInput, ToolProcess } from './tool.ts';

export interface Stage {
  program: string; // absolute
  arguments: readonly string[];
}

export interface StartedStage extends ToolProcess {
  program: string;
  /** Resolves when the process has ended, whoever still holds its pipes. Never rejects. */
  ended: Promise<StageOutcome>;
}

export interface StartedTool {
  stages: StartedStage[];
  stdout: Readable;
  stderr: Readable;
}

export interface StartOptions {
  cwd: string;
  env: Readonly<Record<string, string>>;
  stdin: ToolInput | undefined;
  /** Starts the programs in place of this process; asked for anew with every tool. */
  spawner?: () => Spawner | null;
}

/** A stage that did not start; those before it may run already. The message is for the operator. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly started: readonly StartedStage[];
  /** Whether the stage itself may run all the same. */
  readonly unclear: boolean;
  constructor(message: string, started: readonly StartedStage[], unclear = false) {
    super(message);
    this.started = started;
    this.unclear = unclear;
  }
}

type Source = 'ignore' | 'pipe' | number;
/** A descriptor with the name under which another process opens the same; null where it has none. */
interface End {
  descriptor: number;
  path: string | null;
}

const WAKE_MS = 50;

/** @throws StartFailure */
export async function startStages(stages: readonly Stage[], options: StartOptions): Promise<StartedTool> {
  const input = options.stdin !== undefined && 'file' in options.stdin ? openInput(options.stdin.file) : null;
  const bytes = options.stdin !== undefined && 'bytes' in options.stdin ? options.stdin.bytes : null;
  const spawner = options.spawner?.() ?? null;
  const pipes = await openPipes(stages.length + 1 + (bytes === null ? 0 : 1), spawner).catch((error: unknown) => {
    throw new StartFailure(`A pipe could not be made: ${error instanceof Error ? error.message : String(error)}`, []);
  });
  if (pipes === null) return startOverSockets(stages, options, input?.descriptor ?? null, bytes);
  return startOverPipes(stages, options, spawner, input, bytes, pipes);
}

async function startOverPipes(stages: readonly Stage[], options: StartOptions, spawner: Spawner | null, input: End | null, bytes: Uint8Array | null, { pipes, remove }: PipeSet): Promise<StartedTool> {
  const [stdout, stderr, ...others] = pipes;
  const inputs = pipes.slice(2);
  const feed = bytes === null ? null : (others.pop() ?? null);
  if (stdout === undefined || stderr === undefined || others.length !== stages.length - 1) throw new Error('the number of pipes does not fit the number of stages');
  const ours = feed === null ? null : new Socket({ fd: feed.writeEnd, readable: false, writable: true });
  const started: StartedStage[] = [];
  const childEnds = [stderr.writeEnd, stdout.writeEnd, ...others.flatMap((link) => [link.readEnd, link.writeEnd]), ...(feed === null ? [] : [feed.readEnd]), ...(input === null ? [] : [input.descriptor])];
  try {
    for (const [index, stage] of stages.entries()) {
      const from = index > 0 ? toRead(others[index - 1]) : (input ?? toRead(feed ?? undefined));
      const ends: Ends = [from, toWrite(others[index] ?? stdout), toWrite(stderr)];
      started.push(await (spawner === null || from?.path === null ? startBelow(stage, index, options, ends, started) : startElsewhere(spawner, stage, index, options, ends, started)));
    }
  } catch (error) {
    closeSync(stdout.readEnd);
    closeSync(stderr.readEnd);
    ours?.destroy();
    remove();
    throw error;
  } finally {
    for (const end of childEnds) closeSync(end);
  }
  if (ours !== null && bytes !== null) feedBytes(ours, bytes);
  keepAwake(started, inputs, remove);
  return { stages: started, stdout: reader(stdout.readEnd), stderr: reader(stderr.readEnd) };
}

/** Input, output, errors; without an input there is nothing to read. */
type Ends = [stdin: End | null, stdout: NamedEnd, stderr: NamedEnd];
type NamedEnd = End & { path: string };

function toRead(pipe: Pipe | undefined): End | null {
  return pipe === undefined ? null : { descriptor: pipe.readEnd, path: pipe.path };
}

function toWrite(pipe: Pipe): NamedEnd {
  return { descriptor: pipe.writeEnd, path: pipe.path };
}

/** A child of this process. */
async function startBelow(stage: Stage, index: number, options: StartOptions, [from, to, errors]: Ends, before: readonly StartedStage[]): Promise<StartedStage> {
  return (await startOne(stage, index, options, [from?.descriptor ?? 'ignore', to.descriptor, errors.descriptor], before)).stage;
}

/** A child of the spawner, which opens the same pipes by their names. */
async function startElsewhere(spawner: Spawner, stage: Stage, index: number, options: StartOptions, [from, to, errors]: Ends, before: readonly StartedStage[]): Promise<StartedStage> {
  const { program } = stage;
  const spawned = await spawner.start({ program, arguments: [...stage.arguments], cwd: options.cwd, env: { ...options.env }, stdin: from?.path ?? null, stdout: to.path, stderr: errors.path });
  if (spawned === 'lost') throw new StartFailure(`${program} could not be started: the process that starts programs has ended.`, before, true);
  if ('code' in spawned) throw new StartFailure(whyNotStarted(stage, spawned.code ?? undefined), before);
  const { pid, startTime } = spawned;
  return { stage: index, pid, startTime, program, ended: spawned.ended.then((how) => ({ program, ...ending(how) })) };
}

/** See pipes.ts: a stage that opens /dev/stdin late must not wait for ever. */
function keepAwake(stages: readonly StartedStage[], inputs: readonly Pipe[], remove: () => void): void {
  if (inputs.length === 0) return remove();
  const timer = setInterval(() => inputs.forEach((pipe) => pipe.wake()), WAKE_MS).unref();
  void Promise.all(stages.map((stage) => stage.ended)).then(() => {
    clearInterval(timer);
    remove();
  });
}

/** Where there are no named pipes, Node carries the bytes from stage to stage. */
export async function startOverSockets(stages: readonly Stage[], options: StartOptions, input: number | null, bytes: Uint8Array | null): Promise<StartedTool> {
  const started: StartedStage[] = [];
  const errors: Readable[] = [];
  let before: Readable | null = null;
  try {
    for (const [index, stage] of stages.entries()) {
      const from: Source = index > 0 || bytes !== null ? 'pipe' : (input ?? 'ignore');
      const one = await startOne(stage, index, options, [from, 'pipe', 'pipe'], started);
      started.push(one.stage);
      if (before !== null && one.stdin !== null) before.pipe(one.stdin);
      if (index === 0 && bytes !== null) one.stdin?.end(bytes);
      one.stdin?.on('error', () => {}); // the stage may end before it has read everything
      before = one.stdout;
      if (one.stderr !== null) errors.push(one.stderr);
    }
  } finally {
    if (input !== null) closeSync(input);
  }
  return { stages: started, stdout: before ?? Readable.from([]), stderr: merged(errors) };
}

interface OneStarted {
  stage: StartedStage;
  stdin: Writable | null;
  stdout: Readable | null;
  stderr: Readable | null;
}

async function startOne(stage: Stage, index: number, options: StartOptions, stdio: [Source, Source, Source], before: readonly StartedStage[]): Promise<OneStarted> {
  const child = execa(stage.program, stage.arguments, {
    cwd: options.cwd, env: { ...options.env }, extendEnv: false,
    stdin: incoming(stdio[0]), stdout: outgoing(stdio[1]), stderr: outgoing(stdio[2]),
    detached: true, cleanup: false, buffer: false, reject: false, windowsHide: true,
  });
  const pid = child.pid;
  if (pid === undefined) throw new StartFailure(whyNotStarted(stage, (await child).code), before);
  const ended = child.then((result): StageOutcome => ({ program: stage.program, ...ending({ exitCode: result.exitCode ?? null, signal: result.signal ?? null }) }));
  return { stage: { stage: index, pid, startTime: startTimeOf(pid), program: stage.program, ended }, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr };
}

/** Streams that are never read or written here: they only carry a descriptor to the child, of which execa's types know nine. */
function incoming(source: Source): 'ignore' | 'pipe' | Readable {
  return typeof source === 'number' ? createReadStream('', { fd: source, autoClose: false }) : source;
}

function outgoing(target: Source): 'ignore' | 'pipe' | Writable {
  return typeof target === 'number' ? createWriteStream('', { fd: target, autoClose: false }) : target;
}

const Signal = z.custom<NodeJS.Signals>((name) => typeof name === 'string' && Object.hasOwn(constants.signals, name));

/** A signal's exit code is 128 + its number, as shells have it. */
export function ending({ exitCode, signal }: Ending): Ending {
  return { exitCode: signal === null ? exitCode : 128 + constants.signals[Signal.parse(signal)], signal };
}

function whyNotStarted(stage: Stage, code: string | undefined): string {
  switch (code) {
    case 'E2BIG': return tooLong(stage);
    case 'ENOENT': return `${stage.program} could not be started: the program, or the interpreter that its first line names, is not there.`;
    case 'EACCES': return `${stage.program} could not be started: permission denied. Set its x bit, or check whether its disk is mounted noexec.`;
    case 'EAGAIN': case 'ENOMEM': case 'EMFILE': case 'ENFILE':
      return `${stage.program} could not be started: the system has no process, memory or open file left for it (${code}).`;
    default: return `${stage.program} could not be started (${code ?? 'no reason given'}).`;
  }
}

function tooLong(stage: Stage): string {
  const bytes = stage.arguments.reduce((sum, argument) => sum + Buffer.byteLength(argument) + 1, 0);
  return `${stage.program} could not be started: its arguments are ${bytes} bytes long, more than this system takes. Put the long value into a file, or give it on stdin.`;
}

function openInput(file: string): End {
  try {
    const descriptor = openSync(file, 'r');
    if (!fstatSync(descriptor).isDirectory()) return { descriptor, path: nameOf(file, descriptor) };
    closeSync(descriptor);
  } catch (error) {
    throw new StartFailure(`Its input ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, []);
  }
  throw new StartFailure(`Its input ${file} is a folder.`, []);
}

/** The name of a plain file; a device or a pipe may be another one in another process, or be read only once. */
function nameOf(file: string, descriptor: number): string | null {
  const opened = fstatSync(descriptor);
  if (!opened.isFile()) return null;
  try {
    const path = realpathSync(file);
    const named = statSync(path);
    return named.ino === opened.ino && named.dev === opened.dev ? path : null;
  } catch {
    return null; // it was removed while it is open
  }
}

function feedBytes(stream: Writable, bytes: Uint8Array): void {
  stream.on('error', () => {}); // EPIPE: a tool need not read all of its input
  stream.write(bytes, () => stream.destroy()); // an `end` would wait for the other direction, which a pipe has not
}

function reader(descriptor: number): Readable {
  return new Socket({ fd: descriptor, readable: true, writable: false });
}

function merged(streams: readonly Readable[]): Readable {
  const all = new Readable({ read() { for (const stream of streams) stream.resume(); } });
  let open = streams.length;
  for (const stream of streams) {
    stream.on('data', (chunk: Uint8Array) => { if (!all.push(chunk)) for (const each of streams) each.pause(); });
    stream.once('close', () => { open -= 1; if (open === 0) all.push(null); });
  }
  if (open === 0) all.push(null);
  return all;
}
