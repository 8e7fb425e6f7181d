import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffuse, undiffuse } from '../../../../electron/engine/escrow/share/diffusion.ts';
import { horcrux } from '../../../../electron/engine/escrow/share/horcrux.ts';
import { carrylessProduct, degreeOf } from '../../../../electron/engine/escrow/share/field.ts';
import { pentanomial } from '../../../../electron/engine/escrow/share/pentanomials.ts';
import type { Scheme, Share } from '../../../../electron/engine/escrow/share/share.ts';
import { isFault } from '../../../../electron/engine/escrow/share/share.ts';
import { slip39 } from '../../../../electron/engine/escrow/share/slip39.ts';
import { ssss } from '../../../../electron/engine/escrow/share/ssss.ts';
import { vault } from '../../../../electron/engine/escrow/share/vault.ts';
import { horcruxFixture, horcruxParts, slip39Shares, ssssCombine, ssssShares, vaultShares } from '../../../support/shares.ts';

function read<S extends Share>(scheme: Scheme<S>, bytes: Uint8Array | string): S {
  const readings = scheme.parse(Buffer.from(bytes));
  if (isFault(readings)) throw new Error(readings.detail);
  const [first] = readings;
  if (first === undefined) throw new Error('no reading');
  return first;
}

/** Of a text that must be refused. */
function refusal<S extends Share>(scheme: Scheme<S>, bytes: Uint8Array | string): string {
  const readings = scheme.parse(Buffer.from(bytes));
  return isFault(readings) ? `${readings.code}: ${readings.detail}` : 'accepted';
}

async function secretOf<S extends Share>(scheme: Scheme<S>, shares: readonly (Uint8Array | string)[], passphrase = ''): Promise<string> {
  const secret = await scheme.combine(shares.map((share) => read(scheme, share)), { passphrase: Buffer.from(passphrase) });
  return typeof secret === 'string' ? secret : secret.toString('hex');
}

const VECTOR = [
  'AdILb/14H7AXcIcN0xgPT8OqUXvioM4blPgIosdBqhcg', 'q4XxFoCsm1/WZKMRE8JGz7ipeV3TnkDANGfztS2r3/Tp', 'eC9RsYNmBkYmX8Ri9yvhnJxatXLDeUgf/0fC8m+LNUgM',
  '/0ySnMno3N7CTigVJwn4lpmktn/Yk1I297r6Bwf+Ms6C', 'gjQxusWEcRxV2rCDGZINqhZlf8bJQexUPU5TNnIlSFUE',
];
const VECTOR_SECRET = '964b8663b70b0555086975d4d30b733df790314c723b04e9dfc6f03ba12f396c';

