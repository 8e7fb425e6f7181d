/** What must hold after a step that has no output of its own: a check, a wait, a person's part. */
import type { Assertion, AssertionResult } from '../../contract/assertion.ts';
import type { StepFold } from '../../contract/run/state.ts';
import { deliverFiles } from './deliver-secrets.ts';
import type { RunHost } from './host.ts';
import { judgeVerify } from './judgement.ts';
import { fillCwd, fillEnv, secretsOfVerify } from './programs.ts';

/** Judged in the environment of the step. Its secrets are at hand: whoever calls has asked for them. */
export async function judgeAside(host: RunHost, step: StepFold, assertions: readonly Assertion[], { attempt, signal }: { attempt: number; signal: AbortSignal }): Promise<AssertionResult[]> {
  if (assertions.length === 0) return [];
  const files = deliverFiles(host, secretsOfVerify(step.plan.block));
  try {
    const given = surroundingsOf(host, step, files.paths);
    return await judgeVerify(host, step, assertions, { ...given, files: files.paths, attempt, signal, stdout: null, stderr: null });
  } finally {
    files.remove();
  }
}

/** Environment and folder of a step's programs; of a step without any, those of the run. */
function surroundingsOf(host: RunHost, step: StepFold, files: Readonly<Record<string, string>>): { env: Record<string, string>; cwd: string } {
  const { block, scope } = step.plan;
  const names = host.names(scope);
  const own = block.kind === 'run' || block.kind === 'secret' ? fillEnv(block, names, files, host.secrets) : {};
  return { env: { ...host.environment(scope), ...own }, cwd: fillCwd(host.fold, step, names, host.runDir) };
}
