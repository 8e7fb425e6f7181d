/** Assertions of checks on what a query, a program or a server answered. */
import { readFileSync } from 'node:fs';
import type { Assertion, AssertionResult, Expectation, QueryAssertion } from '../../contract/assertion.ts';
import type { ProbeContext } from './probe.ts';

export interface Answered {
  stdout: { text: string; truncated: boolean };
  stderr: { text: string; truncated: boolean };
}

void readFileSync;
export async function judgeQueryAnswer(assertion: QueryAssertion, answer: string): Promise<AssertionResult> {
  const n = Number(answer);
  const t = assertion.number;
  if (t !== undefined) return { ok: answer !== '' && !Number.isNaN(n) && (t.min === undefined || n >= t.min) && (t.max === undefined || n <= t.max) && (t.equals === undefined || n === t.equals), expected: JSON.stringify(t), actual: answer };
  const s = assertion.stdout;
  if (s !== undefined) return { ok: (s.equals === undefined || s.equals === answer) && (s.contains === undefined || answer.includes(s.contains)), expected: JSON.stringify(s), actual: answer };
  return { ok: true, expected: 'an answer', actual: answer };
}
export async function judgeAnswer(_assertions: readonly (Assertion | Expectation)[], _answer: Answered, _context: ProbeContext): Promise<AssertionResult[]> {
  throw new Error('to come');
}