describe('shares of Vault', () => {
  it('make the key of the public vector, as base64 and as hex, in any order', async () => {
    expect(await secretOf(vault, VECTOR)).toBe(VECTOR_SECRET);
    expect(await secretOf(vault, VECTOR.map((share) => Buffer.from(share, 'base64').toString('hex')).reverse())).toBe(VECTOR_SECRET);
    expect(await secretOf(vault, VECTOR.map((share, at) => `Unseal Key ${at + 1}: ${share}\r\n`))).toBe(VECTOR_SECRET);
  });

  it('tell their own threshold when there are more than needed', async () => {
    const shares = (await vaultShares(randomBytes(32), 7, 4)).map((share) => read(vault, share));
    expect(vault.threshold(shares, null)).toBe(4);
    expect(vault.threshold(shares.slice(0, 4), null)).toBe(4);
    expect(vault.threshold(shares.slice(0, 3), null)).toBe(3);
  });

  it('that read as hex and as base64 keep both readings', () => {
    const both = vault.parse(Buffer.from('abcdef12'));
    expect(isFault(both) ? [] : both.map((share) => share.canonical.length)).toEqual([4, 6]);
  });

  it.each([
    ['number 0, a forged key', Buffer.concat([randomBytes(32), Buffer.from([0])]).toString('base64'), 'index: its number is 0'],
    ['one byte', 'AQ==', 'too-short:'],
    ['bits left over', 'AdILb/14H7AXcIcN0xgPT8OqUXvioM4blPgIosdBqhd=', 'structure:'],
    ['a character cut off', VECTOR[0]?.slice(0, 41) ?? '', 'structure:'],
    ['another alphabet', 'AdILb_14H7AX-IcN', 'alphabet:'],
    ['two shares in a file', VECTOR.slice(0, 2).join('\n'), 'encoding: it has several lines'],
    ['nothing', '', 'empty:'],
    ['white space', ' \r\n', 'empty:'],
    ['a byte order mark', `\uFEFF${VECTOR[0] ?? ''}`, 'encoding: it begins with a byte order mark'],
    ['UTF-16', Buffer.from(`\uFEFF${VECTOR[0] ?? ''}`, 'utf16le'), 'encoding: it is saved as UTF-16'],
    ['UTF-16 without a mark', Buffer.from(VECTOR[0] ?? '', 'utf16le'), 'encoding: it holds NUL bytes'],
    ['a control character', `${VECTOR[0] ?? ''}\u001b`, 'encoding: it holds control characters'],
    ['a zero-width space', `${VECTOR[0] ?? ''}\u200b`, 'encoding: it holds characters outside ASCII'],
    ['ten megabytes', Buffer.alloc(10 * 1024 * 1024, 0x41), 'too-large:'],
  ])('are refused: %s', (_name, bytes, expected) => {
    expect(refusal(vault, bytes)).toContain(expected);
  });

  it('of one and of different lengths, twice, or with one number and two contents are told apart', () => {
    const [first, second, third] = VECTOR.map((share) => read(vault, share));
    if (first === undefined || second === undefined || third === undefined) throw new Error('no vector');
    const short = read(vault, 'AQID');
    const forged = { ...first, canonical: Buffer.concat([randomBytes(32), first.canonical.subarray(-1)]) };
    expect(vault.faultsOfSet([first, second, short]).map((fault) => fault?.code ?? null)).toEqual([null, null, 'length']);
    expect(vault.faultsOfSet([first, short]).map((fault) => fault?.code ?? null)).toEqual(['length', 'length']);
    expect(vault.faultsOfSet([first, second, first, third]).map((fault) => fault?.code ?? null)).toEqual([null, null, 'duplicate', null]);
    expect(vault.faultsOfSet([first, second, forged]).map((fault) => fault?.code ?? null)).toEqual(['duplicate', null, 'duplicate']);
  });
});

