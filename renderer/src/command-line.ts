/** A program's arguments as a person reads them: quoted only where needed, secrets and parameters set apart, broken over lines. */
import { visible } from './visible.ts';

export interface Piece {
  kind: 'text' | 'secret' | 'param';
  text: string;
}

const PLAIN = /^[\p{L}\p{N}_@%+=:,./{}‹›-]+$/u;
const PLATES = /(‹secret [^›]*›|\{\{\s*secret_file:[^}]*\}\}|\{\{[^{}]*\}\})/u;
/** What fits beside the lists at 1280 pixels. */
const WIDTH = 74;

function pieceOf(part: string): Piece {
  if (part.startsWith('‹secret ')) return { kind: 'secret', text: part.slice(8, -1).replace(/^[^,]*, /u, 'secret, ') };
  const template = /^\{\{\s*(.*?)\s*\}\}$/u.exec(part)?.[1];
  if (template === undefined) return { kind: 'text', text: visible(part) };
  if (template.startsWith('secret_file:')) return { kind: 'secret', text: `file of ${visible(template.slice(12))}` };
  return { kind: 'param', text: visible(template) };
}

/** One argument: its plates, and single quotes around it where a shell would need them. */
export function argumentPieces(argument: string): Piece[] {
  const parts = argument.split(PLATES).filter((part) => part !== '');
  const literal = parts.filter((part) => !PLATES.test(part)).join('');
  const pieces = parts.map(pieceOf);
  if (argument === '') return [{ kind: 'text', text: "''" }];
  if (literal === '' || PLAIN.test(literal)) return pieces;
  const quoted = pieces.map((piece): Piece => (piece.kind === 'text' ? { ...piece, text: piece.text.replaceAll("'", "'\\''") } : piece));
  return [{ kind: 'text', text: "'" }, ...quoted, { kind: 'text', text: "'" }];
}

function length(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.text.length + (piece.kind === 'text' ? 0 : 2), 0);
}

/** Lines of pieces; every line but the last ends in a backslash, continued ones are indented. */
export function commandLines(argv: readonly string[]): Piece[][] {
  const lines: Piece[][] = [[]];
  let used = 0;
  for (const argument of argv) {
    const pieces = argumentPieces(argument);
    const wide = length(pieces);
    const line = lines.at(-1);
    if (line === undefined) continue;
    if (used > 0 && used + 1 + wide > WIDTH) {
      line.push({ kind: 'text', text: ' \\' });
      lines.push([{ kind: 'text', text: '    ' }, ...pieces]);
      used = 4 + wide;
    } else {
      if (used > 0) line.push({ kind: 'text', text: ' ' });
      line.push(...pieces);
      used += wide + (used > 0 ? 1 : 0);
    }
  }
  return lines;
}

/** As a shell takes it; what stands for a secret is left for a person to replace. */
function shellWord(argument: string): string {
  const literal = argument.split(PLATES).filter((part) => !PLATES.test(part)).join('');
  if (argument === '') return "''";
  return literal === '' || PLAIN.test(literal) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** The program as it is typed at a prompt on another machine: its environment first, broken between words where it is long. */
export function shellText(commands: readonly (readonly string[])[], env: Readonly<Record<string, string>>): string {
  const given = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)}`);
  return commands.map((argv, stage) => wrapped([...(stage === 0 ? given : []), ...argv.map(shellWord)])).join(' |\n');
}

function wrapped(words: readonly string[]): string {
  return words.reduce((text, word) => {
    const line = text.slice(text.lastIndexOf('\n') + 1);
    if (text === '') return word;
    return line.length + 1 + word.length > WIDTH ? `${text} \\\n    ${word}` : `${text} ${word}`;
  }, '');
}
