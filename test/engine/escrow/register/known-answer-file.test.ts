/** What a person writes as a known answer: read strictly, and refused with the line that is wrong. */
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../electron/contract/errors.ts';
import { parseKnownAnswer } from '../../../../electron/engine/escrow/register/known-answer-file.ts';

function refusal(text: string, path: string | null = null): EngineError {
  try {
    parseKnownAnswer(text, path);
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown;
    throw thrown;
  }
  throw new Error('it was taken');
}

describe('a known answer', () => {
  it('is read on its own and under the name that it has in a runbook', () => {
    expect(parseKnownAnswer('kind: age\n', null)).toEqual({ kind: 'age', identity: 'identity' });
    expect(parseKnownAnswer('answer:\n  kind: age\n', null)).toEqual(parseKnownAnswer('{kind: age}', null));
  });

  it('is refused with the line and the column of what is wrong', () => {
    expect(refusal('kind: aead\nalg: aes-255-gcm\n')).toMatchObject({ code: 'refused', at: { line: 2, column: 6 } });
    expect(refusal('answer:\n  kind: age\n  identify: passphrase\n', '/kit/a.yaml')).toMatchObject({ at: { file: '/kit/a.yaml', line: 3, column: 3 } });
    expect(refusal('kind: age\nfile: [\n').at?.line).toBeGreaterThanOrEqual(2);
    expect(refusal('kind: age\nkind: fernet\n').at).toEqual({ line: 2, column: 1 });
    expect(refusal('kind: age\nfile: &a x\nencoding: *a\n').at).toEqual({ line: 3, column: 11 });
    expect(refusal('kind: aead\nkey:\n  kdf: md4\nalg: aes-256-gcm\n').at).toEqual({ line: 3, column: 8 });
  });

  it('that lacks something is refused at the mapping that lacks it, and says the line in its words as well', () => {
    const missing = refusal('\nanswer:\n  kind: aead\n');
    expect(missing.at).toEqual({ line: 3, column: 3 });
    expect(missing.message).toMatch(/^The known answer does not read in line 3: alg /u);
    expect(refusal('just words').at).toEqual({ line: 1, column: 1 });
    expect(refusal('').message).toMatch(/^The known answer does not read/u);
  });

  it('larger than 64 KiB is not parsed at all', () => {
    expect(refusal(`kind: age # ${'x'.repeat(70_000)}`).message).toBe('The known answer does not read: it is larger than 64 KiB.');
  });
});
