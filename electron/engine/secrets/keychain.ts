/** The system's keychain: GNOME Keyring or KWallet over the Secret Service, macOS Keychain, Windows Credential Manager. */
import { z } from 'zod';

/** "Absent" and "locked" ask for different deeds, so they are told apart wherever the system does. */
export type KeychainAnswer =
  | { kind: 'found'; bytes: Uint8Array }
  | { kind: 'absent' }
  | { kind: 'absent-or-locked' }
  | { kind: 'locked' }
  | { kind: 'unavailable'; why: string };

export interface Keychain {
  /** Never rejects: a keychain that cannot be asked is a state, not an error. */
  read(service: string, account: string): Promise<KeychainAnswer>;
}

/** A locked keychain may put up a window that nobody sees. */
const LIMIT_MS = 20_000;

/** The default: prebuilt, and it knows a locked keychain from an absent entry. */
export function systemKeychain(limitMs = LIMIT_MS): Keychain {
  return {
    async read(service, account) {
      try {
        const { AsyncEntry } = await import('@napi-rs/keyring');
        const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
        const value = await entry.getSecret(AbortSignal.timeout(limitMs));
        return value === null ? { kind: 'absent' } : { kind: 'found', bytes: Uint8Array.from(value) };
      } catch (error) {
        return failure(error);
      }
    },
  };
}

/** As much of keytar as is safe: its `findCredentials` crashes the process on a locked keychain and is never called. */
const Keytar = z.object({ getPassword: z.custom<(service: string, account: string) => Promise<string | null>>((value) => typeof value === 'function') });

/**
 * Entries that keytar wrote, where it is installed and chosen. It answers `null` for a locked keychain as for an absent entry.
 * @param load brings the module; it is optional and needs libsecret
 */
export function keytarKeychain(load: () => Promise<unknown> = loadKeytar): Keychain {
  return {
    async read(service, account) {
      try {
        const value = await Keytar.parse(await load()).getPassword(service, account);
        return value === null ? { kind: 'absent-or-locked' } : { kind: 'found', bytes: Buffer.from(value) };
      } catch (error) {
        return failure(error);
      }
    },
  };
}

async function loadKeytar(): Promise<unknown> {
  const name = 'keytar';
  const loaded = z.object({ default: z.unknown() }).parse(await import(name));
  return loaded.default;
}

function failure(error: unknown): KeychainAnswer {
  const message = error instanceof Error ? error.message : String(error);
  if (/locked|prompt.*dismissed/iu.test(message)) return { kind: 'locked' };
  return { kind: 'unavailable', why: message };
}
