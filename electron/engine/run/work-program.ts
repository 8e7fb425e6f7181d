/** Runs the programs of a `run` step, and of a `secret` step that has one: intent, effect, judgement, result. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import type { AssertionResult } from '../../contract/assertion.ts';
import type { EventOf, Purpose, RunEventBody } from '../../contract/run/events.ts';
import { toEnvelope } from '../../contract/errors.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import { stepOf, type RunFold, type StepFold } from '../../contract/run/state.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import type { OutputSink, ToolInput, ToolOutcome } from '../tool/tool.ts';
import { findProgram } from '../tool/find-program.ts';
import type { Redactor } from '../tool/redactor.ts';
import { findSurvivors } from '../tool/find-survivors.ts';
import type { Effort, RunHost } from './host.ts';
import { markerOf } from './host.ts';
import { captureFrom, failures, judgeVerify, pollUntil } from './judgement.ts';
import { basename } from 'node:path';
import { fill } from './names.ts';
import { restoreFault } from './restore-fault.ts';
import { pathIn, fillCwd, fillEnv, fillStages, fillStdin, secretsOf, shownFiles, writtenPrograms } from './programs.ts';
import { deliverFiles, type DeliveredFiles } from './deliver-secrets.ts';
import { outputSink } from './run-aside.ts';
import { watchSilence } from './watch-silence.ts';

/** Everything that a program is started with. Made before the intent, so that a mistake in it is no attempt. */
export interface Prepared {
  stages: string[][];
  shown: string[][];
  env: Record<string, string>;
  cwd: string;
  stdin: ToolInput | undefined;
  alternate: boolean;
  files: DeliveredFiles;
}

export type ResultData = EventOf<'step.result'>['data'];

/** Tools larger than this are not hashed at every start; the kit pins them. */
/** A larger file is noted by its digest in the runbook's own way. */
const ATTACH_BYTES = 512 * 1024 * 1024;
const HASH_BYTES = 64 * 1024 * 1024;
/** Texts up to this stand in the event itself; longer ones go to a blob, as an event has 16 KiB. */
const INLINE_BYTES = 4_000;
const TTY = { columns: 120, rows: 32 };

/** @throws EngineError when the step's texts cannot be filled; nothing has been tried then */
export function prepareProgram(host: RunHost, { step }: Effort): Prepared {
  const { block } = step.plan;
  if (block.kind !== 'run' && block.kind !== 'secret') throw new Error(`${step.plan.path} has no program`);
  const written = writtenPrograms(host.fold, step);
  const names = host.names(step.plan.scope);
  const wanted = secretsOf(block, written.stages);
  const cwd = fillCwd(host.fold, step, names, host.runDir);
  const shown = fillStages(written.stages, names, shownFiles(wanted, host.secrets)).map((argv) => argv.map((text) => host.redactor().text(text)));
  const files = deliverFiles(host, wanted);
  try {
    const env = { ...host.environment(step.plan.scope), ...fillEnv(block, names, files.paths, host.secrets) };
    return { stages: fillStages(written.stages, names, files.paths), shown, env, cwd, stdin: fillStdin(block, names, host.runDir, host.secrets), alternate: written.alternate, files };
  } catch (thrown) {
    files.remove();
    throw thrown;
  }
}

/**
 * A copy that still lives, or null. The marker finds it whatever became of its parent; a step that was never intended
 * cannot have one, as every start is journaled before it happens.
 */
export function livingCopy(host: RunHost, step: string): EventOf<'step.halted'> | null {
  if (stepOf(host.fold, step).attempts === 0) return null;
  const left = findSurvivors({ processes: [], marker: `${host.id}/${step}/` }).slice(0, 100);
  if (left.length === 0) return null;
  const reason = `A copy of this step still lives (pid ${left.map(({ pid }) => pid).join(', ')}); no second one starts beside it`;
  return { type: 'step.halted', data: { step, reason, survivors: left.map(({ pid, marker }) => ({ pid, what: marker ?? 'started by it' })) } };
}

