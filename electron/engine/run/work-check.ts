/** A `check` step: a readiness probe in the middle of a run. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Probe } from '../../contract/check.ts';
import { EngineError } from '../../contract/errors.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import type { AssertionResult } from '../../contract/assertion.ts';
import type { ProbeFinding } from '../../contract/readiness.ts';
import type { StepFold } from '../../contract/run/state.ts';
import { captureText } from '../assertion/capture.ts';
import { noteProof } from '../escrow/register/note-proof.ts';
import { keyViewOf } from '../escrow/register/register.ts';
import { readPins } from '../kit/pins.ts';
import { awsVariables } from '../readiness/readiness.ts';
import { probeOf, runProbe } from '../readiness/run-probe.ts';
import { fillAroundSecretFiles, secretFilesIn } from '../runbook/template.ts';
import type { Effort, RunHost } from './host.ts';
import { markerOf } from './host.ts';
import { fill, frozenOf } from './names.ts';
import { fillAll } from './fill-all.ts';
import { missingSecret } from './obtain-secrets.ts';
import { judgeAside } from './judge-aside.ts';
import { pathIn, secretsOfVerify } from './programs.ts';
import { failureText, finalEvents, intentOf, judged } from './work-program.ts';

export async function workCheck(host: RunHost, effort: Effort): Promise<void> {
  const { step, signal } = effort;
  const { path } = step.plan;
  const probe = filledProbe(host, step);
  const missing = await missingSecret(host, step, [...new Set([...secretNames(probe), ...credentialSecret(host, step, probe), ...secretsOfVerify(step.plan.block)])]);
  if (missing !== null) return host.record(() => [{ type: 'step.waiting', data: { step: path, for: 'secret', detail: missing } }]);
  const attempt = step.attempts + 1;
  await host.record(() => [intentOf(host, effort, { attempt, purpose: 'work', shown: [], what: `probes: ${probe.kind}` })], signal);
  const begun = host.clock.uptime();
  const finding = await runProbe(probe, contextOf(host, step, attempt, signal));
  noteProof(host.journal, host.id, probe, finding);
  const ok = finding.outcome === 'pass' || finding.outcome === 'warn';
  const results: AssertionResult[] = [{ ok, title: 'The check holds', expected: 'it passes', actual: finding.summary.slice(0, 1000) }];
  if (ok) results.push(...(await judgeAside(host, step, step.plan.block.verify ?? [], { attempt, signal })));
  const took = host.clock.uptime() - begun;
  await host.record(() => {
    const { data } = judged(host, effort, 'work', attempt, results, ok ? failureText(results) : finding.summary.slice(0, 2000), took);
    return finalEvents(host, effort, { ...data, output: evidenceOf(host, finding), captures: data.ok ? capturesOf(probe, finding) : {} });
  });
}

/** What the queries of a backup's proof captured, read as the types that they say. */
function capturesOf(probe: Probe, { evidence }: ProbeFinding): Record<string, string> {
  if (probe.kind !== 'backup') return {};
  const texts = Texts.safeParse(evidence['captures']);
  if (!texts.success) return {};
  const wanted = (probe.assert ?? []).flatMap(({ capture }) => capture ?? []);
  return Object.fromEntries(wanted.flatMap(({ name, type }) => {
    const read = captureText(texts.data[name] ?? '', type);
    return 'problem' in read ? [] : [[name, read.text.slice(0, 4000)]];
  }));
}

const Texts = z.record(z.string(), z.string());

/** The whole evidence is the step's output: a sentence is enough for the screen, not for an auditor. */
function evidenceOf(host: RunHost, { evidence }: ProbeFinding): { sha256: string; size: number } | null {
  if (Object.keys(evidence).length === 0) return null;
  const { sha256, size } = host.journal.blobs.put(Buffer.from(host.redactor().text(`${JSON.stringify(evidence, null, 2)}\n`)));
  return { sha256, size };
}

function filledProbe(host: RunHost, step: StepFold): Probe {
  const { block, scope, path } = step.plan;
  if (block.kind !== 'check') throw new Error(`${path} is not a check`);
  const names = host.names(scope);
  return Probe.parse(fillAll(namedProbe(host, step), (written) => fillAroundSecretFiles(written, (text) => fill(text, names, 'text'))));
}

function namedProbe(host: RunHost, { plan: { block, scope } }: StepFold): Probe {
  if (block.kind !== 'check') throw new Error('not a check');
  if (typeof block.check !== 'string') return block.check;
  const id = block.check;
  const check = runbookOf(host.fold.plan, scope).checks.find((known) => known.id === id);
  if (check === undefined) throw new EngineError('not-found', `The runbook has no check "${id}".`);
  return probeOf(check.block);
}

/** Every `secret: NAME` and every `{{secret_file:NAME}}` in a probe. */
function secretNames(value: unknown): string[] {
  if (typeof value === 'string') return secretFilesIn(value);
  if (Array.isArray(value)) return value.flatMap(secretNames);
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.entries(value).flatMap(([name, item]) => (name === 'secret' && typeof item === 'string' ? [item] : secretNames(item))))];
}

/** `credentials` of an object store may name a secret, or a profile or file, which is none of ours. */
function credentialSecret(host: RunHost, step: StepFold, probe: Probe): string[] {
  if ((probe.kind !== 'backup' && probe.kind !== 's3-object') || probe.credentials === undefined) return [];
  const name = probe.credentials.replace(/^secret:/u, '');
  return name in (runbookOf(host.fold.plan, step.plan.scope).front.secrets ?? {}) ? [name] : [];
}

function contextOf(host: RunHost, step: StepFold, attempt: number, signal: AbortSignal): Parameters<typeof runProbe>[1] {
  const scratchDir = join(host.dataDir, 'scratch');
  mkdirSync(scratchDir, { recursive: true, mode: 0o700 });
  const { folder } = frozenOf(host.fold, step.plan.scope);
  const env = host.environment(step.plan.scope);
  return {
    clock: host.clock, runTool: host.runTool, secrets: host.secrets, redactor: host.redactor(), dataDir: host.dataDir, scratchDir,
    resolve: (path) => pathIn(folder, path), env, nodePath: host.nodePath,
    marker: markerOf(host.id, step.plan.path, attempt), progress: () => {}, signal, pinned: readPins(host.journal), escrow: (key) => keyViewOf(host.journal, key, host.clock.now()),
    credentialsEnv: { ...awsVariables(host.processEnv), ...env },
  };
}
