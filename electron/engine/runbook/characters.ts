/** Characters that make a text read differently to a person and to a program. */

/** Control characters apart from tab and newline, the two Unicode line ends, the byte order mark, and halves of characters: no program can be given those. */
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|[\ud800-\udfff]/u;
/** Embeddings, overrides and isolates: they reorder what is shown (CVE-2021-42574). */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/u;
/** Marks and spaces of no width, soft hyphens, fillers, tags. */
const INVISIBLE = /[\u00ad\u061c\u115f\u1160]|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\u200b-\u200f]|[\u2060-\u2065\u206a-\u206f]|[\u3164\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/u;

export type CharacterKind = 'control' | 'bidi' | 'invisible';
export interface BadCharacter {
  kind: CharacterKind;
  /** UTF-16 units from the start. */
  offset: number;
  /** `U+202E` */
  code: string;
}

const EXPRESSIONS: Readonly<Record<CharacterKind, RegExp>> = { control: CONTROL, bidi: BIDI, invisible: INVISIBLE };

/** The first character of one of `kinds`, or null. */
export function findBadCharacter(text: string, kinds: readonly CharacterKind[]): BadCharacter | null {
  for (const kind of kinds) {
    const match = EXPRESSIONS[kind].exec(text);
    if (match !== null) return { kind, offset: match.index, code: codePoint(match[0]) };
  }
  return null;
}

/** What is wrong with a character, as the end of a sentence. */
export function describeCharacter(bad: BadCharacter): string {
  switch (bad.kind) {
    case 'control':
      return /^U\+D[89A-F]/u.test(bad.code) ? `${bad.code}, which is half of a character` : `the control character ${bad.code}`;
    case 'bidi':
      return `${bad.code}, which reverses the direction of the text: what is shown is not what runs`;
    case 'invisible':
      return `${bad.code}, which cannot be seen`;
  }
}

export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The first character outside ASCII, described: a letter that only looks like `a` makes another id. */
export function describeForeignLetter(text: string): string | null {
  const match = /[^\0-\x7f]/u.exec(text);
  return match === null ? null : `it contains "${match[0]}" (${codePoint(match[0])}), which is not an ASCII letter`;
}

/** A word that mixes Latin letters with look-alikes from Cyrillic or Greek. */
export function mixesScripts(text: string): boolean {
  return text.split(/[^\p{L}\p{M}]+/u).some((word) => /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(word));
}
