/** Turns what a schema says about a block into findings at the places of the file. */
import type { Finding } from '../../contract/runbook.ts';
import { BLOCKS } from '../../contract/runbook.ts';
import { FrontMatter } from '../../contract/front-matter.ts';
import { Duration, Period, Size } from '../../contract/scalars.ts';
import { z } from 'zod';
import { describeForeignLetter } from './characters.ts';
import type { FieldPath } from './finding.ts';
import { errorAt, nearest } from './finding.ts';
import type { ReadBlock } from './yaml-block.ts';

type Issue = z.core.$ZodIssue;

/** Thousands of unknown keys are an attack or an accident; the first few say it. */
const MOST_TOLD = 50;

/** The value, or findings for everything that is wrong with it. */
export function validate<S extends z.ZodType>(schema: S, block: ReadBlock): { ok: true; value: z.output<S> } | { ok: false; findings: Finding[] } {
  const result = schema.safeParse(block.data);
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues.flatMap((issue) => flatten(issue, []));
  return { ok: false, findings: withoutEchoes(issues).flatMap((issue) => findingsOf(issue, block)) };
}

/** What another issue at the same place says better: a field that is missing because it is misspelt, the largest of all integers as a limit. */
function withoutEchoes(issues: readonly Issue[]): Issue[] {
  const told = (codes: readonly Issue['code'][]): Set<string> => new Set(issues.filter((issue) => codes.includes(issue.code) && !isWidest(issue)).map((issue) => issue.path.join('.')));
  const [formed, limited] = [told(['unrecognized_keys', 'invalid_format']), told(['too_big', 'too_small'])];
  return issues.filter((issue) => {
    const path = issue.path.join('.');
    return issue.code === 'custom' ? !formed.has(path) : !isWidest(issue) || !limited.has(path);
  });
}

function isWidest(issue: Issue): boolean {
  return (issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER) || (issue.code === 'too_small' && issue.minimum === Number.MIN_SAFE_INTEGER);
}

/** Issues inside a union are told for the one alternative that the author most likely meant. */
function flatten(issue: Issue, prefix: FieldPath): Issue[] {
  const path = [...prefix, ...pathOf(issue)];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const likely = [...issue.errors].sort((a, b) => penalty(a) - penalty(b))[0] ?? [];
    const told = likely.flatMap((inner) => flatten(inner, path));
    if (told.length > 0) return told;
  }
  return [{ ...issue, path }];
}

/** How unlikely an alternative of a union is: one whose own field is missing, or that knows fewer of the keys, was not meant. */
function penalty(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.path.length === 0 && issue.code === 'invalid_type') return sum + 100;
    if (issue.path.length === 0 && issue.code === 'invalid_value') return sum + 50;
    if (issue.code === 'unrecognized_keys') return sum + (issue.path.length === 0 ? 10 * issue.keys.length : 2);
    if (issue.path.length === 1 && issue.code === 'invalid_type') return sum + 5;
    return sum + 1;
  }, 0);
}

function pathOf(issue: Issue): (string | number)[] {
  return issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
}

function findingsOf(issue: Issue, block: ReadBlock): Finding[] {
  const path = pathOf(issue);
  const name = path.length === 0 ? 'the block' : path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MOST_TOLD).map((key) => unknownField([...path, key], block));
    case 'invalid_type':
      return [wrongType(path, name, issue.expected, block)];
    case 'invalid_value':
      return [wrongValue(path, name, issue.values, block)];
    case 'too_big':
    case 'too_small':
      return [errorAt(block.locate(path), 'wrong-form', `${name} ${limitWords(issue)}.`, 'Correct the value.')];
    case 'invalid_union':
      return [wrongAlternative(path, name, issue, block)];
    case 'invalid_key':
      return [wrongKey(path, issue, block)];
    default:
      return [wrongForm(path, name, issue, block)];
  }
}

function unknownField(path: FieldPath, block: ReadBlock): Finding {
  const key = String(path.at(-1));
  const foreign = describeForeignLetter(key);
  const meant = nearest(key, fieldNames().keys());
  const fix = foreign !== null ? 'Type the name again in ASCII letters.' : meant === key ? 'Remove it: the field belongs to another block or another form of this one.' : meant === null ? 'Remove it; the published schema lists the fields.' : `Did you mean ${meant}?`;
  return errorAt(block.locate(path, 'key'), 'unknown-field', `${key} is not a field here${foreign === null ? '' : `: ${foreign}`}.`, fix);
}

function missing(path: FieldPath, name: string, block: ReadBlock): Finding {
  return errorAt(block.locate(path.slice(0, -1)), 'missing-field', `${name} is missing.`, `Add ${String(path.at(-1) ?? 'the fields')}.`);
}

function wrongValue(path: FieldPath, name: string, values: readonly unknown[], block: ReadBlock): Finding {
  const value = valueAt(block.data, path);
  return value === undefined ? missing(path, name, block) : errorAt(block.locate(path), 'wrong-value', `${name} must be ${oneOf(values)}.`, guess(value, values));
}

function limitWords(issue: Extract<Issue, { code: 'too_big' | 'too_small' }>): string {
  const [word, limit] = issue.code === 'too_big' ? ['most', issue.maximum] : ['least', issue.minimum];
  if (issue.origin === 'array' || issue.origin === 'set') return `must have at ${word} ${limit} ${Number(limit) === 1 ? 'item' : 'items'}`;
  if (issue.origin === 'string') return `must have at ${word} ${limit} ${Number(limit) === 1 ? 'character' : 'characters'}`;
  return `must be at ${word} ${limit}`;
}

