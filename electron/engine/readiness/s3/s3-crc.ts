/** Cyclic checksums that neither Node nor the S3 client computes over a file: CRC-32C, CRC-64/NVME and CRC-64/XZ. */

/** 64 bits as two halves, since numbers hold 53; a step per byte costs two lookups. */
export class Crc64 {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  #h = 0xffffffff;
  #l = 0xffffffff;

  /** @param polynomial reflected */
  constructor(polynomial: bigint) {
    [this.#high, this.#low] = table64(polynomial);
  }

  update(bytes: Uint8Array): void {
    let [h, l] = [this.#h, this.#l];
    const [high, low] = [this.#high, this.#low];
    for (let at = 0; at < bytes.length; at++) {
      const index = (l ^ (bytes[at] ?? 0)) & 0xff;
      l = ((l >>> 8) | (h << 24)) ^ (low[index] ?? 0);
      h = (h >>> 8) ^ (high[index] ?? 0);
    }
    [this.#h, this.#l] = [h, l];
  }

  value(): bigint {
    return (BigInt(~this.#h >>> 0) << 32n) | BigInt(~this.#l >>> 0);
  }

  /** Big-endian, as S3 writes it. */
  base64(): string {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(this.value());
    return bytes.toString('base64');
  }
}

/** As S3 has it. Source: AWS, "Checking object integrity"; NVM Express specification. */
export const NVME = 0x9a6c9329ac4bc9b5n;
/** ECMA-182, reflected: as xz and mongodump have it. */
export const XZ = 0xc96c5795d7870f42n;

const TABLES = new Map<bigint, [Uint32Array, Uint32Array]>();

function table64(polynomial: bigint): [Uint32Array, Uint32Array] {
  const known = TABLES.get(polynomial);
  if (known !== undefined) return known;
  const [high, low] = [new Uint32Array(256), new Uint32Array(256)];
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    high[index] = Number(value >> 32n);
    low[index] = Number(value & 0xffffffffn);
  }
  TABLES.set(polynomial, [high, low]);
  return [high, low];
}

const CASTAGNOLI = 0x82f63b78;

export class Crc32c {
  readonly #table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ CASTAGNOLI : value >>> 1;
    return value >>> 0;
  });
  #value = 0xffffffff;

  update(bytes: Uint8Array): void {
    let value = this.#value;
    for (let at = 0; at < bytes.length; at++) value = (value >>> 8) ^ (this.#table[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
    this.#value = value;
  }

  base64(): string {
    return base64Of(~this.#value >>> 0);
  }
}

/** Big-endian, as S3 writes a checksum of 32 bits. */
export function base64Of(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
}
