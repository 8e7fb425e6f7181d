/** A QR code as a path of squares: sharp on paper, and no picture file. */
import type { Element } from 'hast';
import { s } from 'hastscript';
import encodeQR from 'qr';

/** Squares of white around the code, besides the one that the encoder leaves; the standard asks for four. */
const QUIET = 3;

export function qrPicture(text: string, label: string): Element {
  const rows = encodeQR(text, 'raw', { border: 1, ecc: 'low' });
  const size = rows.length + 2 * QUIET;
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return s('svg', { class: 'qr', viewBox: `${-QUIET} ${-QUIET} ${size} ${size}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges' }, [
    s('rect', { x: -QUIET, y: -QUIET, width: size, height: size, fill: '#fff' }),
    s('path', { d: path, fill: '#000' }),
  ]);
}
