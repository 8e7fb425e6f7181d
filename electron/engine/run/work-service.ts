/** A `run` step with `background`: the program goes on beside the run; the step is over when what must hold holds. */
import type { AssertionResult } from '../../contract/assertion.ts';
import type { ToolOutcome } from '../tool/tool.ts';
import type { Effort, RunHost } from './host.ts';
import { judgeVerify, pollUntil } from './judgement.ts';
import type { Attempt } from './work-program.ts';
import { beginAttempt, failureText, finalEvents, resultOf, runPrepared, storedAssertions } from './work-program.ts';

export async function workService(host: RunHost, effort: Effort): Promise<void> {
  const { step } = effort;
  const { path } = step.plan;
  const attempt = await beginAttempt(host, effort);
  if (attempt === null) return;
  const stop = new AbortController();
  const ended = startAside(host, effort, attempt, stop);
  const reason = await comesUp(host, effort, attempt, ended.early);
  if (reason.text !== null) {
    stop.abort();
    const outcome = await ended.outcome;
    return host.record(() => finalEvents(host, effort, { ...resultOf(outcome, step, attempt.number, 'work'), ok: false, how: effort.signal.aborted ? 'killed' : 'judged', reason: reason.text, ...storedAssertions(host, reason.results) }));
  }
  host.keepService(path, { end: async () => { stop.abort(); await ended.outcome; } });
  await host.record(() => [
    { type: 'step.service', data: { step: path, state: 'running', detail: 'It goes on beside the run' } },
    { type: 'step.result', data: { step: path, attempt: attempt.number, purpose: 'work', block: step.plan.sha256, ok: true, how: 'judged', exit_codes: [], output: null, captures: {}, duration_ms: 0, survivors: [], reason: null, ...storedAssertions(host, reason.results) } },
  ]);
  void ended.outcome.then(async (outcome) => tellEnd(host, effort, outcome, stop.signal)).catch((thrown: unknown) => host.fault(thrown));
}

interface Aside {
  outcome: Promise<ToolOutcome>;
  /** Why the program ended before its time; null while it goes on, or when it ended well (it put itself into the background). */
  early(): string | null;
}

function startAside(host: RunHost, effort: Effort, attempt: Attempt, stop: AbortController): Aside {
  let early: string | null = null;
  const outcome = runPrepared(host, effort, attempt, { signal: stop.signal }).then((ended) => {
    if (!ended.ok) early = ended.reason ?? 'It ended at once.';
    return ended;
  }).finally(() => attempt.prepared.files.remove());
  return { outcome, early: () => early };
}

/** Its condition, then its assertions; at the least it must not have ended when it was started. */
async function comesUp(host: RunHost, effort: Effort, { prepared, number: attempt }: Attempt, early: () => string | null): Promise<{ text: string | null; results: AssertionResult[] }> {
  const { step, signal } = effort;
  const { block } = step.plan;
  if (block.kind !== 'run') return { text: null, results: [] };
  const given = { env: prepared.env, cwd: prepared.cwd, files: prepared.files.paths, attempt, signal };
  if (block.wait_until === undefined) await host.clock.sleep(SETTLE_MS, signal);
  const waited = block.wait_until === undefined ? null : await pollUntil(host, step, block.wait_until, given, early);
  const results = [...(waited?.results ?? [])];
  if (early() === null && (waited === null || waited.ok)) results.push(...(await judgeVerify(host, step, block.verify ?? [], { ...given, stdout: null, stderr: null })));
  return { text: signal.aborted ? 'It was stopped.' : early() ?? (waited !== null && !waited.ok ? waited.reason : null) ?? failureText(results), results };
}

/** A program that cannot start says so within this time; a service with more to prove has a `wait_until`. */
const SETTLE_MS = 250;

async function tellEnd(host: RunHost, { step }: Effort, outcome: ToolOutcome, asked: AbortSignal): Promise<void> {
  if (asked.aborted || outcome.ok) return; // ended by us, or it put itself into the background
  if (step.service === 'running') await host.record(() => [{ type: 'step.service', data: { step: step.plan.path, state: 'died', detail: outcome.reason ?? 'it ended' } }]);
}
