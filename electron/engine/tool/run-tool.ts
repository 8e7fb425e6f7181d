/**
 * Runs a tool or a pipe of tools to its end, and ends it with everything it started when time is up.
 *
 * The arguments reach the program as they are; no shell is involved. Without /proc (macOS, Windows) what a tool left
 * behind cannot be found, and only its process groups are ended.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CapturedBytes } from './captured-bytes.ts';
import { findProgram } from './find-program.ts';
import { findSurvivors, killSurvivors } from './find-survivors.ts';
import { MARKER_NAME } from './process-table.ts';
import { pump } from './pump.ts';
import type { Pump } from './pump.ts';
import { spawnerIn } from './spawner.ts';
import type { Spawner } from './spawner.ts';
import { StartFailure, startStages } from './start-stages.ts';
import type { Stage, StartedStage, StartedTool, StartOptions } from './start-stages.ts';
import { startOnTerminal } from './start-terminal.ts';
import type { RunTool, StageOutcome, ToolOutcome, ToolRequest } from './tool.ts';

const KEEP_BYTES = 16 * 1024 * 1024;
/** The longest that a timer of Node can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

export interface RunToolOptions {
  /** Between TERM and KILL, milliseconds. */
  graceMs?: number;
  /** How long output is still taken after the process has ended, while a child holds its pipes. */
  drainMs?: number;
  /** A Node; the spawner runs in it. Without one every program is started from this process. */
  node?: string;
}

/** Never rejects for what a tool does; rejects when the output cannot be stored or `onSpawn` throws, after the tool is stopped. */
export function createRunTool(options: RunToolOptions = {}): RunTool {
  return (request) => new ToolRun(request, options).run();
}

export const runTool: RunTool = createRunTool();

/** Why we ended the tool; null while it may go on. */
type Stop = 'timed-out' | 'killed' | 'fault';

class ToolRun {
  readonly #request: ToolRequest;
  readonly #graceMs: number;
  readonly #drainMs: number;
  readonly #begin = performance.now();
  readonly #kept: { stdout: CapturedBytes; stderr: CapturedBytes };
  #stages: readonly StartedStage[] = [];
  #stop: Stop | null = null;
  /** Resolves with what is left when the killing is over; pending for ever when there was none. */
  readonly #killed: Promise<number[]>;
  #kill: () => void = () => {};
  #fault: { thrown: unknown } | null = null;

  readonly #spawner: (() => Spawner | null) | null;

