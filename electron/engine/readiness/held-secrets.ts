/** What a person gave for checks, held in memory from one round to the next: by runbook and name, on no disk. */
import type { SecretSpec } from '../../contract/front-matter.ts';
import { keepSecret } from '../secrets/obtain-secret.ts';
import { createSecretStore } from '../secrets/secret-store.ts';
import type { SecretStore } from '../secrets/secret.ts';

export interface HeldSecrets {
  /** Takes the bytes over and overwrites them. @param source `prompt`, or the ceremony that it came from. EngineError as `keepSecret` throws it; nothing of that name is held then. */
  keep(runbook: string, name: string, spec: SecretSpec, bytes: Uint8Array, source: string): void;
  /** In the order in which they were given. */
  names(runbook: string): string[];
  /** All of a runbook without a name. */
  forget(runbook: string, name?: string): void;
  forgetAll(): void;
  /** Copies for one round of checks, which may put more beside them; the caller forgets that store. */
  forRound(runbook: string): SecretStore;
}

export function holdSecrets(): HeldSecrets {
  const stores = new Map<string, SecretStore>();
  const of = (runbook: string): SecretStore => {
    const store = stores.get(runbook) ?? createSecretStore();
    stores.set(runbook, store);
    return store;
  };
  return {
    keep(runbook, name, spec, bytes, source) {
      keepSecret(name, spec, bytes, source, of(runbook));
    },
    names: (runbook) => of(runbook).all().map(({ name }) => name),
    forget(runbook, name) {
      if (name === undefined) of(runbook).forgetAll();
      else of(runbook).forget(name);
    },
    forgetAll() {
      for (const store of stores.values()) store.forgetAll();
    },
    forRound(runbook) {
      const round = createSecretStore();
      for (const { name, bytes, source, mayUseEnv } of of(runbook).all()) round.put(name, Buffer.from(bytes()), source, { mayUseEnv });
      return round;
    },
  };
}
