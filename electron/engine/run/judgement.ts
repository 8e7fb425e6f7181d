/** What must hold after a step, what has to come true before it goes on, and what is taken from its output. */
import type { Assertion, AssertionResult, WaitUntil } from '../../contract/assertion.ts';
import type { StepFold } from '../../contract/run/state.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import type { Capture } from '../../contract/step.ts';
import { capture } from '../assertion/capture.ts';
import { describeExpectation } from '../assertion/describe.ts';
import { judge, judgeAll, type AssertionContext } from '../assertion/judge.ts';
import type { CapturedText } from '../tool/tool.ts';
import type { RunHost } from './host.ts';
import { markerOf } from './host.ts';
import type { Names } from './names.ts';
import { fill, frozenOf } from './names.ts';
import { fillArgv } from './programs.ts';
import { fillAll } from './fill-all.ts';
import { runAside } from './run-aside.ts';
import { Assertion as AssertionSchema, readsOwnOutput } from '../../contract/assertion.ts';

/** With what the programs of assertions and polls are run. */
export interface Given {
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Paths by `secret_file:NAME`. */
  files: Readonly<Record<string, string>>;
  attempt: number;
  signal: AbortSignal;
}

const SILENCE: CapturedText = { text: '', truncated: false };
/** Captures go into an event, so they are short; a large output is a file. */
const CAPTURE_BYTES = 4_000;
/** The same for what could not be judged. */
const OPEN_ITEMS = 10;
const OPEN_CHARACTERS = 200;
/** One poll may not use up the whole time that a condition has. */
const ASIDE_MS = 10 * 60_000;

export function failures(results: readonly AssertionResult[]): AssertionResult[] {
  return results.filter(({ ok }) => !ok);
}

/** What must hold, parted: a step that a person did has no output of its own to judge, and `open` says so in words. */
export function partByHand(host: RunHost, step: StepFold): { judgeable: readonly Assertion[]; open: string[] } {
  const all = step.plan.block.verify ?? [];
  if (step.byHand === null) return { judgeable: all, open: [] };
  const names = host.names(step.plan.scope);
  const open = all.filter(readsOwnOutput).map((assertion) => host.redactor().text(assertionWords(filled(assertion, names, {}))).slice(0, OPEN_CHARACTERS));
  return { judgeable: all.filter((assertion) => !readsOwnOutput(assertion)), open: open.length > OPEN_ITEMS ? [...open.slice(0, OPEN_ITEMS), `and ${open.length - OPEN_ITEMS} more`] : open };
}

export function assertionWords(assertion: Assertion): string {
  return assertion.title ?? describeExpectation(assertion);
}

/** @param given.stdout of the step's own program; null where it has none */
export async function judgeVerify(host: RunHost, step: StepFold, assertions: readonly Assertion[], given: Given & { stdout: CapturedText | null; stderr: CapturedText | null }): Promise<AssertionResult[]> {
  if (assertions.length === 0) return [];
  const names = host.names(step.plan.scope);
  return judgeAll(assertions.map((assertion) => filled(assertion, names, given.files)), contextOf(host, step, given));
}

function filled(assertion: Assertion, names: Names, files: Readonly<Record<string, string>>): Assertion {
  const argv = 'run' in assertion ? { run: fillArgv(assertion.run, names, files) } : {};
  return AssertionSchema.parse({ ...fillObject(assertion, names), ...argv });
}

function fillObject(assertion: Assertion, names: Names): Record<string, unknown> {
  return Object.fromEntries(Object.entries(assertion).map(([name, value]) => [name, name === 'run' || name === 'json' ? value : fillAll(value, (text) => fill(text, names, 'expected'))]));
}

function contextOf(host: RunHost, step: StepFold, given: Given & { stdout: CapturedText | null; stderr: CapturedText | null }, timeoutMs = ASIDE_MS): AssertionContext {
  const { timeout } = step.plan.block;
  return {
    stdout: given.stdout ?? SILENCE, stderr: given.stderr ?? SILENCE,
    folder: frozenOf(host.fold, step.plan.scope).folder, clock: host.clock, redactor: host.redactor(),
    run: (argv) => runAside(host, { argv, cwd: given.cwd, env: given.env, marker: markerOf(host.id, step.plan.path, given.attempt), signal: given.signal, timeoutMs: timeout === undefined ? timeoutMs : Math.min(timeoutMs, durationSeconds(timeout) * 1000) }),
  };
}

export interface Waited {
  ok: boolean;
  /** The last look. */
  results: AssertionResult[];
  reason: string;
}

/**
 * Looks every so often until the condition holds or the time is up.
 * @param early says when looking on is pointless, and why
 */
export async function pollUntil(host: RunHost, step: StepFold, wait: WaitUntil, given: Given, early: () => string | null = () => null): Promise<Waited> {
  const end = host.clock.uptime() + durationSeconds(wait.within) * 1000;
  const every = durationSeconds(wait.every) * 1000;
  const assertion = filled({ run: wait.run, ...(wait.expect === undefined ? {} : { expect: wait.expect }) }, host.names(step.plan.scope), given.files);
  for (;;) {
    const left = end - host.clock.uptime();
    const result = await judge(assertion, contextOf(host, step, { ...given, stdout: null, stderr: null }, Math.max(1, Math.min(left, ASIDE_MS))));
    if (result.ok) return { ok: true, results: [result], reason: '' };
    const why = early() ?? (given.signal.aborted ? 'It was stopped.' : null);
    if (why !== null) return { ok: false, results: [result], reason: why };
    if (host.clock.uptime() + every > end) return { ok: false, results: [result], reason: `Not within ${wait.within}: expected ${result.expected}, found ${result.actual}` };
    await host.clock.sleep(every, given.signal);
  }
}

export interface Captures {
  values: Record<string, string>;
  problem: string | null;
}

export async function captureFrom(wanted: Readonly<Record<string, Capture>>, stdout: CapturedText): Promise<Captures> {
  const values: Record<string, string> = {};
  for (const [name, spec] of Object.entries(wanted)) {
    const result = await capture(stdout, spec);
    if ('problem' in result) return { values: {}, problem: `${name} could not be taken from the output: ${result.problem}` };
    values[name] = result.text;
    const size = Buffer.byteLength(JSON.stringify(values));
    if (size > CAPTURE_BYTES) return { values: {}, problem: `With ${name}, what is captured would be ${size} bytes long; a step may capture ${CAPTURE_BYTES}.` };
  }
  return { values, problem: null };
}
