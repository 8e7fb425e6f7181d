/** Carries one effect of a step from its intent to its result. What throws here halts the step with the reason. */
import { EngineError } from '../../contract/errors.ts';
import type { AssertionResult, WaitUntil } from '../../contract/assertion.ts';
import type { Purpose } from '../../contract/run/events.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import type { Effort, RunHost } from './host.ts';
import { judgeAside } from './judge-aside.ts';
import { judgePasted } from './judge-pasted.ts';
import { partByHand, pollUntil, type Waited } from './judgement.ts';
import { fill, fillForPeople, frozenOf } from './names.ts';
import { deliverFiles } from './deliver-secrets.ts';
import { fillArgv, secretsOf, secretsOfVerify, shownFiles, writtenPrograms } from './programs.ts';
import { missingSecret } from './obtain-secrets.ts';
import { outputSink } from './run-aside.ts';
import { workCheck } from './work-check.ts';
import { workSecret } from './work-secret.ts';
import { workService } from './work-service.ts';
import { failureText, intentOf, judged, livingCopy, resultOf, workProgram } from './work-program.ts';

export async function performEffect(host: RunHost, effort: Effort, purpose: Purpose | 'call'): Promise<void> {
  switch (purpose) {
    case 'call':
      return call(host, effort);
    case 'work':
      return work(host, effort);
    case 'verify':
      return verify(host, effort);
    case 'undo':
      return undo(host, effort);
  }
}

async function work(host: RunHost, effort: Effort): Promise<void> {
  const { block, path } = effort.step.plan;
  switch (block.kind) {
    case 'run': {
      if (await lacksSecret(host, effort)) return;
      return block.background === undefined ? workProgram(host, effort) : workService(host, effort);
    }
    case 'secret':
      return workSecret(host, effort);
    case 'check':
      return workCheck(host, effort);
    case 'wait':
      return pass(host, effort);
    case 'manual':
    case 'decide':
    case 'approve':
    case 'notify':
    case 'call':
      throw new Error(`${path} is a ${block.kind} step; it has no work of its own`);
  }
}

/** Gets what the step needs from its sources; what only a person can give is asked for. */
async function lacksSecret(host: RunHost, { step }: Effort, wanted = secretsOf(step.plan.block, writtenPrograms(host.fold, step).stages)): Promise<boolean> {
  const missing = await missingSecret(host, step, wanted);
  if (missing === null) return false;
  await host.record(() => [{ type: 'step.waiting', data: { step: step.plan.path, for: 'secret', detail: missing } }]);
  return true;
}

/** Its params are filled in the caller's names and frozen; the steps of the called runbook follow. */
async function call(host: RunHost, { step }: Effort): Promise<void> {
  const { block, path, scope } = step.plan;
  if (block.kind !== 'call') throw new Error(`${path} calls nothing`);
  const names = host.names(scope);
  // at the table nothing was captured, and nothing uses the value but people who read it
  const given = Object.fromEntries(Object.entries(block.params ?? {}).map(([name, text]) => [name, host.fold.mode === 'tabletop' ? fillForPeople(text, names) : fill(text, names, 'text')]));
  const called = runbookOf(host.fold.plan, path);
  const defaults = frozenOf(host.fold, path).params;
  const missing = Object.entries(called.front.params ?? {}).filter(([name, param]) => param.required === true && given[name] === undefined && defaults[name] === undefined);
  if (missing.length > 0) throw new EngineError('refused', `${called.front.id} needs ${missing.map(([name]) => name).join(', ')}.`, { hint: `Give it under params of step ${path}.` });
  await host.record(() => [{ type: 'step.called', data: { step: path, params: { ...defaults, ...given } } }]);
}

/** What a wait looks with, filled as it will run, secrets named. */
function shownPoll(host: RunHost, { plan: { block, scope } }: Effort['step']): string[][] {
  if (block.kind !== 'wait' || block.wait_until === undefined) return [];
  const shown = fillArgv(block.wait_until.run, host.names(scope), shownFiles(secretsOf(block, []), host.secrets));
  return [shown.map((text) => host.redactor().text(text))];
}

