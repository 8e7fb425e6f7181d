/** A share or a key out of a file: its bytes as they are, or the QR code in a picture of it. Nothing of it is shown. */
import decodeQR from 'qr/decode.js';
import { EngineError } from '../../../../../electron/contract/errors.ts';
import type { EscrowFormat } from '../../../../../electron/contract/escrow.ts';

/** A picture of a card; a share is far smaller, and the engine judges its size by its scheme. */
const MOST_BYTES = 20 * 1024 * 1024;
/** Code is looked for at this width at most: larger pictures only take longer. */
const WIDTH = 1_600;

const PICTURES: readonly (readonly number[])[] = [[0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [0x52, 0x49, 0x46, 0x46], [0x47, 0x49, 0x46, 0x38], [0x42, 0x4d]];

/** By its first bytes: names lie. */
export function isPicture(bytes: Uint8Array): boolean {
  return PICTURES.some((magic) => magic.every((byte, at) => bytes[at] === byte));
}

/** Bytes that are a key themselves may begin like a picture. */
const BINARY: ReadonlySet<EscrowFormat> = new Set(['raw', 'pkcs12']);

/** @throws EngineError `refused` for a file that is too large, `bad` for a picture without a code that can be read */
export async function readShareFile(file: File, format: EscrowFormat): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > MOST_BYTES) throw new EngineError('refused', 'The file is larger than 20 MiB, so it is no share and no key.', { hint: 'Choose the file of one share or key, or a picture of its QR code.' });
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (BINARY.has(format) || !isPicture(bytes)) return bytes;
  try {
    return await readCode(new Blob([bytes]));
  } finally {
    bytes.fill(0);
  }
}

async function readCode(picture: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = await pixelsOf(picture);
  try {
    const read = decodeQR(pixels, { timeLimit: 4_000, effort: 8 });
    return new TextEncoder().encode(read);
  } catch (cause) {
    throw new EngineError('bad', 'No QR code could be read in this picture.', { hint: 'Take it straight from above, in better light, with white all round the code; or type the share.', cause: cause instanceof Error ? cause.name : undefined });
  } finally {
    pixels.data.fill(0);
  }
}

async function pixelsOf(picture: Blob): Promise<ImageData> {
  const image = await createImageBitmap(picture).catch(() => null);
  if (image === null) throw new EngineError('bad', 'This picture cannot be opened.', { hint: 'Save it as PNG or JPEG.' });
  const scale = Math.min(1, WIDTH / image.width);
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new EngineError('internal', 'Pictures cannot be read here.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  context.clearRect(0, 0, canvas.width, canvas.height);
  return pixels;
}
