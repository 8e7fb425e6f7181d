/** The vault while it is in use: locked until somebody gives its passphrase, and forgotten at the end. */
import { EngineError, spokenFault } from '../../contract/errors.ts';
import type { KeychainAnswer, KeychainChange, WritableKeychain } from './keychain.ts';
import { readVaultFile, vaultPath, vaultVersion, writeVaultFile, type VaultEntries } from './vault-file.ts';

/** `none`: there is no file. `broken`: there is one, and it cannot be used. */
export type VaultState = { kind: 'none' } | { kind: 'locked' } | { kind: 'open' } | { kind: 'broken'; why: string };

export interface Vault extends WritableKeychain {
  readonly path: string;
  state(): VaultState;
  /**
   * Opens the vault, or gives a new one its passphrase; it is written with its first entry.
   * @param passphrase is overwritten
   * @throws EngineError `refused` when it is not the one, too short for a new vault, or when the file is damaged
   */
  unlock(passphrase: Uint8Array): Promise<void>;
  /** Seals everything anew. EngineError `refused` while it is locked, or for a short passphrase. @param passphrase is overwritten */
  changePassphrase(passphrase: Uint8Array): Promise<void>;
  /** Overwrites what is held in memory. */
  lock(): void;
}

const SHORTEST_PASSPHRASE = 8;

/**
 * @param askPassphrase asked once, when the vault is needed and locked; null when nobody can be asked
 * @param workFactor log2 of scrypt's N, default 18; less makes guessing cheaper
 */
export function openVault(dataDir: string, askPassphrase: () => Promise<Uint8Array | null> = async () => null, workFactor?: number): Vault {
  return new FileVault(vaultPath(dataDir), askPassphrase, workFactor);
}

class FileVault implements Vault {
  readonly path: string;
  readonly #ask: () => Promise<Uint8Array | null>;
  readonly #workFactor: number | undefined;
  #asked: Promise<void> | null = null;
  #passphrase: Buffer | null = null;
  #entries: VaultEntries = new Map();
  /** Of the file that `#entries` was read from. */
  #version: string | null = null;
  #broken: string | null = null;
  /** Changes come one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, ask: () => Promise<Uint8Array | null>, workFactor: number | undefined) {
    this.#workFactor = workFactor;
    this.path = path;
    this.#ask = ask;
  }

  state(): VaultState {
    if (this.#broken !== null) return { kind: 'broken', why: this.#broken };
    if (this.#passphrase !== null) return { kind: 'open' };
    return vaultVersion(this.path) === null ? { kind: 'none' } : { kind: 'locked' };
  }

  async unlock(passphrase: Uint8Array): Promise<void> {
    const given = composed(passphrase);
    try {
      if (vaultVersion(this.path) === null) requireLong(given);
      else await this.#load(given);
    } catch (thrown) {
      given.fill(0);
      throw thrown;
    }
    this.#passphrase?.fill(0);
    this.#passphrase = given;
  }

  async changePassphrase(passphrase: Uint8Array): Promise<void> {
    const given = composed(passphrase);
    try {
      requireLong(given);
      await this.#inTurn(async () => {
        if (!(await this.#isOpen())) throw new EngineError('refused', 'The vault is locked.', { hint: 'Open it with the passphrase that it has now.' });
        await this.#store(this.#entries, given);
        this.#passphrase?.fill(0);
        this.#passphrase = Buffer.from(given);
      });
    } finally {
      given.fill(0);
    }
  }

  lock(): void {
    this.#passphrase?.fill(0);
    this.#passphrase = null;
    this.#forget();
    this.#version = null;
  }

  async read(service: string, account: string): Promise<KeychainAnswer> {
    if (vaultVersion(this.path) === null) return { kind: 'absent' };
    const stopped = await this.#stopped();
    if (stopped !== null) return stopped;
    const bytes = this.#entries.get(`${service}/${account}`);
    return bytes === undefined ? { kind: 'absent' } : { kind: 'found', bytes: Uint8Array.from(bytes), where: `the vault ${this.path}` };
  }

  async write(service: string, account: string, bytes: Uint8Array): Promise<KeychainChange> {
    return this.#change((entries) => {
      entries.set(`${service}/${account}`, Uint8Array.from(bytes));
      return true;
    });
  }

  async remove(service: string, account: string): Promise<KeychainChange> {
    if (vaultVersion(this.path) === null) return { kind: 'nothing' };
    return this.#change((entries) => {
      entries.get(`${service}/${account}`)?.fill(0);
      return entries.delete(`${service}/${account}`);
    });
  }

  /** @param edit changes a copy; false when there was nothing to change */
  async #change(edit: (entries: VaultEntries) => boolean): Promise<KeychainChange> {
    return this.#inTurn(async (): Promise<KeychainChange> => {
      const stopped = await this.#stopped();
      if (stopped !== null) return stopped;
      const entries: VaultEntries = new Map([...this.#entries].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
      if (!edit(entries) || this.#passphrase === null) return { kind: 'nothing' };
      try {
        await this.#store(entries, this.#passphrase);
        return { kind: 'done' };
      } catch (thrown) {
        wipe(entries);
        return { kind: 'unavailable', why: spokenFault(thrown) };
      }
    });
  }

