/** The device key's seed under its guards: a random key in the keyring, a passphrase, or both, of which either opens it. */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import type { DeviceKeyGuard } from '../../contract/credentials.ts';
import { inOrder } from '../../contract/order.ts';
import { signerFromSeed, parseVerifier, type Signer } from '../note/note.ts';
import type { Keychain } from '../secrets/keychain.ts';
import type { KeyringWrap, PassphraseWrap, Wrapped } from './device-key.ts';

const CIPHER = 'aes-256-gcm';
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const TAG_BYTES = 16;
export const KEYRING_SERVICE = 'blackstart';

/** What may open it. A passphrase stays the caller's. */
export interface Openers {
  keyring?: Keychain | undefined;
  passphrase?: Uint8Array | undefined;
}

export type Opened = { kind: 'open'; signer: Signer; by: DeviceKeyGuard } | { kind: 'locked'; why: string };

/** Never rejects for what a guard says: a locked key is a state. The passphrase first, since a keyring may put up a window. */
export async function openWrapped(wrapped: Wrapped, openers: Openers): Promise<Opened> {
  const seed = await openSeed(wrapped, openers);
  if ('why' in seed) return { kind: 'locked', why: seed.why };
  try {
    const signer = signerFromSeed(parseVerifier(wrapped.vkey).name, seed.bytes);
    return signer.vkey === wrapped.vkey ? { kind: 'open', signer, by: seed.by } : { kind: 'locked', why: 'what is sealed is another key' };
  } finally {
    seed.bytes.fill(0);
  }
}

/** The seed itself, which the caller overwrites; or why it stays closed. */
export async function openSeed(wrapped: Wrapped, { keyring, passphrase }: Openers): Promise<{ bytes: Uint8Array; by: DeviceKeyGuard } | { why: string }> {
  const reasons: string[] = [];
  for (const wrap of [...wrapped.wraps].sort((one, other) => inOrder(other.by, one.by))) {
    const answer = wrap.by === 'passphrase' ? await byPassphrase(wrap, wrapped.vkey, passphrase) : await byKeyring(wrap, wrapped.vkey, keyring);
    if (typeof answer !== 'string') return { bytes: answer, by: wrap.by };
    reasons.push(answer);
  }
  return { why: reasons.join('; ') };
}

export async function sealByPassphrase(seed: Uint8Array, vkey: string, passphrase: Uint8Array): Promise<PassphraseWrap> {
  const salt = randomBytes(16);
  const key = await derive(passphrase, salt);
  try {
    return { by: 'passphrase', kdf: 'scrypt-17-8-1', salt: salt.toString('base64url'), ...seal(seed, key, vkey) };
  } finally {
    key.fill(0);
  }
}

/** @param account is new for each wrapping, so that the key in use is never overwritten @param key 32 bytes, as they lie in the keyring */
export function sealByKeyring(seed: Uint8Array, vkey: string, account: string, key: Uint8Array): KeyringWrap {
  return { by: 'keyring', service: KEYRING_SERVICE, account, ...seal(seed, key, vkey) };
}

async function byPassphrase(wrap: PassphraseWrap, vkey: string, passphrase: Uint8Array | undefined): Promise<Uint8Array | string> {
  if (passphrase === undefined) return 'its passphrase was not given';
  const key = await derive(passphrase, Buffer.from(wrap.salt, 'base64url'));
  try {
    return unseal(wrap, key, vkey) ?? 'that is not its passphrase';
  } finally {
    key.fill(0);
  }
}

async function byKeyring(wrap: KeyringWrap, vkey: string, keyring: Keychain | undefined): Promise<Uint8Array | string> {
  if (keyring === undefined) return 'the keyring was not asked';
  const answer = await keyring.read(wrap.service, wrap.account);
  switch (answer.kind) {
    case 'found': {
      const key = fromText(answer.bytes);
      answer.bytes.fill(0);
      const seed = key === null ? null : unseal(wrap, key, vkey);
      key?.fill(0);
      return seed ?? 'the keyring’s key for it does not fit';
    }
    case 'absent': return 'the keyring has lost the key that opens it';
    case 'locked': return answer.why === undefined ? 'the keyring is locked' : `the keyring is locked: ${answer.why}`;
    case 'absent-or-locked': return 'the keyring is locked, or has lost the key that opens it';
    case 'unavailable': return `no keyring can be asked here (${answer.why})`;
  }
}

/** As text, which every keyring and both libraries keep as it is. */
export function toText(key: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.from(Buffer.from(key).toString('base64url')));
}

function fromText(text: Uint8Array): Buffer | null {
  const key = Buffer.from(Buffer.from(text).toString('latin1'), 'base64url');
  return key.length === 32 ? key : null;
}

function seal(seed: Uint8Array, key: Uint8Array, vkey: string): { nonce: string; sealed: string } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(vkey));
  const sealed = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
  return { nonce: nonce.toString('base64url'), sealed: sealed.toString('base64url') };
}

/** Null when the key is another, or a bit was changed. */
function unseal({ nonce, sealed }: { nonce: string; sealed: string }, key: Uint8Array, vkey: string): Uint8Array | null {
  const [bytes, start] = [Buffer.from(sealed, 'base64url'), Buffer.from(nonce, 'base64url')];
  if (bytes.length !== 32 + TAG_BYTES || start.length !== 12) return null;
  const decipher = createDecipheriv(CIPHER, key, start).setAAD(Buffer.from(vkey)).setAuthTag(bytes.subarray(-TAG_BYTES));
  const seed = decipher.update(bytes.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return seed;
  } catch {
    seed.fill(0);
    return null;
  }
}

/** The same passphrase typed on another keyboard can arrive in another normal form. */
async function derive(passphrase: Uint8Array, salt: Uint8Array): Promise<Buffer> {
  const isAscii = passphrase.every((byte) => byte < 0x80);
  const password = isAscii ? Buffer.from(passphrase) : Buffer.from(Buffer.from(passphrase).toString('utf8').normalize('NFKC'));
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, COST, (error, key) => {
      password.fill(0);
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
