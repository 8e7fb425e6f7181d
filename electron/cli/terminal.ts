/** What a command may say, and where: answers on stdout, everything else on stderr. */
import type { ErrorEnvelope } from '../contract/errors.ts';

/** The streams and surroundings of one command; tests hand in their own. */
export interface Surroundings {
  argv: readonly string[]; // without node and script
  env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths of the caller are relative to. */
  cwd: string;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

export type Colour = 'green' | 'red' | 'amber' | 'blue' | 'dim' | 'bold';
const CODES: Readonly<Record<Colour, string>> = { green: '32', red: '31', amber: '33', blue: '34', dim: '2', bold: '1' };

export interface Terminal {
  readonly json: boolean;
  /** True when a person can be asked: stdin and stderr are terminals. */
  readonly interactive: boolean;
  /** The one JSON document of a `--json` command. */
  document(value: unknown): void;
  /** A line of the answer for people; silent with `--json`. */
  line(text?: string): void;
  /** Progress and set-up text, always on stderr. */
  progress(text: string): void;
  paint(colour: Colour, text: string): string;
  error(envelope: ErrorEnvelope): void;
}

export function createTerminal(around: Surroundings, json: boolean): Terminal {
  const colourful = around.stdout.isTTY && around.env['NO_COLOR'] === undefined;
  const paint = (colour: Colour, text: string): string => (colourful ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
  return {
    json,
    interactive: around.stdin.isTTY && around.stderr.isTTY,
    document: (value) => void around.stdout.write(`${JSON.stringify(value)}\n`),
    line: (text = '') => {
      if (!json) around.stdout.write(`${text}\n`);
    },
    progress: (text) => void around.stderr.write(`${text}\n`),
    paint,
    error: (envelope) => void around.stderr.write(json ? `${JSON.stringify({ error: envelope })}\n` : errorText(envelope)),
  };
}

/** `file:line:column: message`, then the hint on a line of its own. */
export function errorText({ message, hint, at }: ErrorEnvelope): string {
  const place = [at?.file, at?.line, at?.column].filter((part) => part !== undefined).join(':');
  return `blackstart: ${place === '' ? '' : `${place}: `}${message}\n${hint === undefined ? '' : `  ${hint}\n`}`;
}