export function intentOf(host: RunHost, { step }: Effort, given: { attempt: number; purpose: Purpose; shown: string[][]; what?: string; env?: Record<string, string>; cwd?: string; alternate?: boolean; stages?: string[][] }): RunEventBody {
  const text = JSON.stringify(given.shown);
  const isShort = Buffer.byteLength(text) <= INLINE_BYTES;
  return {
    type: 'step.intent',
    data: {
      step: step.plan.path, attempt: given.attempt, purpose: given.purpose, argv: isShort && given.shown.length > 0 ? given.shown : null, commands: isShort ? null : host.journal.blobs.put(Buffer.from(text)),
      what: (given.what ?? given.shown.map(([name = '']) => name).join(' | ')).slice(0, 500),
      tools: (given.stages ?? []).map(([name = '']) => identify(name, given.env ?? {}, given.cwd ?? host.runDir)),
      alternate: given.alternate ?? false,
      marker: markerOf(host.id, step.plan.path, given.attempt),
    },
  };
}

const hashed = new Map<string, string>();

/** Path and digest of a tool; the digest is kept for as long as size and time of the file stay the same. */
function identify(name: string, env: Readonly<Record<string, string>>, cwd: string): { program: string | null; sha256: string | null } {
  const found = findProgram(name, env, cwd);
  if ('problem' in found) return { program: null, sha256: null };
  const { size, mtimeMs, ino } = statSync(found.path);
  if (size > HASH_BYTES) return { program: found.path, sha256: null };
  const key = `${found.path} ${ino} ${size} ${mtimeMs}`;
  const sha256 = hashed.get(key) ?? createHash('sha256').update(readFileSync(found.path)).digest('hex');
  hashed.set(key, sha256);
  return { program: found.path, sha256 };
}

/** One try at a step's programs: its intent is durable. */
export interface Attempt {
  number: number;
  prepared: Prepared;
}

/**
 * Begins an attempt: nothing of an earlier one lives, everything it needs is there, and its intent is durable.
 * @returns null when a living copy stands in the way, which is recorded then; the caller removes `prepared.files`
 */
export async function beginAttempt(host: RunHost, effort: Effort): Promise<Attempt | null> {
  const copy = livingCopy(host, effort.step.plan.path);
  if (copy !== null) {
    await host.record(() => [copy]);
    return null;
  }
  const prepared = prepareProgram(host, effort);
  try {
    const number = effort.step.attempts + 1;
    await host.record(() => [intentOf(host, effort, { attempt: number, purpose: 'work', ...prepared })], effort.signal);
    return { number, prepared };
  } catch (thrown) {
    prepared.files.remove();
    throw thrown;
  }
}

/** Runs the step's programs once; appends intent and result. */
export async function workProgram(host: RunHost, effort: Effort): Promise<void> {
  const attempt = await beginAttempt(host, effort);
  if (attempt === null) return;
  try {
    const outcome = await runPrepared(host, effort, attempt);
    await judge(host, effort, attempt, outcome);
  } finally {
    attempt.prepared.files.remove();
  }
}

export interface RunChoices {
  sink?: OutputSink;
  timeoutMs?: number;
  signal?: AbortSignal;
  redactor?: Redactor;
}

