/**
 * One run of a tool, or of a pipe of tools, and the one shape of its outcome: succeeded, failed, timed out,
 * killed or never started, the shape stays the same.
 */
import type { Redactor } from './redactor.ts';

/** Where a finished output lies: a content-addressed blob. Bytes are masked. */
export interface StoredOutput {
  sha256: string;
  size: number; // bytes
}

/** Receives the masked bytes as they come and stores them; the journal's blob store provides it. */
export interface OutputSink {
  write(bytes: Uint8Array): void;
  /** Resolves when the sink can take more; keeps memory flat under a flood. */
  ready(): Promise<void>;
  finish(): Promise<StoredOutput>;
}

export type ToolInput = { file: string } | { bytes: Uint8Array };

export interface ToolRequest {
  /** One argv for a tool; several for a pipe, first to last. */
  stages: readonly (readonly string[])[];
  cwd: string;
  /** The whole environment, nothing is inherited; `BLACKSTART_STEP` is set to `marker` on top. */
  env: Readonly<Record<string, string>>;
  /** `RUN/STEP/ATTEMPT`, found again in the environment of survivors. */
  marker: string;
  stdin?: ToolInput;
  tty?: { columns: number; rows: number };
  timeoutMs?: number;
  okExitCodes: readonly number[];
  redactor: Redactor;
  /** Everything the tool prints, as shown and stored: stdout and stderr in order of arrival, masked. */
  output: OutputSink;
  /** Keep at most so many masked bytes of stdout in memory for assertions and captures; default 16 MiB. */
  keepBytes?: number;
  onSpawn?: (process: ToolProcess) => void;
  onOutput?: (bytes: Uint8Array) => void;
  signal?: AbortSignal;
}

export interface ToolProcess {
  stage: number;
  pid: number;
  /** Clock ticks since boot at which the process started (field 22 of /proc/PID/stat), or null where unknown. */
  startTime: string | null;
  /** For `tty` runs: sends what the operator types. */
  type?: (text: string) => void;
}

export interface StageOutcome {
  /** Absolute path of the program that ran, or null when it was not found. */
  program: string | null;
  exitCode: number | null;
  signal: string | null;
}

export interface ToolOutcome {
  how: 'exited' | 'timed-out' | 'killed' | 'not-started';
  /** True when it exited and every stage's exit code is an allowed one. */
  ok: boolean;
  /** In words for the operator, when not ok: "pg_restore ended with exit code 1". */
  reason: string | null;
  stages: StageOutcome[];
  durationMs: number;
  stdout: CapturedText;
  stderr: CapturedText;
  output: StoredOutput;
  /** Processes of this step that were still alive after the kill; empty when all is well. */
  survivors: number[];
}

/** Masked text kept in memory for assertions; `truncated` when it grew beyond `keepBytes`. */
export interface CapturedText {
  text: string;
  truncated: boolean;
}

export type RunTool = (request: ToolRequest) => Promise<ToolOutcome>;
