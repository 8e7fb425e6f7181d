/** Shares that are one line of text. Reading is strict, works on bytes, and its complaints hold nothing of the share. */
import type { ShareFault } from '../../../contract/escrow.ts';
import { fault } from './share.ts';

/** The text without white space around it, as a view of the same bytes. */
export function oneLine(bytes: Buffer, maxBytes: number): Buffer | ShareFault {
  const text = plainText(bytes, maxBytes);
  if (!Buffer.isBuffer(text)) return text;
  return text.includes(0x0a) || text.includes(0x0d) ? fault('encoding', 'it has several lines: give one share a file') : text;
}

/** As `oneLine`, where a share may be broken into lines. */
export function plainText(bytes: Buffer, maxBytes: number): Buffer | ShareFault {
  if (bytes.length > maxBytes) return fault('too-large', `it has ${bytes.length} bytes; a share of this scheme has at most ${maxBytes}`);
  const wrong = wrongEncoding(bytes);
  if (wrong !== null) return fault('encoding', wrong);
  let [start, end] = [0, bytes.length];
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return start === end ? fault('empty', 'it is empty') : bytes.subarray(start, end);
}

function wrongEncoding(bytes: Buffer): string | null {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'it is saved as UTF-16: save it as plain text (UTF-8, without byte order mark)';
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'it begins with a byte order mark: save it as plain text without one';
  if (bytes.includes(0)) return 'it holds NUL bytes: it is saved as UTF-16, or it is no text';
  if (bytes.some((byte) => (byte < 0x20 && !isSpace(byte)) || byte === 0x7f)) return 'it holds control characters';
  return bytes.some((byte) => byte >= 0x80) ? 'it holds characters outside ASCII' : null;
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Null unless it is pairs of hex digits. */
export function fromHex(text: Buffer): Buffer | null {
  if (text.length === 0 || text.length % 2 !== 0) return null;
  const bytes = Buffer.alloc(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const [high, low] = [hexDigit(text[2 * at]), hexDigit(text[2 * at + 1])];
    if (high < 0 || low < 0) return null;
    bytes[at] = high * 16 + low;
  }
  return bytes;
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const BASE64_VALUE = new Map([...BASE64].map((byte, value) => [byte, value]));

/** Null unless it is base64 with right or no padding, and without bits left over: every bit of the text counts. */
export function fromBase64(text: Buffer): Buffer | null {
  let end = text.length;
  while (end > 0 && text[end - 1] === 0x3d) end--;
  const padding = text.length - end;
  if (end === 0 || end % 4 === 1 || (padding > 0 && padding !== (4 - (end % 4)) % 4)) return null;
  const bytes = Buffer.alloc(Math.floor((end * 3) / 4));
  let [bits, held, at] = [0, 0, 0];
  for (const byte of text.subarray(0, end)) {
    const value = BASE64_VALUE.get(byte);
    if (value === undefined) return null;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >> held) & 0xff;
    }
  }
  return (bits & ((1 << held) - 1)) === 0 ? bytes : null;
}

export const isBase64Text = (text: Buffer): boolean => text.every((byte) => byte === 0x3d || BASE64_VALUE.has(byte));
