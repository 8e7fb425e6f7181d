/**
 * age's passphrase recipient (https://c2sp.org/age#the-scrypt-recipient-type), by the system's scrypt: the library's own is
 * JavaScript, holds the engine up for seconds, and takes the passphrase as a string, which nobody can overwrite.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { Stanza, type Identity, type Recipient } from 'age-encryption';
import { randomBytes, scrypt } from 'node:crypto';

const LABEL = Buffer.from('age-encryption.org/v1/scrypt');
const SALT_BYTES = 16;
/** log2 of scrypt's N: what the `age` program takes too; about a second and 256 MB a guess. */
const WORK_FACTOR = 18;
/** A file that asks for more is not ours: it would take the laptop's memory. */
const HIGHEST_WORK_FACTOR = 20;
const FILE_KEY_BYTES = 16;
const NONCE = new Uint8Array(12);

/** @param passphrase stays the caller's */
export function passphraseRecipient(passphrase: Uint8Array, workFactor = WORK_FACTOR): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_BYTES);
      const key = await derive(passphrase, salt, workFactor);
      try {
        return [new Stanza(['scrypt', unpadded(salt), String(workFactor)], chacha20poly1305(key, NONCE).encrypt(fileKey))];
      } finally {
        key.fill(0);
      }
    },
  };
}

/** Gives null for another passphrase; throws for a header that no age program writes. */
export function passphraseIdentity(passphrase: Uint8Array): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const [stanza] = stanzas;
      if (stanza === undefined || stanzas.length !== 1 || stanza.args[0] !== 'scrypt') throw new Error('it is not encrypted to a passphrase alone');
      const [, encodedSalt = '', factor = ''] = stanza.args;
      const salt = Buffer.from(encodedSalt, 'base64');
      const wellFormed = stanza.args.length === 3 && salt.length === SALT_BYTES && unpadded(salt) === encodedSalt && /^[1-9]\d?$/u.test(factor) && stanza.body.length === FILE_KEY_BYTES + 16;
      if (!wellFormed) throw new Error('its header is damaged');
      if (Number(factor) > HIGHEST_WORK_FACTOR) throw new Error(`its work factor is ${factor}, more than ${HIGHEST_WORK_FACTOR}`);
      const key = await derive(passphrase, salt, Number(factor));
      try {
        return chacha20poly1305(key, NONCE).decrypt(stanza.body);
      } catch {
        return null;
      } finally {
        key.fill(0);
      }
    },
  };
}

async function derive(passphrase: Uint8Array, salt: Uint8Array, factor: number): Promise<Buffer> {
  const cost = { N: 2 ** factor, r: 8, p: 1, maxmem: 2 ** factor * 1024 + 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.concat([LABEL, salt]), 32, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/u, '');
}
