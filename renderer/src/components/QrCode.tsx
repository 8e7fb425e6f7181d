/** A text as a QR code: dark on white in either theme, with the quiet zone that readers need. */
import encodeQR from 'qr';
import { useMemo } from 'react';

/** Modules of white around it, by ISO/IEC 18004. */
const QUIET = 4;

/** One path over all dark modules, a row's neighbours joined. */
function darkPath(rows: readonly (readonly boolean[])[]): string {
  let path = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue;
      const from = x;
      while (row[x + 1] === true) x += 1;
      path += `M${from} ${y}h${x - from + 1}v1h-${x - from + 1}z`;
    }
  });
  return path;
}

export function QrCode({ text, label }: { text: string; label: string }) {
  const rows = useMemo(() => encodeQR(text, 'raw', { border: QUIET, ecc: 'medium' }), [text]);
  const side = rows.length;
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={darkPath(rows)} fill="#000" />
    </svg>
  );
}
