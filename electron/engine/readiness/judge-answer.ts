/** Assertions of checks, judged by the engine's own judge with the programs and the folder of the check. */
import type { Assertion, AssertionResult } from '../../contract/assertion.ts';
import { judgeAll } from '../assertion/judge.ts';
import type { CapturedText } from '../tool/tool.ts';
import type { ProbeContext } from './probe.ts';
import { runWithSecrets } from './run-with-secrets.ts';

const RUN_MS = 120_000;

export interface Answered {
  stdout: CapturedText;
  stderr: CapturedText;
}

/** Relative paths in `file` items are relative to the runbook's folder. */
export function judgeAnswer(assertions: readonly Assertion[], answer: Answered, context: ProbeContext): Promise<AssertionResult[]> {
  const folder = context.resolve('.');
  return judgeAll(assertions, {
    ...answer, folder, clock: context.clock, redactor: context.redactor,
    run: (argv) => runWithSecrets(context, { argv, cwd: folder, timeoutMs: RUN_MS }),
  });
}
