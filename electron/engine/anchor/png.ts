/** Just enough of PNG (ISO/IEC 15948) to read a code from a scan or a screenshot: 8 bits a sample, not interlaced. */
import { inflateSync } from 'node:zlib';
import { EngineError } from '../../contract/errors.ts';

export interface Pixels { width: number; height: number; data: Uint8Array } // RGBA

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Samples a pixel by colour type: grey, RGB, palette, grey with alpha, RGBA. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** More is a way to fill the memory, not a code on a paper. */
const MAX_PIXELS = 64_000_000;

export function isPng(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, SIGNATURE.length)).equals(SIGNATURE);
}

/** @throws EngineError `refused` for a kind of PNG that is not read here, or a damaged one */
export function readPng(bytes: Uint8Array): Pixels {
  try {
    return decode(Buffer.from(bytes));
  } catch (thrown) {
    if (thrown instanceof EngineError) throw thrown;
    throw new EngineError('refused', 'The picture cannot be read: it is damaged.', { cause: thrown });
  }
}

function decode(file: Buffer): Pixels {
  const chunks = chunksOf(file);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header?.length !== 13) throw new EngineError('refused', 'The picture cannot be read: it has no header.');
  const [width, height, depth, colour, interlaced] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9] ?? -1, header[12]];
  const samples = SAMPLES[colour];
  if (depth !== 8 || samples === undefined || interlaced !== 0) throw new EngineError('refused', 'This kind of PNG is not read here.', { hint: 'Save it with 8 bits a colour and not interlaced, or open it in the window: it reads every picture.' });
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) throw new EngineError('refused', 'The picture is too large, or empty.', { hint: 'Cut it down to the code.' });
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const rows = inflateSync(packed, { maxOutputLength: height * (1 + width * samples) });
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data ?? Buffer.alloc(0);
  return { width, height, data: toRgba(unfilter(rows, width * samples, height, samples), colour, samples, palette) };
}

function chunksOf(file: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** Each row was written as a difference to its left, upper or upper left neighbour. */
function unfilter(rows: Buffer, stride: number, height: number, step: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const kind = rows[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const raw = rows[y * (stride + 1) + 1 + x] ?? 0;
      const left = x >= step ? (out[y * stride + x - step] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * stride + x] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (out[(y - 1) * stride + x - step] ?? 0) : 0;
      out[y * stride + x] = (raw + predicted(kind, left, up, corner)) & 0xff;
    }
  }
  return out;
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return (left + up) >> 1;
  if (kind !== 4) return 0;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function toRgba(flat: Buffer, colour: number, samples: number, palette: Buffer): Uint8Array {
  const count = flat.length / samples;
  const rgba = new Uint8Array(count * 4);
  for (let index = 0; index < count; index += 1) {
    const at = index * samples;
    const value = flat[at] ?? 0;
    const alpha = colour === 4 ? (flat[at + 1] ?? 255) : colour === 6 ? (flat[at + 3] ?? 255) : 255;
    const rgb = colour === 3 ? [palette[value * 3] ?? 0, palette[value * 3 + 1] ?? 0, palette[value * 3 + 2] ?? 0] : samples >= 3 ? [value, flat[at + 1] ?? 0, flat[at + 2] ?? 0] : [value, value, value];
    // what is see-through lies on white paper
    for (const [place, one] of rgb.entries()) rgba[index * 4 + place] = Math.round((one * alpha + 255 * (255 - alpha)) / 255);
    rgba[index * 4 + 3] = 255;
  }
  return rgba;
}
