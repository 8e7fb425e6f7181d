/**
 * A bit flipped anywhere in any share must never lead to another key unnoticed. Every bit of one share's file is flipped, in a
 * set of five of which three are needed; the share is then refused, named, or provably still the same one.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { settle } from '../../../../electron/engine/escrow/quorum/examine.ts';
import { commitShare } from '../../../../electron/engine/escrow/quorum/commitment.ts';
import { readShares, withScheme } from '../../../../electron/engine/escrow/quorum/read-shares.ts';
import type { ShareScheme } from '../../../../electron/contract/escrow.ts';
import { isFault } from '../../../../electron/engine/escrow/share/share.ts';
import { flipped, horcruxParts, slip39Shares, ssssShares, vaultShares } from '../../../support/shares.ts';

interface Set5 {
  name: string;
  scheme: ShareScheme;
  diffusion: boolean;
  shares: () => Promise<Buffer[]> | Buffer[];
}

const SETS: Set5[] = [
  { name: 'Vault, base64', scheme: 'vault', diffusion: true, shares: () => vaultShares(randomBytes(32), 5, 3) },
  { name: 'Vault, base64 with padding', scheme: 'vault', diffusion: true, shares: () => vaultShares(randomBytes(16), 5, 3) },
  { name: 'Vault, hex', scheme: 'vault', diffusion: true, shares: async () => (await vaultShares(randomBytes(32), 5, 3)).map((share) => Buffer.from(Buffer.from(share.toString(), 'base64').toString('hex'))) },
  { name: 'ssss, 256 bits', scheme: 'ssss', diffusion: true, shares: () => ssssShares(randomBytes(32).toString('hex'), 5, 3, ['-x']) },
  { name: 'ssss, 128 bits, token, no diffusion', scheme: 'ssss', diffusion: false, shares: () => ssssShares(randomBytes(16).toString('hex'), 5, 3, ['-x', '-D', '-w', 'veza']) },
  { name: 'SLIP-39', scheme: 'slip39', diffusion: true, shares: () => slip39Shares(randomBytes(16), [[3, 5]])[0] ?? [] },
  { name: 'horcrux', scheme: 'horcrux', diffusion: true, shares: () => horcruxParts() },
];

/** What becomes of the set: the altered share is out, or the key is the same. */
async function outcome(kind: Set5, shares: readonly Buffer[], altered: number, secret: Buffer): Promise<string> {
  return withScheme(kind.scheme, kind.diffusion, async (scheme) => {
    const settled = settle(scheme, { scheme: kind.scheme, threshold: 3, diffusion: kind.diffusion, shares, passphrase: null }, []);
    const out = settled.entries[altered]?.verdict.fault !== null || settled.fit.bad.some((at) => settled.usable[at]?.index === altered);
    const good = settled.usable.filter((_, at) => !settled.fit.bad.includes(at));
    const innocent = settled.entries.filter((entry, at) => at !== altered && entry.verdict.fault !== null && entry.verdict.fault.code !== 'duplicate').length;
    if (innocent > 0) return 'an innocent share was blamed';
    const places = scheme.quorum(good.map(({ share }) => share), settled.threshold);
    if (places === null) return out ? 'out' : 'too few';
    const [first] = good.filter(({ index }) => index === altered);
    const picked = [...new Set([...(first === undefined ? [] : [first]), ...places.flatMap((at) => good[at] ?? [])])].slice(0, places.length);
    const made = await scheme.combine(picked.map(({ share }) => share), { passphrase: null });
    if (typeof made === 'string') return 'out';
    if (!made.equals(secret)) return 'ANOTHER KEY';
    return out ? 'out' : 'the same';
  });
}

describe.each(SETS)('one bit of a share flipped: $name', (kind) => {
  it('never gives another key, and blames nobody else', async () => {
    const shares = await kind.shares();
    const secret = await withScheme(kind.scheme, kind.diffusion, async (scheme) => scheme.combine(shares.slice(0, 3).flatMap((share) => {
      const readings = scheme.parse(share);
      return isFault(readings) ? [] : readings.slice(0, 1);
    }), { passphrase: null }));
    if (typeof secret === 'string') throw new Error(secret);
    const outcomes = new Map<string, number>();
    const altered = 2;
    for (let bit = 0; bit < 8 * (shares[altered]?.length ?? 0); bit++) {
      const found = await outcome(kind, shares.map((share, at) => (at === altered ? flipped(share, bit) : share)), altered, secret);
      outcomes.set(found, (outcomes.get(found) ?? 0) + 1);
    }
    expect([...outcomes.keys()].filter((found) => found !== 'out' && found !== 'the same')).toEqual([]);
    expect(outcomes.get('out') ?? 0).toBeGreaterThan(100);
  });

  it('no longer matches its commitment, unless it is still the same share', async () => {
    const [share] = await kind.shares();
    if (share === undefined) throw new Error('no share');
    const wrong = withScheme(kind.scheme, kind.diffusion, (scheme) => {
      const readings = scheme.parse(share);
      if (isFault(readings)) throw new Error(readings.detail);
      const [enrolled] = readings;
      if (enrolled === undefined) throw new Error('no reading');
      const commitment = commitShare(enrolled, kind.scheme, 'sha256');
      return Array.from({ length: 8 * share.length }, (_, bit) => bit).filter((bit) => {
        const [entry] = readShares(scheme, kind.scheme, [flipped(share, bit)], [commitment]);
        const same = entry?.share?.canonical.equals(enrolled.canonical) === true && entry.share.x === enrolled.x;
        return (entry?.verdict.commitment === 'match') !== same;
      });
    });
    expect(wrong).toEqual([]);
  });
});
