/** From the secret that people hold to the key that a cipher takes. */
import { createHash, hkdfSync, pbkdf2Sync, scryptSync } from 'node:crypto';
import type { z } from 'zod';
import type { KeyDerivation } from '../../../contract/known-answer.ts';
import { decode } from './decode.ts';

type Derivation = z.output<typeof KeyDerivation>;

/**
 * @param length bytes of the cipher's key
 * @param salt salt from the sample itself, where the layout has one; it wins over the derivation's own
 * @returns the key, or why this secret cannot be one (a reason without any part of the secret)
 */
export function deriveKey(secret: Buffer, derivation: Derivation, length: number, salt?: Buffer): Buffer | string {
  const material = decode(secret, derivation.encoding);
  if (material === null) return `the secret is not ${derivation.encoding}`;
  if (material.length === 0) return 'the secret is empty';
  const ownSalt = salt ?? Buffer.from(derivation.salt ?? '', 'utf8');
  const digest = derivation.digest ?? 'sha256';
  const bytes = derivation.length ?? length;
  const key = stretch(material, derivation, bytes, ownSalt, digest);
  if (key.length === length) return key;
  key.fill(0);
  return `the key has ${key.length} bytes where the cipher takes ${length}`;
}

function stretch(material: Buffer, derivation: Derivation, bytes: number, salt: Buffer, digest: string): Buffer {
  switch (derivation.kdf) {
    case 'none':
      return Buffer.from(material);
    case 'sha256':
      return createHash('sha256').update(material).digest().subarray(0, bytes);
    case 'hkdf':
      return Buffer.from(hkdfSync(digest, material, salt, Buffer.from(derivation.info ?? '', 'utf8'), bytes));
    case 'pbkdf2':
      return pbkdf2Sync(material, salt, derivation.iterations ?? 600_000, bytes, digest);
    case 'scrypt': {
      const cost = { N: derivation.n ?? 2 ** 17, r: derivation.r ?? 8, p: derivation.p ?? 1 };
      return scryptSync(material, salt, bytes, { ...cost, maxmem: 256 * cost.N * cost.r });
    }
  }
}
