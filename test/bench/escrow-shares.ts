/**
 * Verifying shares and keys. Aims: 1,000 Vault shares against their commitments in less than 1 s beyond the start of the child;
 * agreement of 10 shares, 5 of them needed (252 subsets), in less than 1 s; a known answer on 300 MB of age or openssl without
 * reading it whole. Run: node test/bench/escrow-shares.ts. Ends with status 1 when an aim is missed.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { split } from 'shamir-secret-sharing';
import { KnownAnswer } from '../../electron/contract/known-answer.ts';
import { proveKnownAnswer, readSample } from '../../electron/engine/escrow/proof/known-answer.ts';
import { verifyShares } from '../../electron/engine/escrow/quorum/ask-quorum.ts';
import { commitShare } from '../../electron/engine/escrow/quorum/commitment.ts';
import { fitOf } from '../../electron/engine/escrow/share/agreement.ts';
import { binaryField, BYTES } from '../../electron/engine/escrow/share/field.ts';
import { pentanomial } from '../../electron/engine/escrow/share/pentanomials.ts';
import { valueAt } from '../../electron/engine/escrow/share/polynomial.ts';

const ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'escrow-bench-'));
const missed: string[] = [];

/** Best of a few rounds, in milliseconds: the machine has other work. */
async function best(work: () => Promise<unknown> | void): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function report(what: string, found: number, aim: number, unit: string): void {
  if (found >= aim) missed.push(what);
  process.stdout.write(`${what.padEnd(64)} ${found.toFixed(found < 10 ? 1 : 0)} ${unit} (aim: below ${aim})\n`);
}

async function thousandShares(): Promise<void> {
  const raw = (await Promise.all([1, 2, 3, 4].map(() => split(new Uint8Array(randomBytes(32)), 250, 3)))).flat();
  const shares = raw.map((bytes, at) => ({ label: String(at), bytes: Buffer.from(Buffer.from(bytes).toString('base64')) }));
  const commitments = raw.map((bytes) => commitShare({ x: bytes.at(-1) ?? 0, slot: '', canonical: Buffer.from(bytes) }, 'vault', 'sha256'));
  const set = (count: number) => ({ scheme: 'vault' as const, threshold: null, shares: shares.slice(0, count) });
  const verdicts = await verifyShares(set(1000), commitments);
  if (!verdicts.every((verdict) => verdict.commitment === 'match')) throw new Error('a share did not match');
  const start = await best(() => verifyShares(set(1), commitments.slice(0, 1)));
  const all = await best(() => verifyShares(set(1000), commitments));
  report('1,000 Vault shares against their commitments, beyond the start', all - start, 1000, 'ms');
  process.stdout.write(`${''.padEnd(64)} ${start.toFixed(0)} ms is the start of the child\n`);
}

async function agreement(): Promise<void> {
  for (const bad of [[], [3], [1, 8], [0, 2, 5, 9]]) {
    const points = Array.from({ length: 10 }, (_, at) => at + 1);
    const columns = Array.from({ length: 32 }, () => [...randomBytes(5)]).map((terms) => points.map((point, at) => valueAt(BYTES, terms, point) ^ (bad.includes(at) ? 1 + (randomBytes(1)[0] ?? 0) % 255 : 0)));
    report(`10 shares of Vault, 5 needed, ${bad.length} bad`, await best(() => expectBad(fitOf(BYTES, points, columns, 5).bad, bad)), 1000, 'ms');
    const field = binaryField(1024, pentanomial(1024));
    const random = (): bigint => BigInt(`0x${randomBytes(128).toString('hex')}`);
    const terms = Array.from({ length: 5 }, random);
    const values = points.map((point, at) => valueAt(field, terms, BigInt(point)) ^ (bad.includes(at) ? random() : 0n));
    report(`10 shares of ssss over 1024 bits, 5 needed, ${bad.length} bad`, await best(() => expectBad(fitOf(field, points.map(BigInt), [values], 5).bad, bad)), 1000, 'ms');
  }
}

function expectBad(found: readonly number[], expected: readonly number[]): void {
  if (found.join() !== expected.join()) throw new Error(`found ${found.join()} instead of ${expected.join()}`);
}

/** Bytes that this process has read so far, or null where the system does not tell. */
function bytesRead(): number | null {
  if (process.platform !== 'linux') return null;
  return Number(/^rchar: (\d+)$/mu.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
}

async function largeFiles(): Promise<void> {
  const sh = (command: string): void => void execFileSync('sh', ['-c', command], { cwd: folder, stdio: 'ignore' });
  writeFileSync(join(folder, 'passphrase'), 'correct horse battery staple');
  sh(`age-keygen -o key.txt; (printf 'PGDMP'; head -c 300000000 /dev/zero) > plain
      age -r "$(age-keygen -y key.txt)" -o sealed.age plain
      age -a -r "$(age-keygen -y key.txt)" -o sealed.asc plain
      openssl enc -aes-256-cbc -pbkdf2 -pass file:passphrase -in plain -out sealed.enc; rm plain`);
  const cases = [
    ['age', 'sealed.age', KnownAnswer.parse({ kind: 'age' }), 'key.txt'],
    ['age, armored', 'sealed.asc', KnownAnswer.parse({ kind: 'age' }), 'key.txt'],
    ['openssl enc', 'sealed.enc', KnownAnswer.parse({ kind: 'openssl-enc', magic: 'PGDMP' }), 'passphrase'],
  ] as const;
  for (const [name, file, answer, key] of cases) {
    const before = bytesRead();
    const proof = await proveKnownAnswer({ answer, secret: readFileSync(join(folder, key)), samples: [readSample(join(folder, file), answer)], now: 0 });
    const after = bytesRead();
    if (proof.verdict !== 'opens') throw new Error(`${name}: ${proof.detail}`);
    if (before !== null && after !== null) report(`300 MB of ${name}: read for a known answer`, (after - before) / 1e6, 10, 'MB');
  }
}

try {
  await thousandShares();
  await agreement();
  await largeFiles();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (missed.length > 0) {
  process.stdout.write(`missed: ${missed.join('; ')}\n`);
  process.exitCode = 1;
}
