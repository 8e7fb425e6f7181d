/** Runs a program that is not a step's own work: a poll, an assertion's program, a stop command. Its output is not kept. */
import type { BlobStore } from '../journal/journal.ts';
import type { OutputSink, ToolOutcome } from '../tool/tool.ts';
import type { RunHost } from './host.ts';

export interface Aside {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  marker: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export function runAside(host: RunHost, { argv, cwd, env, marker, timeoutMs, signal }: Aside): Promise<ToolOutcome> {
  return host.runTool({
    stages: [argv], cwd, env, marker, okExitCodes: [0], redactor: host.redactor(), output: forgetfulSink(),
    ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(signal === undefined ? {} : { signal }),
  });
}

export function forgetfulSink(): OutputSink {
  return { write: () => {}, ready: () => Promise.resolve(), finish: () => Promise.resolve({ sha256: EMPTY, size: 0 }) };
}

/** SHA-256 of nothing. */
export const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A blob's sink that is opened at the first byte: many programs say nothing, and nothing is the same blob every time. */
export function lazySink(blobs: BlobStore): OutputSink {
  let sink: OutputSink | null = null;
  return {
    write: (bytes) => (sink ??= blobs.sink()).write(bytes),
    ready: () => sink?.ready() ?? Promise.resolve(),
    finish: () => sink?.finish() ?? Promise.resolve(blobs.put(new Uint8Array())),
  };
}
