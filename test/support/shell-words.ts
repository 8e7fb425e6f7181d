/** A command line as a document prints it for a shell, taken apart into the words of each program of its pipe. */

/** Quotes are removed, `\` joins lines, `$(…)` and everything in it stays in its word, `# …` ends a line. Nothing is expanded. */
export function shellWords(text: string): string[][] {
  const stages: string[][] = [[]];
  let word: string | null = null;
  const end = (): void => {
    if (word !== null) stages.at(-1)?.push(word);
    word = null;
  };
  for (let at = 0; at < text.length; ) {
    const here = text[at] ?? '';
    if (text.startsWith('\\\n', at)) { at += 2; continue; }
    if (here === '#' && word === null) { at = endOfLine(text, at); continue; }
    if (/\s/u.test(here)) { end(); at += 1; continue; }
    if (here === '|') { end(); stages.push([]); at += 1; continue; }
    const [piece, next] = pieceAt(text, at);
    word = (word ?? '') + piece;
    at = next;
  }
  end();
  return stages;
}

function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found;
}

/** What stands at a place of a word, without its quotes, and where the next piece begins. */
function pieceAt(text: string, at: number): [string, number] {
  const here = text[at] ?? '';
  if (text.startsWith('$(', at)) return substitutionAt(text, at);
  if (here === '\\') return [text[at + 1] ?? '', at + 2];
  if (here === "'") {
    const close = text.indexOf("'", at + 1);
    return [text.slice(at + 1, close), close + 1];
  }
  return here === '"' ? doubleQuoted(text, at + 1) : [here, at + 1];
}

function doubleQuoted(text: string, from: number): [string, number] {
  let inside = '';
  let at = from;
  while (text[at] !== '"') {
    if (at >= text.length) throw new Error(`a quote is open: ${text}`);
    const escaped = text[at] === '\\' && /["\\$`]/u.test(text[at + 1] ?? '');
    const [piece, next]: [string, number] = text.startsWith('$(', at) ? substitutionAt(text, at) : escaped ? [text[at + 1] ?? '', at + 2] : [text[at] ?? '', at + 1];
    inside += piece;
    at = next;
  }
  return [inside, at + 1];
}

/** From `$(` to the bracket that closes it, quotes and brackets inside included. */
function substitutionAt(text: string, at: number): [string, number] {
  let depth = 0;
  let quote: string | null = null;
  for (let end = at + 1; end < text.length; end += 1) {
    const here = text[end] ?? '';
    if (quote !== null) quote = here === quote ? null : quote;
    else if (here === "'" || here === '"') quote = here;
    else if (here === '(') depth += 1;
    else if (here === ')' && (depth -= 1) === 0) return [text.slice(at, end + 1), end + 1];
  }
  throw new Error(`a substitution is open: ${text}`);
}
