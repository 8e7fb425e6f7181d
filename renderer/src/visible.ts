/** Text from outside, made plain: characters that hide, reorder or imitate others are written out. */

// C0 except tab and newline, DEL, C1, zero-width, bidi controls, line separators, tags, soft hyphen, BOM, fillers
const HIDDEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/** `‹U+202E›` in place of each character that cannot be seen. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (hidden) => `‹U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`);
}

// CSI, OSC, DCS/SOS/PM/APC strings, two-character escapes; eight-bit forms too
// eslint cannot know that control characters are the subject here, so they are built from code points
const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
const ST = `(?:${ESC}\\\\|\\u009C|${BEL})`;
const SEQUENCES = new RegExp(
  `(?:${ESC}\\[|\\u009B)[0-?]*[ -/]*[@-~]|(?:${ESC}[\\]PX^_]|[\\u009D\\u0090\\u0098\\u009E\\u009F])[\\s\\S]*?(?:${ST}|$)|${ESC}[ -/]*[0-~]`,
  'gu',
);

/** Terminal output as plain lines: escape sequences gone, carriage returns as new lines, the rest visible. */
export function plainOutput(output: string): string {
  return visible(output.replace(SEQUENCES, '').replace(/\r+\n/gu, '\n').replace(/\r/gu, '\n'));
}
