/**
 * Gives the device key other guards, at a person's wish. At every instant the file holds the key under its old guards or under
 * its new ones: what the new ones need is there and was tried before the file is replaced, what the old ones needed goes after.
 */
import { EngineError, spokenFault } from '../../contract/errors.ts';
import type { DeviceKeyGuard } from '../../contract/credentials.ts';
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { parseVerifier } from '../note/note.ts';
import type { WritableKeychain } from '../secrets/keychain.ts';
import { formatUnwrapped, formatWrapped, readDeviceKey, readUnwrappedSeed, sealedPath, type Wrap, type Wrapped } from './device-key.ts';
import { onDisk, writeDurably } from './durable-file.ts';
import type { Journal, JournalReader } from './journal.ts';
import { KEYRING_SERVICE, openSeed, openWrapped, sealByKeyring, sealByPassphrase, toText } from './seal-device-key.ts';

const PROTECTING = 'device.protecting';
const PROTECTED = 'device.protected';
const PROTECT_FAILED = 'device.protect-failed';

/** `account`: of the keyring's entry that the wrapping `id` makes. */
const Intent = z.object({ id: z.string(), guards: z.array(z.enum(['keyring', 'passphrase'])), account: z.string().nullable() });
type Intent = z.infer<typeof Intent>;

export interface ProtectRequest {
  /** The data folder; its lock is held by the journal's owner. */
  dataDir: string;
  journal: Journal;
  keyring: WritableKeychain;
  /** `person/ID` or `engine`. */
  actor: string;
  /** What shall open the key from now on; nothing: a file that its owner can read. */
  byKeyring: boolean;
  byPassphrase?: Uint8Array | undefined;
  /** The passphrase that opens it now, if it has one. Both passphrases stay the caller's. */
  current?: Uint8Array | undefined;
}

const SHORTEST_PASSPHRASE = 8; // bytes

/**
 * @throws EngineError `refused` for a short passphrase, `waiting` while the key or the keyring is locked, `not-found` without a
 *   keyring, `disk`; the key is then as it was, unless the message says otherwise
 */
export async function protectDeviceKey(request: ProtectRequest): Promise<void> {
  const { dataDir, journal, byPassphrase, byKeyring } = request;
  if (byPassphrase !== undefined && byPassphrase.length < SHORTEST_PASSPHRASE) {
    throw new EngineError('refused', `A passphrase of the device key needs at least ${SHORTEST_PASSPHRASE} characters.`, { hint: 'Four words that do not belong together are easy to type and hard to guess.' });
  }
  const seed = await openForChange(request);
  const { vkey } = journal.device;
  const id = randomBytes(8).toString('hex');
  const guards: DeviceKeyGuard[] = [...(byKeyring ? ['keyring' as const] : []), ...(byPassphrase === undefined ? [] : ['passphrase' as const])];
  const intent: Intent = { id, guards, account: byKeyring ? `device-key/${parseVerifier(vkey).keyId}/${id}` : null };
  try {
    journal.append({ type: PROTECTING, run: null, actor: request.actor, data: { ...intent } });
    const text = await makeText(request, seed, vkey, intent);
    onDisk('writing the device key', () => replaceSealed(keysOf(dataDir), text));
  } catch (thrown) {
    await giveUp(request, intent, thrown);
    throw thrown;
  } finally {
    seed.fill(0);
  }
  journal.rereadDevice();
  journal.append({ type: PROTECTED, run: null, actor: request.actor, data: { id, guards } });
  await removeOldEntries(request);
}

/**
 * After a crash: says in the record whether a change of the guards that was cut off took place, and removes half-written files.
 * Only for the holder of the data folder's lock. A keyring's entry that is left over opens nothing.
 */
export function settleDeviceKey(journal: Journal, dataDir: string): void {
  const folder = keysOf(dataDir);
  onDisk('clearing up beside the device key', () => {
    for (const name of readdirSync(folder)) if (/^\..*\.tmp$/u.test(name)) wipeFile(join(folder, name));
  });
  const open = openIntent(journal);
  if (open === null) return;
  const { id, guards } = open;
  const end = holdsIntent(folder, open) ? { type: PROTECTED, data: { id, guards, after_crash: true } } : { type: PROTECT_FAILED, data: { id, why: 'It was cut off; the key has the guards that it had.' } };
  journal.append({ ...end, run: null, actor: 'engine' });
}

function keysOf(dataDir: string): string {
  return join(dataDir, 'keys');
}

/** The seed, which the caller overwrites. A key that this opens is open for the journal as well. */
async function openForChange({ dataDir, journal, keyring, current }: ProtectRequest): Promise<Uint8Array> {
  const unwrapped = readUnwrappedSeed(keysOf(dataDir));
  if (unwrapped !== null) return unwrapped;
  const { wrapped } = readDeviceKey(keysOf(dataDir));
  if (wrapped === null) throw new Error('the device key changed while it was read');
  const openers = { keyring, passphrase: current };
  const seed = await openSeed(wrapped, openers);
  if ('why' in seed) throw new EngineError('waiting', `The key of this laptop is locked, so its guards cannot be changed: ${seed.why}.`, { hint: 'Give the passphrase that it has now, or unlock the keyring.' });
  if (journal.device.locked !== null) journal.unlockDevice(await openWrapped(wrapped, openers));
  return seed.bytes;
}

