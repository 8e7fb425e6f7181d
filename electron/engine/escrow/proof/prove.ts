/** Tries a key on samples, by kind. Runs only in the key child. */
import type { KeyProof, KnownAnswer, ProofStrength } from '../../../contract/known-answer.ts';
import type { Opening } from './judge-plain.ts';
import { undecided } from './judge-plain.ts';
import { proveAead } from './prove-aead.ts';
import { proveAesCbc, proveCbcHmac, proveOpensslEnc } from './prove-cbc.ts';
import { proveCommand } from './prove-command.ts';
import { proveFernet } from './prove-fernet.ts';
import { proveOpenpgp } from './prove-openpgp.ts';
import { provePublicKey } from './prove-public-key.ts';
import type { Sample } from './sample.ts';

/** What the child has for kinds that another program judges. */
export interface Beside {
  /** Unlocks an OpenPGP key; null when there is none. */
  passphrase: Buffer | null;
  /** A search path: the child has no environment. */
  programs: string;
}

const BY_PROGRAMS = 'known answers of this kind are judged by another program, which this child was not given';
const ORDER: readonly ProofStrength[] = ['none', 'structural', 'authenticated'];

/** Every sample must open; none at all, or an empty one, is no proof. The strength is that of the weakest. */
export async function proveSamples(answer: KnownAnswer, secret: Buffer, samples: readonly Sample[], now: number, beside: Beside | null = null): Promise<Omit<KeyProof, 'sample_sha256'>> {
  const openings: Opening[] = [];
  for (const sample of samples) openings.push(await proveOne(answer, secret, sample, now, beside));
  const count = openings.filter((opening) => opening.opens === true).length;
  const counts = { samples: samples.length, opened: count };
  if (openings.length === 0) return { verdict: 'refused', strength: 'none', detail: 'there is no sample to try the key on', ...counts };
  const worst = openings.find((opening) => opening.opens === false) ?? openings.find((opening) => opening.opens === null);
  if (worst !== undefined) {
    const detail = samples.length === 1 ? worst.detail : `${samples.length - count} of ${samples.length} samples did not open: ${worst.detail}`;
    return { verdict: worst.opens === false ? 'refused' : 'cannot-tell', strength: 'none', detail, ...counts };
  }
  const strength = ORDER.find((one) => openings.some((opening) => opening.strength === one)) ?? 'none';
  return { verdict: 'opens', strength, detail: openings[0]?.detail ?? '', ...counts };
}

/** Empty samples and secrets are refused before any cipher sees them. */
async function proveOne(answer: KnownAnswer, secret: Buffer, sample: Sample, now: number, beside: Beside | null): Promise<Opening> {
  if (sample.size === 0) return { opens: false, strength: 'none', detail: 'the sample is empty' };
  if (secret.length === 0) return { opens: false, strength: 'none', detail: 'the secret is empty' };
  switch (answer.kind) {
    case 'aead':
      return proveAead(answer, secret, sample);
    case 'fernet':
      return proveFernet(answer, secret, sample, now);
    case 'openssl-enc':
      return proveOpensslEnc(answer, secret, sample);
    case 'aes-cbc':
      return proveAesCbc(answer, secret, sample);
    case 'age':
      return (await import('./prove-age.ts')).proveAge(answer, secret, sample); // a large library, for one kind
    case 'public-key-match':
      return provePublicKey(secret, sample);
    case 'cbc-hmac':
      return proveCbcHmac(answer, secret, sample);
    case 'openpgp':
      return beside === null ? undecided(BY_PROGRAMS) : proveOpenpgp(secret, sample, beside);
    case 'command':
      return beside === null ? undecided(BY_PROGRAMS) : proveCommand(answer, secret, beside);
  }
}
