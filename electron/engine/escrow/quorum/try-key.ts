/** L4: the rebuilt or opened key on samples of the backups, where it is. Runs only in the escrow child. */
import type { NamedProof } from '../../../contract/escrow.ts';
import type { Beside } from '../proof/prove.ts';
import { proveSamples } from '../proof/prove.ts';
import { sampleDigest } from '../proof/sample.ts';
import type { Asked } from './examine.ts';

export async function tryKey(secret: Buffer, asked: Asked, beside: Beside): Promise<NamedProof[]> {
  const proofs: NamedProof[] = [];
  for (const { id, answer, samples } of asked.trials) {
    const proof = await proveSamples(answer, secret, samples, asked.now, beside);
    proofs.push({ id, proof: { ...proof, sample_sha256: samples[0] === undefined ? null : sampleDigest(samples[0]) } });
  }
  return proofs;
}
