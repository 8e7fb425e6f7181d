/** Templates, regexes, pointers and conditions: every text of a block that is a small language of its own. */
import type { Finding } from '../../../contract/runbook.ts';
import { MESSAGE_NAMES } from '../../../contract/run/messages.ts';
import type { Draft, Locate } from '../draft.ts';
import type { ValueTypes } from '../expression.ts';
import { checkWhen, valueTypes } from '../expression.ts';
import type { FieldPath } from '../finding.ts';
import { errorAt, nearest } from '../finding.ts';
import { BUILT_INS, SCRATCH_FIELDS, parseTemplate, secretOfTemplateName } from '../template.ts';
import { isRecord } from '../validate.ts';

/** Fields in which `{{` has no meaning; ids, enums and durations are refused by their own form. */
const NO_TEMPLATES: ReadonlySet<string> = new Set(['when', 'regex', 'matches', 'not_matches', 'pattern', 'version_match', 'query', 'json', 'schedule', 'layout', 'prefix']);
const REGEXES: ReadonlySet<string> = new Set(['regex', 'matches', 'not_matches', 'pattern', 'version_match']);
const ARGV: ReadonlySet<string> = new Set(['run', 'pipe', 'stop', 'version_run']);

interface Text {
  text: string;
  path: FieldPath;
  locate: Locate;
  /** Names besides those of the whole runbook. */
  extra: readonly string[];
}

/** Every string of every block that is a template, a regex or a pointer, with its place. */
function textsOf(draft: Draft): Text[] {
  const { runbook } = draft;
  const found: Text[] = [];
  const trail: (string | number)[] = [];
  const enter = (key: string | number, value: unknown, locate: Locate, extra: readonly string[]): void => {
    trail.push(key);
    walk(value, locate, extra);
    trail.pop();
  };
  const walk = (value: unknown, locate: Locate, extra: readonly string[]): void => {
    if (typeof value === 'string') {
      const key = String(trail.at(-1));
      if (value.includes('{{') || key === 'json' || REGEXES.has(key)) found.push({ text: value, path: [...trail], locate, extra });
    } else if (Array.isArray(value)) value.forEach((item, index) => { enter(index, item, locate, extra); });
    else if (isRecord(value)) for (const key of Object.keys(value)) enter(key, value[key], locate, extra);
  };
  for (const [{ block }, locate] of draft.steps) walk(block, locate, block.kind === 'notify' ? MESSAGE_NAMES : []);
  for (const [{ block }, locate] of draft.checks) walk(block, locate, []);
  runbook.audiences.forEach((block, index) => { walk(block, draft.audiences[index] ?? draft.front, MESSAGE_NAMES); });
  runbook.injects.forEach((block, index) => { walk(block, draft.injects[index] ?? draft.front, []); });
  runbook.symptoms.forEach((row, index) => { walk(row, draft.symptoms[index] ?? draft.front, []); });
  return found;
}

interface Names {
  values: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
  broken: ReadonlySet<string>;
}

function namesOf(draft: Draft): Names {
  const { front } = draft.runbook;
  const scratch = Object.entries(front.scratch ?? {}).flatMap(([name, { kind }]) => SCRATCH_FIELDS[kind].map((field) => `scratch.${name}.${field}`));
  const captured = draft.runbook.checks.flatMap(({ block }) => (block.kind === 'backup' ? (block.assert ?? []) : []).flatMap((item) => (item.capture === undefined ? [] : [item.capture.name])));
  const inSteps = draft.runbook.steps.flatMap(({ block }) => (block.kind === 'check' && typeof block.check !== 'string' && block.check.kind === 'backup' ? (block.check.assert ?? []) : []).flatMap((item) => (item.capture === undefined ? [] : [item.capture.name])));
  return { values: new Set([...valueTypes(draft.runbook).keys(), ...BUILT_INS, ...scratch, ...captured, ...inSteps]), secrets: new Set(Object.keys(front.secrets ?? {})), broken: draft.broken };
}

/** Templates, regexes and pointers of the blocks, in one walk. */
export function goodTexts(draft: Draft): Finding[] {
  const names = namesOf(draft);
  return textsOf(draft).flatMap((text) => [...judgeTemplate(text, names), ...judgePattern(text)]);
}

/** The template of a message in a file of its own; what is wrong in it is told where the runbook names it. */
export function messageFindings(draft: Draft, text: string, locate: Locate): Finding[] {
  return judgeTemplate({ text, path: ['template_file'], locate, extra: MESSAGE_NAMES }, namesOf(draft));
}

/** Values of the front matter may use the built-ins; what a mode replaces may also use scratch; sources of secrets any parameter. */
export function frontTemplates(draft: Draft): Finding[] {
  const { front } = draft.runbook;
  const names = namesOf(draft);
  const fixed = new Set<string>(BUILT_INS);
  const replaced = new Set([...names.values].filter((name) => fixed.has(name) || name.startsWith('scratch.')));
  const params = Object.entries(front.params ?? {}).flatMap(([name, param]) =>
    Object.entries(param).flatMap(([key, value]) => {
      const values = key === 'rehearsal' || key === 'tabletop' ? replaced : fixed;
      return typeof value === 'string' ? judgeTemplate({ text: value, path: ['params', name, key], locate: draft.front, extra: [] }, { ...names, values }) : [];
    }),
  );
  const sources = Object.entries(front.secrets ?? {}).flatMap(([name, secret]) =>
    secret.sources.flatMap((source, index) => (typeof source === 'object' && 'file' in source ? judgeTemplate({ text: source.file, path: ['secrets', name, 'sources', index, 'file'], locate: draft.front, extra: [] }, names) : [])),
  );
  return [...params, ...sources];
}

