/** The system's keychain: GNOME Keyring or KWallet over the Secret Service, macOS Keychain, Windows Credential Manager. */
import type { AsyncEntry } from '@napi-rs/keyring';
import { z } from 'zod';

/** Which library speaks to the keychain. Both are optional: an install without either still recovers. */
export type KeychainLibrary = 'keyring' | 'keytar';

/** "Absent" and "locked" ask for different deeds, so they are told apart wherever the system does. */
export type KeychainAnswer =
  | { kind: 'found'; bytes: Uint8Array; where?: string }
  | { kind: 'absent' }
  | { kind: 'absent-or-locked' }
  | { kind: 'locked'; why?: string }
  | { kind: 'unavailable'; why: string };

/** What came of changing an entry. `nothing`: there was no entry to remove. */
export type KeychainChange = { kind: 'done' } | { kind: 'nothing' } | { kind: 'locked'; why?: string } | { kind: 'unavailable'; why: string };

/** Where secrets can be looked up. */
export interface Keychain {
  /** Never rejects: a keychain that cannot be asked is a state, not an error. `bytes` belong to the caller, who overwrites them. */
  read(service: string, account: string): Promise<KeychainAnswer>;
}

/** Where secrets can be kept as well; never rejects either. */
export interface WritableKeychain extends Keychain {
  /** Replaces what was there. `bytes` stay the caller's. */
  write(service: string, account: string, bytes: Uint8Array): Promise<KeychainChange>;
  remove(service: string, account: string): Promise<KeychainChange>;
}

/** A locked keychain may put up a window that nobody sees. */
const LIMIT_MS = 20_000;

type NapiEntry = Pick<AsyncEntry, 'getSecret' | 'setSecret' | 'deleteCredential'>;
const NapiModule = z.object({ AsyncEntry: z.custom<new (service: string, account: string, options: { linux: { store: 'secret-service' } }) => NapiEntry>((value) => typeof value === 'function') });

/**
 * The default: prebuilt, and it knows a locked keychain from an absent entry.
 * @param load brings the module; a missing one is an `unavailable` keychain
 */
export function systemKeychain(limitMs = LIMIT_MS, load: () => Promise<unknown> = async () => import('@napi-rs/keyring')): WritableKeychain {
  const ask = async <T>(service: string, account: string, question: (entry: NapiEntry, signal: AbortSignal) => Promise<T>): Promise<T | ReturnType<typeof failure>> => {
    try {
      const { AsyncEntry: Entry } = NapiModule.parse(await loaded('@napi-rs/keyring', load));
      // Pinned: the library's own fallback is the kernel's keyring, which forgets everything when the laptop starts again.
      return await question(new Entry(service, account, { linux: { store: 'secret-service' } }), AbortSignal.timeout(limitMs));
    } catch (error) {
      return failure(error);
    }
  };
  return {
    read: async (service, account) => ask(service, account, async (entry, signal): Promise<KeychainAnswer> => {
      const value = await entry.getSecret(signal);
      if (value === null) return { kind: 'absent' };
      const bytes = Uint8Array.from(value);
      value.fill(0);
      return { kind: 'found', bytes, where: 'the system’s keyring' };
    }),
    write: async (service, account, bytes) => ask(service, account, async (entry, signal): Promise<KeychainChange> => {
      await entry.setSecret(bytes, signal);
      return { kind: 'done' };
    }),
    remove: async (service, account) => ask(service, account, async (entry, signal): Promise<KeychainChange> => ({ kind: (await entry.deleteCredential(signal)) ? 'done' : 'nothing' })),
  };
}

/** As much of keytar as is safe: its `findCredentials` crashes the process on a locked keychain and is never called. */
const Keytar = z.object({
  getPassword: z.custom<(service: string, account: string) => Promise<string | null>>((value) => typeof value === 'function'),
  setPassword: z.custom<(service: string, account: string, password: string) => Promise<void>>((value) => typeof value === 'function'),
  deletePassword: z.custom<(service: string, account: string) => Promise<boolean>>((value) => typeof value === 'function'),
});

/**
 * Entries that keytar wrote, where it is installed. It answers `null` for a locked keychain as for an absent entry, and holds
 * text only.
 * @param load brings the module; it is optional and needs libsecret
 */
