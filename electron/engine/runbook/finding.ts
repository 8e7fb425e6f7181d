/** Findings about a runbook's file, and where in it they lie. */
import type { Finding } from '../../contract/runbook.ts';
import { inOrder } from '../../contract/order.ts';

/** Line and column in the file, both from 1; columns count UTF-16 units. */
export interface Spot {
  line: number;
  column: number;
}

export type FieldPath = readonly (string | number)[];

export function errorAt(spot: Spot, rule: string, message: string, fix: string): Finding {
  return { rule, severity: 'error', line: spot.line, column: spot.column, message, fix };
}

export function warningAt(spot: Spot, rule: string, message: string, fix: string): Finding {
  return { rule, severity: 'warning', line: spot.line, column: spot.column, message, fix };
}

/** Findings in the order of the file, without repetitions of one rule at one spot with one message. */
export function inFileOrder(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return [...findings]
    .sort((a, b) => a.line - b.line || a.column - b.column || inOrder(a.rule, b.rule))
    .filter((finding) => {
      const key = `${finding.line}:${finding.column}:${finding.rule}:${finding.message}`;
      return !seen.has(key) && seen.add(key);
    });
}

/** The one of `candidates` that a person most likely meant by `word`: at most two letters away. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.min(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = editDistance(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Letters to insert, drop or change to turn one word into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
