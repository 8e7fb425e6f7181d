/** The forms in which a secret turns up in a tool's output. */

import { LONGEST_WINDOW } from './multi-search.ts';
import type { Pattern } from './multi-search.ts';

/** Shorter secrets are part of ordinary words; masking them would garble the output and give them away. */
export const SHORTEST_SECRET = 6;
/** A line of a secret (of a PEM key) that turns up alone, indented or reflowed, is masked from this length on. */
const SHORTEST_LINE = 16;

const UNRESERVED = /[A-Za-z0-9\-._~]/u;
/** What encoders leave as it is beyond the unreserved characters: quote() of Python, encodeURIComponent, encodeURI, form fields. */
const KEPT = ['', '/', "!'()*", ";,/?:@&=+$!'()*#", '*'];

/** Encoders break their lines at 60 to 76 characters; when that falls into the beginning of a form, its rest is masked. */
const FOLDED = 48;

/**
 * Raw, with CR LF line ends (a terminal makes them), its lines, hex in both cases, base64 and base64url at three
 * alignments, percent-encoded and JSON-escaped. Each form is a byte string of at least `SHORTEST_SECRET` bytes; hex and
 * base64 may be folded into lines.
 */
export function maskForms(secret: Uint8Array): Pattern[] {
  const raw = Buffer.from(secret);
  const plain = [raw, ...lineForms(raw), ...percentForms(raw), ...jsonForms(raw)];
  const folding = [...hexForms(raw), ...base64Forms(raw)].flatMap((form) => (form.length < FOLDED ? [form] : [form, form.subarray(LONGEST_WINDOW)]));
  const forms = [...plain.map((bytes) => ({ bytes, folds: false })), ...folding.map((bytes) => ({ bytes, folds: true }))];
  const distinct = new Map(forms.filter((form) => form.bytes.length >= SHORTEST_SECRET).map((form) => [form.bytes.toString('latin1'), form]));
  return [...distinct.values()];
}

function lineForms(raw: Buffer): Buffer[] {
  const text = raw.toString('latin1');
  if (!text.includes('\n')) return [];
  const lines = text.split(/\r?\n/u);
  const telling = lines.map((line) => line.trim()).filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'));
  return [lines.join('\r\n'), lines.join('\n'), text.trimEnd(), ...telling].map((form) => Buffer.from(form, 'latin1'));
}

function hexForms(raw: Buffer): Buffer[] {
  const hex = raw.toString('hex');
  return [Buffer.from(hex), Buffer.from(hex.toUpperCase())];
}

/**
 * Where a secret begins inside longer data decides which of three texts it becomes; only the characters that it alone
 * decides are sought. At alignment 0 also the text of the secret alone, with and without padding.
 */
function base64Forms(raw: Buffer): Buffer[] {
  const texts = [raw.toString('base64'), raw.toString('base64').replace(/=+$/u, '')];
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(shift), raw]).toString('base64');
    texts.push(encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + raw.length) * 8) / 6)));
  }
  return texts.flatMap((text) => [Buffer.from(text), Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_'))]);
}

function percentForms(raw: Buffer): Buffer[] {
  const texts = KEPT.map((kept) => percentEncode(raw, (character) => UNRESERVED.test(character) || kept.includes(character)));
  texts.push(percentEncode(raw, () => false));
  const spaced = texts.map((text) => text.replaceAll('%20', '+'));
  return [...texts, ...spaced].flatMap((text) => [Buffer.from(text), Buffer.from(text.replace(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase()))]);
}

function percentEncode(raw: Buffer, keeps: (character: string) => boolean): string {
  let text = '';
  for (const byte of raw) {
    const character = String.fromCharCode(byte);
    text += byte < 0x80 && keeps(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

function jsonForms(raw: Buffer): Buffer[] {
  const text = raw.toString('utf8');
  if (!Buffer.from(text).equals(raw)) return [];
  const escaped = JSON.stringify(text).slice(1, -1);
  const ascii = escaped.replace(/[^\x20-\x7e]/gu, (character) => [...character].map((part) => `\\u${part.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''));
  return [escaped, escaped.replaceAll('/', '\\/'), ascii].map((form) => Buffer.from(form));
}
