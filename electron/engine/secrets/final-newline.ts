/** What a text file ends with is not part of the secret in it: one final newline, of Unix or of Windows, is dropped. */
export function withoutFinalNewline(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
