/** Secrets that a step needs: from the sources that the runbook names, in order; only a person can give what is left. */
import { existsSync, readFileSync } from 'node:fs';
import { EngineError } from '../../contract/errors.ts';
import type { SecretSource, SecretSpec } from '../../contract/front-matter.ts';
import type { StepFold } from '../../contract/run/fold.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import { hasFingerprint } from '../secrets/fingerprint.ts';
import type { SecretHandle } from '../secrets/secret.ts';
import type { RunHost } from './host.ts';
import { fill, frozenOf } from './names.ts';
import { pathIn } from './programs.ts';

function specOf(host: RunHost, { plan }: StepFold, name: string): SecretSpec | undefined {
  return runbookOf(host.fold.plan, plan.scope).front.secrets?.[name];
}

/**
 * Makes sure that the secrets are at hand.
 * @param options.tell whether to journal what came from a source; a `secret` step does that itself
 * @returns the first that only a person can give, or null
 */
export async function missingSecret(host: RunHost, step: StepFold, names: readonly string[], signal: AbortSignal, options: { tell: boolean } = { tell: true }): Promise<string | null> {
  for (const name of names) {
    if (host.secrets.get(name) !== null) continue;
    if (signal.aborted) return name;
    const handle = await fromSources(host, step, name);
    if (handle === null) return name;
    const problem = fingerprintProblem(host, step, name);
    if (problem !== null) throw new EngineError('bad', problem);
    if (options.tell) host.append([{ type: 'step.secret', data: { step: step.plan.path, name, source: handle.source, length: handle.length, fingerprint: null } }]);
  }
  return null;
}

async function fromSources(host: RunHost, step: StepFold, name: string): Promise<SecretHandle | null> {
  const spec = specOf(host, step, name);
  for (const source of spec?.sources ?? []) {
    if (source === 'prompt' || (source.needs_alive ?? []).some((needed) => host.fold.dead.includes(needed))) continue;
    const bytes = await readSource(host, step, source);
    if (bytes !== null) return keepSecret(host, step, name, bytes, sourceName(source));
  }
  return null;
}

async function readSource(host: RunHost, step: StepFold, source: Exclude<SecretSource, 'prompt'>): Promise<Uint8Array | null> {
  if ('file' in source) {
    const path = pathIn(frozenOf(host.fold, step.plan.scope).folder, fill(source.file, host.names(step.plan.scope), 'path'));
    return existsSync(path) ? readFileSync(path) : null;
  }
  if ('env' in source) {
    const value = host.processEnv[source.env];
    return value === undefined ? null : Buffer.from(value, 'utf8');
  }
  return Promise.resolve(null);
}

function sourceName(source: Exclude<SecretSource, 'prompt'>): string {
  const [[kind, where] = ['source', '']] = Object.entries(source).filter(([key]) => key !== 'needs_alive');
  return `${kind} ${String(where)}`;
}

/** One final newline is dropped unless the secret is binary. EngineError `refused` when it is too short to be masked. */
export function keepSecret(host: RunHost, step: StepFold, name: string, bytes: Uint8Array, source: string): SecretHandle {
  const spec = specOf(host, step, name);
  const kept = spec?.binary === true ? bytes : withoutNewline(bytes);
  const escrowed = (spec?.sources ?? []).some((known) => known !== 'prompt' && 'escrow' in known);
  const handle = host.secrets.put(name, kept, source, { mayUseEnv: !escrowed });
  host.secretsChanged();
  return handle;
}

function withoutNewline(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

/** Why a secret is not the one that the runbook means; it is forgotten then. Null when all is well. */
export function fingerprintProblem(host: RunHost, step: StepFold, name: string): string | null {
  const expected = specOf(host, step, name)?.fingerprint;
  const handle = host.secrets.get(name);
  if (expected === undefined || handle === null || hasFingerprint(handle, expected)) return null;
  return `The secret ${name} from ${handle.source} is not the one that the runbook means: its SHA-256 is another.`;
}
