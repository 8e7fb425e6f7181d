/** Secrets that a step needs: from the sources that the runbook names, in order; only a person can give what is left. */
import { EngineError } from '../../contract/errors.ts';
import type { SecretSource, SecretSpec } from '../../contract/front-matter.ts';
import type { StepFold } from '../../contract/run/state.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import { keepSecret, obtainSecret } from '../secrets/obtain-secret.ts';
import type { EscrowWish } from '../secrets/escrow-access.ts';
import type { SecretHandle } from '../secrets/secret.ts';
import type { RunHost } from './host.ts';
import { fill, frozenOf } from './names.ts';

/** A secret that the front matter does not describe can only be asked for. */
const PROMPT_ONLY: SecretSpec = { sources: ['prompt'] };

export function specOf(host: RunHost, { plan }: StepFold, name: string): SecretSpec {
  return runbookOf(host.fold.plan, plan.scope).front.secrets?.[name] ?? PROMPT_ONLY;
}

/**
 * Makes sure that the secrets are at hand.
 * @param options.tell whether to journal what came from a source; a `secret` step does that itself
 * @returns the first that only a person can give, or null
 * @throws EngineError `bad` for a value with another fingerprint, `refused` for one that is too short
 */
export async function missingSecret(host: RunHost, step: StepFold, names: readonly string[], options: { tell: boolean } = { tell: true }): Promise<string | null> {
  for (const name of names) {
    if (host.secrets.get(name) !== null) continue;
    const obtained = await obtainSecret(name, filledSpec(host, step, specOf(host, step, name)), {
      store: host.secrets, dead: host.fold.dead, keychain: host.keychain, processEnv: host.processEnv, folder: frozenOf(host.fold, step.plan.scope).folder,
      ...(host.escrow === null ? {} : { escrow: { access: host.escrow, wish: wishOf(host, step) } }),
    });
    host.secretsChanged();
    if (obtained.kind === 'missing') return name;
    const { source, length } = obtained.secret;
    if (options.tell) await host.record(() => [{ type: 'step.secret', data: { step: step.plan.path, name, source, length, fingerprint: null } }]);
  }
  return null;
}

/** A drill stops at a bad share, so that it is found out; a recovery goes on with the good ones. */
function wishOf(host: RunHost, step: StepFold): Omit<EscrowWish, 'secret'> {
  return { for: `run ${host.id}, step ${step.plan.path}`, run: host.id, mode: host.fold.mode === 'live' ? 'live' : 'drill' };
}

/**
 * The key of a secret's escrow, from the files of shares that a person names.
 * @throws EngineError `refused` for a secret that has no escrow; as `EscrowAccess` for the shares
 */
export async function obtainByQuorum(host: RunHost, step: StepFold, name: string, shares: { files: readonly string[]; passphrase?: Uint8Array | undefined }): Promise<{ bytes: Uint8Array; source: string }> {
  const [key] = specOf(host, step, name).sources.flatMap((source) => (source !== 'prompt' && 'escrow' in source ? [source.escrow] : []));
  if (host.escrow === null || key === undefined) throw new EngineError('refused', `The secret ${name} does not come out of escrow, so shares do not make it.`, { hint: 'Its source in the runbook is not `escrow`.' });
  const answer = await host.escrow.obtain(key, { ...wishOf(host, step), secret: name, files: shares.files, ...(shares.passphrase === undefined ? {} : { passphrase: shares.passphrase }) });
  if (answer.kind === 'absent') throw new EngineError('refused', `The escrow ${key} did not give the key: ${answer.why}.`);
  return answer;
}

function filledSpec(host: RunHost, step: StepFold, spec: SecretSpec): SecretSpec {
  const names = host.names(step.plan.scope);
  return { ...spec, sources: spec.sources.map((source): SecretSource => (source !== 'prompt' && 'file' in source ? { ...source, file: fill(source.file, names, 'path') } : source)) };
}

/** Takes a value over as a person or a program gave it. EngineError as `missingSecret`. */
export function keepGiven(host: RunHost, step: StepFold, name: string, bytes: Uint8Array, source: string): SecretHandle {
  try {
    return keepSecret(name, specOf(host, step, name), bytes, source, host.secrets);
  } finally {
    host.secretsChanged();
  }
}
