/**
 * The credentials of this laptop: one door to the keyring and the vault. What is looked for is asked of the place that was
 * chosen, then of the other; what is set goes to one place, and its name into the journal before.
 */
import { CredentialName, CredentialSetting, type Credential, type CredentialPlace, type CredentialsView } from '../../contract/credentials.ts';
import { EngineError } from '../../contract/errors.ts';
import type { Journal, JournalReader } from '../journal/journal.ts';
import { SHORTEST_SECRET } from '../tool/mask-forms.ts';
import { CREDENTIAL_CHANGED, CREDENTIAL_CHANGING, CREDENTIALS_PLACED, readCredentials } from './fold-credentials.ts';
import { keyringByBoth, keytarKeychain, systemKeychain, type Keychain, type KeychainAnswer, type KeychainChange, type KeychainLibrary, type Keyring, type KeyringState, type WritableKeychain } from './keychain.ts';
import { openVault, type Vault } from './vault.ts';
import { LARGEST_CREDENTIAL } from './vault-file.ts';

/** Decides the place for one process; the setting in the record decides for all. */
const VARIABLE = 'BLACKSTART_CREDENTIALS';

export interface CredentialsOptions {
  dataDir: string;
  /** To set and remove something it must be the writer's. */
  journal: Pick<JournalReader, 'events'> & Partial<Pick<Journal, 'append'>>;
  env: Readonly<Record<string, string | undefined>>;
  /** Asked once when the vault is needed and locked; null when nobody can be asked. */
  askVaultPassphrase?: (() => Promise<Uint8Array | null>) | undefined;
  /** Default: the system's, by both libraries. */
  libraries?: Readonly<Record<KeychainLibrary, WritableKeychain>> | undefined;
}

export interface Credentials extends Keychain {
  readonly vault: Pick<Vault, 'unlock' | 'lock' | 'changePassphrase' | 'state'>;
  /** The system's keyring alone, for what must not lie in the vault. */
  readonly keyring: WritableKeychain;
  list(): Credential[];
  view(): Promise<CredentialsView>;
  /**
   * @param bytes are overwritten @param actor `person/ID` or `engine` @param place default: the one that `view` names
   * @throws EngineError `refused` for a name or value that cannot be kept, `waiting` where a keyring or vault is locked,
   *   `not-found` where there is none, `disk`
   */
  set(name: string, bytes: Uint8Array, actor: string, place?: CredentialPlace): Promise<CredentialPlace>;
  /** From wherever it is kept. EngineError `not-found` when it is nowhere, `waiting` where a keyring or vault is locked. */
  remove(name: string, actor: string): Promise<void>;
  /** The place for what is set from now on; for the record. */
  use(setting: CredentialSetting, actor: string): void;
  close(): void;
}

export function createCredentials(options: CredentialsOptions): Credentials {
  return new PlacedCredentials(options);
}

class PlacedCredentials implements Credentials {
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly #keytar: Keyring;
  readonly #journal: CredentialsOptions['journal'];
  readonly #env: CredentialsOptions['env'];

  constructor({ dataDir, journal, env, askVaultPassphrase, libraries }: CredentialsOptions) {
    const both = libraries ?? { keyring: systemKeychain(), keytar: keytarKeychain() };
    this.vault = openVault(dataDir, askVaultPassphrase);
    this.keyring = keyringByBoth(both);
    this.#keytar = keyringByBoth(both, 'keytar');
    [this.#journal, this.#env] = [journal, env];
  }

  list(): Credential[] {
    return readCredentials(this.#journal).credentials;
  }

  async read(service: string, account: string): Promise<KeychainAnswer> {
    const answers: KeychainAnswer[] = [];
    for (const place of this.#order()) {
      const answer = await this.#at(place).read(service, account);
      if (answer.kind === 'found') return answer;
      answers.push(answer);
    }
    // What is locked may hold it, so that says more than an absence elsewhere.
    return answers.find(({ kind }) => kind === 'locked') ?? answers.find(({ kind }) => kind === 'absent-or-locked') ?? this.#without(answers);
  }

  async view(): Promise<CredentialsView> {
    const { setting, credentials } = readCredentials(this.#journal);
    const forced = this.#forced();
    const chosen = forced ?? setting ?? 'auto';
    const keyring = await this.keyring.state();
    const vault = this.vault.state();
    return {
      setting: chosen, set_by: forced !== null ? 'environment' : setting === null ? 'default' : 'record',
      ...placeFor(chosen, keyring),
      keyring: { state: keyring.kind, detail: 'why' in keyring ? (keyring.why ?? null) : null },
      vault: { path: this.vault.path, state: vault.kind, detail: vault.kind === 'broken' ? vault.why : null },
      credentials,
    };
  }

  async set(name: string, bytes: Uint8Array, actor: string, place?: CredentialPlace): Promise<CredentialPlace> {
    try {
      requireKeepable(name, bytes);
      const to = place ?? (await this.#placeToWrite());
      const [service, account] = partsOf(name);
      await this.#change({ name, action: 'set', place: to }, actor, async () => this.#at(to).write(service, account, bytes));
      return to;
    } finally {
      bytes.fill(0);
    }
  }

  async remove(name: string, actor: string): Promise<void> {
    const [service, account] = partsOf(name);
    let removed = 0;
    for (const place of this.#order()) {
      // A place that nothing was put into is not changed, and its lock is nobody's business.
      const isKept = this.list().some((one) => one.name === name && (one.place === 'vault') === (place === 'vault'));
      const found = isKept ? 'found' : (await this.#at(place).read(service, account)).kind;
      if (found !== 'found') continue;
      await this.#change({ name, action: 'remove', place }, actor, async () => this.#at(place).remove(service, account));
      removed += 1;
    }
    if (removed === 0) throw new EngineError('not-found', `There is no credential ${name} in the keyring or the vault.`, { hint: '"blackstart vault list" names those that were set here.' });
  }

  use(setting: CredentialSetting, actor: string): void {
    this.#writer().append({ type: CREDENTIALS_PLACED, run: null, actor, data: { setting } });
  }

  close(): void {
    this.vault.lock();
  }

  #at(place: CredentialPlace): WritableKeychain {
    switch (place) {
      case 'keyring': return this.keyring;
      case 'keytar': return this.#keytar;
      case 'vault': return this.vault;
    }
  }

  /** The chosen place first; whatever is chosen, the keyring and the vault are both asked. */
  #order(): CredentialPlace[] {
    const chosen = this.#forced() ?? readCredentials(this.#journal).setting ?? 'auto';
    return chosen === 'vault' ? ['vault', 'keyring'] : [chosen === 'keytar' ? 'keytar' : 'keyring', 'vault'];
  }

  #forced(): CredentialSetting | null {
    const value = this.#env[VARIABLE];
    if (value === undefined || value === '') return null;
    const parsed = CredentialSetting.safeParse(value);
    if (!parsed.success) throw new EngineError('usage', `${VARIABLE} names no place for credentials.`, { hint: `Set it to one of ${CredentialSetting.options.join(', ')}.` });
    return parsed.data;
  }

  async #placeToWrite(): Promise<CredentialPlace> {
    const { place, why } = await this.view();
    if (place === null) throw new EngineError('waiting', why, { hint: 'Unlock the keyring, or name the vault as the place.' });
    return place;
  }

  /** No keyring here: then it is the vault's answer that counts, unless there is no vault either. */
  #without(answers: readonly KeychainAnswer[]): KeychainAnswer {
    const broken = answers.find(({ kind }) => kind === 'unavailable');
    return broken !== undefined && (this.vault.state().kind === 'none' || this.vault.state().kind === 'broken') ? broken : { kind: 'absent' };
  }

