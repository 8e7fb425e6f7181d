/**
 * The vault: credentials without any keyring, in one file that the `age` program reads alone (`age -d vault.age`). It is
 * replaced as a whole, so that after a power cut the old one is there or the new one.
 */
import type { Stanza } from 'age-encryption';
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import { asDiskError, onDisk, writeDurably } from '../journal/durable-file.ts';

/** By `SERVICE/ACCOUNT`. */
export type VaultEntries = Map<string, Uint8Array>;

const LARGEST_FILE = 4 * 1024 * 1024;
const MOST_ENTRIES = 1_000;
/** Keys and passwords are small. */
export const LARGEST_CREDENTIAL = 64 * 1024; // bytes
const MAGIC = 'age-encryption.org/v1\n';

/** The text inside: readable for whoever decrypts it by hand. Bytes that are no text stand as base64. */
const VaultText = z.strictObject({
  format: z.literal('blackstart/vault/v1'),
  entries: z.record(z.string(), z.union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })])),
});

export function vaultPath(dataDir: string): string {
  return join(dataDir, 'vault.age');
}

/** Loaded when a vault is used: no start of the console should wait for it. */
async function loadAge() {
  const [age, passphrase] = await Promise.all([import('age-encryption'), import('./age-passphrase.ts')]);
  return { ...age, ...passphrase };
}

/** What tells one version of the file from the next; null when there is no vault. */
export function vaultVersion(path: string): string | null {
  const state = statSync(path, { throwIfNoEntry: false, bigint: true });
  return state === undefined ? null : `${state.ino} ${state.mtimeNs} ${state.size}`;
}

/**
 * Null when the passphrase is not the one.
 * @throws EngineError `refused` for a file that is damaged, altered or none of ours, `disk` when it cannot be read; the message
 *   holds nothing of the content
 */
export async function readVaultFile(path: string, passphrase: Uint8Array): Promise<VaultEntries | null> {
  const sealed = readSealed(path);
  const { Decrypter, passphraseIdentity } = await loadAge();
  const identity = passphraseIdentity(passphrase);
  let isOpen = false;
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    unwrapFileKey: async (stanzas: Stanza[]) => {
      const key = await identity.unwrapFileKey(stanzas);
      isOpen = key !== null;
      // Headers are authenticated by the key that they wrap: with another passphrase nothing more can be said.
      if (!isOpen) throw new OtherPassphrase();
      return key;
    },
  });
  let text: Uint8Array;
  try {
    text = await decrypter.decrypt(sealed);
  } catch (thrown) {
    if (thrown instanceof OtherPassphrase) return null;
    throw damaged(path, isOpen ? 'its content was altered or cut' : thrown instanceof Error ? thrown.message : 'it cannot be read');
  }
  try {
    return parseEntries(text, path);
  } finally {
    text.fill(0);
  }
}

class OtherPassphrase extends Error {
  override readonly name = 'OtherPassphrase';
}

/** @throws EngineError `disk` when the disk refuses; then the vault is as it was */
export async function writeVaultFile(path: string, entries: VaultEntries, passphrase: Uint8Array, workFactor?: number): Promise<void> {
  if (entries.size > MOST_ENTRIES) throw new EngineError('refused', `A vault holds at most ${MOST_ENTRIES} credentials.`, { hint: 'Remove those that are not needed.' });
  const { Encrypter, passphraseRecipient } = await loadAge();
  const encrypter = new Encrypter();
  encrypter.addRecipient(passphraseRecipient(passphrase, workFactor));
  const text = formatEntries(entries);
  try {
    const sealed = await encrypter.encrypt(text);
    if (sealed.length > LARGEST_FILE) throw new EngineError('refused', `The vault would have ${sealed.length} bytes, more than ${LARGEST_FILE}.`, { hint: 'Remove what is not needed.' });
    onDisk('writing the vault', () => writeDurably(path, sealed, 0o600));
  } finally {
    text.fill(0);
  }
}

function readSealed(path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    const file = openSync(path, 'r');
    try {
      const state = fstatSync(file);
      if (!state.isFile()) throw damaged(path, 'it is not a file');
      if (state.size > LARGEST_FILE) throw damaged(path, `it has ${state.size} bytes, more than a vault can have`);
      bytes = readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw asDiskError(thrown, `reading the vault ${path}`);
  }
  if (Buffer.from(bytes).toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged(path, 'it is not an age file');
  return bytes;
}

function damaged(path: string, why: string): EngineError {
  return new EngineError('refused', `The vault ${path} cannot be used: ${why}.`, { hint: 'Put it back from a copy; a copy needs the passphrase that it was made with.' });
}

function parseEntries(text: Uint8Array, path: string): VaultEntries {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    throw damaged(path, 'it holds something else than credentials');
  }
  const vault = VaultText.safeParse(parsed);
  if (!vault.success) throw damaged(path, 'it holds something else than credentials');
  return new Map(Object.entries(vault.data.entries).map(([name, entry]) => [name, Uint8Array.from('text' in entry ? Buffer.from(entry.text) : Buffer.from(entry.base64, 'base64'))]));
}

function formatEntries(entries: VaultEntries): Uint8Array {
  const sorted = [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
  const document: z.infer<typeof VaultText> = { format: 'blackstart/vault/v1', entries: Object.fromEntries(sorted.map(([name, bytes]) => [name, entryOf(bytes)])) };
  return Uint8Array.from(Buffer.from(`${JSON.stringify(document, null, 2)}\n`));
}

function entryOf(bytes: Uint8Array): { text: string } | { base64: string } {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text).equals(bytes) ? { text } : { base64: Buffer.from(bytes).toString('base64') };
}
