/** Assertions in plain words, before they are judged. */
import type { Assertion, NumberTest, QueryAssertion, TextTest } from '../../contract/assertion.ts';
import type { z } from 'zod';

export type TextRule = z.infer<typeof TextTest>;
export type NumberRule = z.infer<typeof NumberTest>;
export type JsonAssertion = Extract<Assertion, { json: string }>;
export type FileAssertion = Extract<Assertion, { file: string }>;
export type RunAssertion = Extract<Assertion, { run: string[] }>;

/** `psql exits with 0, and its output as a number is at least 41` */
export function describeExpectation(assertion: Assertion): string {
  if ('stdout' in assertion) return describeText('the output', assertion.stdout);
  if ('stderr' in assertion) return describeText('the error output', assertion.stderr);
  if ('json' in assertion) return describeJson(assertion);
  if ('number' in assertion) return `the output as a number ${describeNumber(assertion.number)}`;
  if ('file' in assertion) return describeFile(assertion);
  return describeRun(assertion);
}

export function describeQuery(assertion: QueryAssertion): string {
  const parts: string[] = [];
  if (assertion.stdout !== undefined) parts.push(describeText('the answer', assertion.stdout));
  if (assertion.number !== undefined) parts.push(`the answer as a number ${describeNumber(assertion.number)}`);
  return parts.length === 0 ? 'the query is answered' : parts.join(', and ');
}

export function describeText(subject: string, test: TextRule): string {
  const parts: string[] = [];
  if (test.equals !== undefined) parts.push(`is ${quoted(test.equals)}`);
  if (test.contains !== undefined) parts.push(`contains ${quoted(test.contains)}`);
  if (test.matches !== undefined) parts.push(`matches /${test.matches}/`);
  if (test.not_matches !== undefined) parts.push(`does not match /${test.not_matches}/`);
  if (test.version !== undefined) parts.push(`names a version ${test.version}`);
  return `${subject} ${parts.join(' and ')}`;
}

export function describeNumber(test: NumberRule): string {
  const parts: string[] = [];
  if (test.equals !== undefined) parts.push(`is ${test.equals}`);
  if (test.min !== undefined) parts.push(`is at least ${test.min}`);
  if (test.max !== undefined) parts.push(`is at most ${test.max}`);
  return parts.join(' and ');
}

function describeJson(assertion: JsonAssertion): string {
  const subject = assertion.json === '' ? 'the JSON output' : `${assertion.json} of the JSON output`;
  const parts: string[] = [];
  if (assertion.exists === false) parts.push('is not there');
  if (assertion.equals !== undefined) parts.push(`is ${JSON.stringify(assertion.equals)}`);
  if (assertion.min !== undefined) parts.push(`is at least ${assertion.min}`);
  if (assertion.max !== undefined) parts.push(`is at most ${assertion.max}`);
  if (assertion.matches !== undefined) parts.push(`matches /${assertion.matches}/`);
  return `${subject} ${parts.length === 0 ? 'is there' : parts.join(' and ')}`;
}

function describeFile(assertion: FileAssertion): string {
  if (assertion.exists === false) return `the file ${assertion.file} is not there`;
  const parts = ['is there'];
  if (assertion.sha256 !== undefined) parts.push(`has the SHA-256 ${assertion.sha256.replace(/^sha256:/u, '')}`);
  if (assertion.min_size !== undefined) parts.push(`has at least ${assertion.min_size}`);
  if (assertion.max_age !== undefined) parts.push(`is at most ${assertion.max_age} old`);
  return `the file ${assertion.file} ${parts.join(', ')}`;
}

function describeRun(assertion: RunAssertion): string {
  const expectations = assertion.expect === undefined ? [] : [assertion.expect].flat();
  return [`${spokenCommand(assertion.run)} exits with 0`, ...expectations.map((item) => describeExpectation(item))].join(', and ');
}

/** A command as words; an argument with blanks in quotes. */
export function spokenCommand(argv: readonly string[]): string {
  return argv.map((argument) => (/^[\w@%+=:,./-]+$/u.test(argument) ? argument : JSON.stringify(argument))).join(' ');
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