export async function runPrepared(host: RunHost, { step, signal }: Effort, { prepared, number: attempt }: Attempt, choices: RunChoices = {}): Promise<ToolOutcome> {
  const { block, path } = step.plan;
  const sink = choices.sink ?? outputSink(host, path);
  const silence = watchSilence(host, step);
  const unrecorded = new AbortController(); // what the journal cannot be told of must not go on
  const refuse = (thrown: unknown): void => {
    host.fault(thrown);
    unrecorded.abort(thrown);
  };
  let offset = 0;
  const timeout = choices.timeoutMs ?? (block.timeout === undefined ? undefined : durationSeconds(block.timeout) * 1000);
  try {
    const outcome = await host.runTool({
      stages: prepared.stages, cwd: prepared.cwd, env: prepared.env, marker: markerOf(host.id, path, attempt),
      okExitCodes: ('ok_exit_codes' in block ? block.ok_exit_codes : undefined) ?? [0],
      redactor: choices.redactor ?? host.redactor(), output: sink, signal: AbortSignal.any([choices.signal ?? signal, unrecorded.signal]),
      ...(prepared.stdin === undefined ? {} : { stdin: prepared.stdin }),
      ...(block.kind === 'run' && block.tty === true && !prepared.alternate ? { tty: TTY } : {}),
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      onSpawn: ({ stage, pid, startTime, type }) => {
        host.soon({ type: 'step.process', data: { step: path, attempt, stage, pid, start_time: startTime } }, refuse);
        if (type !== undefined) host.typing(path, type);
      },
      onOutput: (bytes) => {
        silence.heard();
        if (block.kind !== 'secret') host.show(path, offset, bytes);
        offset += bytes.length;
      },
    });
    return unrecorded.signal.aborted ? { ...outcome, ok: false, reason: `Stopped, since its start could not be recorded: ${toEnvelope(unrecorded.signal.reason).message}` } : outcome;
  } finally {
    silence.end();
    host.typing(path, null);
  }
}

/** Exit codes as a shell says them: a signal is 128 + its number. */
export function exitCodes(outcome: ToolOutcome): number[] {
  return outcome.stages.flatMap(({ exitCode, signal }) => {
    if (exitCode !== null) return [exitCode];
    const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
    return number === undefined ? [] : [128 + number];
  });
}

export function resultOf(outcome: ToolOutcome, { plan }: StepFold, attempt: number, purpose: Purpose): ResultData {
  return {
    step: plan.path, attempt, purpose, block: plan.sha256, ok: outcome.ok, how: outcome.how, exit_codes: exitCodes(outcome),
    output: outcome.output, judged: null, assertions: null, assertions_failed: 0, captures: {}, duration_ms: outcome.durationMs,
    survivors: outcome.survivors.slice(0, 200), reason: outcome.reason,
  };
}

/** `wait_until`, then `verify`, then `capture`, on what the programs printed. */
async function judge(host: RunHost, effort: Effort, { prepared, number: attempt }: Attempt, outcome: ToolOutcome): Promise<void> {
  const { step, signal } = effort;
  const { block } = step.plan;
  const result = resultOf(outcome, step, attempt, 'work');
  if (!outcome.ok || block.kind !== 'run') return host.record(() => [{ type: 'step.result', data: { ...result, ...faultIn(prepared, outcome, outcome.reason) } }]);
  const given = { env: prepared.env, cwd: prepared.cwd, files: prepared.files.paths, attempt, signal };
  const begun = host.clock.uptime();
  const waited = block.wait_until === undefined ? null : await pollUntil(host, step, block.wait_until, given);
  const results: AssertionResult[] = waited === null ? [] : waited.results;
  if (waited === null || waited.ok) results.push(...(await judgeVerify(host, step, block.verify ?? [], { ...given, stdout: outcome.stdout, stderr: outcome.stderr })));
  const captured = failures(results).length > 0 ? { values: {}, problem: null } : await captureFrom(block.capture ?? {}, outcome.stdout);
  const reason = signal.aborted ? 'It was stopped.' : (waited !== null && !waited.ok ? waited.reason : null) ?? failureText(results) ?? captured.problem;
  const duration_ms = result.duration_ms + Math.max(0, Math.round(host.clock.uptime() - begun));
  await host.record(() => finalEvents(host, effort, {
    ...result, ok: reason === null, how: signal.aborted ? 'killed' : result.how, reason, captures: captured.values, duration_ms, ...storedAssertions(host, results), ...faultIn(prepared, outcome, reason),
  }));
}