/** `wait`: time passes, or a condition comes true. */
async function pass(host: RunHost, effort: Effort): Promise<void> {
  const { step, signal } = effort;
  const { block } = step.plan;
  if (block.kind !== 'wait') return;
  if (await lacksSecret(host, effort)) return;
  const attempt = step.attempts + 1;
  const what = block.for === undefined ? 'waits for a condition' : `waits ${block.for}`;
  await host.record(() => [intentOf(host, effort, { attempt, purpose: 'work', shown: shownPoll(host, step), what })], signal);
  const begun = host.clock.uptime();
  if (block.for !== undefined) await host.clock.sleep(durationSeconds(block.for) * 1000, signal);
  const waited = block.wait_until === undefined || signal.aborted ? null : await pollWithSecrets(host, effort, block.wait_until, attempt);
  const results: AssertionResult[] = [...(waited?.results ?? [])];
  if (waited === null || waited.ok) results.push(...(await judgeAside(host, step, block.verify ?? [], { attempt, signal })));
  const reason = signal.aborted ? 'It was stopped.' : (waited !== null && !waited.ok ? waited.reason : null) ?? failureText(results);
  const took = host.clock.uptime() - begun;
  await host.record(() => [judged(host, effort, 'work', attempt, results, reason, took)]);
}

/** Files of secrets live as long as the looking does. */
async function pollWithSecrets(host: RunHost, { step, signal }: Effort, wait: WaitUntil, attempt: number): Promise<Waited> {
  const files = deliverFiles(host, secretsOf(step.plan.block, []));
  try {
    return await pollUntil(host, step, wait, { env: host.environment(step.plan.scope), cwd: host.runDir, files: files.paths, attempt, signal });
  } finally {
    files.remove();
  }
}

/** What must hold after a person did their part, in the environment of the step. */
async function verify(host: RunHost, effort: Effort): Promise<void> {
  const { step, signal } = effort;
  const { block } = step.plan;
  const { judgeable, open } = partByHand(host, step);
  if (await lacksSecret(host, effort, judgeable.length === 0 ? [] : secretsOfVerify(block))) return;
  const attempt = Math.max(1, step.attempts);
  await host.record(() => [intentOf(host, effort, { attempt, purpose: 'verify', shown: [], what: 'checks what must hold' })], signal);
  if (step.pasted !== null) return judgePasted(host, effort, step.pasted, attempt);
  const begun = host.clock.uptime();
  const results = await judgeAside(host, step, judgeable, { attempt, signal });
  const took = host.clock.uptime() - begun;
  const { data, type } = judged(host, effort, 'verify', attempt, results, signal.aborted ? 'It was stopped.' : failureText(results), took);
  await host.record(() => [{ type, data: { ...data, ...(open.length === 0 ? {} : { unjudged: open }) } }]);
}

/** Takes a step back with the program that it names. */
async function undo(host: RunHost, effort: Effort): Promise<void> {
  const { step, signal } = effort;
  const { block, path, scope } = step.plan;
  if (block.undo === undefined) return;
  const copy = livingCopy(host, path);
  if (copy !== null) return host.record(() => [copy]);
  const names = host.names(scope);
  const wanted = secretsOf(block, []);
  const shown = [fillArgv(block.undo.run, names, shownFiles(wanted, host.secrets))];
  const files = deliverFiles(host, wanted);
  try {
    const argv = fillArgv(block.undo.run, names, files.paths);
    const attempt = Math.max(1, step.attempts);
    const env = host.environment(scope);
    const intent = intentOf(host, effort, { attempt, purpose: 'undo', shown, stages: [argv], env });
    await host.record(() => [intent], signal);
    const marker = intent.type === 'step.intent' ? intent.data.marker : '';
    const outcome = await host.runTool({
      stages: [argv], cwd: host.runDir, env, marker, okExitCodes: [0], redactor: host.redactor(), output: outputSink(host, path), signal,
      onSpawn: ({ stage, pid, startTime }) => host.append([{ type: 'step.process', data: { step: path, attempt, stage, pid, start_time: startTime } }]),
      ...(block.timeout === undefined ? {} : { timeoutMs: durationSeconds(block.timeout) * 1000 }),
    });
    await host.record(() => [{ type: 'step.result', data: resultOf(outcome, step, attempt, 'undo') }]);
  } finally {
    files.remove();
  }
}
