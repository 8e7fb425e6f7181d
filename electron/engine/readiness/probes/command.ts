/** `command`: a program runs, and its assertions hold. Exit code 0 alone is no evidence. */
import { basename } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { durationSeconds } from '../../../contract/scalars.ts';
import { counted } from '../../../contract/wording.ts';
import { judgeAnswer } from '../judge-answer.ts';
import type { ProbeRunner } from '../probe.ts';
import { fail, pass, unknown } from '../probe.ts';
import { complaint } from '../run-program.ts';
import { runWithSecrets } from '../run-with-secrets.ts';

/** A check that hangs would keep the others waiting. */
const DEFAULT_MS = 120_000;

/** Unknown when it did not run or did not end: then it said nothing. */
export const probeCommand: ProbeRunner<'command'> = async (probe, context) => {
  const name = basename(probe.run[0] ?? '');
  const timeoutMs = probe.timeout === undefined ? DEFAULT_MS : durationSeconds(probe.timeout) * 1000;
  const outcome = await runWithSecrets(context, { argv: probe.run, cwd: context.resolve('.'), timeoutMs });
  const evidence: Evidence = { program: outcome.stages[0]?.program ?? name, exit_code: outcome.stages[0]?.exitCode ?? null, run_ms: outcome.durationMs };
  if (outcome.how === 'not-started') return unknown('tool-missing', `${name} could not be started: ${outcome.reason ?? 'it is not there'}`, evidence);
  if (outcome.how === 'timed-out') return unknown('timeout', `${name} gave no answer in time.`, evidence);
  if (!outcome.ok) return fail(`${name} ended with exit code ${outcome.stages[0]?.exitCode ?? 'unknown'}: ${complaint(outcome)}`, evidence);
  const results = await judgeAnswer(probe.verify, { stdout: outcome.stdout, stderr: outcome.stderr }, context);
  const found: Evidence = { ...evidence, assertions: results.map((result) => ({ ok: result.ok, expected: result.expected.slice(0, 200), actual: result.actual.slice(0, 200) })) };
  const broken = results.find((result) => !result.ok);
  if (broken !== undefined) return fail(`${broken.title ?? name}: expected ${broken.expected}, found ${broken.actual.slice(0, 200)}.`, found);
  return pass(`${counted(results.length, 'assertion holds', 'assertions hold')} on what ${name} says.`, found);
};
