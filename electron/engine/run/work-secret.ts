/** A `secret` step: a value comes into a memory handle, from its sources, from a program's output, or from a person. */
import { EngineError } from '../../contract/errors.ts';
import { createRedactor } from '../tool/create-redactor.ts';
import { fingerprint } from '../secrets/fingerprint.ts';
import type { SecretHandle } from '../secrets/secret.ts';
import type { Effort, RunHost } from './host.ts';
import { judgeAside } from './judge-aside.ts';
import { keepGiven, missingSecret, specOf } from './obtain-secrets.ts';
import { secretsOf, writtenPrograms } from './programs.ts';
import { forgetfulSink } from './run-aside.ts';
import { beginAttempt, failureText, resultOf, runPrepared, storedAssertions } from './work-program.ts';

export async function workSecret(host: RunHost, effort: Effort): Promise<void> {
  const { step } = effort;
  const { block, path } = step.plan;
  if (block.kind !== 'secret') throw new Error(`${path} obtains no secret`);
  const used = await missingSecret(host, step, secretsOf(block, writtenPrograms(host.fold, step).stages));
  if (used !== null) return host.record(() => [{ type: 'step.waiting', data: { step: path, for: 'secret', detail: used } }]);
  if (block.run !== undefined) return fromProgram(host, effort, block.secret);
  const missing = await missingSecret(host, step, [block.secret], { tell: false });
  if (missing !== null) return host.record(() => [{ type: 'step.waiting', data: { step: path, for: 'secret', detail: missing } }]);
  const handle = host.secrets.get(block.secret);
  if (handle === null) throw new EngineError('internal', `The secret ${block.secret} was there and is gone.`);
  await host.record(() => [{ type: 'step.secret', data: { step: path, name: block.secret, source: handle.source, length: handle.length, fingerprint: fingerprintOf(host, effort, handle) } }]);
}

/** Only of generated keys: of a password, a fingerprint would be an oracle. */
function fingerprintOf(host: RunHost, { step }: Effort, handle: SecretHandle): string | null {
  return specOf(host, step, handle.name).fingerprint === undefined ? null : fingerprint(handle);
}

/** What the program prints goes into the handle and nowhere else: it is neither shown nor stored. */
async function fromProgram(host: RunHost, effort: Effort, name: string): Promise<void> {
  const { step, signal } = effort;
  const { path } = step.plan;
  const attempt = await beginAttempt(host, effort);
  if (attempt === null) return;
  const { prepared } = attempt;
  try {
    const outcome = await runPrepared(host, effort, attempt, { sink: forgetfulSink(), redactor: createRedactor([]) });
    const problem = outcome.ok ? take(host, effort, name, outcome.stdout) : null;
    const result = { ...resultOf(outcome, step, attempt.number, 'work'), output: null };
    if (!outcome.ok || problem !== null || signal.aborted) {
      return await host.record(() => [{ type: 'step.result', data: { ...result, ok: false, reason: problem ?? outcome.reason } }]);
    }
    const handle = host.secrets.get(name);
    const results = await judgeAside(host, step, step.plan.block.verify ?? [], { attempt: attempt.number, signal });
    const reason = signal.aborted ? 'It was stopped.' : failureText(results);
    await host.record(() => [
      { type: 'step.secret', data: { step: path, name, source: `program ${prepared.shown[0]?.[0] ?? ''}`, length: handle?.length ?? 0, fingerprint: handle === null ? null : fingerprintOf(host, effort, handle) } },
      { type: 'step.result', data: { ...result, ok: reason === null, reason, ...storedAssertions(host, results) } },
    ]);
  } finally {
    prepared.files.remove();
  }
}

/** Why the output is no secret; null when it is kept. */
function take(host: RunHost, { step }: Effort, name: string, stdout: { text: string; truncated: boolean }): string | null {
  if (stdout.truncated) return 'It printed far more than a secret.';
  if (stdout.text.includes('\uFFFD')) return 'It printed bytes that are no text; let it print them as base64.';
  try {
    const bytes = Buffer.from(stdout.text, 'utf8');
    keepGiven(host, step, name, bytes, 'program');
    return null;
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown.message;
    throw thrown;
  }
}
