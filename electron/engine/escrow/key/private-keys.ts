/**
 * Private keys in PKCS#8, PKCS#1 or SEC1, as PEM or DER, locked or not, and as JWK. The commitment covers the public key (SPKI);
 * that the private half is there and fits is shown by using it.
 */
import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { withoutFinalNewline } from '../../secrets/final-newline.ts';
import { fromBase64 } from '../share/share-text.ts';
import type { KeyInput, OpenedKey } from './key.ts';

const Oct = z.object({ kty: z.literal('oct'), k: z.string().regex(/^[A-Za-z0-9_-]+$/u) });
const Asymmetric = z.looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), d: z.string() });

export function openPkcs8({ bytes, passphrase }: KeyInput): OpenedKey | string {
  const text = bytes.toString('latin1', 0, 4096);
  const locked = text.includes('BEGIN ENCRYPTED PRIVATE KEY') || text.includes('Proc-Type: 4,ENCRYPTED');
  if (locked && passphrase === null) return 'the key is locked: its passphrase is needed';
  const unlock = passphrase === null ? {} : { passphrase: Buffer.from(withoutFinalNewline(passphrase)) };
  if (text.includes('-----BEGIN')) {
    const key = attempt(() => createPrivateKey({ key: bytes, format: 'pem', ...unlock }));
    if (key === null) return locked ? 'the passphrase does not unlock the key, or the key is damaged' : 'the file is no private key in PEM, or it is damaged';
    return fromKeyObject(key);
  }
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    const key = attempt(() => createPrivateKey({ key: bytes, format: 'der', type, ...unlock }));
    if (key !== null) return fromKeyObject(key);
  }
  return passphrase === null ? 'the file is no private key in PEM or DER, or it is locked' : 'the file is no private key in PEM or DER, or the passphrase does not unlock it';
}

export function openJwk({ bytes }: KeyInput): OpenedKey | string {
  const json = attempt<unknown>(() => JSON.parse(bytes.toString('utf8')));
  const oct = Oct.safeParse(json).data;
  if (oct !== undefined) {
    const material = fromBase64(Buffer.from(oct.k.replace(/-/gu, '+').replace(/_/gu, '/')));
    return material === null ? 'the JWK\'s "k" is not whole base64url' : { material, secret: Buffer.from(material), facts: { bytes: material.length, algorithm: 'symmetric', fingerprint: null }, authentic: false };
  }
  const jwk = Asymmetric.safeParse(json).data;
  if (jwk === undefined) return 'the file is no JWK with a private key';
  const key = attempt(() => createPrivateKey({ key: jwk, format: 'jwk' }));
  return key === null ? 'the JWK is damaged: its numbers make no key' : fromKeyObject(key);
}

/** Why its private half cannot be trusted, or the opened key; the secret is PKCS#8 in PEM without a lock. */
export function fromKeyObject(key: KeyObject): OpenedKey | string {
  const open = createPublicKey(key);
  if (!fits(key, open)) return 'the private key is damaged: it does not fit its public half';
  const spki = open.export({ type: 'spki', format: 'der' });
  const secret = Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }));
  return { material: spki, secret, facts: { bytes: secret.length, algorithm: algorithmOf(key), fingerprint: `sha256:${createHash('sha256').update(spki).digest('hex')}` }, authentic: true };
}

function algorithmOf(key: KeyObject): string {
  const type = key.asymmetricKeyType ?? 'unknown';
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (type === 'ec') return `EC ${namedCurve ?? ''}`.trim();
  return modulusLength === undefined ? type : `${type.toUpperCase()} ${modulusLength}`;
}

/** A private key may carry somebody else's public numbers: only its use tells. */
function fits(key: KeyObject, open: KeyObject): boolean {
  const nonce = randomBytes(32);
  switch (key.asymmetricKeyType) {
    case 'x25519':
    case 'x448': {
      const type = key.asymmetricKeyType;
      const other = type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('x448');
      return attempt(() => diffieHellman({ privateKey: key, publicKey: other.publicKey }).equals(diffieHellman({ privateKey: other.privateKey, publicKey: open }))) ?? false;
    }
    case 'rsa':
      return attempt(() => privateDecrypt(key, publicEncrypt(open, nonce)).equals(nonce)) ?? false;
    default: {
      const digest = ['ec', 'dsa', 'rsa-pss'].includes(key.asymmetricKeyType ?? '') ? 'sha256' : null;
      return attempt(() => verify(digest, nonce, open, sign(digest, nonce, key))) ?? false;
    }
  }
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null; // node:crypto throws for what is not a key of the kind
  }
}
