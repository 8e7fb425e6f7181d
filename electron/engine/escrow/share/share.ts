/** What the schemes have in common. A share's bytes exist only in the escrow child. */
import type { ShareFault, ShareFaultCode } from '../../../contract/escrow.ts';

export interface Share {
  /** Number within its set, as in `ShareCommitment.x`. */
  x: number;
  /** For people: "share 3". */
  slot: string;
  /** What a commitment covers: the same for every way to write the share down. */
  canonical: Buffer;
}

/** What shares say about each other; positions count in the list that was given. */
export interface Fit {
  state: 'agree' | 'disagree' | 'cannot-tell';
  bad: number[];
  /** Holds whenever at most ⌊(n − t) / 2⌋ of the shares are bad; otherwise forgers could have arranged it. */
  certain: boolean;
  detail: string;
}

export interface CombineOptions {
  passphrase: Buffer | null;
}

/** One way to split a key. `fit` to `combine` take shares without faults. */
export interface Scheme<S extends Share> {
  /** Bytes of the largest file that can be one share. */
  maxBytes: number;
  /** A text that reads in two ways has two readings; the likelier first. */
  parse(bytes: Buffer): readonly S[] | ShareFault;
  /** Faults that only the set shows (duplicates, other lengths, another splitting), by position; null shares are skipped. */
  faultsOfSet(shares: readonly (S | null)[]): (ShareFault | null)[];
  /** How many shares make the key. @param asked what the register says; null when nobody knows */
  threshold(shares: readonly S[], asked: number | null): number;
  fit(shares: readonly S[], threshold: number): Fit;
  /** Positions of the first shares that make a quorum, or null when there are too few. */
  quorum(shares: readonly S[], threshold: number): number[] | null;
  /** A likely slip in how a quorum was read, in words that hold nothing of it, or null; only where a scheme can see one. */
  doubt?(shares: readonly S[]): string | null;
  /** The secret's bytes, or why these shares make none (words that hold nothing of them). */
  combine(shares: readonly S[], options: CombineOptions): Promise<Buffer | string>;
}

export const fault = (code: ShareFaultCode, detail: string): ShareFault => ({ code, detail });

export function isFault(value: object): value is ShareFault {
  return 'code' in value;
}

export const cannotTell = (detail: string): Fit => ({ state: 'cannot-tell', bad: [], certain: true, detail });

/** The value that more shares have than any other; null when two are equally frequent. */
export function mostCommon(values: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first, second] = [...counts.entries()].sort((a, b) => b[1] - a[1]);
  return first === undefined || first[1] === second?.[1] ? null : first[0];
}

/** Marks those that differ from the most common value; all of them when none is most common. */
export function oddOnes(values: readonly (string | null)[], make: (known: boolean) => ShareFault): (ShareFault | null)[] {
  const present = values.filter((value) => value !== null);
  if (new Set(present).size < 2) return values.map(() => null);
  const common = mostCommon(present);
  return values.map((value) => (value === null || value === common ? null : make(common !== null)));
}

/** The same share twice: the later one is left out. Two shares of one number that differ: neither can be trusted. */
function duplicates(shares: readonly (Share | null)[]): (ShareFault | null)[] {
  return shares.map((share, at) => {
    if (share === null) return null;
    const twins = shares.flatMap((other, place) => (other !== null && place !== at && other.x === share.x ? [{ place, same: other.canonical.equals(share.canonical) }] : []));
    if (twins.some(({ same }) => !same)) return fault('duplicate', `another share has the same number (${share.slot}) and another content`);
    return twins.some(({ place }) => place < at) ? fault('duplicate', `${share.slot} was given twice`) : null;
  });
}

/** The first fault of each position; duplicates are looked for among those that have none. */
export function faultsWithDuplicates(shares: readonly (Share | null)[], ...lists: readonly (readonly (ShareFault | null)[])[]): (ShareFault | null)[] {
  const found = shares.map((_, at) => lists.map((list) => list[at] ?? null).find((one) => one !== null) ?? null);
  const twins = duplicates(shares.map((share, at) => (found[at] === null ? share : null)));
  return found.map((one, at) => one ?? twins[at] ?? null);
}