function wrongType(path: FieldPath, name: string, expected: string, block: ReadBlock): Finding {
  const value = valueAt(block.data, path);
  if (value === undefined) return missing(path, name, block);
  if (expected === 'string' && (value === null || typeof value !== 'object')) {
    const source = block.sourceOf(path) ?? JSON.stringify(value);
    const unit = typeof value === 'number' ? fieldNames().get(String(path.at(-1))) : undefined;
    return errorAt(block.locate(path), 'quote-it', `${name} must be text, and ${source === '' ? 'nothing' : source} is read as ${kindOf(value)}.`, unit ?? `Quote it: "${source}".`);
  }
  const shown = typeof value !== 'number' ? kindOf(value) : Number.isFinite(value) ? `the number ${value}` : 'a number beyond all bounds';
  return errorAt(block.locate(path), 'wrong-type', `${name} must be ${TYPE_WORDS[expected] ?? expected}, not ${shown}.`, 'Correct the value; the published schema says what may stand here.');
}

const TYPE_WORDS: Readonly<Record<string, string>> = { string: 'text', array: 'a list', object: 'a mapping', record: 'a mapping', number: 'a number', int: 'a whole number', boolean: 'true or false' };

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'a truth value' : 'a number';
}

const SUBJECTS = ['stdout', 'stderr', 'json', 'number', 'file', 'run'] as const;

function wrongAlternative(path: FieldPath, name: string, issue: z.core.$ZodIssueInvalidUnion, block: ReadBlock): Finding {
  const value = valueAt(block.data, path);
  if (issue.discriminator !== undefined) {
    const full = path.at(-1) === issue.discriminator ? path : [...path, issue.discriminator];
    const kind = path === full ? value : isRecord(value) ? value[issue.discriminator] : undefined;
    const at = block.locate(full);
    if (kind === undefined) return errorAt(block.locate(full.slice(0, -1)), 'missing-field', `${full.join('.')} is missing.`, `Add ${issue.discriminator}.`);
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
    return errorAt(at, 'wrong-value', `${issue.discriminator} ${JSON.stringify(kind)} does not exist${options.length > 0 ? `; there are ${options.map(String).join(', ')}` : ''}.`, guess(kind, options));
  }
  return errorAt(block.locate(path), 'wrong-form', `${name} has none of the forms that may stand here.`, 'Compare it with the published schema.');
}

function wrongKey(path: FieldPath, issue: z.core.$ZodIssueInvalidKey, block: ReadBlock): Finding {
  const key = String(path.at(-1));
  const foreign = describeForeignLetter(key);
  return errorAt(block.locate(path, 'key'), 'wrong-form', `${key}: ${foreign ?? issue.issues[0]?.message ?? 'not a name'}.`, 'Choose another name.');
}

function wrongForm(path: FieldPath, name: string, issue: Issue, block: ReadBlock): Finding {
  const value = valueAt(block.data, path);
  const foreign = issue.code === 'invalid_format' && typeof value === 'string' ? describeForeignLetter(value) : null;
  const template = typeof value === 'string' && value.includes('{{');
  const fix = template ? 'Templates do not work in ids, enums, durations, when, regexes and query: write the value.' : foreign === null ? 'Correct the value.' : 'Type it again in ASCII letters.';
  return errorAt(block.locate(path), template ? 'template-place' : 'wrong-form', `${name}: ${foreign ?? issue.message}.`, fix);
}

/** Two subjects in one assertion match no alternative; saying which field is unknown would mislead. */
export function subjectsOf(value: unknown): string[] {
  return isRecord(value) ? SUBJECTS.filter((subject) => Object.hasOwn(value, subject)) : [];
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => String(value));
  return shown.length === 1 ? (shown[0] ?? '') : `one of ${shown.join(', ')}`;
}

function guess(value: unknown, values: readonly unknown[]): string {
  const meant = typeof value === 'string' ? nearest(value, values.map(String)) : null;
  if (meant !== null && meant !== value) return `Did you mean ${meant}?`;
  if (values.length > 1) return 'Choose one of them.';
  return `Write ${String(values[0])}${meant === value && meant !== null ? ', without quotes' : ''}.`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(data: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return value[Number(part)];
    return isRecord(value) && Object.hasOwn(value, String(part)) ? value[String(part)] : undefined;
  }, data);
}

type FieldNames = ReadonlyMap<string, string | null>;
let known: FieldNames | undefined;

/** Every field name of the format, for "did you mean"; those of durations and sizes with how such a value is written. */
function fieldNames(): FieldNames {
  if (known !== undefined) return known;
  const names = new Map<string, string | null>();
  for (const schema of [FrontMatter, ...Object.values(BLOCKS)]) collectNames(z.toJSONSchema(schema, { io: 'input' }), names);
  known = names;
  return names;
}

function collectNames(schema: unknown, names: Map<string, string | null>): void {
  if (Array.isArray(schema)) schema.forEach((item) => { collectNames(item, names); });
  if (!isRecord(schema)) return;
  if (isRecord(schema['properties'])) for (const [name, value] of Object.entries(schema['properties'])) names.set(name, unitOf(value) ?? names.get(name) ?? null);
  Object.values(schema).forEach((item) => { collectNames(item, names); });
}

const UNITS: ReadonlyMap<unknown, string> = new Map([
  ...[Duration, Period].map((schema) => [z.toJSONSchema(schema).pattern, 'Write it with its unit: 90s, 15m, 4h or 30d.'] as const),
  [z.toJSONSchema(Size).pattern, 'Write it with its unit: 500B, 200MiB or 1GB.'],
]);

function unitOf(schema: unknown): string | null {
  return isRecord(schema) ? (UNITS.get(schema['pattern']) ?? null) : null;
}
