/** A commitment that two people can compare over a phone or on paper. */
import { wordlist } from '@scure/bip39/wordlists/english.js';

const WORDS = 8;
const BITS = 80n;
const BITS_PER_WORD = 11n;

/**
 * The first 80 bits of a commitment as eight words of the BIP-39 English list, filled up with zero bits. For comparing, not for
 * restoring: the commitment itself decides.
 * @param digest at least 20 hex digits
 */
export function foldWords(digest: string): string {
  const spare = BigInt(WORDS) * BITS_PER_WORD - BITS;
  const bits = BigInt(`0x${digest.slice(0, 20)}`) << spare;
  return Array.from({ length: WORDS }, (_, index) => wordlist[Number((bits >> (BigInt(WORDS - 1 - index) * BITS_PER_WORD)) & 0x7ffn)] ?? '').join(' ');
}
