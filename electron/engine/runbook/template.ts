/**
 * `{{name}}` in a runbook's text: one pass, a value is never expanded again and never splits an element.
 *
 * `{{{{` is a literal `{{`. Names are those of params, captures and decisions, the built-ins, `scratch.X.Y`, and in argv
 * and env `secret_file:NAME`.
 */
import { EngineError } from '../../contract/errors.ts';

export const BUILT_INS = ['runbook_dir', 'run_dir', 'data_dir', 'blackstart'] as const;

const NAME = /^(?:[a-z][a-z0-9_]{0,63}|scratch\.[a-z][a-z0-9_]{0,63}\.[a-z]{1,16}|secret_file:[a-z][a-z0-9_]{0,63})$/u;
const SECRET_FILE = 'secret_file:';

/** What a scratch resource of each kind offers as `{{scratch.NAME.FIELD}}`. */
export const SCRATCH_FIELDS = { postgres: ['host', 'port', 'user', 'database'], directory: ['path'] } as const;

/** Where a filled text goes; it decides what may be in it. */
export type TemplatePlace = 'argv' | 'env' | 'cwd' | 'stdin' | 'path' | 'url' | 'expected' | 'text';

export type TemplatePart = { literal: string } | { name: string };
/** `offset` counts UTF-16 units from the start of the text. */
export interface TemplateFault {
  offset: number;
  message: string;
}
export type ParsedTemplate = { ok: true; parts: TemplatePart[] } | { ok: false; fault: TemplateFault };

export interface FillOptions {
  in: TemplatePlace;
  /** Names whose values come from a tool's output: such a value may not turn an element of argv into an option. */
  captures?: ReadonlySet<string>;
}

/** The name of the secret in `secret_file:NAME`, or null. */
export function secretOfTemplateName(name: string): string | null {
  return name.startsWith(SECRET_FILE) ? name.slice(SECRET_FILE.length) : null;
}

const SECRET_FILE_TEMPLATE = /(\{\{secret_file:[a-z][a-z0-9_]{0,63}\}\})/u;

/** Names of the secrets whose files a text asks for, whatever else is in it. */
export function secretFilesIn(text: string): string[] {
  return text.split(SECRET_FILE_TEMPLATE).flatMap((part, index) => (index % 2 === 1 ? [part.slice(`{{${SECRET_FILE}`.length, -2)] : []));
}

/**
 * Fills a text around each `{{secret_file:NAME}}`, which whoever starts the program puts in.
 * @throws EngineError `refused` when a value would be taken for one
 */
export function fillAroundSecretFiles(written: string, fill: (text: string) => string): string {
  const parts = written.split(SECRET_FILE_TEMPLATE).map((part, index) => (index % 2 === 1 ? part : fill(part)));
  if (parts.some((part, index) => index % 2 === 0 && SECRET_FILE_TEMPLATE.test(part))) throw new EngineError('refused', `A value in "${written}" reads as the file of a secret.`, { hint: 'Values are never filled again; give another one.' });
  return parts.join('');
}

/** Splits a text into literals and names; the fault is the first `{{` that is neither a name nor doubled. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    if (open < 0) break;
    if (open > at) parts.push({ literal: text.slice(at, open) });
    if (text.startsWith('{{{{', open)) {
      parts.push({ literal: '{{' });
      at = open + 4;
      continue;
    }
    const close = text.indexOf('}}', open);
    const name = close < 0 ? '' : text.slice(open + 2, close);
    if (!NAME.test(name)) return { ok: false, fault: { offset: open, message: faultMessage(text, open, close) } };
    parts.push({ name });
    at = close + 2;
  }
  if (at < text.length) parts.push({ literal: text.slice(at) });
  return { ok: true, parts };
}

function faultMessage(text: string, open: number, close: number): string {
  const shown = close < 0 ? text.slice(open, open + 20) : text.slice(open, close + 2);
  return `"${shown}" is not a template: it reads {{name}}, without spaces`;
}

/** The distinct names that a text asks for; none when it is not a valid template. */
export function templateNames(text: string): string[] {
  const parsed = parseTemplate(text);
  if (!parsed.ok) return [];
  return [...new Set(parsed.parts.flatMap((part) => ('name' in part ? [part.name] : [])))];
}

/**
 * The text with every name replaced by its value.
 * @param values by name; `secret_file:NAME` and `scratch.X.Y` are names like any other
 * @throws EngineError `refused` when a name has no value, or the result cannot go where it should
 */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>, options: FillOptions): string {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new EngineError('refused', `${parsed.fault.message}.`, { hint: 'Write a literal {{ as {{{{.' });
  const filled = parsed.parts.map((part, index) => ('literal' in part ? part.literal : valueOf(part.name, index === 0, values, options))).join('');
  if (options.in !== 'text' && options.in !== 'stdin' && options.in !== 'expected' && filled.includes('\0')) {
    throw new EngineError('refused', `A NUL character cannot be part of ${WORDING[options.in]}.`, { hint: `It came into "${text}" with a value.` });
  }
  return filled;
}

const WORDING: Readonly<Record<TemplatePlace, string>> = {
  argv: 'an argument', env: 'an environment variable', cwd: 'a folder', stdin: 'the standard input', path: 'a path', url: 'an address', expected: 'an expected value', text: 'a text',
};

function valueOf(name: string, first: boolean, values: Readonly<Record<string, string>>, options: FillOptions): string {
  if (secretOfTemplateName(name) !== null && options.in !== 'argv' && options.in !== 'env') {
    throw new EngineError('refused', `{{${name}}} cannot be part of ${WORDING[options.in]}.`, { hint: 'The file of a secret goes to a tool, as an argument or in its environment.' });
  }
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new EngineError('refused', `{{${name}}} has no value yet.`, { hint: 'The step that supplies it was not run, or the parameter was not given.' });
  if (options.in === 'argv' && first && value.startsWith('-') && options.captures?.has(name) === true && !/^-\d+(?:\.\d+)?$/u.test(value)) {
    throw new EngineError('refused', `The captured {{${name}}} begins with "-", so the tool would read it as an option.`, { hint: 'Look at the output of the step that captured it.' });
  }
  return value;
}
