/** Brings a secret into the store: from the first source that has it, or as a person gave it. */
import type { SecretSource, SecretSpec } from '../../contract/front-matter.ts';
import type { EscrowAccess, EscrowWish } from './escrow-access.ts';
import { withoutFinalNewline } from './final-newline.ts';
import { requireFingerprint } from './fingerprint.ts';
import { readSource } from './read-source.ts';
import type { SourceAnswer, SourceContext } from './read-source.ts';
import type { SecretHandle, SecretStore } from './secret.ts';

/** `tried` says of every source asked why it had nothing; `prompt` whether a person may be asked. */
export type Obtained = { kind: 'found'; secret: SecretHandle } | { kind: 'missing'; tried: Extract<SourceAnswer, { kind: 'absent' }>[]; prompt: boolean };

export interface ObtainContext extends SourceContext {
  store: SecretStore;
  /** Names that the outage has taken; a source that needs one of them is passed over. */
  dead: readonly string[];
  /** Keys out of escrow; without it such a source has nothing. */
  escrow?: { access: EscrowAccess; wish: Omit<EscrowWish, 'secret'> };
}

/**
 * Asks the sources in their order; one that is kept already is not asked for again.
 * @throws EngineError `bad` when the value is not the one that the fingerprint names, `refused` when it is too short
 */
export async function obtainSecret(name: string, spec: SecretSpec, context: ObtainContext): Promise<Obtained> {
  const kept = context.store.get(name);
  if (kept !== null) return { kind: 'found', secret: kept };
  const tried: Extract<SourceAnswer, { kind: 'absent' }>[] = [];
  for (const source of spec.sources) {
    if (source === 'prompt') continue;
    const answer = await ask(name, source, context);
    if (answer.kind === 'found') return { kind: 'found', secret: keepSecret(name, spec, answer.bytes, answer.source, context.store) };
    tried.push(answer);
  }
  return { kind: 'missing', tried, prompt: spec.sources.includes('prompt') };
}

/**
 * Takes a value over, from a source or from a person (`source` is then "prompt"); `bytes` is overwritten.
 * One final newline is dropped unless the secret is binary.
 * @throws EngineError `bad` or `refused`; nothing is kept then
 */
export function keepSecret(name: string, spec: SecretSpec, bytes: Uint8Array, source: string, store: SecretStore): SecretHandle {
  try {
    const value = spec.binary === true ? bytes : withoutFinalNewline(bytes);
    const secret = store.put(name, value, source, { mayUseEnv: !isEscrowed(spec) });
    if (spec.fingerprint !== undefined) requireFingerprint(secret, spec.fingerprint);
    return secret;
  } catch (error) {
    store.forget(name);
    throw error;
  } finally {
    bytes.fill(0);
  }
}

/** A key that has an escrow is worth more than a password, wherever this copy of it came from. */
function isEscrowed(spec: SecretSpec): boolean {
  return spec.sources.some((source) => source !== 'prompt' && 'escrow' in source);
}

async function ask(name: string, source: Exclude<SecretSource, 'prompt'>, context: ObtainContext): Promise<SourceAnswer> {
  const dead = (source.needs_alive ?? []).find((needed) => context.dead.includes(needed));
  if (dead !== undefined) return { kind: 'absent', source: Object.keys(source)[0] ?? 'source', why: `it needs ${dead}, which is dead` };
  if ('escrow' in source) {
    const { escrow } = context;
    return escrow === undefined ? { kind: 'absent', source: `escrow ${source.escrow}`, why: 'no escrow can be asked here' } : escrow.access.obtain(source.escrow, { ...escrow.wish, secret: name });
  }
  return readSource(source, context);
}
