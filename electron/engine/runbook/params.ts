/**
 * Parameters of a run: asked once, checked by type, replaced for a rehearsal or tabletop, then frozen as text.
 *
 * Values that hold `{{scratch.…}}` stay templates here; the run fills them once its scratch resources are up.
 */
import { existsSync, globSync, statSync } from 'node:fs';
import { dirname, isAbsolute, normalize, resolve } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { Param } from '../../contract/front-matter.ts';
import type { ParamQuestion } from '../../contract/methods.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { Duration } from '../../contract/scalars.ts';
import { inOrder } from '../../contract/order.ts';
import type { Mode } from '../../contract/vocabulary.ts';
import { withinLimit } from '../assertion/within-limit.ts';
import { inKit, kitRoot } from '../kit/kit-place.ts';
import { nearest } from './finding.ts';
import { readInstant } from './expression.ts';
import { fillTemplate, templateNames } from './template.ts';

export interface ParamContext {
  /** Values of `runbook_dir`, `data_dir`, `blackstart`; `run_dir` when it exists already. */
  builtIns: Readonly<Record<string, string>>;
  /** Relative paths of file and directory parameters start here; default the runbook's own folder. */
  base?: string;
  /** The kit that stands for `/media/kit` in defaults and patterns; default the one in the data folder. */
  kitRoot?: string;
}

export interface ResolvedParams {
  /** Frozen text by name, when nothing is missing and nothing is wrong; optional parameters without a value are left out. */
  values: Readonly<Record<string, string>> | null;
  /** Every parameter as the start dialog shows it, with its problem. */
  questions: ParamQuestion[];
  /** Names whose value the operator has to confirm (`confirm: true`). */
  confirm: string[];
}

type Checked = { ok: true; value: string } | { ok: false; problem: string };

/**
 * @param given text by name; a name that the runbook does not have is refused
 * @throws EngineError `usage` for an unknown name
 */
export function resolveParams(runbook: Pick<Runbook, 'front' | 'path'>, given: Readonly<Record<string, string>>, mode: Mode, context: ParamContext): ResolvedParams {
  const params = runbook.front.params ?? {};
  for (const name of Object.keys(given)) if (!Object.hasOwn(params, name)) throw unknownParam(name, Object.keys(params));
  const base = context.base ?? dirname(runbook.path);
  const resolved = Object.entries(params).map(([name, param]) => resolveOne(name, param, Object.hasOwn(given, name) ? given[name] : undefined, mode, { builtIns: context.builtIns, base, kitRoot: context.kitRoot ?? kitRoot(context.builtIns['data_dir'] ?? base) }));
  const good = resolved.every(({ question }) => question.problem === null);
  const values = good ? Object.freeze(Object.fromEntries(resolved.flatMap(({ question }) => (question.value === null ? [] : [[question.name, question.value]])))) : null;
  return { values, questions: resolved.map(({ question }) => question), confirm: resolved.flatMap(({ question, confirm }) => (confirm && question.value !== null ? [question.name] : [])) };
}

function unknownParam(name: string, names: readonly string[]): EngineError {
  const meant = nearest(name, names);
  return new EngineError('usage', `The runbook has no parameter ${name}.`, { hint: meant === null ? `It has ${names.join(', ') || 'none'}.` : `Did you mean ${meant}?` });
}

function resolveOne(name: string, param: Param, given: string | undefined, mode: Mode, context: Required<ParamContext>): { question: ParamQuestion; confirm: boolean } {
  const replaced = mode === 'live' ? undefined : param[mode];
  const candidates = replaced === undefined && given === undefined ? candidatesOf(param, context) : [];
  const text = replaced ?? given ?? defaultOf(param, context) ?? pick(param, candidates);
  const checked = text === undefined ? missing(param, candidates, mode) : checkText(param, text, replaced !== undefined || given === undefined, mode, context);
  const question = {
    name, type: param.type, prompt: param.prompt ?? name, required: param.required === true, values: param.type === 'enum' ? [...param.values] : param.type === 'bool' ? ['true', 'false'] : null,
    value: checked === null ? null : checked.ok ? checked.value : (text ?? null), candidates, problem: checked === null || checked.ok ? null : checked.problem,
  };
  return { question, confirm: param.confirm === true && replaced === undefined };
}

function defaultOf(param: Param, { kitRoot }: Required<ParamContext>): string | undefined {
  return param.default === undefined ? undefined : inKit(String(param.default), kitRoot);
}

