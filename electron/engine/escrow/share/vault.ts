/**
 * Shares of HashiCorp Vault and OpenBao: bytes y₀…y₍L₋₁₎ ‖ x over GF(2⁸), as base64 or hex. Nothing in the format says
 * whether a share or the key that it makes is right.
 */
import { combine } from 'shamir-secret-sharing';
import type { ShareFault } from '../../../contract/escrow.ts';
import { fitOf, thresholdOf } from './agreement.ts';
import { BYTES } from './field.ts';
import type { Scheme, Share } from './share.ts';
import { fault, faultsWithDuplicates, isFault, oddOnes } from './share.ts';
import { fromBase64, fromHex, isBase64Text, oneLine } from './share-text.ts';

/** A key of 16 KiB in hex, with room for line ends. */
const MAX_BYTES = 64 * 1024;
/** What `vault operator init` prints before the share. */
const PRINTED = /^(?:Unseal|Recovery) Key \d{1,3}: */u;

/** Hex digits alone can be base64 as well: both readings are kept until the other shares or a commitment decide. */
function parse(bytes: Buffer): readonly Share[] | ShareFault {
  const line = oneLine(bytes, MAX_BYTES);
  if (!Buffer.isBuffer(line)) return line;
  const text = line.subarray(PRINTED.exec(line.toString('latin1', 0, 24))?.[0].length ?? 0);
  const readings = [fromHex(text), fromBase64(text)].filter((reading) => reading !== null);
  if (readings.length === 0) return isBase64Text(text) ? fault('structure', 'it is neither whole base64 nor whole hex: characters are missing or too many') : fault('alphabet', 'it holds characters that neither base64 nor hex has');
  const shares = readings.map(shareOf);
  const good = shares.flatMap((share) => (isFault(share) ? [] : [share]));
  return good.length > 0 ? good : (shares.find(isFault) ?? []);
}

function shareOf(bytes: Buffer): Share | ShareFault {
  const x = bytes.at(-1) ?? 0;
  if (bytes.length < 2) return fault('too-short', 'it is too short: a share has at least two bytes');
  return x === 0 ? fault('index', 'its number is 0: such a share would be the key itself, and no program makes one') : { x, slot: `share ${x}`, canonical: bytes };
}

/** Points and columns of shares in Vault's layout. */
export function fragments(shares: readonly Buffer[]): { points: number[]; columns: number[][] } {
  const length = (shares[0]?.length ?? 1) - 1;
  return { points: shares.map((share) => share.at(-1) ?? 0), columns: Array.from({ length }, (_, at) => shares.map((share) => share[at] ?? 0)) };
}

/** The library demands its own kind of array; its copies are overwritten. */
export async function combineFragments(shares: readonly Buffer[]): Promise<Buffer> {
  const copies = shares.map((share) => new Uint8Array(share));
  const secret = await combine(copies);
  for (const copy of copies) copy.fill(0);
  return Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength);
}

export const vault: Scheme<Share> = {
  maxBytes: MAX_BYTES,
  parse,
  faultsOfSet(shares) {
    const lengths = oddOnes(shares.map((share) => (share === null ? null : String(share.canonical.length))), (known) => fault('length', known ? 'it has another length than the others' : 'the shares have different lengths'));
    return faultsWithDuplicates(shares, lengths);
  },
  threshold(shares, asked) {
    if (asked !== null) return asked;
    const { points, columns } = fragments(shares.map((share) => share.canonical));
    return Math.max(2, (shares.length > 2 ? thresholdOf(BYTES, points, columns) : null) ?? shares.length);
  },
  fit(shares, threshold) {
    const { points, columns } = fragments(shares.map((share) => share.canonical));
    return fitOf(BYTES, points, columns, threshold);
  },
  quorum: (shares, threshold) => (shares.length < threshold ? null : shares.slice(0, threshold).map((_, at) => at)),
  combine: (shares) => (shares.length < 2 ? Promise.resolve('a key of this scheme is never made of one share') : combineFragments(shares.map((share) => share.canonical))),
};