function judgeTemplate({ text, path, locate, extra }: Text, names: Names): Finding[] {
  if (!text.includes('{{')) return [];
  const field = path.findLast((part) => typeof part === 'string') ?? '';
  const at = locate(path);
  if (NO_TEMPLATES.has(String(field))) return [errorAt(at, 'template-place', `Templates do not work in ${field}.`, 'Write the value; templates work in argv, env, cwd, stdin.text, paths, URLs, expected values and texts.')];
  const parsed = parseTemplate(text);
  if (!parsed.ok) return [errorAt(at, 'template-form', `${parsed.fault.message}.`, 'Write {{name}}; a literal {{ is {{{{.')];
  return parsed.parts.flatMap((part) => ('name' in part ? judgeName(part.name, path, at, names, extra) : []));
}

function judgeName(name: string, path: FieldPath, at: { line: number; column: number }, names: Names, extra: readonly string[]): Finding[] {
  const inArgv = path.some((part) => ARGV.has(String(part)));
  const secret = secretOfTemplateName(name);
  if (secret !== null) {
    if (!names.secrets.has(secret)) return [errorAt(at, 'unknown-secret', `There is no secret ${secret}.`, 'Define it in the front matter.')];
    return inArgv || path.includes('env') ? [] : [errorAt(at, 'template-place', `{{${name}}} works in argv and env only.`, 'Give the file to a tool as an argument.')];
  }
  if (names.secrets.has(name)) {
    const where = inArgv ? 'argv' : String(path[0] ?? 'text');
    return [errorAt(at, inArgv ? 'secret-in-argv' : 'secret-in-text', `The secret ${name} must not stand in ${where}: every process on the machine could read it.`, `Use {{secret_file:${name}}}, env: {NAME: {secret: ${name}}} or stdin: {secret: ${name}}.`)];
  }
  if (names.values.has(name) || names.broken.has(name) || extra.includes(name)) return [];
  const meant = nearest(name, [...names.values, ...extra]);
  const hint = `Define it as a parameter or capture it in an earlier step.${extra.length === 0 ? '' : ` A message can also say ${extra.join(', ')}.`}`;
  return [errorAt(at, 'unknown-name', `Nothing is named ${name} here.`, meant === null ? hint : `Did you mean {{${meant}}}?`)];
}

export function goodParamPatterns(draft: Draft): Finding[] {
  return Object.entries(draft.runbook.front.params ?? {}).flatMap(([name, param]) => (param.pattern === undefined ? [] : judgePattern({ text: param.pattern, path: ['params', name, 'pattern'], locate: draft.front, extra: [] })));
}

/** Regexes compile as ECMAScript with the flags `mu`, JSON pointers follow RFC 6901. */
function judgePattern({ text, path, locate }: Text): Finding[] {
  const field = String(path.at(-1));
  if (field === 'json' && !/^(?:\/(?:[^~/]|~[01])*)*$/u.test(text)) return [errorAt(locate(path), 'json-pointer', `${text} is no JSON pointer.`, 'Write it as RFC 6901 says: /a/0/b, with ~1 for / and ~0 for ~.')];
  if (!REGEXES.has(field) || text.includes('{{')) return [];
  const fault = regexFault(text);
  return fault === null ? [] : [errorAt(locate(path), 'regex', `The regex does not compile: ${fault}.`, 'Correct it; it is ECMAScript with the flags m and u.')];
}

function regexFault(source: string): string | null {
  try {
    new RegExp(source, 'mu');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /u, '').replace(/\.$/u, '') : String(error);
  }
}

export function goodConditions(draft: Draft): Finding[] {
  const types = valueTypes(draft.runbook);
  const conditions = [
    ...[...draft.steps].map(([{ block }, locate]) => ({ when: block.when, locate })),
    ...draft.runbook.audiences.map(({ when }, index) => ({ when, locate: draft.audiences[index] ?? draft.front })),
  ];
  return conditions.flatMap(({ when, locate }) => (when === undefined || when.includes('{{') ? [] : judgeCondition(when, types, locate, draft.broken)));
}

function judgeCondition(when: string, types: ValueTypes, locate: Locate, broken: ReadonlySet<string>): Finding[] {
  const checked = checkWhen(when, types);
  if (checked.ok) return /^\s*false\s*$/u.test(when) ? [errorAt(locate(['when']), 'unreachable', 'This never runs: the condition is false.', 'Remove the step, or write the condition.')] : [];
  const unknown = /Unknown variable: (\w+)/u.exec(checked.message)?.[1];
  if (unknown !== undefined && broken.has(unknown)) return [];
  const start = locate(['when'], 'content');
  const at = when.includes('\n') ? start : { line: start.line, column: start.column + checked.offset };
  const meant = unknown === undefined ? null : nearest(unknown, types.keys());
  return [errorAt(at, 'when', `${checked.message.replace(/\.$/u, '')}.`, meant === null ? 'Write a CEL condition over params, decisions and captures; a decision is the text of its option.' : `Did you mean ${meant}?`)];
}