/** In a tabletop nothing is opened, so the pattern stands for the file that is not there. */
function missing(param: Param, candidates: readonly string[], mode: Mode): Checked | null {
  if ('glob' in param && param.glob !== undefined) {
    if (mode === 'tabletop') return good(param.glob);
    return { ok: false, problem: candidates.length === 0 ? `nothing matches ${param.glob}` : `${candidates.length} match ${param.glob}; choose one` };
  }
  return param.required === true ? { ok: false, problem: 'a value is needed' } : null;
}

/** Files that match the glob, newest first. */
function candidatesOf(param: Param, context: Required<ParamContext>): string[] {
  if ((param.type !== 'file' && param.type !== 'directory') || param.glob === undefined) return [];
  const pattern = inKit(fillTemplate(param.glob, context.builtIns, { in: 'path' }), context.kitRoot);
  const found = globSync(isAbsolute(pattern) ? pattern : resolve(context.base, pattern)).flatMap((path) => {
    const state = statSync(path, { throwIfNoEntry: false });
    const fits = param.type === 'file' ? state?.isFile() : state?.isDirectory();
    return state !== undefined && fits === true ? [{ path, mtime: state.mtimeMs }] : [];
  });
  return found.sort((a, b) => b.mtime - a.mtime || inOrder(a.path, b.path)).map(({ path }) => path);
}

function pick(param: Param, candidates: readonly string[]): string | undefined {
  if (param.type !== 'file' && param.type !== 'directory') return undefined;
  switch (param.pick) {
    case 'newest':
      return candidates[0];
    case 'oldest':
      return candidates.at(-1);
    case 'only':
    case undefined:
      return candidates.length === 1 ? candidates[0] : undefined;
  }
}

/** @param own the text comes from the runbook, so built-ins in it are filled; what an operator types is never expanded */
function checkText(param: Param, text: string, own: boolean, mode: Mode, context: Required<ParamContext>): Checked {
  const names = own ? templateNames(text) : [];
  if (names.some((name) => name.startsWith('scratch.') || !Object.hasOwn(context.builtIns, name))) return { ok: true, value: text };
  const filled = own ? fillTemplate(text, context.builtIns, { in: 'path' }) : text;
  const unsafe = refusal(param, filled);
  if (unsafe !== null) return { ok: false, problem: unsafe };
  const checked = checkType(param, filled, mode, context.base);
  if (!checked.ok || param.pattern === undefined) return checked;
  const problem = patternProblem(param.pattern, checked.value);
  return problem === null ? checked : bad(problem);
}

function patternProblem(pattern: string, value: string): string | null {
  const expression = new RegExp(pattern, 'mu');
  const matched = withinLimit(() => expression.test(value));
  if (!matched.done) return `${pattern} did not come to an end within a second; the pattern must be simpler`;
  return matched.value ? null : `it does not match ${pattern}`;
}

/** Why a value that the runbook itself gives can never be used; null when it can, or when only the start of a run can tell. */
export function literalProblem(param: Param, text: string): string | null {
  if (text.includes('{{') || (param.pattern !== undefined && !isPattern(param.pattern))) return null;
  const unsafe = refusal(param, text);
  if (unsafe !== null || param.type === 'file' || param.type === 'directory') return unsafe;
  const checked = checkType(param, text, 'live', '/');
  if (!checked.ok) return checked.problem;
  return param.pattern === undefined ? null : patternProblem(param.pattern, checked.value);
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'mu').source !== '';
  } catch {
    return false;
  }
}

function refusal(param: Param, text: string): string | null {
  if (text.includes('\0')) return 'it holds a NUL character';
  if (/[\n\r\u2028\u2029]/u.test(text)) return 'it holds a line break';
  const negative = param.type === 'int' && /^-\d+$/u.test(text);
  if (text.startsWith('-') && param.leading_dash !== true && !negative) return 'it begins with "-", so a tool would read it as an option; the parameter would have to say leading_dash: true';
  return null;
}

function good(value: string): Checked {
  return { ok: true, value };
}
function bad(problem: string): Checked {
  return { ok: false, problem };
}

