import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shareLike, shareLikeIn } from '../../../../renderer/src/screens/escrow/share-like.ts';
import { horcruxFixture, slip39Shares, ssssShares, vaultShares } from '../../../support/shares.ts';

const VECTORS = ['AdILb/14H7AXcIcN0xgPT8OqUXvioM4blPgIosdBqhcg', 'q4XxFoCsm1/WZKMRE8JGz7ipeV3TnkDANGfztS2r3/Tp', 'eC9RsYNmBkYmX8Ri9yvhnJxatXLDeUgf/0fC8m+LNUgM', '/0ySnMno3N7CTigVJwn4lpmktn/Yk1I297r6Bwf+Ms6C', 'gjQxusWEcRxV2rCDGZINqhZlf8bJQexUPU5TNnIlSFUE'];

const PROSE = [
  'B-20418', 'C-30411', 'seal 7F3A-2291, whole', 'Mei Tanaka', 'Frankfurt, safe 2; Munich, bank deposit', '2026-04-25 14:32:07 UTC',
  'The bag was cut at the left edge, and Ruth Adeyemi saw it before it was opened.', 'not needed today; due in March', 'run 0f3c9a51-4f2a of 2026-11-21',
  'seal whole photo taken with Jonas at the door', '/media/kit/ampora/2026-09-11.dump', 'Vertraulichkeitsvereinbarungsunterschrift', 'the custodian is travelling until the 4th of December 2026',
];

describe('what looks like a share', () => {
  it.each(VECTORS)('is a share of Vault: %#', (share) => {
    expect(shareLike(share)).toBe('a share in base64');
    expect(shareLike(`please keep ${share} safe`)).toBe('a share in base64');
    expect(shareLike((share.match(/.{1,4}/gu) ?? []).join(' '))).toBe('a share in groups');
    expect(shareLike(Buffer.from(share, 'base64').toString('hex'))).toBe('a share in hex');
  });

  it('is what the real programs print, each of them', async () => {
    const secret = randomBytes(32);
    for (const share of await vaultShares(secret, 5, 3)) expect(shareLike(share.toString('latin1'))).not.toBeNull();
    for (const share of ssssShares(secret.toString('hex'), 5, 3, ['-x', '-s', '256', '-w', 'ampora'])) expect(shareLike(share.toString('latin1'))).toBe('an ssss share');
    for (const share of ssssShares('correct horse', 3, 2)) expect(shareLike(share.toString('latin1'))).toBe('an ssss share');
    for (const share of slip39Shares(secret, [[2, 3]])[0] ?? []) expect(shareLike(share.toString('latin1'))).toBe('a share in words');
    expect(shareLike(horcruxFixture('vault-key_1_of_5.horcrux').toString('latin1'))).toBe('a Horcrux share');
  });

  it('is every published SLIP-39 share', () => {
    const vectors: [string, string[], string][] = JSON.parse(readFileSync(new URL('../../../fixtures/escrow/slip39-vectors.json', import.meta.url), 'utf8'));
    const shares = vectors.flatMap(([, mnemonics]) => mnemonics);
    expect(shares.length).toBeGreaterThan(45);
    expect(shares.filter((share) => shareLike(share) === null)).toEqual([]);
  });

  it('is a private key as well', () => {
    expect(shareLike('AGE-SECRET-KEY-1QQQ')).toBe('a private key');
    expect(shareLike('-----BEGIN PRIVATE KEY-----')).toBe('a private key');
    expect(shareLike('-----BEGIN PGP PRIVATE KEY BLOCK-----')).toBe('a private key');
  });

  it.each(PROSE)('is not what people write: %s', (text) => { expect(shareLike(text)).toBeNull(); });
});

describe('a field for a known answer or a path', () => {
  const [vector = ''] = VECTORS;
  const digest = 'ab'.repeat(32);

  it('takes the digests, salts and public keys that stand in a known answer, also while they are typed', () => {
    for (const text of [`kind: aead\nplain_sha256: ${digest}`, `{ kind: aead, key: { salt: "${vector}" } }`, `kind: public-key-match\npublic: |\n  -----BEGIN PUBLIC KEY-----\n  ${vector}${vector}`, `plain_sha256: "${digest.slice(0, 40)}`]) {
      expect(shareLikeIn('answer', text)).toBeNull();
      expect(shareLikeIn(null, text)).not.toBeNull();
    }
  });

  it('refuses a share in a known answer all the same', () => {
    for (const text of [vector, `kind: age\nfile: ${vector}`, `kind: age\n# AGE-SECRET-KEY-1QQQ`, `plain_sha256: ${digest}\n${vector}`]) expect(shareLikeIn('answer', text)).not.toBeNull();
  });

  it('takes folders with capitals, and refuses a share that is no path', () => {
    expect(shareLikeIn('path', '/media/BackupDisk2026/KravnProduction/daily/*.dump')).toBeNull();
    expect(shareLikeIn('path', 'C:\\Backups\\KravnProduction2026\\daily-*.dump')).toBeNull();
    expect(shareLikeIn('path', `/media/${vector.replace('/', '')}`)).not.toBeNull();
    expect(shareLikeIn('path', vector)).not.toBeNull();
  });
});
