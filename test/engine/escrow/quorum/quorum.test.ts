import { createHash, hkdfSync, randomBytes, scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnrolledShares, EscrowVerdict, ShareCommitment, ShareScheme } from '../../../../electron/contract/escrow.ts';
import { KnownAnswer } from '../../../../electron/contract/known-answer.ts';
import { sampleOf } from '../../../../electron/engine/escrow/proof/known-answer.ts';
import { enrollShares, foldWords, readShareFile, readTrial, verifyQuorum, verifyShares } from '../../../../electron/engine/escrow/quorum/ask-quorum.ts';
import { commitKey, methodFor } from '../../../../electron/engine/escrow/quorum/commitment.ts';
import { examineShares } from '../../../../electron/engine/escrow/quorum/examine.ts';
import type { Asked } from '../../../../electron/engine/escrow/quorum/examine.ts';
import type { ShareSet } from '../../../../electron/engine/escrow/quorum/quorum.ts';
import { anotherContent, flipped, horcruxParts, slip39Shares, ssssShares, vaultShares } from '../../../support/shares.ts';
import { sealedSample } from '../../../support/secret-traces.ts';

/** A key in the form that runbooks have it: text, so that known answers take it as it is. */
const SECRET = randomBytes(32).toString('hex');

let folder = '';
let vaults: Buffer[] = [];
let enrolled: EnrolledShares;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quorum-'));
  vaults = await vaultShares(Buffer.from(SECRET), 5, 3);
  enrolled = await enrollShares({ ...setOf('vault', vaults), method: null });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function setOf(scheme: ShareScheme, shares: readonly Uint8Array[], threshold: number | null = 3): ShareSet {
  return { scheme, threshold, shares: shares.map((bytes, at) => ({ label: `share-${at}.txt`, bytes })) };
}

const commitments = (): ShareCommitment[] => enrolled.shares.map((share) => share.commitment);

/** The same work without a process for each case. */
async function examined(set: ShareSet, asked: Partial<Asked>): Promise<EscrowVerdict> {
  const source = { scheme: set.scheme, threshold: set.threshold, diffusion: set.diffusion ?? true, shares: set.shares.map(({ bytes }) => Buffer.from(bytes)), passphrase: set.passphrase === undefined ? null : Buffer.from(set.passphrase) };
  return (await examineShares(source, { shareCommitments: [], keyCommitment: null, trials: [], now: 0, programs: '', ...asked })).verdict;
}

