/**
 * How Lanterns seals a stored value: AES-256-GCM under SHA-256 of the master key's text, written as
 * `enc:v1:` and base64url of nonce (12 bytes), cipher text and tag (16 bytes).
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { EngineError } from '../../contract/errors.ts';

const PREFIX = 'enc:v1:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function dataKey(masterKey: Uint8Array): Buffer {
  return createHash('sha256').update(masterKey).digest();
}

export function sealValue(plain: string, masterKey: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey(masterKey), nonce);
  const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return PREFIX + body.toString('base64url');
}

/** The plain bytes. EngineError `bad` when the key is not the one that sealed the value, or the value was altered. */
export function openValue(sealed: string, masterKey: Uint8Array): Buffer {
  const body = sealed.startsWith(PREFIX) ? Buffer.from(sealed.slice(PREFIX.length), 'base64url') : Buffer.alloc(0);
  if (body.length < NONCE_BYTES + TAG_BYTES) throw new EngineError('refused', 'The stored value is not a sealed one: it must begin with enc:v1: and hold at least 28 bytes.');
  const decipher = createDecipheriv('aes-256-gcm', dataKey(masterKey), body.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, body.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new EngineError('bad', 'The master key does not open the stored value.', { hint: 'The key was rotated after this value was written, or another key was taken.', cause });
  }
}