/** The new file's text, whose guards each have opened it. */
async function makeText(request: ProtectRequest, seed: Uint8Array, vkey: string, { id, account }: Intent): Promise<string> {
  const { keyring, byPassphrase } = request;
  const wraps: Wrap[] = [];
  if (account !== null) {
    const key = await newKeyringKey(keyring, account);
    wraps.push(sealByKeyring(seed, vkey, account, key));
    key.fill(0);
  }
  if (byPassphrase !== undefined) wraps.push(await sealByPassphrase(seed, vkey, byPassphrase));
  if (wraps.length === 0) return formatUnwrapped(parseVerifier(vkey).name, seed);
  const wrapped: Wrapped = { id, vkey, wraps };
  for (const wrap of wraps) {
    const opened = await openWrapped({ ...wrapped, wraps: [wrap] }, { keyring, passphrase: byPassphrase });
    if (opened.kind === 'locked') throw new EngineError('refused', `The device key is as it was: what would guard it does not open it (${opened.why}).`, { hint: 'Try again, or choose another guard.' });
  }
  return formatWrapped(wrapped);
}

/** 32 random bytes, in the keyring when this returns. They live as long as the sealing takes. */
async function newKeyringKey(keyring: WritableKeychain, account: string): Promise<Uint8Array> {
  const key = randomBytes(32);
  const text = toText(key);
  const written = await keyring.write(KEYRING_SERVICE, account, text);
  text.fill(0);
  if (written.kind === 'done') return key;
  key.fill(0);
  const why = 'why' in written && written.why !== undefined ? `: ${written.why}` : '';
  if (written.kind === 'locked') throw new EngineError('waiting', `The keyring is locked${why}. The device key is as it was.`, { hint: 'Unlock the keyring, or protect the key by a passphrase.' });
  throw new EngineError('not-found', `There is no keyring here that keeps a key${why}. The device key is as it was.`, { hint: 'Protect the key by a passphrase.' });
}

/** The old content is overwritten as far as the file system writes in place; an SSD, a snapshot or a copy may keep it. */
function replaceSealed(folder: string, text: string): void {
  const path = sealedPath(folder);
  if (process.platform === 'win32') return writeDurably(path, text, 0o600); // an open file cannot be replaced there
  const old = openSync(path, 'r+');
  try {
    writeDurably(path, text, 0o600);
    const { nlink, size } = fstatSync(old);
    if (nlink > 0) return; // a second name of the file is somebody's copy, and theirs
    writeSync(old, randomBytes(size), 0, size, 0);
    fsyncSync(old);
  } finally {
    closeSync(old);
  }
}

function wipeFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    const { size, nlink } = fstatSync(file);
    if (size > 0 && nlink === 1) writeSync(file, randomBytes(size), 0, size, 0);
  } finally {
    closeSync(file);
  }
  rmSync(path);
}

/** The file decides: when it was replaced although something failed after, the change took place and is recorded as such. */
async function giveUp({ dataDir, journal, keyring }: ProtectRequest, intent: Intent, thrown: unknown): Promise<void> {
  if (holdsIntent(keysOf(dataDir), intent)) {
    journal.rereadDevice();
    return; // the next start says so in the record
  }
  if (intent.account !== null) await keyring.remove(KEYRING_SERVICE, intent.account);
  try {
    if (openIntent(journal)?.id === intent.id) journal.append({ type: PROTECT_FAILED, run: null, actor: 'engine', data: { id: intent.id, why: spokenFault(thrown).slice(0, 2_000) } });
  } catch {
    // A disk that takes no event now: the next start says it.
  }
}

function holdsIntent(folder: string, { id, guards }: Intent): boolean {
  if (!existsSync(sealedPath(folder))) return false;
  const { wrapped } = readDeviceKey(folder);
  return guards.length === 0 ? wrapped === null : wrapped?.id === id;
}

function intents(journal: Pick<JournalReader, 'events'>): Intent[] {
  return [...journal.events({ types: [PROTECTING] })].map(({ data }) => Intent.parse(data));
}

/** The last intent without an end. */
function openIntent(journal: Pick<JournalReader, 'events'>): Intent | null {
  const last = [...journal.events({ types: [PROTECTING, PROTECTED, PROTECT_FAILED] })].at(-1);
  return last?.type === PROTECTING ? Intent.parse(last.data) : null;
}

/** Entries of every earlier wrapping, those of failed ones included; an unreachable keyring keeps them, and they open nothing that is in use. */
async function removeOldEntries({ dataDir, journal, keyring }: ProtectRequest): Promise<void> {
  const { wrapped } = readDeviceKey(keysOf(dataDir));
  const inUse = new Set(wrapped?.wraps.flatMap((wrap) => (wrap.by === 'keyring' ? wrap.account : [])));
  for (const { account } of intents(journal)) {
    if (account !== null && !inUse.has(account)) await keyring.remove(KEYRING_SERVICE, account);
  }
}
