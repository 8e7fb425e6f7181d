/**
 * Signed notes as the verifier reads them: its own reading of https://c2sp.org/signed-note, so that a fault in the writer's
 * code cannot hide itself.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface PublicKey {
  name: string;
  id: string; // eight hex digits
  kind: 1 | 4; // 1 plain Ed25519, 4 cosignature/v1
  raw: Buffer;
  key: KeyObject;
}

export interface SignedText {
  text: string;
  signatures: { name: string; id: string; bytes: Buffer }[];
}

const ED25519_SPKI = '302a300506032b6570032100';

/** Bytes of base64 in its one canonical spelling, or null. */
function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Null when the text is not one `name+id+base64` line whose id fits. */
export function readPublicKey(text: string): PublicKey | null {
  const parts = text.endsWith('\n') ? text.slice(0, -1).split('+') : text.split('+');
  const [name, id, ...rest] = parts;
  const bytes = fromBase64(rest.join('+'));
  const kind = bytes?.[0];
  if (name === undefined || id === undefined || bytes?.length !== 33 || (kind !== 1 && kind !== 4) || /[\s\p{C}]/u.test(name) || name === '') return null;
  const expected = createHash('sha256').update(name).update('\n').update(bytes).digest('hex').slice(0, 8);
  if (expected !== id) return null;
  const raw = bytes.subarray(1);
  return { name, id, kind, raw, key: createPublicKey({ key: Buffer.from(ED25519_SPKI + raw.toString('hex'), 'hex'), format: 'der', type: 'spki' }) };
}

/** Null when the bytes are no signed note. */
export function readSignedText(bytes: Uint8Array): SignedText | null {
  const whole = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(whole).equals(bytes)) return null;
  const cut = whole.lastIndexOf('\n\n');
  if (cut < 0 || !whole.endsWith('\n') || /[^\P{Cc}\n]/u.test(whole)) return null;
  const lines = whole.slice(cut + 2).split('\n').slice(0, -1);
  const signatures = lines.map(readSignature);
  if (lines.length === 0 || lines.length > 100) return null;
  const readable = signatures.filter((signature) => signature !== null);
  return readable.length === lines.length ? { text: whole.slice(0, cut + 1), signatures: readable } : null;
}

function readSignature(line: string): { name: string; id: string; bytes: Buffer } | null {
  const [dash, name, encoded, ...more] = line.split(' ');
  if (dash !== '\u2014' || name === undefined || name === '' || encoded === undefined || more.length > 0) return null;
  const bytes = fromBase64(encoded);
  return bytes === null || bytes.length < 5 ? null : { name, id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) };
}

/** `absent`: this key did not sign. `wrong`: a signature in its name does not hold. */
export function judgeSignature({ text, signatures }: SignedText, by: PublicKey): 'good' | 'wrong' | 'absent' {
  const own = signatures.filter((signature) => signature.name === by.name && signature.id === by.id);
  if (own.length === 0) return 'absent';
  return own.every((signature) => holds(text, signature.bytes, by)) ? 'good' : 'wrong';
}

function holds(text: string, signature: Buffer, by: PublicKey): boolean {
  if (by.kind === 1) return signature.length === 64 && verify(null, Buffer.from(text), by.key, signature);
  if (signature.length !== 72) return false;
  const message = `cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n${text}`;
  return verify(null, Buffer.from(message), by.key, signature.subarray(8));
}