export function keytarKeychain(load: () => Promise<unknown> = loadKeytar, limitMs = LIMIT_MS): WritableKeychain {
  const ask = async <T>(question: (keytar: z.infer<typeof Keytar>) => Promise<T>): Promise<T | ReturnType<typeof failure>> => {
    try {
      return await within(limitMs, question(Keytar.parse(await loaded('keytar', load))));
    } catch (error) {
      return failure(error);
    }
  };
  return {
    read: async (service, account) => ask(async (keytar): Promise<KeychainAnswer> => {
      const value = await keytar.getPassword(service, account);
      return value === null ? { kind: 'absent-or-locked' } : { kind: 'found', bytes: Uint8Array.from(Buffer.from(value)), where: 'the system’s keyring, by keytar' };
    }),
    write: async (service, account, bytes) => ask(async (keytar): Promise<KeychainChange> => {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      let value: string;
      try {
        value = text.decode(bytes);
      } catch {
        return { kind: 'unavailable', why: 'keytar keeps text only, and these bytes are none' };
      }
      if (value.includes('\0')) return { kind: 'unavailable', why: 'keytar keeps text only, and these bytes are none' };
      await keytar.setPassword(service, account, value);
      return { kind: 'done' };
    }),
    remove: async (service, account) => ask(async (keytar): Promise<KeychainChange> => ({ kind: (await keytar.deletePassword(service, account)) ? 'done' : 'nothing' })),
  };
}

/** Whether the keyring can be used now, and by which library. */
export type KeyringState = { kind: 'open'; by: KeychainLibrary } | { kind: 'locked'; why?: string } | { kind: 'unavailable'; why: string };

export interface Keyring extends WritableKeychain {
  /** May put an entry of no meaning into the keyring: only one that is there tells locked from open. */
  state(): Promise<KeyringState>;
}

/** Says nothing but that the keyring is open: a locked one finds that it is there, and cannot give it. */
const MARK = ['blackstart', 'the-keyring-is-open'] as const;

/**
 * One keyring by two libraries. On Linux they name their entries by different attributes, so neither finds what the other
 * wrote; whoever changed the library would lose their credentials. Reading asks the second where the first has nothing;
 * writing and removing leave no older value behind.
 */
export function keyringByBoth(libraries: Readonly<Record<KeychainLibrary, WritableKeychain>>, prefer: KeychainLibrary = 'keyring'): Keyring {
  const [first, second] = prefer === 'keyring' ? [libraries.keyring, libraries.keytar] : [libraries.keytar, libraries.keyring];
  return {
    async read(service, account) {
      const answer = await first.read(service, account);
      // It is the same keyring: when it is locked for one library, it is for the other.
      if (answer.kind === 'found' || answer.kind === 'locked') return answer;
      const other = await second.read(service, account);
      if (other.kind === 'found' || other.kind === 'locked') return other;
      if (other.kind === 'unavailable') return answer;
      return answer.kind === 'unavailable' ? other : tellApart(libraries.keyring);
    },
    async write(service, account, bytes) {
      const written = await first.write(service, account, bytes);
      if (written.kind === 'done') await second.remove(service, account);
      return written;
    },
    async remove(service, account) {
      const [one, other] = [await first.remove(service, account), await second.remove(service, account)];
      return [one, other].find(({ kind }) => kind === 'locked') ?? [one, other].find(({ kind }) => kind === 'done') ?? one;
    },
    state: async () => keyringState(libraries),
  };
}

/** keytar has no entry, or one that it cannot see in a locked keyring; the other library has none in any case. */
async function tellApart(keyring: Keychain): Promise<KeychainAnswer> {
  const mark = await keyring.read(...MARK);
  switch (mark.kind) {
    case 'found': return { kind: 'absent' };
    case 'locked': return mark;
    case 'absent': case 'absent-or-locked': case 'unavailable': return { kind: 'absent-or-locked' };
  }
}

async function keyringState({ keyring, keytar }: Readonly<Record<KeychainLibrary, WritableKeychain>>): Promise<KeyringState> {
  const mark = await keyring.read(...MARK);
  if (mark.kind === 'found') return { kind: 'open', by: 'keyring' };
  if (mark.kind === 'locked') return mark;
  const written = await keyring.write(...MARK, Buffer.from('yes'));
  if (written.kind === 'done') return { kind: 'open', by: 'keyring' };
  if (written.kind === 'locked') return written;
  const byKeytar = await keytar.write(...MARK, Buffer.from('yes'));
  if (byKeytar.kind === 'done') return { kind: 'open', by: 'keytar' };
  if (byKeytar.kind === 'locked') return byKeytar;
  return { kind: 'unavailable', why: 'why' in written && written.why !== undefined ? written.why : 'it gave no reason' };
}

async function loadKeytar(): Promise<unknown> {
  const name = 'keytar';
  return z.object({ default: z.unknown() }).parse(await import(name)).default;
}

async function loaded(name: string, load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (cause) {
    throw new Error(`the library ${name} is not installed or cannot be loaded`, { cause });
  }
}

/** keytar knows no end of its own. */
async function within<T>(limitMs: number, question: Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(limitMs);
  return Promise.race([question, new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('it timed out')), { once: true }))]);
}

/** Messages of the libraries name no value. */
function failure(error: unknown): { kind: 'locked'; why?: string } | { kind: 'unavailable'; why: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError' || /abort|timed? ?out/iu.test(message))) {
    return { kind: 'locked', why: 'it did not answer in time; it may be waiting for its password in a window of its own' };
  }
  if (/locked|prompt.*dismissed/iu.test(message)) return { kind: 'locked' };
  return { kind: 'unavailable', why: message };
}
