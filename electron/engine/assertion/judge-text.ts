/** Judges a tool's output as a text, as a number, as JSON. */
import semver from 'semver';
import type { CapturedText } from '../tool/tool.ts';
import type { JsonAssertion, NumberRule, TextRule } from './describe.ts';
import { quoted } from './describe.ts';
import { pointTo } from './json-pointer.ts';
import { matchPattern } from './match-pattern.ts';
import { strictNumber } from './strict-number.ts';
import { fails, holds } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const MEBIBYTE = 1024 * 1024;

/** Every part of the test must hold; the first that does not is told. */
export async function judgeText(test: TextRule, output: CapturedText): Promise<Verdict> {
  if (output.truncated) return tooLarge(output);
  const text = dropLastNewline(output.text);
  const shown = quoted(text);
  if (test.equals !== undefined && text !== dropLastNewline(test.equals)) return fails(shown);
  if (test.contains !== undefined && !output.text.includes(test.contains)) return fails(shown);
  if (test.matches !== undefined) {
    const verdict = await judgePattern(test.matches, output.text, true);
    if (!verdict.ok) return verdict;
  }
  if (test.not_matches !== undefined) {
    const verdict = await judgePattern(test.not_matches, output.text, false);
    if (!verdict.ok) return verdict;
  }
  return test.version === undefined ? holds(shown) : judgeVersion(test.version, text);
}

export function judgeNumber(test: NumberRule, output: CapturedText): Verdict {
  if (output.truncated) return tooLarge(output);
  const value = strictNumber(output.text);
  if (value === null) return fails(`${quoted(dropLastNewline(output.text))}, which is not one number`);
  return { ok: inRange(test, value), actual: String(value) };
}

export async function judgeJson(assertion: JsonAssertion, output: CapturedText): Promise<Verdict> {
  if (output.truncated) return tooLarge(output);
  const document = parseJson(output.text);
  if (document === null) return fails(`the output is not JSON: ${quoted(dropLastNewline(output.text))}`);
  const pointed = pointTo(document.value, assertion.json);
  if (assertion.exists === false) return pointed.found ? fails(JSON.stringify(pointed.value)) : holds('it is not there');
  if (!pointed.found) return fails('it is not there');
  return judgeValue(assertion, pointed.value);
}

async function judgeValue(assertion: JsonAssertion, value: unknown): Promise<Verdict> {
  const shown = JSON.stringify(value);
  if (assertion.equals !== undefined && value !== assertion.equals) {
    const sameText = String(value) === String(assertion.equals);
    return fails(sameText ? `${shown}, which is a ${kindOf(value)} and not a ${kindOf(assertion.equals)}` : shown);
  }
  if (assertion.min !== undefined || assertion.max !== undefined) {
    if (typeof value !== 'number') return fails(`${shown}, which is a ${kindOf(value)} and not a number`);
    const { min, max } = assertion;
    if (!inRange({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }, value)) return fails(shown);
  }
  if (assertion.matches === undefined) return holds(shown);
  if (typeof value === 'object') return fails(`${shown}, which is no text`);
  return judgePattern(assertion.matches, typeof value === 'string' ? value : JSON.stringify(value), true);
}

async function judgePattern(pattern: string, text: string, wanted: boolean): Promise<Verdict> {
  const result = await matchPattern(pattern, text);
  switch (result.kind) {
    case 'match': return { ok: wanted, actual: wanted ? quoted(result.groups[0] ?? '') : `it matches: ${quoted(result.groups[0] ?? '')}` };
    case 'none': return { ok: !wanted, actual: quoted(dropLastNewline(text)) };
    case 'timeout': return fails(`the pattern /${pattern}/ took longer than one second and was given up; make it simpler`);
    case 'invalid': return fails(`/${pattern}/ could not be used: ${result.message}`);
  }
}

/** The first version in the text counts: `pg_restore (PostgreSQL) 15.8 (Debian …)` is 15.8.0. */
export function judgeVersion(range: string, text: string): Verdict {
  if (semver.validRange(range) === null) return fails(`${quoted(range)} is not a version range`);
  const dotted = /\d+\.\d+(?:\.\d+)?/u.exec(text)?.[0];
  const version = semver.coerce(dotted ?? text);
  if (version === null) return fails(`no version in ${quoted(text)}`);
  return { ok: semver.satisfies(version, range), actual: version.version };
}

export function parseJson(text: string): { value: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return null;
  }
}

/** One, as most tools end their output with it; the others are content. */
export function dropLastNewline(text: string): string {
  return text.replace(/\r?\n$/u, '');
}

export function tooLarge(output: CapturedText): Verdict {
  return fails(`too large: more than ${Math.floor(output.text.length / MEBIBYTE)} MiB of output`);
}

function inRange(test: NumberRule, value: number): boolean {
  return (test.equals === undefined || value === test.equals) && (test.min === undefined || value >= test.min) && (test.max === undefined || value <= test.max);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string': return 'text';
    case 'object': return 'mapping';
    default: return typeof value;
  }
}