describe('shares of ssss-split', () => {
  const sizes = Array.from({ length: 128 }, (_, at) => 8 * (at + 1));

  it('of every size, with and without diffusion, make the secret that ssss-split was given', async () => {
    for (const bits of sizes) {
      for (const diffusion of [true, false]) {
        const secret = randomBytes(bits / 8).toString('hex');
        const shares = ssssShares(secret, 4, 3, ['-x', ...(diffusion ? [] : ['-D'])]);
        expect(await secretOf(ssss(diffusion), shares.slice(1))).toBe(secret);
      }
    }
  });

  it('made by our own arithmetic are what ssss-combine takes', () => {
    // ssss-combine is the judge: a polynomial of degree 2 over every size, evaluated here
    for (const bits of [8, 16, 24, 56, 64, 72, 128, 136, 192, 256, 512, 520, 1016, 1024]) {
      for (const diffusion of [true, false]) {
        const secret = randomBytes(bits / 8);
        const shares = splitHere(secret, diffusion && bits >= 64);
        expect(ssssCombine(shares, ['-x', ...(diffusion ? [] : ['-D'])])).toBe(secret.toString('hex'));
      }
    }
  });

  it.each([
    ['a text', 'my secret root password', []],
    ['a text that was padded to 128 bits', 'swordfish', ['-s', '128']],
    ['a text that was padded to 1024 bits', 'correct horse battery staple', ['-s', '1024']],
    ['a text under a token', 'correct horse battery staple', ['-w', 'ampora']],
    ['a short text, without diffusion', 'abc', ['-D']],
  ])('make %s', async (_name, secret, options) => {
    const shares = ssssShares(secret, 12, 3, options);
    expect(Buffer.from(await secretOf(ssss(!options.includes('-D')), [shares[11], shares[0], shares[5]].flatMap((share) => share ?? [])), 'hex').toString()).toBe(secret);
    expect(ssssCombine(shares.slice(4, 7), options.includes('-D') ? ['-D'] : [])).toBe(secret);
  });

  it('tell their own threshold, for a share too many makes another key', async () => {
    const shares = ssssShares('aa'.repeat(32), 6, 3, ['-x']).map((share) => read(ssss(true), share));
    expect(ssss(true).threshold(shares, null)).toBe(3);
    expect(await secretOf(ssss(true), ssssShares('aa'.repeat(32), 6, 3, ['-x']).slice(0, 4))).not.toBe('aa'.repeat(32));
  });

  it.each([
    ['number 0', '0-aabb', 'index: its number is 0'],
    ['a number beyond the field', '256-aa', 'index: its number is larger'],
    ['no number', 'aabbccdd', 'structure:'],
    ['a number that is none', 'x1-aabb', 'structure:'],
    ['an odd number of digits', '1-abc', 'length:'],
    ['no digits', '1-', 'length: it has an odd number|alphabet|structure'],
    ['letters that are no digits', '1-zz', 'alphabet:'],
    ['1032 bits', `1-${'aa'.repeat(129)}`, 'length: it has 1032 bits'],
    ['ten megabytes', Buffer.alloc(10 * 1024 * 1024, 0x61), 'too-large:'],
    ['UTF-16', Buffer.from('\uFEFF1-aabb', 'utf16le'), 'encoding: it is saved as UTF-16'],
  ])('are refused: %s', (_name, bytes, expected) => {
    expect(refusal(ssss(true), bytes)).toMatch(new RegExp(expected, 'u'));
  });

  it('under different tokens are of different sets', () => {
    const [one, two, three] = [...ssssShares('swordfish', 2, 2, ['-w', 'ampora']), ...ssssShares('swordfish', 2, 2, ['-w', 'veza']).slice(1)].map((share) => read(ssss(true), share));
    expect(ssss(true).faultsOfSet([one ?? null, two ?? null, three ?? null]).map((fault) => fault?.code ?? null)).toEqual([null, null, 'mixed-set']);
  });

  it('are spread by a layer that can be taken off again', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 128 }), (bytes) => {
      const value = Buffer.from(bytes);
      diffuse(value);
      expect(value.equals(Buffer.from(bytes))).toBe(false);
      undiffuse(value);
      expect(value.equals(Buffer.from(bytes))).toBe(true);
    }));
  });
});

describe('the moduli of ssss', () => {
  /** x^(2^k) mod f by repeated squaring. */
  function frobenius(degree: number, low: bigint, times: number): bigint {
    const [size, mask] = [BigInt(degree), (1n << BigInt(degree)) - 1n];
    let value = 2n;
    for (let round = 0; round < times; round++) {
      value = carrylessProduct(value, value);
      for (let high = value >> size; high !== 0n; high = value >> size) value = (value & mask) ^ carrylessProduct(high, low);
    }
    return value;
  }

  function commonDivisor(a: bigint, b: bigint): bigint {
    while (b !== 0n) {
      while (a !== 0n && degreeOf(a) >= degreeOf(b)) a ^= b << BigInt(degreeOf(a) - degreeOf(b));
      [a, b] = [b, a];
    }
    return a;
  }

  /** Rabin's test. */
  function irreducible(degree: number, low: bigint): boolean {
    const whole = (1n << BigInt(degree)) | low;
    const primes = Array.from({ length: degree }, (_, at) => at + 2).filter((p) => degree % p === 0 && Array.from({ length: p - 2 }, (_, at) => at + 2).every((d) => p % d !== 0));
    return frobenius(degree, low, degree) === 2n && primes.every((prime) => commonDivisor(whole, frobenius(degree, low, degree / prime) ^ 2n) === 1n);
  }

  it('are the first irreducible pentanomials', () => {
    for (const degree of [8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 128]) {
      const exponents: [number, number, number][] = [];
      for (let a = 3; a < degree; a++) for (let b = 2; b < a; b++) for (let c = 1; c < b; c++) exponents.push([a, b, c]);
      const first = exponents.find(([a, b, c]) => irreducible(degree, (1n << BigInt(a)) | (1n << BigInt(b)) | (1n << BigInt(c)) | 1n));
      expect(pentanomial(degree)).toBe((first ?? []).reduce((sum, exponent) => sum | (1n << BigInt(exponent)), 1n));
    }
  });

  it('are irreducible up to the largest', () => {
    for (const degree of [256, 512, 768, 1024]) expect(irreducible(degree, pentanomial(degree))).toBe(true);
    expect(() => pentanomial(1032)).toThrow('no field');
  });
});

