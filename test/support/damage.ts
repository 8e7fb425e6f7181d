/** A copy with one bit turned over, as a disk or a line does it. */
export function flipped(bytes: Buffer, offset: number): Buffer {
  if (offset >= bytes.length) throw new Error(`there is no byte ${offset} to turn over`);
  const copy = Buffer.from(bytes);
  copy[offset] = (copy[offset] ?? 0) ^ 0x01;
  return copy;
}