function faultIn({ shown }: Prepared, { ok, how, stdout, stderr }: ToolOutcome, reason: string | null): Pick<ResultData, 'fault'> {
  if (reason === null || how !== 'exited') return {};
  const fault = restoreFault(shown, [stderr.text, stdout.text], { endedWell: ok, reason });
  return fault === null ? {} : { fault };
}

export function storedAssertions(host: RunHost, results: readonly AssertionResult[]): Pick<ResultData, 'judged' | 'assertions' | 'assertions_failed'> {
  if (results.length === 0) return { judged: null, assertions: null, assertions_failed: 0 };
  const text = JSON.stringify(results);
  const isShort = Buffer.byteLength(text) <= INLINE_BYTES;
  return { judged: isShort ? [...results] : null, assertions: isShort ? null : host.journal.blobs.put(Buffer.from(text)), assertions_failed: failures(results).length };
}

export function failureText(results: readonly AssertionResult[]): string | null {
  const [first, ...more] = failures(results);
  if (first === undefined) return null;
  const text = `${first.title === undefined ? '' : `${first.title}: `}expected ${first.expected}, found ${first.actual}`;
  return `${text.slice(0, 600)}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
}

/** The files that a step names as evidence; one that is not there is told, since somebody will look for it. */
function attachments(host: RunHost, step: StepFold): RunEventBody[] {
  const { block, path, scope } = step.plan;
  return (block.attach ?? []).map((written): RunEventBody => {
    const file = pathIn(host.runDir, fill(written, host.names(scope), 'path'));
    const state = statSync(file, { throwIfNoEntry: false });
    if (state === undefined || !state.isFile() || state.size > ATTACH_BYTES) return { type: 'run.fault', data: { reason: `Step ${path} should keep ${file}, which is ${state === undefined ? 'not there' : 'no file that can be kept'}` } };
    return { type: 'run.attached', data: { step: path, name: basename(file), blob: host.journal.blobs.put(readFileSync(file)), by: 'engine' } };
  });
}

/** The capture that a scope's RPO is measured from: none where a calling runbook names its own. */
function rpoFrom(fold: RunFold, scope: string): string | undefined {
  for (let at = scope; at !== ''; ) {
    at = stepOf(fold, at).plan.scope;
    if (runbookOf(fold.plan, at).front.targets?.rpo_from !== undefined) return undefined;
  }
  return runbookOf(fold.plan, scope).front.targets?.rpo_from;
}

/** The result, and what it measures: the newest recovered row against the outage. */
export function finalEvents(host: RunHost, { step }: Effort, data: ResultData): RunEventBody[] {
  const from = rpoFrom(host.fold, step.plan.scope);
  const newest = from === undefined ? undefined : data.captures[from];
  const result: RunEventBody = { type: 'step.result', data };
  const attached = data.ok ? attachments(host, step) : [];
  const at = newest === undefined ? Number.NaN : Date.parse(newest);
  if (!data.ok || newest === undefined || Number.isNaN(at)) return [result, ...attached];
  const outage = host.fold.created.outage_at === null ? host.fold.createdAt.wall : Date.parse(host.fold.created.outage_at);
  return [result, ...attached, { type: 'rpo.measured', data: { step: step.plan.path, newest_at: new Date(at).toISOString(), achieved_ms: Math.max(0, outage - at) } }];
}

/** The result of an effect that ran no program of its own: a probe, a condition, assertions alone. */
export function judged(host: RunHost, { step, signal }: Effort, purpose: Purpose, attempt: number, results: readonly AssertionResult[], reason: string | null, tookMs: number): EventOf<'step.result'> {
  return {
    type: 'step.result',
    data: {
      step: step.plan.path, attempt, purpose, block: step.plan.sha256, ok: reason === null && failures(results).length === 0, how: signal.aborted ? 'killed' : 'judged', exit_codes: [], output: null, captures: {},
      duration_ms: Math.max(0, Math.round(tookMs)), survivors: [], reason, ...storedAssertions(host, results),
    },
  };
}
