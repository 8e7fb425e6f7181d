/** Keys that are bytes or text without a form of their own: nothing about them can be checked but their spelling. */
import { withoutFinalNewline } from '../../secrets/final-newline.ts';
import { fromBase64, fromHex, plainText } from '../share/share-text.ts';
import type { OpenedKey } from './key.ts';
import { LARGEST_KEY } from './key.ts';

function bare(material: Buffer, secret: Buffer): OpenedKey {
  return { material, secret, facts: { bytes: material.length, algorithm: null, fingerprint: null }, authentic: false };
}

export function openRaw(bytes: Buffer): OpenedKey | string {
  return bytes.length === 0 ? 'the key is empty' : bare(Buffer.from(bytes), Buffer.from(bytes));
}

/** The final newline that an editor leaves is not part of it. */
export function openPassphrase(bytes: Buffer): OpenedKey | string {
  const text = withoutFinalNewline(bytes);
  if (text.length === 0) return 'the passphrase is empty';
  const [first, second] = text;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || text.includes(0)) return 'the passphrase is saved as UTF-16: save it as plain text (UTF-8)';
  if (first === 0xef && second === 0xbb) return 'the passphrase begins with a byte order mark: save it as plain text without one';
  if (text.some((byte) => byte < 0x20 && byte !== 0x09)) return 'the passphrase holds line ends or control characters';
  return bare(Buffer.from(text), Buffer.from(text));
}

/** The known answer gets the text, since its `key.encoding` decodes it. */
export function openEncoded(bytes: Buffer, encoding: 'hex' | 'base64'): OpenedKey | string {
  const text = plainText(bytes, LARGEST_KEY);
  if (!Buffer.isBuffer(text)) return `the key cannot be read: ${text.detail}`;
  const material = encoding === 'hex' ? fromHex(text) : fromBase64(text);
  return material === null ? `the key is not whole ${encoding}, or it holds other characters` : bare(material, Buffer.from(text));
}