function checkType(param: Param, text: string, mode: Mode, base: string): Checked {
  switch (param.type) {
    case 'string':
      return good(text);
    case 'enum':
      return param.values.includes(text) ? good(text) : bad(`it must be one of ${param.values.join(', ')}`);
    case 'int':
      return checkInt(param, text);
    case 'bool':
      return text === 'true' || text === 'false' ? good(text) : bad('it must be true or false');
    case 'datetime':
      return checkDatetime(param.format, text);
    case 'duration':
      return Duration.safeParse(text).success ? good(text) : bad('a duration reads 90s, 15m, 4h, 1h30m or 30d');
    case 'file':
    case 'directory':
      return checkPath(param.type, text, mode, base);
    case 'host':
      return isHost(text) ? good(text) : bad('it is no host name, address or absolute path of a socket folder');
    case 'url':
      return checkUrl(text);
  }
}

function checkInt(param: Extract<Param, { type: 'int' }>, text: string): Checked {
  if (!/^-?(?:0|[1-9]\d{0,15})$/u.test(text) || !Number.isSafeInteger(Number(text))) return bad('it must be a whole number');
  const value = Number(text);
  if (param.min !== undefined && value < param.min) return bad(`it must be at least ${param.min}`);
  return param.max !== undefined && value > param.max ? bad(`it must be at most ${param.max}`) : good(text);
}

/** Any RFC 3339 or PostgreSQL time, turned into the format that the runbook's tools want; the zone must be there and is kept as UTC. */
function checkDatetime(format: 'rfc3339' | 'postgres' | 'epoch', text: string): Checked {
  const instant = readInstant(text);
  if (instant === null) {
    const example = format === 'epoch' ? '1777127400' : format === 'postgres' ? '2026-04-25 14:30:00+00' : '2026-04-25T14:30:00Z';
    return bad(/\b(?:UTC|GMT)$/iu.test(text.trim()) ? `the zone is written +00, not ${text.trim().slice(-3)}: ${text.trim().slice(0, -3).trim()}+00` : `a time reads ${example}, with its zone`);
  }
  return good(formatInstant(instant, format));
}

/** Whole seconds stay whole; fractions are kept to the millisecond. */
export function formatInstant(instant: Date, format: 'rfc3339' | 'postgres' | 'epoch'): string {
  const iso = instant.toISOString().replace(/\.000Z$/u, 'Z');
  switch (format) {
    case 'rfc3339':
      return iso;
    case 'postgres':
      return `${iso.slice(0, -1).replace('T', ' ')}+00`;
    case 'epoch':
      return String(instant.getTime() / 1000);
  }
}

/** A path keeps to where it says it is: `..` is refused rather than followed. The result is absolute. */
function checkPath(type: 'file' | 'directory', text: string, mode: Mode, base: string): Checked {
  if (text === '') return bad('a path is needed');
  if (text.split(/[/\\]/u).includes('..')) return bad('it leads out of its folder with ".."; give the whole path');
  const path = normalize(resolve(base, text));
  if (mode === 'tabletop') return good(path);
  if (!existsSync(path)) return bad(`${path} does not exist`);
  const state = statSync(path);
  const fits = type === 'file' ? state.isFile() : state.isDirectory();
  return fits ? good(path) : bad(`${path} is no ${type}`);
}

/** A DNS name, an IPv4 or IPv6 address, with a port or not, or a socket folder. */
function isHost(text: string): boolean {
  if (/^\/[\w./@+-]*$/u.test(text)) return !text.split('/').includes('..');
  if (/^\[?[0-9a-f:]*:[0-9a-f:.]*(?:%\w+)?\]?(?::\d{1,5})?$/iu.test(text)) return URL.canParse(`http://${text.startsWith('[') ? text : `[${text.replace(/%\w+$/u, '')}]`}/`);
  return /^(?=.{1,253}(?::|$))[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*\.?(?::\d{1,5})?$/iu.test(text);
}

const URL_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 's3:', 'postgres:', 'postgresql:', 'ftp:', 'sftp:', 'ssh:', 'mysql:', 'mongodb:', 'mongodb+srv:', 'redis:', 'rediss:', 'ldap:', 'ldaps:', 'amqp:', 'amqps:', 'file:', 'git:', 'oci:', 'docker:', 'gs:', 'azblob:']);

function checkUrl(text: string): Checked {
  if (!URL.canParse(text) || /\s/u.test(text)) return bad('it is no URL, such as https://example.org/health');
  const url = new URL(text);
  if (!URL_SCHEMES.has(url.protocol)) return bad(`${url.protocol} addresses are not allowed`);
  return url.password === '' ? good(text) : bad('it holds a password, which would stand in the record; use a secret');
}
