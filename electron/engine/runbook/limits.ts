/** What is refused before any parser sees it: a runbook is a short text, and an attack on a parser is not. */
import type { Finding } from '../../contract/runbook.ts';
import { Lexer } from 'yaml';
import { describeCharacter, findBadCharacter } from './characters.ts';
import { errorAt } from './finding.ts';

export const LIMITS = {
  fileBytes: 256 * 1024,
  blockBytes: 32 * 1024,
  scalarBytes: 16 * 1024,
  steps: 500,
  depth: 32,
  /** Markdown parsers take quadratic time over one long paragraph in a quote; no document needs more than these. */
  lines: 20_000,
  paragraphLines: 2_000,
} as const;

const FENCE_OF_STEP = /^ {0,3}(?:`{3,}|~{3,})[ \t]*yaml[ \t]+step\b/gmu;
/** Block quotes and list items opened on one line, or a list item indented beyond any nesting that is read. */
const CONTAINERS = /^[ \t]*(?:>[ \t]*|(?:[-+*]|\d{1,9}[.)])[ \t]+){33}|^ {100,}(?:[-+*]|\d{1,9}[.)]) /mu;

export type DecodedText = { text: string } | { finding: Finding };

const AT_START = { line: 1, column: 1 };

/** The text of a runbook's bytes, when size, encoding and characters are what the format allows. */
export function decodeRunbook(bytes: Uint8Array): DecodedText {
  if (bytes.length > LIMITS.fileBytes) {
    return { finding: errorAt(AT_START, 'limit-file', `The file has ${bytes.length} bytes; a runbook has at most ${LIMITS.fileBytes}.`, 'Split it into several runbooks and use steps of kind call.') };
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { finding: errorAt(AT_START, 'encoding', 'The file begins with a byte order mark.', 'Save it as UTF-8 without a byte order mark.') };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { finding: errorAt(AT_START, 'encoding', 'The file is not valid UTF-8.', 'Save it as UTF-8.') };
  }
  const finding = checkText(text);
  return finding === null ? { text } : { finding };
}

function checkText(text: string): Finding | null {
  const carriageReturn = text.indexOf('\r');
  if (carriageReturn >= 0) {
    return errorAt(spotOf(text, carriageReturn), 'line-ends', 'The lines end with CR LF.', 'Save the file with LF line ends (in Git: *.runbook.md text eol=lf).');
  }
  const bad = findBadCharacter(text, ['control', 'bidi']);
  if (bad !== null) return errorAt(spotOf(text, bad.offset), bad.kind === 'bidi' ? 'bidi' : 'control-character', `The file contains ${describeCharacter(bad)}.`, 'Delete the character.');
  const steps = [...text.matchAll(FENCE_OF_STEP)];
  const excess = steps[LIMITS.steps];
  if (excess !== undefined) return errorAt(spotOf(text, excess.index), 'limit-steps', `The file has ${steps.length} steps; a runbook has at most ${LIMITS.steps}.`, 'Split it into several runbooks and use steps of kind call.');
  const long = findLongText(text);
  if (long !== null) return long;
  const nested = CONTAINERS.exec(text);
  return nested === null ? null : errorAt(spotOf(text, nested.index), 'limit-depth', `A line opens more than ${LIMITS.depth} lists or quotes.`, 'Flatten it.');
}

function findLongText(text: string): Finding | null {
  const lines = text.split('\n');
  if (lines.length > LIMITS.lines) return errorAt(AT_START, 'limit-lines', `The file has ${lines.length} lines; a runbook has at most ${LIMITS.lines}.`, 'Split it into several runbooks.');
  let length = 0;
  for (const [index, line] of lines.entries()) {
    length = line.trim() === '' ? 0 : length + 1;
    if (length > LIMITS.paragraphLines) return errorAt({ line: index + 1, column: 1 }, 'limit-lines', `More than ${LIMITS.paragraphLines} lines follow each other without an empty one.`, 'Divide the text, or move it into a file beside the runbook.');
  }
  return null;
}

export function spotOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** What keeps a block from being parsed at all: its offset and the rule that it breaks. */
export interface BlockFault {
  rule: string;
  offset: number;
  message: string;
  fix: string;
}

/** Judges the size, the nesting and the longest scalar of a block by its tokens alone, in one pass without recursion. */
export function checkBlockLimits(text: string): BlockFault | null {
  const size = Buffer.byteLength(text);
  if (size > LIMITS.blockBytes) return { rule: 'limit-block', offset: 0, message: `The block has ${size} bytes; a block has at most ${LIMITS.blockBytes}.`, fix: 'Split it, or move long texts into files beside the runbook.' };
  const compact = /^[ \t]*(?:[-?:][ \t]+){33}/mu.exec(text);
  if (compact !== null) return depthFault(compact.index);
  // Most blocks are too small to break either limit, whatever their tokens are.
  const opened = text.match(/[[{]/gu)?.length ?? 0;
  return opened <= LIMITS.depth && size <= LIMITS.scalarBytes ? null : scanTokens(text);
}

function scanTokens(text: string): BlockFault | null {
  let offset = 0;
  let open = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') open += 1;
    else if (token === ']' || token === '}') open -= 1;
    if (open > LIMITS.depth) return depthFault(offset);
    if (token.length > LIMITS.scalarBytes / 3 && Buffer.byteLength(token) > LIMITS.scalarBytes) {
      return { rule: 'limit-scalar', offset, message: `A value has ${Buffer.byteLength(token)} bytes; a value has at most ${LIMITS.scalarBytes}.`, fix: 'Move it into a file beside the runbook.' };
    }
    // The lexer's three marks (document, flow end, scalar) take no room in the text.
    if (token !== '\u0002' && token !== '\u0018' && token !== '\u001f') offset += token.length;
  }
  return null;
}

export function depthFault(offset: number): BlockFault {
  return { rule: 'limit-depth', offset, message: `The block is nested more than ${LIMITS.depth} levels deep.`, fix: 'Flatten it.' };
}
