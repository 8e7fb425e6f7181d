/** Whether a text looks like a share or a key: such text has one field of its own, and is refused in every other. Pure. */

/** Of a share in one piece; bag numbers and seals are shorter. */
const PIECE = 32;
/** Groups of four, as cards print them. */
const GROUPS = 8;
/** Words of four to eight letters in a row; prose has shorter ones in between. SLIP-39 shares have 20 or more, seeds 12 or more. */
const WORDS = 10;

const SSSS = /(?:^|[\s:=])(?:[A-Za-z0-9]{1,128}-)?\d{1,3}-[0-9a-f]{16,}/iu;
const WHOLE_KEY = /AGE-SECRET-KEY-1|-----BEGIN [A-Z ]*PRIVATE KEY|"(?:d|k)"\s*:\s*"[A-Za-z0-9_-]{20,}/u;
const HORCRUX = /THIS FILE IS A HORCRUX|"keyFragment"/iu;
const MNEMONIC = new RegExp(`(?:\\b[a-z]{4,8}\\b[\\s,]+){${WORDS - 1}}[a-z]{4,8}\\b`, 'u');
const GROUPED = new RegExp(`(?:(?:^|\\s)[A-Za-z0-9+/_-]{4}(?=\\s)){${GROUPS - 1},}\\s+[A-Za-z0-9+/=_-]{1,4}(?=\\s|$)`, 'u');

/** What it looks like, in words that hold nothing of it; null for text that people write. */
export function shareLike(text: string): string | null {
  if (HORCRUX.test(text)) return 'a Horcrux share';
  if (WHOLE_KEY.test(text)) return 'a private key';
  if (SSSS.test(text)) return 'an ssss share';
  if (pieces(text).some(isHex)) return 'a share in hex';
  if (pieces(text).some(isMixed)) return 'a share in base64';
  if (MNEMONIC.test(text)) return 'a share in words';
  const grouped = GROUPED.exec(text)?.[0].replace(/\s/gu, '') ?? '';
  return isHex(grouped) || isMixed(grouped) ? 'a share in groups' : null;
}

/** Of a known answer what is public, however much it looks like a share: digests, salts, public keys. */
const PUBLIC_VALUE = /["']?\b(?:plain_sha256|salt|aad|info|public|magic)\b["']?\s*:\s*(?:"[^"]*"?|'[^']*'?|[^\s,}]*)/gu;
const PUBLIC_PEM = /-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----[^]*?(?:-----END (?:PUBLIC KEY|CERTIFICATE)-----|$)/gu;

/** The same for the text of a known answer, and for a path, whose folders stand one by one. */
export function shareLikeIn(holds: 'answer' | 'path' | null, text: string): string | null {
  switch (holds) {
    case 'answer': return shareLike(text.replace(PUBLIC_PEM, '').replace(PUBLIC_VALUE, ''));
    case 'path': return shareLike(/^(?:\/|[A-Za-z]:\\)/u.test(text) ? text.replace(/[\\/]/gu, ' ') : text);
    case null: return shareLike(text);
  }
}

function pieces(text: string): string[] {
  return text.match(/[A-Za-z0-9+/_-]{32,}={0,2}/gu) ?? [];
}

function isHex(text: string): boolean {
  return text.length >= PIECE && /^[0-9a-f]+$/iu.test(text);
}

/** Capitals among small letters without a break, with digits where it is short: nobody's prose, which begins words with them. */
function isMixed(text: string): boolean {
  return text.length >= PIECE && /[a-z].*(?<![-_+/])[A-Z]/u.test(text) && (/\d/u.test(text) || text.length > PIECE + 8);
}
