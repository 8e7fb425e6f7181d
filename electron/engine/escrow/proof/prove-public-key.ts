/** Whether a private key belongs to a certificate or public key: both give the same public key. */
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Opening } from './judge-plain.ts';
import { opened, refused } from './judge-plain.ts';
import type { Sample } from './sample.ts';

const Jwk = z.looseObject({ kty: z.string() });

/** @param sample a certificate, a public key (PEM) or a JWK */
export function provePublicKey(secret: Buffer, sample: Sample): Opening {
  const ours = attempt(() => createPublicKey(createPrivateKey(jwkOrPem(secret))));
  if (ours === null) return refused('the secret is no private key in PEM, or it is locked with a passphrase');
  const text = sample.head.toString('latin1');
  const theirs = text.includes('BEGIN CERTIFICATE') ? attempt(() => new X509Certificate(text).publicKey) : attempt(() => createPublicKey(jwkOrPem(sample.head)));
  if (theirs === null) return refused('the sample is no certificate and no public key');
  return spki(ours).equals(spki(theirs)) ? opened('authenticated', 'the private key belongs to the public key') : refused('the private key does not belong to the public key');
}

function jwkOrPem(bytes: Buffer): { key: JsonWebKey; format: 'jwk' } | Buffer {
  if (bytes.subarray(0, 1).toString() !== '{') return bytes;
  return { key: Jwk.parse(JSON.parse(bytes.toString('utf8'))), format: 'jwk' };
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null; // node:crypto throws for what is not a key of the kind
  }
}
