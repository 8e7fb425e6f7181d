/** Whole keys by their format. Runs only in the escrow child. */
import type { KeyFormat } from '../../../contract/escrow.ts';
import type { KeyInput, OpenedKey } from './key.ts';
import { LARGEST_KEY } from './key.ts';
import { openOpenpgp } from './openpgp.ts';
import { openJwk, openPkcs8 } from './private-keys.ts';
import { openEncoded, openPassphrase, openRaw } from './text-keys.ts';

/** @returns the key, or why there is none, in words that hold nothing of it */
export async function openKey(format: KeyFormat, input: KeyInput): Promise<OpenedKey | string> {
  if (input.bytes.length > LARGEST_KEY) return `it has ${input.bytes.length} bytes, too many for a key`;
  if (input.bytes.length === 0) return 'it is empty';
  switch (format) {
    case 'age':
      return (await import('./age-identities.ts')).openAge(input); // large libraries, for one format each
    case 'openpgp':
      return openOpenpgp(input);
    case 'pkcs12':
      return (await import('./pkcs12.ts')).openPkcs12(input);
    case 'pkcs8':
      return openPkcs8(input);
    case 'jwk':
      return openJwk(input);
    case 'raw':
      return openRaw(input.bytes);
    case 'hex':
    case 'base64':
      return openEncoded(input.bytes, format);
    case 'passphrase':
      return openPassphrase(input.bytes);
    case 'kms-wrapped':
      return 'a key that a key service wrapped cannot be opened offline; its record says what is known of it';
  }
}
