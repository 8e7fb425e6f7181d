/** `when`: CEL over params, decisions and captures, type-checked before a run and evaluated in it. */
import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import type { FrontMatter } from '../../contract/front-matter.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import { withinLimit } from '../assertion/within-limit.ts';

export type ValueType = 'string' | 'int' | 'number' | 'bool' | 'datetime' | 'duration';
export type ValueTypes = ReadonlyMap<string, ValueType>;

export type CheckedExpression = { ok: true } | { ok: false; offset: number; message: string };
export type EvaluatedExpression =
  | { kind: 'value'; value: boolean }
  /** A name that decides has no value yet: the step halts. */
  | { kind: 'unset'; name: string }
  | { kind: 'fault'; message: string };

const CEL_TYPES = { string: 'string', int: 'int', number: 'double', bool: 'bool', datetime: 'google.protobuf.Timestamp', duration: 'google.protobuf.Duration' } as const;
const LIMITS = { maxAstNodes: 500, maxDepth: 32, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 16 };

function environment(types: ValueTypes): Environment {
  const made = new Environment({ limits: LIMITS });
  for (const [name, type] of types) made.registerVariable(name, CEL_TYPES[type]);
  return made;
}

/** Whether `text` is a condition over these names. `offset` counts UTF-16 units into the text. */
export function checkWhen(text: string, types: ValueTypes): CheckedExpression {
  const result = environment(types).check(text);
  if (!result.valid) return { ok: false, offset: result.error?.range?.start ?? 0, message: summary(result.error) };
  if (result.type !== 'bool') return { ok: false, offset: 0, message: `the condition must be true or false, and this is ${result.type ?? 'unknown'}` };
  return { ok: true };
}

/**
 * @param values frozen values by name, as text; datetimes in any of the formats of a parameter
 * A name that has no value, or one that does not read, matters only when the rest leaves the answer open, as CEL's `&&`
 * and `||` have it.
 */
export function evaluateWhen(text: string, types: ValueTypes, values: Readonly<Record<string, string>>, limitMs = 1_000): EvaluatedExpression {
  const context = new Map<string, unknown>();
  const unread = new Map<string, string>();
  for (const [name, type] of types) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) continue;
    const read = celValue(value, type);
    if (read === null) unread.set(name, `${name} holds "${value}", which is not of type ${type}`);
    else context.set(name, read);
  }
  try {
    const evaluated = withinLimit((): unknown => environment(types).evaluate(text, Object.fromEntries(context)), limitMs);
    if (!evaluated.done) return { kind: 'fault', message: 'the condition did not come to an end within a second' };
    const { value } = evaluated;
    return typeof value === 'boolean' ? { kind: 'value', value } : { kind: 'fault', message: 'the condition gave no truth value' };
  } catch (error) {
    if (error instanceof EvaluationError && error.code === 'unknown_variable') return withoutValue(/variable:? '?([a-z][a-z0-9_]*)/u.exec(error.message)?.[1] ?? '', unread);
    return { kind: 'fault', message: summary(error) };
  }
}

function withoutValue(name: string, unread: ReadonlyMap<string, string>): EvaluatedExpression {
  const message = unread.get(name);
  return message === undefined ? { kind: 'unset', name } : { kind: 'fault', message };
}

function summary(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error);
}

/** A value for CEL: integers are BigInt there, times are Date, durations are text in seconds read by the caller. */
function celValue(text: string, type: ValueType): unknown {
  switch (type) {
    case 'string':
      return text;
    case 'int':
      return /^[+-]?\d+$/u.test(text) ? BigInt(text) : null;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : null;
    case 'datetime':
      return readInstant(text);
    case 'duration':
      return celDuration(text);
  }
}

const durations = new Environment();

function celDuration(text: string): unknown {
  try {
    return durations.evaluate(`duration("${durationSeconds(text)}s")`);
  } catch {
    return null;
  }
}

/** The instant of an RFC 3339, PostgreSQL or epoch time; null when it is none of them. */
export function readInstant(text: string): Date | null {
  if (/^\d{1,12}(?:\.\d{1,9})?$/u.test(text)) return new Date(Math.round(Number(text) * 1000)); // a product of doubles can fall a hair short of the millisecond
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}(?::?\d{2})?)$/u.exec(text.trim());
  if (match === null) return null;
  const [, day = '', time = '', zone = ''] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const instant = new Date(`${day}T${time.length === 5 ? `${time}:00` : time}${offset}`);
  const isDay = !Number.isNaN(instant.getTime()) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isDay ? instant : null;
}

const PARAM_TYPES: Readonly<Record<NonNullable<FrontMatter['params']>[string]['type'], ValueType>> = {
  string: 'string', enum: 'string', int: 'int', bool: 'bool', datetime: 'datetime', duration: 'duration', file: 'string', directory: 'string', host: 'string', url: 'string',
};

/** The types of every name that `when` may use: params, decisions (text: the option's id) and captures. */
export function valueTypes(runbook: Pick<Runbook, 'front' | 'steps'>): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const [name, param] of Object.entries(runbook.front.params ?? {})) types.set(name, PARAM_TYPES[param.type]);
  for (const { block } of runbook.steps) {
    if (block.kind === 'decide') types.set(block.as, 'string');
    for (const [name, capture] of Object.entries(block.capture ?? {})) types.set(name, capture.type);
  }
  return types;
}
