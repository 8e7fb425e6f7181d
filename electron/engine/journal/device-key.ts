/**
 * The laptop's key: made at first start, kept in `keys/`. `device.sealed` (0600) says in its first line how it is guarded:
 *
 *     blackstart/device-key/v1 unwrapped      then the signing key as a line
 *     blackstart/device-key/v1 wrapped        then a line of JSON: the public half, and the seed sealed once for each guard
 *
 * A wrapped key is locked until one of its guards opens it. The journal goes on without it; only signatures wait.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { DeviceKeyGuard } from '../../contract/credentials.ts';
import { EngineError } from '../../contract/errors.ts';
import { formatSigningKey, generateSeed, parseSigningKey, parseVerifier, signNote, signerFromSeed } from '../note/note.ts';
import type { Signer } from '../note/note.ts';
import { makeFolder, writeDurably } from './durable-file.ts';
import type { DeviceIdentity } from './journal.ts';

const HEADER = 'blackstart/device-key/v1';
const LARGEST = 64 * 1024; // bytes

const Sealed = z.strictObject({ nonce: z.base64url(), sealed: z.base64url() });
/** The seed under a random key of 32 bytes that lies in the keyring as `service`/`account`. */
export const KeyringWrap = Sealed.extend({ by: z.literal('keyring'), service: z.string(), account: z.string() });
export type KeyringWrap = z.infer<typeof KeyringWrap>;
/** The seed under a key that scrypt makes of a passphrase. */
export const PassphraseWrap = Sealed.extend({ by: z.literal('passphrase'), kdf: z.literal('scrypt-17-8-1'), salt: z.base64url() });
export type PassphraseWrap = z.infer<typeof PassphraseWrap>;
export const Wrap = z.discriminatedUnion('by', [KeyringWrap, PassphraseWrap]);
export type Wrap = z.infer<typeof Wrap>;
/** `id` names one wrapping, so that after a crash the journal's intent finds out whether it is this one. */
const Wrapped = z.strictObject({ id: z.string(), vkey: z.string(), wraps: z.array(Wrap).min(1).max(2) });
export type Wrapped = z.infer<typeof Wrapped>;

export interface DeviceKey {
  identity: Omit<DeviceIdentity, 'locked'>;
  /** Null while a guard keeps it. */
  signer: Signer | null;
  /** What has to be opened; null for an unwrapped key. */
  wrapped: Wrapped | null;
}

/**
 * Reads `keys/device.sealed`, or makes the key when `keys/` is new. The file is readable by its owner alone.
 *
 * @throws EngineError `refused` when the two files do not belong together or one of them is missing
 */
export function loadDeviceKey(folder: string): DeviceKey {
  const [sealed, vkey] = [sealedPath(folder), join(folder, 'device.vkey')];
  if (!existsSync(sealed) && existsSync(vkey)) {
    throw new EngineError('refused', `The device key ${sealed} is missing, though ${vkey} is there.`, { hint: 'Put the key file back from a copy, or start with a new data folder.' });
  }
  if (!existsSync(sealed)) makeDeviceKey(folder, sealed);
  const key = readDeviceKey(folder);
  if (!existsSync(vkey)) writeDurably(vkey, `${key.identity.vkey}\n`, 0o644);
  if (readFileSync(vkey, 'utf8').trim() !== key.identity.vkey) {
    throw new EngineError('refused', `${vkey} is not the public half of ${sealed}.`, { hint: 'One of the two was replaced. Keep the folder for whoever investigates.' });
  }
  return key;
}

/** What `keys/device.sealed` holds; takes no lock and makes nothing. EngineError `refused` when it is none of ours. */
export function readDeviceKey(folder: string): DeviceKey {
  const path = sealedPath(folder);
  const [header, body = ''] = readSmall(path).split('\n');
  if (header === `${HEADER} unwrapped`) {
    const signer = parseSigningKey(body);
    return { identity: identityOf(signer.vkey, []), signer, wrapped: null };
  }
  const wrapped = header === `${HEADER} wrapped` ? parseWrapped(body) : null;
  if (wrapped === null) throw new EngineError('refused', `${path} is not a device key that this version can open.`, { hint: 'Put the key file back from a copy, or start with a new data folder.' });
  return { identity: identityOf(wrapped.vkey, wrapped.wraps.map(({ by }) => by)), signer: null, wrapped };
}

export function sealedPath(folder: string): string {
  return join(folder, 'device.sealed');
}

/** The text of the file for a key that nothing but its mode guards. */
export function formatUnwrapped(name: string, seed: Uint8Array): string {
  return `${HEADER} unwrapped\n${formatSigningKey(name, seed)}\n`;
}

export function formatWrapped(wrapped: Wrapped): string {
  return `${HEADER} wrapped\n${JSON.stringify(Wrapped.parse(wrapped))}\n`;
}

/** The 32 secret bytes of an unwrapped key; null when it is wrapped. The caller overwrites them. */
export function readUnwrappedSeed(folder: string): Uint8Array | null {
  const [header, body = ''] = readSmall(sealedPath(folder)).split('\n');
  if (header !== `${HEADER} unwrapped`) return null;
  const { name, vkey } = parseSigningKey(body);
  // PRIVATE+KEY+NAME+ID+BASE64, and base64 itself may hold a +
  const seed = Uint8Array.from(Buffer.from(body.split('+').slice(4).join('+'), 'base64').subarray(1));
  if (signerFromSeed(name, seed).vkey !== vkey) throw new Error('the device key was read wrongly');
  return seed;
}

function identityOf(vkey: string, guards: readonly DeviceKeyGuard[]): DeviceKey['identity'] {
  return { name: parseVerifier(vkey).name, vkey, protection: guards.length === 0 ? 'unwrapped' : 'wrapped', guards };
}

function parseWrapped(body: string): Wrapped | null {
  try {
    const wrapped = Wrapped.parse(JSON.parse(body));
    parseVerifier(wrapped.vkey);
    return wrapped;
  } catch {
    return null;
  }
}

function readSmall(path: string): string {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size > LARGEST) throw new EngineError('refused', `${path} is not a device key that this version can open.`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** The private half first: a crash in between leaves a key from which the public half is made again. */
function makeDeviceKey(folder: string, sealed: string): void {
  makeFolder(folder);
  writeDurably(sealed, formatUnwrapped(`device/${randomBytes(4).toString('hex')}`, generateSeed()), 0o600);
}

/** A key that lives as long as a run, with the device's word for it. */
export interface RunKey {
  signer: Signer;
  /** Signed note: `blackstart/run-key/v1`, the run, the key. */
  certificate: string;
}

export function makeRunKey(run: string, device: Signer): RunKey {
  const signer = signerFromSeed(`run/${run}`, generateSeed());
  return { signer, certificate: signNote(`blackstart/run-key/v1\nrun ${run}\nkey ${signer.vkey}\n`, [device]) };
}
