/** Public commitments to shares and keys. Their bytes: ARCHITECTURE.md, "Escrow: bytes". Runs only in the escrow child. */
import { createHash, hkdfSync, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { CommitmentMethod, KeyCommitment, ShareCommitment, ShareScheme } from '../../../contract/escrow.ts';
import type { Share } from '../share/share.ts';

const SHARE_LABEL = 'blackstart/share/v1';
const KEY_LABEL = 'blackstart/key/v1';
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 17 * 8 };
const BYTES = 32;
/** A secret of at least this many bytes can be a generated key of 128 bits. */
export const GENERATED_BYTES = 16;

export function commitShare(share: Share, scheme: ShareScheme, method: CommitmentMethod): ShareCommitment {
  const salt = randomBytes(BYTES);
  return { v: 1, scheme, x: share.x, method, salt: salt.toString('hex'), digest: shareDigest(share, scheme, method, salt).toString('hex') };
}

export function shareMatches(share: Share, commitment: ShareCommitment): boolean {
  const salt = Buffer.from(commitment.salt, 'hex');
  return timingSafeEqual(shareDigest(share, commitment.scheme, commitment.method, salt), Buffer.from(commitment.digest, 'hex'));
}

function shareDigest(share: Share, scheme: ShareScheme, method: CommitmentMethod, salt: Buffer): Buffer {
  const message = prefixed(Buffer.from(SHARE_LABEL), salt, Buffer.from(scheme), Buffer.from(String(share.x)), share.canonical);
  const digest = method === 'sha256' ? createHash('sha256').update(message).digest() : scryptSync(message, salt, BYTES, SCRYPT);
  message.fill(0);
  return digest;
}

/** Every field behind its length in four bytes, big-endian: no two lists of fields give the same bytes. */
function prefixed(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  }));
}

/** @param material the secret's bytes, or what a key format names instead (`OpenedKey.material`) */
export function commitKey(material: Buffer): KeyCommitment {
  const salt = randomBytes(BYTES);
  return { v: 1, salt: salt.toString('hex'), digest: keyDigest(material, salt).toString('hex') };
}

export function keyMatches(material: Buffer, commitment: KeyCommitment): boolean {
  return timingSafeEqual(keyDigest(material, Buffer.from(commitment.salt, 'hex')), Buffer.from(commitment.digest, 'hex'));
}

/** scrypt makes guessing dear; HKDF binds the result to its use. */
function keyDigest(material: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', scryptSync(material, salt, BYTES, SCRYPT), salt, KEY_LABEL, BYTES));
}

/**
 * SHA-256 is safe for the shares of a generated key alone: t − 1 shares and a fast digest of the t-th are a guessing oracle for a
 * text. Generated means here: bytes that are no text, or 128 bits in hex.
 */
export function methodFor(secret: Buffer): CommitmentMethod {
  const isText = secret.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09);
  if (!isText) return secret.length >= GENERATED_BYTES ? 'sha256' : 'scrypt';
  return /^(?:[0-9a-f]{32,}|[0-9A-F]{32,})\s*$/u.test(secret.toString('latin1')) && new Set(secret).size >= 8 ? 'sha256' : 'scrypt';
}
