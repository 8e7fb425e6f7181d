/** A root hash that can be read over a phone, written on paper and typed back. */
import { wordlist } from '@scure/bip39/wordlists/english.js';

const WORDS = 12;
const BITS_PER_WORD = 11n;

/**
 * The first 132 bits of a hash as twelve words of the BIP-39 English list. No checksum word: they are compared, not
 * restored from. A second history with the same twelve words takes 2^132 tries, two colliding ones 2^66.
 *
 * @param hash at least 33 hex digits
 */
export function wordsForHash(hash: string): string {
  const bits = BigInt(`0x${hash.slice(0, 33)}`);
  const words = Array.from({ length: WORDS }, (_, index) => {
    const shift = BigInt(WORDS - 1 - index) * BITS_PER_WORD;
    return wordlist[Number((bits >> shift) & 0x7ffn)] ?? '';
  });
  return words.join(' ');
}
