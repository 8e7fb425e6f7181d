/** Finite fields of characteristic 2: addition is XOR, and every element is its own negative. */

export interface Field<T> {
  zero: T;
  one: T;
  add(a: T, b: T): T;
  mul(a: T, b: T): T;
  /** Never of zero. */
  inv(a: T): T;
  isZero(a: T): boolean;
}

/** GF(2⁸) with x⁸ + x⁴ + x³ + x + 1, as Vault, SLIP-39 and AES have it; 3 generates it. */
const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = value;
  EXP[power + 255] = value;
  LOG[value] = power;
  value ^= value << 1;
  if (value > 255) value ^= 0x11b;
}

export const BYTES: Field<number> = {
  zero: 0,
  one: 1,
  add: (a, b) => a ^ b,
  mul: (a, b) => (a === 0 || b === 0 ? 0 : (EXP[(LOG[a] ?? 0) + (LOG[b] ?? 0)] ?? 0)),
  inv: (a) => EXP[255 - (LOG[a] ?? 0)] ?? 0,
  isZero: (a) => a === 0,
};

/**
 * GF(2^degree) over integers whose bits are the coefficients.
 * @param low the modulus without its highest term
 */
export function binaryField(degree: number, low: bigint): Field<bigint> {
  const size = BigInt(degree);
  const mask = (1n << size) - 1n;
  const reduce = (value: bigint): bigint => {
    let rest = value;
    for (let high = rest >> size; high !== 0n; high = rest >> size) rest = (rest & mask) ^ carrylessProduct(high, low);
    return rest;
  };
  return {
    zero: 0n,
    one: 1n,
    add: (a, b) => a ^ b,
    mul: (a, b) => reduce(carrylessProduct(a, b)),
    inv: (a) => inverse(a, (1n << size) | low),
    isZero: (a) => a === 0n,
  };
}

/** Schoolbook multiplication of polynomials, along the bits of the shorter one. */
export function carrylessProduct(a: bigint, b: bigint): bigint {
  const [long, short] = a > b ? [a, b] : [b, a];
  const digits = short.toString(16);
  const multiples = Array.from({ length: 16 }, (_, digit) => times4Bits(long, digit));
  let product = 0n;
  for (let at = 0; at < digits.length; at++) product = (product << 4n) ^ (multiples[Number.parseInt(digits.charAt(at), 16)] ?? 0n);
  return product;
}

function times4Bits(value: bigint, digit: number): bigint {
  return (digit & 1 ? value : 0n) ^ (digit & 2 ? value << 1n : 0n) ^ (digit & 4 ? value << 2n : 0n) ^ (digit & 8 ? value << 3n : 0n);
}

export const degreeOf = (value: bigint): number => (value === 0n ? -1 : value.toString(2).length - 1);

/** Extended Euclid on polynomials. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, u, v] = [value, modulus, 1n, 0n];
  let [degreeA, degreeB] = [degreeOf(a), degreeOf(b)];
  while (degreeA > 0) {
    if (degreeA < degreeB) [a, b, u, v, degreeA, degreeB] = [b, a, v, u, degreeB, degreeA];
    const shift = BigInt(degreeA - degreeB);
    a ^= b << shift;
    u ^= v << shift;
    degreeA = degreeOf(a);
  }
  return u;
}