/** Degree 3, monic, as ssss does it: y = x³ + c₂x² + c₁x + secret. */
function splitHere(secret: Buffer, diffusion: boolean): Buffer[] {
  const degree = 8 * secret.length;
  const [size, mask, low] = [BigInt(degree), (1n << BigInt(degree)) - 1n, pentanomial(degree)];
  const times = (a: bigint, b: bigint): bigint => {
    let value = carrylessProduct(a, b);
    for (let high = value >> size; high !== 0n; high = value >> size) value = (value & mask) ^ carrylessProduct(high, low);
    return value;
  };
  const spread = Buffer.from(secret);
  if (diffusion) diffuse(spread);
  const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
  const [c0, c1, c2] = [number(spread), number(randomBytes(secret.length)), number(randomBytes(secret.length))];
  return [1n, 2n, 3n].map((x) => {
    const y = times(times(x ^ c2, x) ^ c1, x) ^ c0;
    return Buffer.from(`${x}-${y.toString(16).padStart(2 * secret.length, '0')}\n`);
  });
}

describe('shares of SLIP-39', () => {
  const vectors: [string, string[], string, string][] = JSON.parse(readFileSync(new URL('../../../fixtures/escrow/slip39-vectors.json', import.meta.url), 'utf8'));

  it('are 45 public vectors', () => expect(vectors).toHaveLength(45));

  it.each(vectors)('%s', async (_name, mnemonics, secret) => {
    const parsed = mnemonics.map((mnemonic) => slip39.parse(Buffer.from(mnemonic)));
    const shares = parsed.flatMap((readings) => (isFault(readings) ? [] : readings));
    const faults = shares.length === parsed.length ? slip39.faultsOfSet(shares) : [];
    const good = shares.length === parsed.length ? shares.filter((_, at) => faults[at] === null) : [];
    const quorum = slip39.quorum(good, slip39.threshold(good, null));
    const made = quorum === null ? 'none' : await slip39.combine(quorum.flatMap((at) => good[at] ?? []), { passphrase: Buffer.from('TREZOR') });
    if (secret === '') expect(typeof made).toBe('string');
    else expect(Buffer.from(made).toString('hex')).toBe(secret);
  });

  it('in groups made by another library need the groups and the members that they say', async () => {
    const secret = randomBytes(32);
    const groups = slip39Shares(secret, [[1, 1], [2, 3], [3, 5]], { groupThreshold: 2, passphrase: 'blackstart' });
    const picked = [...(groups[1] ?? []).slice(1), ...(groups[2] ?? []).slice(2)];
    expect(await secretOf(slip39, picked, 'blackstart')).toBe(secret.toString('hex'));
    const all = groups.flat().map((share) => read(slip39, share));
    expect(slip39.quorum(all, slip39.threshold(all, null))).toEqual([0, 1, 2]);
    expect(slip39.fit(all, 3)).toMatchObject({ state: 'agree', bad: [] });
    const tooFew = [...(groups[1] ?? []).slice(0, 1), ...(groups[2] ?? [])].map((share) => read(slip39, share));
    expect(slip39.quorum(tooFew, 0)).toBeNull();
  });

  it('give another secret for another passphrase, without a word of it', async () => {
    const secret = randomBytes(16);
    const [shares = []] = slip39Shares(secret, [[2, 3]], { passphrase: 'right', extendable: 0, exponent: 1 });
    expect(await secretOf(slip39, shares.slice(0, 2), 'right')).toBe(secret.toString('hex'));
    expect(await secretOf(slip39, shares.slice(0, 2), 'wrong')).toMatch(/^[0-9a-f]{32}$/u);
    expect(await secretOf(slip39, shares.slice(0, 2), 'wrong')).not.toBe(secret.toString('hex'));
  });

  it.each([
    ['an unknown word', 'zebra', 'alphabet: word 3 is not in the scheme\'s list'],
    ['a word too few', '', 'length:|checksum:|too-short:'],
    ['two words in another order', 'academic acid', 'checksum:|length:|alphabet:'],
  ])('are refused: %s', (_name, put, expected) => {
    const words = 'shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist rescue view short owner flip making coding armed'.split(' ');
    words.splice(2, 1, ...put.split(' ').filter((word) => word !== ''));
    expect(refusal(slip39, words.join(' '))).toMatch(new RegExp(expected, 'u'));
  });

  it('may be broken into lines and written in capitals', () => {
    const words = 'shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist rescue view short owner flip making coding armed';
    expect(read(slip39, words.toUpperCase().replace(/ (?=\S+ \S+ \S+ \S+$)/u, '\r\n')).canonical.toString()).toBe(words);
  });
});

