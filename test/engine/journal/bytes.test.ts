import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, canonicalJson } from '../../../electron/engine/journal/canonical.ts';
import type { EventValue } from '../../../electron/engine/journal/journal.ts';
import { leafHash, MerkleFrontier } from '../../../electron/engine/journal/merkle.ts';
import { wordsForHash } from '../../../electron/engine/journal/words.ts';
import { readStrictJson } from '../../../electron/engine/verify/strict-json.ts';
import { Tree } from '../../../electron/engine/verify/tree.ts';

const name = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 8 });
const value: fc.Arbitrary<EventValue> = fc.letrec<{ value: EventValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

describe('the canonical spelling', () => {
  it('of anything an event may hold is the one that the verifier accepts, and reads back as it was', () => {
    fc.assert(fc.property(value, (said) => {
      const read = readStrictJson(Buffer.from(canonicalJson(said)));
      expect(read).toHaveProperty('value');
      expect('value' in read ? read.value : undefined).toEqual(JSON.parse(JSON.stringify(said)));
    }));
  });

  it('does not depend on the order in which fields were set, and sorts numbers in names as text', () => {
    expect(canonicalJson({ b: 1, a: { '10': 1, '9': 2 } })).toBe('{"a":{"10":1,"9":2},"b":1}');
    expect(readStrictJson(Buffer.from('{"a":{"10":1,"9":2},"b":1}'))).toHaveProperty('value');
    expect(readStrictJson(Buffer.from('{"a":{"9":2,"10":1},"b":1}'))).toEqual({ fault: 'not-canonical' });
  });

  it('escapes as RFC 8785 does', () => {
    expect(canonicalJson('€$\u000f\nA\'B"\\\\"/\u2028')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028"');
    expect(canonicalJson(-0)).toBe('0');
  });

  it.each([
    ['a fraction', { n: 0.5 }],
    ['a number beyond 2^53', { n: 2 ** 53 }],
    ['not a number', { n: Number.NaN }],
    ['half a surrogate pair', { text: '\ud800' }],
    ['a name that is not ASCII', { é: 1 }],
    ['an empty name', { '': 1 }],
  ])('does not exist for %s', (_, said: EventValue) => {
    expect(() => canonicalJson(said)).toThrow(Error);
  });

  it('ends at 16 KiB and at 32 levels', () => {
    expect(canonicalBytes('x'.repeat(16 * 1024 - 2))).toHaveLength(16 * 1024);
    expect(() => canonicalBytes('x'.repeat(16 * 1024 - 1))).toThrow(expect.objectContaining({ code: 'refused' }));
    let deep: EventValue = 1;
    for (let level = 0; level < 40; level += 1) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow(/32 levels/u);
  });
});

describe('the Merkle tree', () => {
  /** The leaves and roots of the Certificate Transparency test suite (RFC 6962). */
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('has the published roots, in the writer and in the verifier', () => {
    const [frontier, tree] = [new MerkleFrontier(), new Tree()];
    expect([frontier.root(), tree.root()]).toEqual([roots[0], roots[0]]);
    for (const [index, leaf] of leaves.entries()) {
      frontier.append(leafHash(Buffer.from(leaf, 'hex')));
      tree.addEntry(Buffer.from(leaf, 'hex'));
      expect([frontier.root(), tree.root()]).toEqual([roots[index + 1], roots[index + 1]]);
    }
  });

  it('grows on from any frontier', () => {
    fc.assert(fc.property(fc.nat(70), fc.nat(70), (first, more) => {
      const whole = new MerkleFrontier();
      for (let leaf = 0; leaf < first; leaf += 1) whole.append(leafHash(Buffer.from([leaf])));
      const resumed = new MerkleFrontier(whole.size, whole.subtrees);
      for (let leaf = 0; leaf < more; leaf += 1) for (const tree of [whole, resumed]) tree.append(leafHash(Buffer.from([leaf, 1])));
      expect(resumed.root()).toBe(whole.root());
    }));
  });

  it('cannot have a frontier of the wrong shape', () => {
    expect(() => new MerkleFrontier(3, ['aa'])).toThrow(/3 leaves/u);
  });
});

it('a root has twelve words, as the BIP-39 list spells its first bits', () => {
  // Two published BIP-39 vectors: 128 bits of entropy and the four bits of checksum that belong to them.
  expect(wordsForHash(`${'0'.repeat(32)}3${'0'.repeat(31)}`)).toBe(`${'abandon '.repeat(11)}about`);
  expect(wordsForHash(`${'7f'.repeat(16)}8${'0'.repeat(31)}`)).toBe('legal winner thank year wave sausage worth useful legal winner thank yellow');
});
