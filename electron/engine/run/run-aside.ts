/** Runs a program that is not a step's own work: a poll, an assertion's program, a stop command. Its output is not kept. */
import { asDiskError } from '../journal/durable-file.ts';
import type { OutputSink, StoredOutput, ToolOutcome } from '../tool/tool.ts';
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

/**
 * Keeps what a step's program prints, in a blob that is opened at the first byte: many programs say nothing, and nothing is
 * the same blob every time. A disk that cannot keep it does not end the program: what it did stands, and the record says
 * that its output is missing.
 */
export function outputSink(host: Pick<RunHost, 'journal' | 'record' | 'fault'>, step: string): OutputSink {
  let sink: OutputSink | null = null;
  let refusal: unknown = null;
  const lost = async (thrown: unknown): Promise<StoredOutput> => {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const reason = `What step ${step} printed could not be kept: ${why}`.slice(0, 2000);
    let nothing: StoredOutput = { sha256: EMPTY, size: 0 };
    await host.record(() => {
      nothing = host.journal.blobs.put(new Uint8Array()); // the result names it, so it has to be there
      return [{ type: 'run.fault', data: { reason } }];
    });
    return nothing;
  };
  return {
    write(bytes) {
      if (refusal !== null) return;
      try {
        (sink ??= host.journal.blobs.sink()).write(bytes);
      } catch (thrown) {
        refusal = asDiskError(thrown, 'storing output');
      }
    },
    ready: () => sink?.ready() ?? Promise.resolve(),
    async finish() {
      if (refusal !== null) return lost(refusal);
      try {
        return await (sink?.finish() ?? host.journal.blobs.put(new Uint8Array()));
      } catch (thrown) {
        return lost(thrown);
      }
    },
  };
}
