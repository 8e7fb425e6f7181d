/** Whether a secret is the one that a runbook means. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { EngineError } from '../../contract/errors.ts';
import type { SecretHandle } from './secret.ts';

/**
 * SHA-256 over the secret's bytes, as the tools read them: `sha256:` and 64 hex digits.
 *
 * It belongs in a runbook only for generated keys. A password that a person made up can be found again from its
 * fingerprint by trying.
 */
export function fingerprint(secret: SecretHandle): string {
  return `sha256:${createHash('sha256').update(secret.bytes()).digest('hex')}`;
}

/** @param expected with or without `sha256:` in front */
export function hasFingerprint(secret: SecretHandle, expected: string): boolean {
  const wanted = Buffer.from(expected.replace(/^sha256:/u, '').toLowerCase());
  const actual = Buffer.from(fingerprint(secret).slice('sha256:'.length));
  return wanted.length === actual.length && timingSafeEqual(wanted, actual);
}

/** @throws EngineError `bad`, without the fingerprint that was found: it would help to guess a weak secret */
export function requireFingerprint(secret: SecretHandle, expected: string): void {
  if (hasFingerprint(secret, expected)) return;
  throw new EngineError('bad', `The secret ${secret.name} from ${secret.source} is not the one that the runbook means: its SHA-256 is another.`, {
    hint: 'Take the key from another source, or find out whether it was rotated since the runbook was written.',
  });
}
