import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KnownAnswer } from '../../../../electron/contract/known-answer.ts';
import { systemClock } from '../../../../electron/engine/clock.ts';
import { proveKnownAnswer, sampleOf } from '../../../../electron/engine/escrow/proof/known-answer.ts';

/** Every form in which a key could be found again. */
const MARKER = 'MARKER-key-4711-correct-horse';
const forms = ['utf8', 'hex', 'base64', 'base64url'] as const;
const found = (text: string): boolean => forms.some((form) => text.includes(Buffer.from(MARKER).toString(form).replace(/=+$/u, '')));

/** A derivation that takes long enough to look at the child while it works: scrypt with 2¹⁷ × 8. */
const SLOW = KnownAnswer.parse({ kind: 'aead', alg: 'aes-256-gcm', encoding: 'hex', key: { kdf: 'scrypt', n: 2 ** 18, r: 8, p: 3, salt: 'salt' } });
const SAMPLE = sampleOf(Buffer.from('00'.repeat(40)));

interface Seen {
  pid: string;
  argv: string;
  environment: string;
  coreLimit: string;
}

/** Children of this process alone: other test files may have theirs at the same time. */
function keyChildren(): Seen[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).flatMap((pid) => {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!argv.includes('known-answer-child') || !readFileSync(`/proc/${pid}/status`, 'utf8').includes(`\nPPid:\t${process.pid}\n`)) return [];
      return [{ pid, argv, environment: readFileSync(`/proc/${pid}/environ`, 'utf8'), coreLimit: /^Max core file size\s+(\S+)/mu.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? '' }];
    } catch {
      return []; // it ended while we looked
    }
  });
}

describe.runIf(process.platform === 'linux')('the key child', () => {
  it('holds the key neither in its arguments nor in its environment, and leaves no core dump', async () => {
    const before = new Set(keyChildren().map((child) => child.pid));
    const proof = proveKnownAnswer({ answer: SLOW, secret: Buffer.from(MARKER), samples: [SAMPLE], now: 0 });
    const seen: Seen[] = [];
    let done = false;
    void proof.finally(() => (done = true));
    while (!done) {
      seen.push(...keyChildren().filter((child) => !before.has(child.pid)));
      await systemClock().sleep(20);
    }
    const verdict = await proof;
    expect(verdict.verdict).toBe('refused');
    const started = seen.filter((child) => child.argv.includes('node'));
    expect(started.length).toBeGreaterThan(0);
    expect(started.some((child) => found(child.argv) || found(child.environment))).toBe(false);
    expect(started.at(-1)).toMatchObject({ coreLimit: '0' });
    expect(started.at(-1)?.environment.replaceAll('\0', '').replace(/PWD=[^\0]*|_=[^\0]*|OLDPWD/gu, '')).not.toContain('PATH=');
    expect(keyChildren().filter((child) => !before.has(child.pid))).toEqual([]);
    expect(found(JSON.stringify(verdict))).toBe(false);
  });

  it('ends when the question is withdrawn', async () => {
    const before = new Set(keyChildren().map((child) => child.pid));
    const stop = new AbortController();
    const proof = proveKnownAnswer({ answer: SLOW, secret: Buffer.from(MARKER), samples: [SAMPLE], now: 0 }, { signal: stop.signal });
    const born = (): boolean => keyChildren().some((child) => !before.has(child.pid));
    while (!born()) await systemClock().sleep(10);
    stop.abort();
    await expect(proof).rejects.toThrow();
    while (born()) await systemClock().sleep(10);
  });

  it('that does not answer is a fault, never a verdict', async () => {
    await expect(proveKnownAnswer({ answer: SLOW, secret: Buffer.from(MARKER), samples: [SAMPLE], now: 0 }, { nodePath: '/bin/false' })).rejects.toThrow('ended without a verdict');
    await expect(proveKnownAnswer({ answer: SLOW, secret: Buffer.from(MARKER), samples: [SAMPLE], now: 0 }, { timeoutMs: 300 })).rejects.toThrow('ended without a verdict');
  });
});
