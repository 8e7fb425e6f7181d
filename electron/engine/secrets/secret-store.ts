/** Secrets in memory, by name; overwritten with zeros when they are forgotten. */
import { EngineError } from '../../contract/errors.ts';
import { refuseShort } from '../tool/create-redactor.ts';
import type { SecretHandle, SecretStore } from './secret.ts';

/** The store takes the bytes over: it holds a copy and overwrites what it was given. */
export function createSecretStore(): SecretStore {
  const handles = new Map<string, SecretHandle>();
  return {
    put(name, bytes, source, options = {}) {
      refuseShort(name, bytes.length);
      handles.get(name)?.forget();
      const handle = holdSecret(name, bytes, source, options.mayUseEnv ?? true);
      handles.set(name, handle);
      return handle;
    },
    get: (name) => handles.get(name) ?? null,
    all: () => [...handles.values()],
    forget(name) {
      handles.get(name)?.forget();
      handles.delete(name);
    },
    forgetAll() {
      for (const handle of handles.values()) handle.forget();
      handles.clear();
    },
  };
}

/**
 * JavaScript cannot lock memory or promise that no copy is left elsewhere; what is ours is one buffer outside the pool,
 * which no log or dump of an object shows.
 */
function holdSecret(name: string, given: Uint8Array, source: string, mayUseEnv: boolean): SecretHandle {
  const held = Buffer.alloc(given.length);
  held.set(given);
  given.fill(0);
  let forgotten = false;
  return {
    name, length: held.length, source, mayUseEnv,
    bytes() {
      if (forgotten) throw new EngineError('not-found', `The secret ${name} was forgotten.`, { hint: 'Give it again.' });
      return held;
    },
    forget() {
      held.fill(0);
      forgotten = true;
    },
  };
}
