import { deflateSync } from 'node:zlib';
import encodeQR from 'qr';
import { describe, expect, it } from 'vitest';
import { readPng } from '../../../electron/engine/anchor/png.ts';
import { readPaperFile } from '../../../electron/engine/anchor/read-paper.ts';

const NOTE = 'device/kit-03\n83\nBMnywiH2NRbW3bxx/7WU532w0YekgFw9z23YDPOaPoo=\n\n\u2014 device/kit-03 v0/WG6K3GbYr4XrPdvO8t24rHK/i9DrtCahPaMDmty1PYa05iaf5qqq1ExPxTywzKVv37JazqlV50N7Rto2GUfjYigE=\n';
const SCALE = 4;
const COLOURS = { grey: [0, 1], rgb: [2, 3], palette: [3, 1], 'grey with alpha': [4, 2], rgba: [6, 4] } as const;

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]); // nobody reads the checksum
}

/** A PNG as ISO/IEC 15948 says, each row under another of the five filters. */
function png(rows: readonly (readonly boolean[])[], colour: keyof typeof COLOURS, depth = 8): Buffer {
  const [kind, samples] = COLOURS[colour];
  const width = (rows[0]?.length ?? 0) * SCALE;
  const height = rows.length * SCALE;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, kind, 0, 0, 0], 8);
  const pixel = (dark: boolean): number[] => colour === 'palette' ? [dark ? 1 : 0] : colour === 'grey' ? [dark ? 0 : 255] : colour === 'grey with alpha' ? [0, dark ? 255 : 0] : colour === 'rgb' ? (dark ? [0, 0, 40] : [255, 255, 255]) : [0, 0, 0, dark ? 255 : 0];
  const flat = Array.from({ length: height }, (_, y) => Buffer.from(Array.from({ length: width }, (__, x) => pixel(rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] ?? false)).flat()));
  const filtered = flat.map((row, y) => filter(y % 5, row, flat[y - 1] ?? Buffer.alloc(row.length), samples));
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('PLTE', Buffer.from([255, 255, 255, 0, 0, 0])), chunk('IDAT', deflateSync(Buffer.concat(filtered))), chunk('IEND', Buffer.alloc(0))]);
}

function filter(kind: number, row: Buffer, above: Buffer, step: number): Buffer {
  const out = row.map((value, x) => {
    const [left, up, corner] = [x >= step ? (row[x - step] ?? 0) : 0, above[x] ?? 0, x >= step ? (above[x - step] ?? 0) : 0];
    const distances = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
    const paeth = [left, up, corner][distances.indexOf(Math.min(...distances))] ?? 0;
    return value - ([0, left, up, Math.floor((left + up) / 2), paeth][kind] ?? 0);
  });
  return Buffer.concat([Buffer.of(kind), out]);
}

const CODE = encodeQR(NOTE, 'raw', { ecc: 'low', border: 4 });

describe('a file that was kept elsewhere', () => {
  it.each(['grey', 'rgb', 'palette', 'grey with alpha', 'rgba'] as const)('is read from a picture of its code in %s', (colour) => {
    expect(readPaperFile(png(CODE, colour))).toBe(NOTE);
  });

  it('is read from a note and from a line of words as it stands', () => {
    expect(readPaperFile(Buffer.from(NOTE))).toBe(NOTE);
  });

  it.each([
    ['a picture without a code', () => png(Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => false)), 'grey'), 'No readable QR code'],
    ['a JPEG', () => Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'JPEG'],
    ['a PNG of 16 bits', () => png(CODE, 'grey', 16), 'kind of PNG'],
    ['half a PNG', () => png(CODE, 'grey').subarray(0, 300), 'cannot be read'],
    ['bytes', () => Buffer.from([0xc3, 0x28]), 'neither text nor'],
    ['a long text', () => Buffer.alloc(70_000, 0x61), 'too long'],
  ])('is not read from %s', (_what, bytes, words) => {
    expect(() => readPaperFile(bytes())).toThrow(expect.objectContaining({ code: 'refused', message: expect.stringContaining(words) }));
  });

  it('of more pixels than a paper has is not unpacked', () => {
    const huge = png(CODE, 'grey');
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    expect(() => readPng(huge)).toThrow('too large');
  });
});
