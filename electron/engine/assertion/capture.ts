/** Takes a value out of a tool's output, for conditions, texts and later steps. */
import type { Capture } from '../../contract/step.ts';
import { containsMask } from '../tool/create-redactor.ts';
import type { CapturedText } from '../tool/tool.ts';
import { dropLastNewline, parseJson } from './judge-text.ts';
import { pointTo } from './json-pointer.ts';
import { matchPattern } from './match-pattern.ts';
import { strictInteger, strictNumber } from './strict-number.ts';

/** `text` is the value in one writing: integers and numbers in decimal, times in UTC as RFC 3339 with milliseconds. */
export interface Captured {
  value: string | number | boolean;
  text: string;
  /** False when a secret was masked in it: it is not what the tool said, and may not be used in an argv. */
  usableInArgv: boolean;
}

export type CaptureResult = Captured | { problem: string };
export type CaptureType = Capture['type'];

/** A problem is a value: the step fails with it in words. */
export async function capture(output: CapturedText, spec: Capture): Promise<CaptureResult> {
  if (output.truncated) return { problem: 'The output is too large to take a value from.' };
  const source = await sourceOf(output.text, spec);
  return typeof source === 'string' ? captureText(source, spec.type) : source;
}

/** Reads a text as a value of a type. Also for the answer of a query. */
export function captureText(text: string, type: CaptureType): CaptureResult {
  const value = valueOf(text, type);
  if (value === null) return { problem: `${JSON.stringify(shorten(text))} is not ${NOUNS[type]}.` };
  return { value, text: String(value), usableInArgv: !containsMask(text) };
}

const NOUNS: Readonly<Record<CaptureType, string>> = {
  string: 'a text',
  int: 'an integer',
  number: 'a number',
  bool: 'true or false',
  datetime: 'a time with a time zone, such as 2026-04-25T14:30:00Z or 2026-04-25 14:30:00+00',
};

async function sourceOf(text: string, spec: Capture): Promise<string | { problem: string }> {
  if (spec.json !== undefined) return fromJson(text, spec.json);
  if (spec.regex !== undefined) return fromPattern(text, spec.regex);
  return dropLastNewline(text);
}

function fromJson(text: string, pointer: string): string | { problem: string } {
  const document = parseJson(text);
  if (document === null) return { problem: `The output is not JSON: ${JSON.stringify(shorten(text))}.` };
  const pointed = pointTo(document.value, pointer);
  if (!pointed.found) return { problem: `There is no ${pointer} in the JSON output.` };
  return typeof pointed.value === 'string' ? pointed.value : JSON.stringify(pointed.value);
}

/** The first group counts, or the whole match where there is none. */
async function fromPattern(text: string, pattern: string): Promise<string | { problem: string }> {
  const result = await matchPattern(pattern, text);
  switch (result.kind) {
    case 'match': {
      const found = result.groups.length > 1 ? result.groups[1] : result.groups[0];
      return found ?? { problem: `/${pattern}/ matches, but its group is empty.` };
    }
    case 'none': return { problem: `Nothing in the output matches /${pattern}/.` };
    case 'timeout': return { problem: `The pattern /${pattern}/ took longer than one second and was given up.` };
    case 'invalid': return { problem: `/${pattern}/ could not be used: ${result.message}.` };
  }
}

function valueOf(text: string, type: CaptureType): string | number | boolean | null {
  switch (type) {
    case 'string': return text;
    case 'int': return strictInteger(text);
    case 'number': return strictNumber(text);
    case 'bool': return BOOLEANS.get(text.trim().toLowerCase()) ?? null;
    case 'datetime': return instantOf(text.trim());
  }
}

/** `t` and `f` are how PostgreSQL prints them. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([['true', true], ['t', true], ['false', false], ['f', false]]);
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?) ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)$/iu;

/** RFC 3339 or as PostgreSQL prints it; without a time zone it is no instant, and a guess would falsify the RPO. */
function instantOf(text: string): string | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, day = '', time = '', zone = ''] = match;
  const offset = /^(?:z|utc)$/iu.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const instant = new Date(`${day}T${time.slice(0, 12)}${offset}`);
  if (Number.isNaN(instant.getTime())) return null;
  // Date rolls 30 February over into March; the day in its own zone must be the one that was written.
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? instant.toISOString() : null;
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