  constructor(request: ToolRequest, { graceMs = 5_000, drainMs = 1_000, node }: RunToolOptions) {
    if (request.tty !== undefined && (request.stages.length !== 1 || request.stdin !== undefined)) throw new Error('a tool on a terminal has one stage and no stdin');
    this.#request = request;
    this.#graceMs = graceMs;
    this.#drainMs = drainMs;
    this.#spawner = node === undefined ? null : () => spawnerIn(node);
    this.#killed = new Promise((resolve, reject) => {
      this.#kill = () => void this.#killAll().then(resolve, reject);
    });
    const keep = request.keepBytes ?? KEEP_BYTES;
    this.#kept = { stdout: new CapturedBytes(keep), stderr: new CapturedBytes(keep) };
  }

  async run(): Promise<ToolOutcome> {
    try {
      const tool = await this.#start();
      return await this.#attend(tool);
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      return this.#notStarted(error);
    }
  }

  async #start(): Promise<StartedTool> {
    const request = this.#request;
    if (request.signal?.aborted === true) throw new StartFailure('It was stopped before it began.', []);
    if (!(statSync(request.cwd, { throwIfNoEntry: false })?.isDirectory() ?? false)) throw new StartFailure(`The folder ${request.cwd}, in which it should run, does not exist.`, []);
    const stages = request.stages.map((argv) => this.#locate(argv));
    const options: StartOptions = { cwd: request.cwd, env: { ...request.env, [MARKER_NAME]: request.marker }, stdin: request.stdin, ...(this.#spawner === null ? {} : { spawner: this.#spawner }) };
    const [only] = stages;
    if (request.tty !== undefined && only !== undefined) return startOnTerminal(only, options, request.tty);
    return startStages(stages, options);
  }

  #locate(argv: readonly string[]): Stage {
    const [name = '', ...rest] = argv;
    if (rest.some((argument) => argument.includes('\0'))) throw new StartFailure(`An argument of ${name} contains a NUL byte, which no program can take.`, []);
    const found = findProgram(name, this.#request.env, this.#request.cwd);
    if ('problem' in found) throw new StartFailure(found.problem, []);
    return { program: found.path, arguments: rest };
  }

  async #attend(tool: StartedTool): Promise<ToolOutcome> {
    this.#stages = tool.stages;
    const limit = this.#request.timeoutMs === undefined ? null : setTimeout(() => this.#end('timed-out'), Math.min(this.#request.timeoutMs, LONGEST_TIMER));
    const abort = (): void => this.#end('killed');
    this.#request.signal?.addEventListener('abort', abort, { once: true });
    if (this.#request.signal?.aborted === true) abort(); // it was aborted while the tool was being started
    this.#announce();
    const stdout = this.#pump(tool.stdout, this.#kept.stdout);
    const stderr = this.#pump(tool.stderr, this.#kept.stderr);
    const outcomes = await this.#ended();
    if (limit !== null) clearTimeout(limit);
    this.#request.signal?.removeEventListener('abort', abort);
    const survivors = this.#stop === null ? [] : await this.#killed;
    await Promise.race([Promise.all([stdout.closed, stderr.closed]), delay(this.#drainMs)]);
    await stdout.finish();
    await stderr.finish();
    const output = await this.#request.output.finish();
    if (this.#fault !== null) throw this.#fault.thrown;
    return this.#outcome(outcomes, survivors, output);
  }

  /** The journal learns each pid before anything else happens; when it cannot, the tool must not go on. */
  #announce(): void {
    for (const stage of this.#stages) {
      try {
        this.#request.onSpawn?.({ stage: stage.stage, pid: stage.pid, startTime: stage.startTime, ...(stage.type === undefined ? {} : { type: stage.type }) });
      } catch (thrown) {
        this.#fail(thrown);
      }
    }
  }

  #fail(thrown: unknown): void {
    this.#fault ??= { thrown };
    this.#end('fault');
  }

  #end(why: Stop): void {
    if (this.#stop !== null) return;
    this.#stop = why;
    this.#kill();
  }

  async #killAll(): Promise<number[]> {
    const trace = { processes: this.#stages, marker: this.#request.marker };
    if (process.platform === 'linux') return killSurvivors(() => findSurvivors(trace), this.#graceMs);
    this.#signalGroups('SIGTERM');
    await Promise.race([Promise.all(this.#stages.map((stage) => stage.ended)), delay(this.#graceMs)]);
    this.#signalGroups('SIGKILL');
    return [];
  }

  #signalGroups(name: NodeJS.Signals): void {
    for (const stage of this.#stages) {
      try {
        process.kill(process.platform === 'win32' ? stage.pid : -stage.pid, name);
      } catch {
        // The group has ended.
      }
    }
  }

  /** A process that even KILL does not end (it waits for a dead disk) is given up once the killing is. */
  async #ended(): Promise<StageOutcome[]> {
    const all = Promise.all(this.#stages.map((stage) => stage.ended));
    const givenUp = this.#killed.then((left) => (left.length === 0 ? all : this.#stages.map((stage): StageOutcome => ({ program: stage.program, exitCode: null, signal: null }))));
    return Promise.race([all, givenUp]);
  }

  /** Masks, keeps, shows and stores what comes, and stops reading while the store is behind. */
  #pump(stream: Readable, kept: CapturedBytes): Pump {
    const masked = this.#request.redactor.stream();
    return pump(stream, masked, async (bytes) => {
      if (bytes.length === 0 || this.#fault !== null) return;
      try {
        kept.add(bytes);
        this.#request.output.write(bytes);
        this.#request.onOutput?.(bytes);
        await this.#request.output.ready();
      } catch (thrown) {
        this.#fail(thrown);
      }
    });
  }

  #outcome(stages: StageOutcome[], survivors: number[], output: ToolOutcome['output']): ToolOutcome {
    const how = this.#stop === null || this.#stop === 'fault' ? 'exited' : this.#stop;
    const ok = how === 'exited' && stages.every((stage) => stage.exitCode !== null && this.#request.okExitCodes.includes(stage.exitCode));
    return {
      how, ok, stages, survivors, output,
      reason: ok ? null : this.#request.redactor.text(this.#reason(how, stages, survivors)),
      durationMs: Math.round(performance.now() - this.#begin),
      stdout: this.#kept.stdout.text(), stderr: this.#kept.stderr.text(),
    };
  }

  #reason(how: 'exited' | 'timed-out' | 'killed', stages: readonly StageOutcome[], survivors: readonly number[]): string {
    const names = this.#request.stages.map(([name = '']) => basename(name)).join(' | ');
    const left = survivors.length === 0 ? '' : ` ${survivors.length} of its processes could not be ended (pid ${survivors.join(', ')}).`;
    switch (how) {
      case 'timed-out': return `${names} took longer than ${spoken(this.#request.timeoutMs ?? 0)} and was stopped.${left}`;
      case 'killed': return `${names} was stopped.${left}`;
      case 'exited': return stages.filter((stage) => stage.exitCode === null || !this.#request.okExitCodes.includes(stage.exitCode)).map(ended).join('; ');
    }
  }

  async #notStarted(failure: StartFailure): Promise<ToolOutcome> {
    this.#stages = failure.started;
    if (this.#stages.length > 0 || failure.unclear) this.#end('killed');
    const survivors = this.#stop === null ? [] : await this.#killed;
    return {
      how: 'not-started', ok: false, survivors,
      reason: this.#request.redactor.text(failure.message),
      stages: this.#request.stages.map(() => ({ program: null, exitCode: null, signal: null })),
      durationMs: Math.round(performance.now() - this.#begin),
      stdout: this.#kept.stdout.text(), stderr: this.#kept.stderr.text(),
      output: await this.#request.output.finish(),
    };
  }
}

function ended(stage: StageOutcome): string {
  const name = stage.program === null ? 'a stage' : basename(stage.program);
  if (stage.signal !== null) return `${name} was ended by ${stage.signal} (exit code ${stage.exitCode ?? 'unknown'})`;
  return `${name} ended with exit code ${stage.exitCode ?? 'unknown'}`;
}

/** 90000 → "1m30s". */
function spoken(milliseconds: number): string {
  if (milliseconds < 10_000) return `${milliseconds / 1000} s`;
  const seconds = Math.round(milliseconds / 1000);
  const parts: [number, string][] = [[Math.floor(seconds / 3600), 'h'], [Math.floor(seconds / 60) % 60, 'm'], [seconds % 60, 's']];
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join('');
}