describe('enrolment', () => {
  it('fixes a commitment of every share and of the key, all public', () => {
    expect(enrolled).toMatchObject({ scheme: 'vault', threshold: 3, facts: { bytes: 64 } });
    expect(enrolled.shares.map((share) => share.commitment.method)).toEqual(Array(5).fill('sha256'));
    expect(new Set(enrolled.shares.map((share) => share.commitment.salt)).size).toBe(5);
    expect(JSON.stringify(enrolled)).not.toContain(SECRET);
  });

  it('of a share is SHA-256 over length-prefixed fields, as anybody can compute it', () => {
    const [share] = enrolled.shares;
    const bytes = Buffer.from(vaults[0]?.toString() ?? '', 'base64');
    const field = (value: Buffer): Buffer => Buffer.concat([Buffer.from(value.length.toString(16).padStart(8, '0'), 'hex'), value]);
    const salt = Buffer.from(share?.commitment.salt ?? '', 'hex');
    const message = Buffer.concat([field(Buffer.from('blackstart/share/v1')), field(salt), field(Buffer.from('vault')), field(Buffer.from(String(bytes.at(-1)))), field(bytes)]);
    expect(share?.commitment.digest).toBe(createHash('sha256').update(message).digest('hex'));
  });

  it('of the key is HKDF over scrypt', () => {
    const salt = Buffer.from(enrolled.key.salt, 'hex');
    const stretched = scryptSync(SECRET, salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
    expect(enrolled.key.digest).toBe(Buffer.from(hkdfSync('sha256', stretched, salt, 'blackstart/key/v1', 32)).toString('hex'));
  });

  it('takes scrypt for everything that a person may have made up', () => {
    expect(methodFor(randomBytes(16))).toBe('sha256');
    expect(methodFor(Buffer.from(randomBytes(16).toString('hex')))).toBe('sha256');
    for (const text of ['correct horse battery staple', 'deadbeef', 'a'.repeat(40), 'Tr0ub4dor&3', randomBytes(15).toString('hex')]) expect(methodFor(Buffer.from(text))).toBe('scrypt');
    expect(methodFor(Buffer.from([1, 2, 3]))).toBe('scrypt');
  });

  it('refuses SHA-256 for a secret that is too short for it', async () => {
    await expect(enrollShares({ ...setOf('vault', await vaultShares(Buffer.from('short'), 3, 2), 2), method: 'sha256' })).rejects.toThrow('take scrypt');
  });

  it('refuses shares that are faulty, do not agree, or need another number than was said, and names the file', async () => {
    const bad = vaults.map((share, at) => (at === 1 ? anotherContent(share) : share));
    await expect(enrollShares({ ...setOf('vault', bad), method: null })).rejects.toMatchObject({ code: 'refused', message: 'The share share-1.txt cannot be enrolled: it does not fit the others.' });
    await expect(enrollShares({ ...setOf('vault', [...vaults.slice(0, 4), Buffer.from('!')]), method: null })).rejects.toThrow('share-4.txt cannot be enrolled: it holds characters');
    await expect(enrollShares({ ...setOf('vault', vaults, 4), method: null })).rejects.toThrow('3 of them make the key, not 4');
    await expect(enrollShares({ ...setOf('vault', vaults.slice(0, 2)), method: null })).rejects.toThrow('2 shares were given, and a quorum takes 3');
    await expect(enrollShares({ ...setOf('ssss', ssssShares(SECRET, 5, 3, ['-x']), 4), method: null })).rejects.toThrow('3 of them make the key, not 4');
    await expect(enrollShares({ ...setOf('vault', bad.slice(0, 4)), method: null })).rejects.toThrow('do not agree');
  });

  it('refuses shares of ssss that are read the wrong way', async () => {
    const [spread, bare] = [ssssShares('correct horse battery staple', 3, 2), ssssShares('correct horse battery staple', 3, 2, ['-D'])];
    await expect(enrollShares({ ...setOf('ssss', bare, 2), method: null })).rejects.toThrow('they were split with -D');
    await expect(enrollShares({ ...setOf('ssss', spread, 2), diffusion: false, method: null })).rejects.toThrow('they were split without -D');
    expect((await examined(setOf('ssss', bare, 2), {})).key).toMatchObject({ state: 'unproven', detail: expect.stringContaining('they were split with -D') });
  });

  it.each([0, 1, 1.5, 256, Number.NaN])('refuses a threshold of %d', async (threshold) => {
    await expect(enrollShares({ ...setOf('vault', vaults, threshold), method: null })).rejects.toMatchObject({ code: 'usage' });
  });

  it('takes a SLIP-39 key of one share', async () => {
    const [shares = []] = slip39Shares(randomBytes(16), [[1, 1]]);
    expect(await enrollShares({ ...setOf('slip39', shares, 1), method: null })).toMatchObject({ threshold: 1, facts: { bytes: 16 } });
  });

  it('can be told as words', () => {
    expect(foldWords('00'.repeat(32))).toBe('abandon abandon abandon abandon abandon abandon abandon abandon');
    expect(foldWords('ff'.repeat(32))).toBe('zoo zoo zoo zoo zoo zoo zoo theme');
    expect(foldWords(`${'00'.repeat(10)}${'ff'.repeat(22)}`)).toBe(foldWords('00'.repeat(32)));
  });
});

describe('L1, one custodian alone', () => {
  it('matches the enrolled share, written in any way', async () => {
    const hex = Buffer.from(Buffer.from(vaults[3]?.toString() ?? '', 'base64').toString('hex'));
    expect(await verifyShares(setOf('vault', [vaults[0] ?? hex, hex]), commitments())).toMatchObject([{ commitment: 'match', matched: 0, fault: null }, { commitment: 'match', matched: 3 }]);
  });

  it('tells an altered share, one of nobody, and what is no share', async () => {
    const foreign = Buffer.concat([randomBytes(64), Buffer.from([[1, 2, 3, 4, 5, 6].find((x) => !enrolled.shares.some((share) => share.x === x)) ?? 7])]);
    const found = await verifyShares(setOf('vault', [anotherContent(vaults[0] ?? foreign), Buffer.from(foreign.toString('base64')), Buffer.from('hello, world')]), commitments());
    expect(found.map((verdict) => verdict.fault?.code ?? verdict.commitment)).toEqual(['mismatch', 'not-enrolled', 'alphabet']);
  });

  it('says of which generation a share is', async () => {
    const others = await enrollShares({ ...setOf('vault', await vaultShares(Buffer.from(SECRET), 5, 3)), method: null });
    const both = [...commitments().map((one) => ({ ...one, generation: 1 })), ...others.shares.map((share) => ({ ...share.commitment, generation: 2 }))];
    const [found] = await verifyShares(setOf('vault', vaults.slice(0, 1)), both);
    expect(found).toMatchObject({ commitment: 'match', matched: 0, fault: { code: 'mixed-set', detail: 'it is of generation 1, which generation 2 superseded' } });
    expect((await examined(setOf('vault', vaults), { shareCommitments: both })).key.detail).toBe('0 shares can be used, and 3 are needed');
  });

  it('works for the shares of a made-up password, whose commitments are dear', async () => {
    const shares = ssssShares('swordfish', 3, 2);
    const known = await enrollShares({ ...setOf('ssss', shares, 2), method: null });
    expect(known.shares[0]?.commitment.method).toBe('scrypt');
    const [right, wrong] = await verifyShares(setOf('ssss', [shares[0] ?? Buffer.alloc(0), Buffer.from(`2-${shares[0]?.toString().slice(2) ?? ''}`)]), known.shares.map((share) => share.commitment));
    expect([right?.commitment, wrong?.commitment]).toEqual(['match', 'mismatch']);
  });
});

describe('L3, a quorum', () => {
  it('rebuilds the committed key, in a child of its own', async () => {
    const verdict = await verifyQuorum(setOf('vault', vaults.slice(2)), { shareCommitments: commitments(), keyCommitment: enrolled.key });
    expect(verdict).toMatchObject({ ok: true, level: 'L3', threshold: 3, used: [0, 1, 2], key: { state: 'match' }, agreement: { state: 'cannot-tell' } });
  });

  it('leaves out the share that is not the enrolled one, and still rebuilds', async () => {
    const shares = vaults.map((share, at) => (at === 0 ? anotherContent(share) : share));
    const verdict = await examined(setOf('vault', shares), { shareCommitments: commitments(), keyCommitment: enrolled.key });
    expect(verdict).toMatchObject({ ok: false, level: 'L3', used: [1, 2, 3], key: { state: 'match' }, detail: '1 of 5 shares cannot be used; the quorum rebuilds the committed key' });
    expect(verdict.shares[0]?.commitment).toBe('mismatch');
  });

  it('names the bad share by the key\'s commitment where the shares alone cannot', async () => {
    const shares = vaults.slice(0, 4).map((share, at) => (at === 1 ? anotherContent(share) : share));
    expect((await examined(setOf('vault', shares), {})).agreement).toMatchObject({ state: 'disagree', bad: [] });
    expect(await examined(setOf('vault', shares), { keyCommitment: enrolled.key })).toMatchObject({ ok: false, key: { state: 'match' }, used: [0, 2, 3], agreement: { bad: [1] } });
  });

  it('takes shares that were never enrolled where it has to, and the key vouches for them', async () => {
    const some = commitments().slice(0, 2);
    expect(await examined(setOf('vault', vaults.slice(1, 4)), { shareCommitments: some, keyCommitment: enrolled.key })).toMatchObject({ ok: true, level: 'L3', used: [0, 1, 2], shares: [{ commitment: 'match' }, { commitment: 'not-enrolled' }, { commitment: 'not-enrolled' }] });
    const foreign = Buffer.from(Buffer.concat([randomBytes(64), Buffer.from([enrolled.shares.some((share) => share.x === 9) ? 11 : 9])]).toString('base64'));
    expect(await examined(setOf('vault', [foreign, ...vaults.slice(0, 3)]), { shareCommitments: commitments(), keyCommitment: enrolled.key })).toMatchObject({ ok: false, key: { state: 'match' }, used: [1, 2, 3], agreement: { bad: [0] } });
    expect(await examined(setOf('vault', [foreign, ...vaults.slice(0, 2)]), { shareCommitments: commitments(), keyCommitment: enrolled.key })).toMatchObject({ ok: false, key: { state: 'mismatch' } });
  });

  it('without a commitment is unproven, whatever it makes', async () => {
    expect(await examined(setOf('vault', vaults.slice(0, 3)), {})).toMatchObject({ ok: false, level: null, key: { state: 'unproven' } });
    expect(await examined(setOf('vault', vaults), {})).toMatchObject({ ok: false, level: 'L2', key: { state: 'unproven' } });
  });

  it.each([
    ['too few', () => vaults.slice(0, 2), '2 shares can be used, and 3 are needed'],
    ['one twice', () => [vaults[0], vaults[1], vaults[0]], '1 of 3 shares cannot be used'],
    ['a forged one with the number 0', () => [vaults[0], vaults[1], Buffer.from(Buffer.concat([randomBytes(64), Buffer.alloc(1)]).toString('base64'))], '1 of 3 shares cannot be used'],
    ['one of another length', () => [vaults[0], vaults[1], Buffer.from(randomBytes(20).toString('base64'))], '1 of 3 shares cannot be used'],
    ['ten megabytes', () => [vaults[0], vaults[1], Buffer.alloc(10 * 1024 * 1024, 0x41)], '1 of 3 shares cannot be used'],
    ['UTF-16', () => [vaults[0], vaults[1], Buffer.from(`\uFEFF${vaults[2]?.toString() ?? ''}`, 'utf16le')], '1 of 3 shares cannot be used'],
  ])('makes no key of %s', async (_name, shares, detail) => {
    const verdict = await examined(setOf('vault', shares().flatMap((share) => share ?? [])), { keyCommitment: enrolled.key });
    expect(verdict).toMatchObject({ ok: false, key: { state: 'none' }, used: [] });
    expect(verdict.detail).toContain(detail);
  });

  it('of two splittings makes no committed key', async () => {
    const others = await vaultShares(randomBytes(64), 5, 3);
    expect(await examined(setOf('vault', [...vaults.slice(0, 2), ...others.slice(0, 1)]), { keyCommitment: enrolled.key })).toMatchObject({ ok: false, key: { state: 'mismatch' }, level: null });
  });

  it('of an altered share makes no committed key, wherever the bit is', async () => {
    const wrong: number[] = [];
    for (let bit = 3; bit < 8 * 86; bit += 97) {
      const verdict = await examined(setOf('vault', [...vaults.slice(0, 2), flipped(vaults[2] ?? Buffer.alloc(0), bit)]), { keyCommitment: enrolled.key });
      if (verdict.ok || verdict.key.state === 'match') wrong.push(bit);
    }
    expect(wrong).toEqual([]);
  });
});

describe('L3 in the other schemes', () => {
  it('ssss: exactly as many as needed are taken, and a wrong diffusion is found', async () => {
    const shares = ssssShares('correct horse battery staple', 5, 3);
    const key = commitKey(Buffer.from('correct horse battery staple'));
    expect(await examined(setOf('ssss', shares), { keyCommitment: key })).toMatchObject({ ok: true, key: { state: 'match' }, used: [0, 1, 2], agreement: { state: 'agree' } });
    expect(await examined({ ...setOf('ssss', shares), diffusion: false }, { keyCommitment: key })).toMatchObject({ ok: false, key: { state: 'mismatch' } });
    expect(await examined(setOf('ssss', shares, null), { keyCommitment: key })).toMatchObject({ ok: true, threshold: 3 });
  });

  it('SLIP-39: a wrong passphrase is found by the commitment alone', async () => {
    const secret = randomBytes(32);
    const [shares = []] = slip39Shares(secret, [[3, 5]], { passphrase: 'blackstart' });
    const key = commitKey(secret);
    expect(await examined({ ...setOf('slip39', shares.slice(1, 4), null), passphrase: Buffer.from('blackstart') }, { keyCommitment: key })).toMatchObject({ ok: true, level: 'L3' });
    const wrong = await examined({ ...setOf('slip39', shares.slice(1, 4), null), passphrase: Buffer.from('blackstar') }, { keyCommitment: key });
    expect(wrong).toMatchObject({ ok: false, key: { state: 'mismatch' }, agreement: { state: 'agree' } });
    expect(wrong.detail).toContain('the passphrase is not the one');
    expect(await examined(setOf('slip39', shares.slice(1, 4), null), {})).toMatchObject({ ok: false, level: 'L2', key: { state: 'unproven' } });
  });

  it('SLIP-39: shares of two sets and altered words are named', async () => {
    const [shares = []] = slip39Shares(randomBytes(16), [[2, 3]]);
    const [others = []] = slip39Shares(randomBytes(16), [[2, 3]]);
    const mixed = await examined(setOf('slip39', [...shares.slice(0, 2), ...others.slice(0, 1)], null), {});
    expect(mixed.shares.map((share) => share.fault?.code ?? null)).toEqual([null, null, 'mixed-set']);
    const altered = shares[2]?.toString().replace(/\S+\n$/u, 'academic\n') ?? '';
    expect((await examined(setOf('slip39', [...shares.slice(0, 2), Buffer.from(altered)], null), {})).shares[2]?.fault).toMatchObject({ code: 'checksum' });
  });

  it('horcrux: the file itself is the key, and another body is found', async () => {
    const parts = horcruxParts();
    const known = await enrollShares({ ...setOf('horcrux', parts, null), method: null });
    expect(known).toMatchObject({ threshold: 3, facts: { bytes: 32 } });
    const altered = Buffer.concat([parts[1]?.subarray(0, -1) ?? Buffer.alloc(0), Buffer.from([0])]);
    expect(await examined(setOf('horcrux', [altered, ...parts.slice(2, 4)], null), { keyCommitment: known.key })).toMatchObject({ ok: false, agreement: { state: 'disagree', bad: [0] } });
    expect(await examined(setOf('horcrux', parts.slice(2), null), { shareCommitments: known.shares.map((share) => share.commitment), keyCommitment: known.key })).toMatchObject({ ok: true, level: 'L3' });
  });
});

describe('L4, the rebuilt key on samples', () => {
  const answer = KnownAnswer.parse({ kind: 'aead', alg: 'aes-256-gcm', prefix: 'enc:v1:', encoding: 'base64url', key: { encoding: 'utf8', kdf: 'sha256' } });
  const sampled = (id: string, key: string): { id: string; answer: KnownAnswer; samples: ReturnType<typeof sampleOf>[] } => ({ id, answer, samples: [sampleOf(Buffer.from(sealedSample(key)))] });

  it('opens them without leaving the child', async () => {
    const verdict = await verifyQuorum(setOf('vault', vaults.slice(0, 3)), { shareCommitments: commitments(), keyCommitment: enrolled.key, trials: [sampled('oldest', SECRET), sampled('newest', SECRET)] });
    expect(verdict).toMatchObject({ ok: true, level: 'L4', key: { state: 'match' }, detail: 'it is the committed key, and it opens all 2 samples' });
    expect(verdict.proofs).toMatchObject([{ id: 'oldest', proof: { verdict: 'opens', strength: 'authenticated' } }, { id: 'newest', proof: { verdict: 'opens' } }]);
  });

  it('tells that the newest backup was sealed with another key', async () => {
    const verdict = await examined(setOf('vault', vaults.slice(0, 3)), { keyCommitment: enrolled.key, trials: [sampled('oldest', SECRET), sampled('newest', 'another key, rotated silently')] });
    expect(verdict).toMatchObject({ ok: false, level: 'L3', key: { state: 'match' } });
    expect(verdict.proofs.map(({ proof }) => proof.verdict)).toEqual(['opens', 'refused']);
  });

  it('proves a key that was never committed to, where the sample is authenticated', async () => {
    expect(await examined(setOf('vault', vaults.slice(0, 3)), { trials: [sampled('newest', SECRET)] })).toMatchObject({ ok: true, level: 'L4', key: { state: 'self-proven' } });
    expect(await examined(setOf('vault', vaults.slice(0, 3)), { trials: [sampled('newest', 'another')] })).toMatchObject({ ok: false, key: { state: 'unproven' } });
  });

  it('reads what a known answer names', () => {
    const path = join(folder, 'canary');
    writeFileSync(path, sealedSample(SECRET));
    expect(readTrial('canary', KnownAnswer.parse({ ...answer, file: 'canary' }), (name) => join(folder, name)).samples[0]?.size).toBeGreaterThan(40);
    expect(() => readTrial('canary', answer, (name) => name)).toThrow('names no sample');
    expect(() => readTrial('canary', KnownAnswer.parse({ ...answer, file: 'none' }), (name) => join(folder, name))).toThrow('cannot be read');
    expect(readTrial('cert', KnownAnswer.parse({ kind: 'public-key-match', public: '-----BEGIN PUBLIC KEY-----' }), (name) => name).samples).toHaveLength(1);
    expect(readTrial('restic', KnownAnswer.parse({ kind: 'command', run: ['restic', 'cat', 'config'], stdin: 'secret' }), (name) => name).samples).toHaveLength(1);
  });
});

describe('a share file', () => {
  it('is refused by its size before it is read, and named', () => {
    const path = join(folder, 'huge.txt');
    writeFileSync(path, '');
    truncateSync(path, 10 * 1024 * 1024);
    expect(() => readShareFile(path, 'ssss')).toThrow(`${path} is too large for a share: 10485760 bytes, where ssss has at most 4096.`);
    expect(() => readShareFile(folder, 'vault')).toThrow('is not a file');
    expect(() => readShareFile(join(folder, 'none'), 'vault')).toThrow('cannot be read');
    writeFileSync(path, vaults[0] ?? '');
    expect(Buffer.from(readShareFile(path, 'vault')).equals(vaults[0] ?? Buffer.alloc(0))).toBe(true);
  });
});
