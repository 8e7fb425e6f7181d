/**
 * The layer that ssss puts between secret and shares from 64 bits up: 40 passes of XTEA, without a key, over overlapping
 * slices, so that every bit of the secret depends on every bit of the field's element. No secrecy of its own.
 */
const ROUNDS = 32;
const DELTA = 0x9e3779b9;
const PASSES = 40;

/** @param value the element's bytes, most significant first; overwritten */
export function undiffuse(value: Buffer): void {
  const slices = toSlices(value);
  for (let at = PASSES * value.length - 2; at >= 0; at -= 2) onSlice(slices, at, decipher);
  fromSlices(slices, value);
}

export function diffuse(value: Buffer): void {
  const slices = toSlices(value);
  for (let at = 0; at < PASSES * value.length; at += 2) onSlice(slices, at, encipher);
  fromSlices(slices, value);
}

/** ssss exports its number in 16-bit words, the least significant first and each big-endian; an odd top byte comes last. */
function toSlices(value: Buffer): Buffer {
  const slices = Buffer.alloc(value.length);
  for (let at = 0; at + 1 < value.length; at += 2) {
    slices[at] = value[value.length - 2 - at] ?? 0;
    slices[at + 1] = value[value.length - 1 - at] ?? 0;
  }
  if (value.length % 2 === 1) slices[value.length - 1] = value[0] ?? 0;
  return slices;
}

function fromSlices(slices: Buffer, value: Buffer): void {
  for (let at = 0; at + 1 < value.length; at += 2) {
    value[value.length - 2 - at] = slices[at] ?? 0;
    value[value.length - 1 - at] = slices[at + 1] ?? 0;
  }
  if (value.length % 2 === 1) value[0] = slices[value.length - 1] ?? 0;
  slices.fill(0);
}

type Pair = [number, number];

/** Eight bytes from `at` on, around the end. */
function onSlice(bytes: Buffer, at: number, change: (pair: Pair) => Pair): void {
  const place = (offset: number): number => (at + offset) % bytes.length;
  const word = (offset: number): number =>
    (((bytes[place(offset)] ?? 0) << 24) | ((bytes[place(offset + 1)] ?? 0) << 16) | ((bytes[place(offset + 2)] ?? 0) << 8) | (bytes[place(offset + 3)] ?? 0)) >>> 0;
  change([word(0), word(4)]).forEach((changed, half) => {
    for (let byte = 0; byte < 4; byte++) bytes[place(4 * half + byte)] = (changed >>> (24 - 8 * byte)) & 0xff;
  });
}

const mix = (value: number): number => (((value << 4) ^ (value >>> 5)) + value) >>> 0;

function encipher([left, right]: Pair): Pair {
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    left = (left + ((mix(right) ^ sum) >>> 0)) >>> 0;
    sum = (sum + DELTA) >>> 0;
    right = (right + ((mix(left) ^ sum) >>> 0)) >>> 0;
  }
  return [left, right];
}

function decipher([left, right]: Pair): Pair {
  let sum = (DELTA * ROUNDS) >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    right = (right - ((mix(left) ^ sum) >>> 0)) >>> 0;
    sum = (sum - DELTA) >>> 0;
    left = (left - ((mix(right) ^ sum) >>> 0)) >>> 0;
  }
  return [left, right];
}