describe('parts of horcrux', () => {
  it('of which any three make the file that was split', async () => {
    const secret = horcruxFixture('vault-key.bin').toString('hex');
    const parts = horcruxParts();
    expect(await secretOf(horcrux, parts.slice(0, 3))).toBe(secret);
    expect(await secretOf(horcrux, [parts[4], parts[2], parts[0]].flatMap((part) => part ?? []))).toBe(secret);
    expect(await secretOf(horcrux, parts)).toBe(secret);
    expect(horcrux.fit(parts.map((part) => read(horcrux, part)), 3)).toMatchObject({ state: 'agree' });
  });

  it('that are all needed hold the file in stripes', async () => {
    const parts = [3, 1, 2].map((index) => horcruxFixture(`letter_${index}_of_3.horcrux`));
    expect(Buffer.from(await secretOf(horcrux, parts), 'hex').equals(horcruxFixture('letter.txt'))).toBe(true);
    const cut = (position: number): Buffer[] => parts.map((part, at) => (at === position ? part.subarray(0, -70) : part));
    expect(await secretOf(horcrux, cut(0))).toContain('one is cut off');
    expect(await secretOf(horcrux, cut(2))).toContain('one is cut off');
    // the part that ends the file: a shorter file looks the same, and only a commitment tells
    expect(Buffer.from(await secretOf(horcrux, cut(1)), 'hex').equals(horcruxFixture('letter.txt').subarray(0, -70))).toBe(true);
  });

  it('are refused when the header is damaged, a number contradicts, or line ends were changed', () => {
    const part = horcruxFixture('vault-key_1_of_5.horcrux');
    const text = part.toString('latin1');
    const changed = (from: string | RegExp, to: string): string => refusal(horcrux, Buffer.from(text.replace(from, to), 'latin1'));
    expect(changed('-- BODY --', '-- B0DY --')).toContain('structure: it is no horcrux file');
    expect(changed('{"orig', '{"orig"')).toContain('structure: its header is damaged');
    expect(changed('"index":1', '"index":9')).toContain('contradict');
    expect(changed(/\n/gu, '\r\n')).toContain('line ends');
    expect(changed(/"keyFragment":"[^"]*"/u, `"keyFragment":"${Buffer.concat([randomBytes(32), Buffer.alloc(1)]).toString('base64')}"`)).toContain('index: its fragment has the number 0');
    expect(refusal(horcrux, Buffer.alloc(10 * 1024 * 1024))).toContain('too-large');
    expect(refusal(horcrux, '')).toContain('empty');
  });

  it('of another file, or with another body, are told apart', () => {
    const parts = horcruxParts().map((part) => read(horcrux, part));
    const other = read(horcrux, horcruxFixture('letter_1_of_3.horcrux'));
    expect(horcrux.faultsOfSet([...parts.slice(0, 2), other]).map((fault) => fault?.code ?? null)).toEqual([null, null, 'mixed-set']);
    const altered = parts.map((part, at) => (at === 3 ? { ...part, body: Buffer.from(part.body.map((byte) => byte ^ 1)) } : part));
    expect(horcrux.fit(altered, 3)).toMatchObject({ state: 'disagree', bad: [3] });
    expect(horcrux.fit(altered.slice(2, 4), 3)).toMatchObject({ state: 'disagree', bad: [] });
  });
});
