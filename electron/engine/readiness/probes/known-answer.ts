/** `known-answer`: a candidate secret opens the stored sample. */
import { basename } from 'node:path';
import type { KeyProof, KnownAnswer } from '../../../contract/known-answer.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { proveKnownAnswer, readSample, sampleOf } from '../../escrow/proof/known-answer.ts';
import { proveByCommand } from '../prove-by-command.ts';
import { proveByGpg } from '../prove-by-gpg.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass, unknown } from '../probe.ts';

/** Unknown without secret, sample or proof; fails when the key is refused. */
export const probeKnownAnswer: ProbeRunner<'known-answer'> = async (probe, context) => {
  const secret = context.secrets.get(probe.secret);
  if (secret === null) return unknown('secret-missing', `The secret ${probe.secret} is not at hand, so it was not tried.`, { secret: probe.secret });
  const sample = samplePath(probe.answer, context);
  const evidence: Evidence = { secret: probe.secret, kind: probe.answer.kind, ...(sample === null ? {} : { path: sample }) };
  if (probe.answer.kind === 'command') return verdict(await proveByCommand(probe.answer, secret.bytes(), context), probe.secret, 'the command', evidence);
  if (sample === null) return unknown('refused', 'The check names no sample: give `file` in its `answer`.', evidence);
  if (probe.answer.kind === 'openpgp') return verdict(await proveByGpg(secret.bytes(), sample, context), probe.secret, basename(sample), evidence);
  const proof = await proveKnownAnswer(
    { answer: probe.answer, secret: secret.bytes(), samples: [sample === PUBLIC_KEY_IN_LINE ? inlinePublic(probe.answer) : readSample(sample, probe.answer)], now: context.clock.now() },
    { nodePath: context.nodePath, signal: context.signal },
  );
  return verdict(proof, probe.secret, sample === PUBLIC_KEY_IN_LINE ? 'the public key' : basename(sample), evidence);
};

const PUBLIC_KEY_IN_LINE = '(in the runbook)';

/** Null when the answer names none. */
function samplePath(answer: KnownAnswer, context: ProbeContext): string | null {
  if (answer.kind === 'command') return null;
  if (answer.kind === 'public-key-match' && answer.file === undefined && answer.public !== undefined) {
    return answer.public.includes('-----BEGIN') || answer.public.startsWith('{') ? PUBLIC_KEY_IN_LINE : context.resolve(answer.public);
  }
  return answer.file === undefined ? null : context.resolve(answer.file);
}

function inlinePublic(answer: KnownAnswer): ReturnType<typeof sampleOf> {
  return sampleOf(Buffer.from(answer.kind === 'public-key-match' ? (answer.public ?? '') : '', 'utf8'));
}

function verdict(proof: KeyProof, secret: string, sample: string, about: Evidence): ProbeFinding {
  const evidence: Evidence = { ...about, strength: proof.strength, samples: proof.samples, opened: proof.opened, sample_sha256: proof.sample_sha256 };
  switch (proof.verdict) {
    case 'opens':
      return pass(`The secret ${secret} opens ${sample} (${proof.strength}): ${proof.detail}.`, evidence);
    case 'refused':
      return fail(`The secret ${secret} does not open ${sample}: ${proof.detail}.`, evidence);
    case 'cannot-tell':
      return unknown('no-proof', `Nothing is proven about the secret ${secret}: ${proof.detail}.`, evidence);
  }
}
