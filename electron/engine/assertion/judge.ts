/** Judges assertions. Exit code 0 is no evidence; these are. */
import type { Assertion, AssertionResult, QueryAssertion } from '../../contract/assertion.ts';
import type { Clock } from '../deps.ts';
import type { Redactor } from '../tool/redactor.ts';
import { plainText } from '../tool/terminal-text.ts';
import type { CapturedText, ToolOutcome } from '../tool/tool.ts';
import { describeExpectation, describeQuery, spokenCommand } from './describe.ts';
import type { RunAssertion } from './describe.ts';
import { judgeFile } from './judge-file.ts';
import { judgeJson, judgeNumber, judgeText } from './judge-text.ts';
import { fails, holds } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** What assertions are judged on. Templates in them are filled before. */
export interface AssertionContext {
  /** Of the step's own program; masked. */
  stdout: CapturedText;
  stderr: CapturedText;
  /** Relative paths of `file` are relative to it. */
  folder: string;
  clock: Pick<Clock, 'now'>;
  redactor: Redactor;
  /** Runs the program of a `run` item, with exit code 0 as the only allowed one. */
  run: (argv: readonly string[]) => Promise<ToolOutcome>;
}

/** Longer texts are cut for the eye; the whole output is stored anyway. */
const SHOWN = 500;

/** In order, one by one, all of them: a person wants to see everything that does not hold. */
export async function judgeAll(assertions: readonly Assertion[], context: AssertionContext): Promise<AssertionResult[]> {
  const results: AssertionResult[] = [];
  for (const assertion of assertions) results.push(await judge(assertion, context));
  return results;
}

export async function judge(assertion: Assertion, context: AssertionContext): Promise<AssertionResult> {
  const verdict = await verdictOn(assertion, context);
  return resultOf(verdict, describeExpectation(assertion), assertion.title, context.redactor);
}

/** @param answer the rows, LF between them, TAB between columns, NULL as `\N` */
export async function judgeQuery(assertion: QueryAssertion, answer: string, redactor: Redactor): Promise<AssertionResult> {
  const output = { text: answer, truncated: false };
  let verdict = assertion.stdout === undefined ? holds(JSON.stringify(answer)) : await judgeText(assertion.stdout, output);
  if (verdict.ok && assertion.number !== undefined) verdict = judgeNumber(assertion.number, output);
  return resultOf(verdict, describeQuery(assertion), assertion.title, redactor);
}

async function verdictOn(assertion: Assertion, context: AssertionContext): Promise<Verdict> {
  if ('stdout' in assertion) return judgeText(assertion.stdout, context.stdout);
  if ('stderr' in assertion) return judgeText(assertion.stderr, context.stderr);
  if ('json' in assertion) return judgeJson(assertion, context.stdout);
  if ('number' in assertion) return judgeNumber(assertion.number, context.stdout);
  if ('file' in assertion) return judgeFile(assertion, context.folder, context.clock.now());
  return judgeRun(assertion, context);
}

async function judgeRun(assertion: RunAssertion, context: AssertionContext): Promise<Verdict> {
  const outcome = await context.run(assertion.run);
  if (!outcome.ok) return fails(`${outcome.reason ?? 'it failed'}${lastWords(outcome)}`);
  const own = { ...context, stdout: outcome.stdout, stderr: outcome.stderr };
  let last = holds(`${spokenCommand(assertion.run.slice(0, 1))} exited with 0`);
  for (const item of assertion.expect === undefined ? [] : [assertion.expect].flat()) {
    last = await verdictOn(item, own);
    if (!last.ok) return last;
  }
  return last;
}

function lastWords(outcome: ToolOutcome): string {
  const line = outcome.stderr.text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `: ${line}`;
}

function resultOf(verdict: Verdict, expected: string, title: string | undefined, redactor: Redactor): AssertionResult {
  return { ok: verdict.ok, ...(title === undefined ? {} : { title }), expected: shown(expected, redactor), actual: shown(verdict.actual, redactor) };
}

function shown(text: string, redactor: Redactor): string {
  const plain = plainText(redactor.text(text));
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}… (${plain.length} characters)` : plain;
}
