/** Questions and answers of an escrow child: a length-prefixed JSON header, then payloads that the header gives the lengths of. */

export function frame(header: unknown, payloads: readonly Uint8Array[]): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return [length, text, ...payloads];
}

export interface Unframed {
  header: unknown;
  /** The next payload, as a view of the frame. @throws RangeError when the frame is shorter than its header says */
  take(length: number): Buffer;
}

export function unframe(bytes: Buffer): Unframed {
  let at = 4 + bytes.readUInt32BE(0);
  return {
    header: JSON.parse(bytes.toString('utf8', 4, at)),
    take(length) {
      if (at + length > bytes.length) throw new RangeError('the frame is cut off');
      at += length;
      return bytes.subarray(at - length, at);
    },
  };
}
