/**
 * A person's signing key, sealed with their passphrase: scrypt (N = 2^17, r = 8, p = 1: about a third of a second and
 * 128 MB for each guess) and AES-256-GCM. The salt and the nonce are new for every seal.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';

const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const CIPHER = 'aes-256-gcm';

/** As it stands in the journal; binary fields in base64url. */
export const SealedKey = z.object({ kdf: z.literal('scrypt-17-8-1'), salt: z.string(), nonce: z.string(), sealed: z.string() });
export type SealedKey = z.infer<typeof SealedKey>;

async function derive(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  // the same passphrase typed on another keyboard can arrive in another normal form
  const password = Buffer.from(passphrase.normalize('NFKC'), 'utf8');
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, COST, (error, key) => {
      password.fill(0);
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** @param owner bound into the seal, so that one person's key cannot be put in another's place */
export async function sealKey(seed: Uint8Array, passphrase: string, owner: string): Promise<SealedKey> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const key = await derive(passphrase, salt);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(owner, 'utf8'));
  const sealed = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
  key.fill(0);
  return { kdf: 'scrypt-17-8-1', salt: salt.toString('base64url'), nonce: nonce.toString('base64url'), sealed: sealed.toString('base64url') };
}

/** The seed, or null when the passphrase is not the one. */
export async function openSealedKey(sealed: SealedKey, passphrase: string, owner: string): Promise<Buffer | null> {
  const bytes = Buffer.from(sealed.sealed, 'base64url');
  const key = await derive(passphrase, Buffer.from(sealed.salt, 'base64url'));
  const decipher = createDecipheriv(CIPHER, key, Buffer.from(sealed.nonce, 'base64url')).setAAD(Buffer.from(owner, 'utf8')).setAuthTag(bytes.subarray(-16));
  key.fill(0);
  const seed = decipher.update(bytes.subarray(0, -16));
  try {
    decipher.final();
    return seed;
  } catch {
    seed.fill(0);
    return null;
  }
}
