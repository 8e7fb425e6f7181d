/** Runs a program for a probe: nothing is stored, only what the judgement needs is kept in memory. */
import { createHash } from 'node:crypto';
import type { Redactor } from '../tool/redactor.ts';
import type { OutputSink, RunTool, ToolInput, ToolOutcome } from '../tool/tool.ts';

/** The part of a probe's context that running a program needs. */
export interface ProgramHost {
  runTool: RunTool;
  env: Readonly<Record<string, string>>;
  redactor: Redactor;
  marker: string;
  signal?: AbortSignal;
}

export interface ProgramRun {
  argv: readonly string[];
  cwd: string;
  /** On top of the host's environment. */
  env?: Readonly<Record<string, string>>;
  stdin?: ToolInput;
  timeoutMs?: number;
  okExitCodes?: readonly number[];
  keepBytes?: number;
}

/** A tool's outcome, whatever it was; an abort of the host's signal throws its reason. */
export async function runProgram(host: ProgramHost, run: ProgramRun): Promise<ToolOutcome> {
  host.signal?.throwIfAborted();
  const outcome = await host.runTool({
    stages: [run.argv],
    cwd: run.cwd,
    env: { ...host.env, ...run.env },
    marker: host.marker,
    okExitCodes: run.okExitCodes ?? [0],
    redactor: host.redactor,
    output: countingSink(),
    ...(run.stdin === undefined ? {} : { stdin: run.stdin }),
    ...(run.timeoutMs === undefined ? {} : { timeoutMs: run.timeoutMs }),
    ...(run.keepBytes === undefined ? {} : { keepBytes: run.keepBytes }),
    ...(host.signal === undefined ? {} : { signal: host.signal }),
  });
  host.signal?.throwIfAborted();
  return outcome;
}

/** The last words of a tool that failed, one line, short enough for a summary. */
export function complaint(outcome: ToolOutcome): string {
  const lines = `${outcome.stderr.text}\n${outcome.stdout.text}`.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const telling = lines.find((line) => /error|fatal|fail|cannot|could not|invalid|unsupported/iu.test(line)) ?? lines.at(-1);
  return (telling ?? outcome.reason ?? 'no message').slice(0, 300);
}

function countingSink(): OutputSink {
  const hash = createHash('sha256');
  let size = 0;
  return {
    write(bytes) {
      hash.update(bytes);
      size += bytes.length;
    },
    ready: async () => {},
    finish: async () => ({ sha256: hash.digest('hex'), size }),
  };
}
