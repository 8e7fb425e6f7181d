import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../electron/engine/clock.ts';
import { frame } from '../../../../electron/engine/escrow/child/frame.ts';
import { combineToFile, enrollKey, enrollShares, obtainKey, proveKey, verifyQuorum, verifyShares } from '../../../../electron/engine/escrow/quorum/ask-quorum.ts';
import type { ShareSet } from '../../../../electron/engine/escrow/quorum/quorum.ts';
import { vaultShares } from '../../../support/shares.ts';
import { filesWith } from '../../../support/secret-traces.ts';

const CHILD = fileURLToPath(new URL('../../../../electron/engine/escrow/quorum/escrow-child.ts', import.meta.url));

/** What must be found nowhere: the key and every share, as they are written, raw, hex, base64, base64url and URL. */
function traces(secrets: readonly Uint8Array[]): Buffer[] {
  return secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    const forms = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replace(/=+$/u, ''), bytes.toString('base64url'), encodeURIComponent(bytes.toString('latin1'))];
    return [bytes, ...forms.map((form) => Buffer.from(form))];
  });
}

const holds = (text: Buffer | string, secrets: readonly Uint8Array[]): boolean => traces(secrets).some((trace) => Buffer.from(text).includes(trace));

async function marked(): Promise<{ set: ShareSet; secrets: Uint8Array[] }> {
  const key = Buffer.from(`MARKER-${randomBytes(16).toString('hex')}`);
  const shares = await vaultShares(key, 4, 3);
  const raw = shares.map((share) => Buffer.from(share.toString(), 'base64'));
  return { set: { scheme: 'vault', threshold: 3, shares: shares.map((bytes, at) => ({ label: `share-${at}`, bytes })) }, secrets: [key, ...raw] };
}

interface Seen {
  argv: string;
  environment: string;
  coreLimit: string;
}

/** Children of this process alone: other test files may have theirs at the same time. */
function escrowChildren(): Seen[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).flatMap((pid) => {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!argv.includes('escrow-child') || !readFileSync(`/proc/${pid}/status`, 'utf8').includes(`\nPPid:\t${process.pid}\n`)) return [];
      return [{ argv, environment: readFileSync(`/proc/${pid}/environ`, 'utf8'), coreLimit: /^Max core file size\s+(\S+)/mu.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? '' }];
    } catch {
      return []; // it ended while we looked
    }
  });
}

describe.runIf(process.platform === 'linux')('the escrow child', () => {
  it('holds key and shares neither in its arguments nor in its environment, leaves no core dump, and ends', async () => {
    const { set, secrets } = await marked();
    const asked = enrollShares({ ...set, method: 'scrypt' });
    const seen: Seen[] = [];
    let done = false;
    void asked.finally(() => (done = true));
    while (!done) {
      seen.push(...escrowChildren());
      await systemClock().sleep(20);
    }
    const enrolled = await asked;
    const started = seen.filter((child) => child.argv.includes('node'));
    expect(started.length).toBeGreaterThan(0);
    expect(started.some((child) => holds(child.argv, secrets) || holds(child.environment, secrets))).toBe(false);
    expect(started.at(-1)?.environment).not.toContain('PATH=');
    expect(started.at(-1)).toMatchObject({ coreLimit: '0' });
    expect(holds(JSON.stringify(enrolled), secrets)).toBe(false);
    expect(escrowChildren()).toEqual([]);
  });

  it('ends when the question is withdrawn', async () => {
    const { set } = await marked();
    const stop = new AbortController();
    const asked = enrollShares({ ...set, method: 'scrypt' }, { signal: stop.signal });
    while (escrowChildren().length === 0) await systemClock().sleep(10);
    stop.abort();
    await expect(asked).rejects.toThrow();
    while (escrowChildren().length > 0) await systemClock().sleep(10);
  });

  it('that gives no answer is a fault, never a verdict', async () => {
    const { set } = await marked();
    await expect(verifyQuorum(set, {}, { nodePath: '/bin/false' })).rejects.toThrow('ended without a verdict');
    await expect(verifyQuorum(set, {}, { nodePath: '/bin/true' })).rejects.toThrow('ended without a verdict');
  });

  it('says nothing of what it was given when the question itself is broken', async () => {
    const { secrets } = await marked();
    const [key = Buffer.alloc(0)] = secrets;
    for (const input of [Buffer.concat([Buffer.alloc(4), key]), key, Buffer.concat(frame({ do: 'enroll', source: key.toString() }, [key])), Buffer.concat(frame({ do: 'verify-shares', source: { kind: 'shares', scheme: 'vault', threshold: null, diffusion: true, shares: [9999], passphrase: null }, commitments: [] }, [key]))]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD], { input, env: {} });
      expect(status).toBe(1);
      expect(stdout).toHaveLength(0);
      expect(holds(stderr, secrets)).toBe(false);
      expect(stderr.length).toBeLessThan(60);
    }
  });
});

describe('verdicts and errors', () => {
  it('hold neither key nor share, not even of what was pasted into the wrong field', async () => {
    const { set, secrets } = await marked();
    const enrolled = await enrollShares({ ...set, method: 'sha256' });
    const question = { shareCommitments: enrolled.shares.map((share) => share.commitment), keyCommitment: enrolled.key };
    const said: string[] = [JSON.stringify(enrolled)];
    const hear = async (work: Promise<unknown>): Promise<void> => {
      said.push(await work.then((value) => JSON.stringify(value), (thrown: unknown) => (thrown instanceof Error ? `${thrown.message} ${thrown.stack ?? ''} ${JSON.stringify(thrown)}` : String(thrown))));
    };
    const folder = mkdtempSync(join(tmpdir(), 'handling-'));
    await hear(verifyShares(set, question.shareCommitments));
    await hear(verifyQuorum(set, question));
    await hear(verifyQuorum({ ...set, scheme: 'ssss' }, question));
    await hear(verifyQuorum({ ...set, scheme: 'slip39' }, question));
    await hear(enrollShares({ ...set, scheme: 'horcrux', method: null }));
    await hear(enrollShares({ ...set, shares: [...set.shares, { label: 'pasted', bytes: secrets[0] ?? Buffer.alloc(0) }], method: 'sha256' }));
    const [first] = set.shares;
    for (const format of ['age', 'pkcs8', 'jwk', 'pkcs12', 'hex'] as const) await hear(enrollKey({ format, bytes: secrets[0] ?? Buffer.alloc(0), ...(first === undefined ? {} : { passphrase: first.bytes }) }));
    await hear(proveKey({ format: 'passphrase', bytes: secrets[0] ?? Buffer.alloc(0) }, question));
    await hear(combineToFile(set, question, { path: join(folder, 'none', 'key') }));
    await hear(obtainKey(set, question).then(({ verdict }) => verdict));
    expect(said).toHaveLength(15);
    expect(said.filter((text) => holds(text, secrets) || set.shares.some(({ bytes }) => text.includes(Buffer.from(bytes).toString().trim())))).toEqual([]);
    expect(filesWith(folder, Buffer.from(secrets[0] ?? []).toString())).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  }, 240_000);
});