  async #store(entries: VaultEntries, passphrase: Uint8Array): Promise<void> {
    await writeVaultFile(this.path, entries, passphrase, this.#workFactor);
    if (entries !== this.#entries) this.#forget();
    this.#entries = entries;
    this.#version = vaultVersion(this.path);
  }

  /** Null when the vault is open and its content is that of the file. */
  async #stopped(): Promise<{ kind: 'locked'; why: string } | { kind: 'unavailable'; why: string } | null> {
    try {
      return (await this.#isOpen()) ? null : { kind: 'locked', why: 'the vault is locked' };
    } catch (thrown) {
      return { kind: 'unavailable', why: spokenFault(thrown) };
    }
  }

  /** Asks for the passphrase at most once, and reads again what another process has written. */
  async #isOpen(): Promise<boolean> {
    if (this.#passphrase === null) {
      this.#asked ??= this.#ask().then(async (given) => (given === null ? undefined : this.unlock(given)));
      await this.#asked;
    }
    if (this.#passphrase === null) return false;
    const version = vaultVersion(this.path);
    if (version !== null && version !== this.#version) await this.#load(this.#passphrase);
    return true;
  }

  async #load(passphrase: Uint8Array): Promise<void> {
    const version = vaultVersion(this.path);
    let entries: VaultEntries | null;
    try {
      entries = await readVaultFile(this.path, passphrase);
    } catch (thrown) {
      this.#broken = spokenFault(thrown);
      throw thrown;
    }
    this.#broken = null;
    if (entries === null) throw new EngineError('refused', `That is not the passphrase of the vault ${this.path}.`, { hint: 'Try again; keyboards and capitals matter.' });
    this.#forget();
    this.#entries = entries;
    this.#version = version;
  }

  #forget(): void {
    wipe(this.#entries);
    this.#entries = new Map();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function wipe(entries: VaultEntries): void {
  for (const bytes of entries.values()) bytes.fill(0);
}

function requireLong(passphrase: Uint8Array): void {
  if (passphrase.length >= SHORTEST_PASSPHRASE) return;
  throw new EngineError('refused', `A passphrase of the vault needs at least ${SHORTEST_PASSPHRASE} characters.`, { hint: 'Four words that do not belong together are easy to type and hard to guess.' });
}

/** The same passphrase typed on another keyboard can arrive in another normal form; `age` on a terminal gets the composed one. */
function composed(passphrase: Uint8Array): Buffer {
  const isAscii = passphrase.every((byte) => byte < 0x80);
  const given = isAscii ? Buffer.from(passphrase) : Buffer.from(Buffer.from(passphrase).toString('utf8').normalize('NFC'));
  passphrase.fill(0);
  return given;
}