  async #change(change: { name: string; action: 'set' | 'remove'; place: CredentialPlace }, actor: string, act: () => Promise<KeychainChange>): Promise<void> {
    const journal = this.#writer();
    journal.append({ type: CREDENTIAL_CHANGING, run: null, actor, data: { ...change } });
    const done = await act();
    const why = done.kind === 'locked' || done.kind === 'unavailable' ? (done.why ?? 'it is locked') : null;
    journal.append({ type: CREDENTIAL_CHANGED, run: null, actor, data: { ...change, outcome: done.kind === 'locked' || done.kind === 'unavailable' ? 'failed' : done.kind, why } });
    if (why !== null) throw refusal(change.place, done.kind, why);
  }

  #writer(): Pick<Journal, 'append'> {
    const { append } = this.#journal;
    if (append === undefined) throw new Error('credentials are changed by the holder of the data folder alone');
    return { append: append.bind(this.#journal) };
  }
}

function requireKeepable(name: string, bytes: Uint8Array): void {
  const parsed = CredentialName.safeParse(name);
  if (!parsed.success) throw new EngineError('refused', 'That is no name for a credential.', { hint: 'Write SERVICE/ACCOUNT, for example blackstart-s3/default.' });
  if (bytes.length > LARGEST_CREDENTIAL) throw new EngineError('refused', `A credential has at most ${LARGEST_CREDENTIAL} bytes; this one has ${bytes.length}.`, { hint: 'Keys and passwords are small; another file may have been named by mistake.' });
  if (bytes.length < SHORTEST_SECRET) throw new EngineError('refused', `This credential is ${bytes.length} bytes long; under ${SHORTEST_SECRET} bytes it could not be masked in what tools print.`, { hint: 'Check whether the right one was given.' });
}

function partsOf(name: string): [service: string, account: string] {
  const at = name.indexOf('/');
  return [name.slice(0, at), name.slice(at + 1)];
}

function placeFor(setting: CredentialSetting, keyring: KeyringState): Pick<CredentialsView, 'place' | 'why'> {
  if (setting !== 'auto') return { place: setting, why: `${PLACES[setting]} was chosen.` };
  const because = 'why' in keyring && keyring.why !== undefined ? ` (${keyring.why})` : '';
  switch (keyring.kind) {
    case 'open': return { place: keyring.by, why: keyring.by === 'keyring' ? 'This system has a keyring, and it is open.' : 'This system has a keyring; keytar reaches it, since the default library does not.' };
    case 'locked': return { place: null, why: `This system’s keyring is locked${because}, so nothing can be put into it.` };
    case 'unavailable': return { place: 'vault', why: `There is no keyring here that can be asked${because}, so the vault serves.` };
  }
}

const PLACES: Readonly<Record<CredentialPlace, string>> = { keyring: 'The system’s keyring', keytar: 'The system’s keyring by keytar', vault: 'The vault' };

function refusal(place: CredentialPlace, kind: KeychainChange['kind'], why: string): EngineError {
  const said = `${PLACES[place]} did not take the change: ${why}.`.replace(/\.\.$/u, '.');
  if (kind === 'locked') return new EngineError('waiting', said, { hint: place === 'vault' ? 'Give its passphrase: on the Record screen, or with --vault-passphrase-env or --vault-passphrase-file.' : 'Unlock it, or name the vault as the place.' });
  return new EngineError('not-found', said, { hint: place === 'vault' ? 'See what is said about the file.' : 'Name the vault as the place.' });
}
