/** How many characters a share has in the form that people write down, for cards and entry fields. */
import type { EscrowFormat } from '../../../contract/escrow.ts';

/** @param secretBytes of the key, where that is known @returns null where the form has no fixed length */
export function shareCharacters(scheme: EscrowFormat, secretBytes: number | null): number | null {
  if (secretBytes === null) return null;
  if (scheme === 'vault') return Math.ceil((secretBytes + 1) / 3) * 4; // base64 of y and x
  if (scheme === 'ssss') return secretBytes * 2 + 2; // "3-" and hex
  return null;
}

export function encodingsOf(scheme: EscrowFormat): string[] {
  switch (scheme) {
    case 'vault': return ['base64', 'hex'];
    case 'ssss': return ['hex'];
    case 'slip39': return ['words'];
    case 'horcrux': return ['file'];
    case 'raw':
    case 'pkcs12': return ['file'];
    default: return ['file', 'text'];
  }
}
