/** A file that was kept elsewhere as the text of a checkpoint: a note, a line of words, or a picture of its QR code. */
import decodeQR from 'qr/decode.js';
import { EngineError } from '../../contract/errors.ts';
import { isPng, readPng } from './png.ts';

const LARGEST = 64 * 1024 * 1024;
const LARGEST_TEXT = 64 * 1024;

/** @throws EngineError `refused` when it is neither, or when no code is found in the picture */
export function readPaperFile(bytes: Uint8Array): string {
  if (bytes.length > LARGEST) throw new EngineError('refused', 'The file is larger than 64 MiB.', { hint: 'Cut the picture down to the code.' });
  if (isPng(bytes)) return readCode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) throw new EngineError('refused', 'A JPEG is not read on the command line.', { hint: 'Save it as PNG, or open it in the window under Record: it reads every picture.' });
  if (bytes.length > LARGEST_TEXT) throw new EngineError('refused', 'The file is no checkpoint: it is too long.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EngineError('refused', 'The file is neither text nor a PNG picture.', { cause });
  }
}

function readCode(bytes: Uint8Array): string {
  const pixels = readPng(bytes);
  try {
    return decodeQR(pixels);
  } catch (cause) {
    throw new EngineError('refused', 'No readable QR code was found in the picture.', { hint: 'Take it straight from above, with the whole code and some white around it.', cause });
  }
}
