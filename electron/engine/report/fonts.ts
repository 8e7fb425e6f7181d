/** The console's two typefaces, inside every report: a report looks the same on a laptop that has neither. */
import { readFileSync } from 'node:fs';

const FACES = [
  { family: 'Inter Variable', file: new URL('../../../assets/fonts/inter-latin-wght-normal.woff2', import.meta.url) },
  { family: 'JetBrains Mono Variable', file: new URL('../../../assets/fonts/jetbrains-mono-latin-wght-normal.woff2', import.meta.url) },
];
/** Latin; anything else is drawn by the reader's own fonts. */
const RANGE = 'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD';

let faces: string | undefined;

/** `@font-face` rules with the fonts as data. A font that cannot be read is left out: no report fails for its looks. */
export function fontFaces(): string {
  faces ??= FACES.map(({ family, file }) => face(family, file)).join('');
  return faces;
}

function face(family: string, file: URL): string {
  try {
    return `@font-face{font-family:"${family}";font-weight:100 900;src:url(data:font/woff2;base64,${readFileSync(file).toString('base64')}) format("woff2");unicode-range:${RANGE}}\n`;
  } catch {
    return '';
  }
}
