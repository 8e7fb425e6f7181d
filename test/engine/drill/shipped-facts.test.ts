import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const Facts = z.record(
  z.string(),
  z.strictObject({ runbook: z.string(), facts: z.record(z.string(), z.strictObject({ says: z.string(), in: z.string().optional(), find: z.array(z.string()).min(1) })) }),
);
const systems = Facts.parse(parse(readFileSync(join(ROOT, 'test/fixtures/facts.yaml'), 'utf8')));

/** The runbook as one line, without the fences, so that a fact may span prose, headings and blocks. */
function textOf(runbook: string): string {
  return readFileSync(join(ROOT, 'runbooks', runbook), 'utf8').replace(/^```.*$/gmu, ' ').replace(/\s+/gu, ' ');
}

function holds(text: string, wanted: string): boolean {
  const pattern = /^\/(.+)\/$/u.exec(wanted)?.[1];
  return pattern === undefined ? text.includes(wanted) : new RegExp(pattern, 'isu').test(text);
}

describe.each(Object.entries(systems))('every fact of the source document of %s has its place in the runbook', (_, { runbook, facts }) => {
  it.each(Object.entries(facts))('%s', (_id, fact) => {
    const text = textOf(fact.in ?? runbook);
    expect(fact.find.filter((wanted) => !holds(text, wanted)), fact.says).toEqual([]);
  });
});

it('counts 56 facts for Ampora, from AM1 to AM56', () => {
  expect(Object.keys(systems['ampora']?.facts ?? {})).toEqual(Array.from({ length: 56 }, (_, i) => `AM${i + 1}`));
});
