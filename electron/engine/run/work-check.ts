/** A `check` step: a readiness probe in the middle of a run. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Probe } from '../../contract/check.ts';
import { EngineError } from '../../contract/errors.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import type { AssertionResult } from '../../contract/assertion.ts';
import type { ProbeFinding } from '../../contract/readiness.ts';
import type { StepFold } from '../../contract/run/fold.ts';
import { probeOf, runProbe } from '../readiness/run-probe.ts';
import type { Effort, RunHost } from './host.ts';
import { markerOf } from './host.ts';
import { fill, frozenOf } from './names.ts';
import { missingSecret } from './obtain-secrets.ts';
import { judged } from './perform.ts';
import { pathIn } from './programs.ts';
import { intentOf } from './work-program.ts';

export async function workCheck(host: RunHost, effort: Effort): Promise<void> {
  const { step, signal } = effort;
  const { path } = step.plan;
  const probe = filledProbe(host, step);
  const missing = await missingSecret(host, step, secretNames(probe), signal);
  if (missing !== null) return host.append([{ type: 'step.waiting', data: { step: path, for: 'secret', detail: missing } }]);
  const attempt = step.attempts + 1;
  host.append([intentOf(host, effort, { attempt, purpose: 'work', shown: [], what: `probes: ${probe.kind}` })]);
  const begun = host.clock.uptime();
  const finding = await runProbe(probe, contextOf(host, step, attempt, signal));
  const ok = finding.outcome === 'pass' || finding.outcome === 'warn';
  const results: AssertionResult[] = [{ ok, title: finding.summary.slice(0, 1000), expected: 'the check passes', actual: `${finding.outcome}${evidenceText(finding)}` }];
  host.append([judged(host, effort, 'work', attempt, results, ok ? null : finding.summary.slice(0, 2000), begun)]);
}

function evidenceText({ evidence }: ProbeFinding): string {
  const text = JSON.stringify(evidence);
  return text === '{}' ? '' : ` ${text.slice(0, 4000)}`;
}

function filledProbe(host: RunHost, step: StepFold): Probe {
  const { block, scope, path } = step.plan;
  if (block.kind !== 'check') throw new Error(`${path} is not a check`);
  const names = host.names(scope);
  return Probe.parse(fillAll(namedProbe(host, step), (text) => fill(text, names, 'text')));
}

function namedProbe(host: RunHost, { plan: { block, scope } }: StepFold): Probe {
  if (block.kind !== 'check') throw new Error('not a check');
  if (typeof block.check !== 'string') return block.check;
  const id = block.check;
  const check = runbookOf(host.fold.plan, scope).checks.find((known) => known.id === id);
  if (check === undefined) throw new EngineError('not-found', `The runbook has no check "${id}".`);
  return probeOf(check.block);
}

/** Names, patterns and queries are never filled. */
const AS_WRITTEN: ReadonlySet<string> = new Set(['kind', 'id', 'matches', 'not_matches', 'query', 'regex', 'secret', 'version_match']);

/** Every text of a mapping, filled. */
export function fillAll(value: unknown, text: (written: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => fillAll(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, AS_WRITTEN.has(name) ? item : fillAll(item, text)]));
}

/** Every `secret: NAME` in a probe. */
function secretNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretNames);
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.entries(value).flatMap(([name, item]) => (name === 'secret' && typeof item === 'string' ? [item] : secretNames(item))))];
}

function contextOf(host: RunHost, step: StepFold, attempt: number, signal: AbortSignal): Parameters<typeof runProbe>[1] {
  const scratchDir = join(host.dataDir, 'scratch');
  mkdirSync(scratchDir, { recursive: true, mode: 0o700 });
  const { folder } = frozenOf(host.fold, step.plan.scope);
  return {
    clock: host.clock, runTool: host.runTool, secrets: host.secrets, redactor: host.redactor(), dataDir: host.dataDir, scratchDir,
    resolve: (path) => pathIn(folder, path), env: host.environment(step.plan.scope), nodePath: host.nodePath,
    marker: markerOf(host.id, step.plan.path, attempt), progress: () => {}, signal,
  };
}
