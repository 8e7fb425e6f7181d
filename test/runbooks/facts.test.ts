/** Every fact of the five systems' documents, by its number in the inventory, stands in a runbook where a reader finds it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../electron/setup/places.mjs';
import { renderRunbook, type Places } from '../support/rendered-runbook.tsx';
import { shippedRunbooks } from '../support/shipped-runbooks.ts';

const OneOrMore = z.union([z.string(), z.array(z.string()).min(1)]).transform((names) => (typeof names === 'string' ? [names] : names));
const Fact = z.strictObject({ says: z.string().min(1), found: z.array(z.strictObject({ in: OneOrMore, at: z.string(), text: z.array(z.string()).min(1) })).min(1) });
type Fact = z.infer<typeof Fact>;

/** How each system's facts are numbered, from 1 to the last, none missing. */
const NUMBERED = { kravn: ['K', 42], akko: ['A', 70], kredete: ['KR', 66], ampora: ['AM', 56], veza: ['V', 154] } as const;

// A number that stands twice is refused by the parser: keys are unique.
const systems = z.record(z.enum(['kravn', 'akko', 'kredete', 'ampora', 'veza']), z.record(z.string(), Fact)).parse(parseYaml(readFileSync(join(ROOT, 'test/fixtures/facts.yaml'), 'utf8'), { uniqueKeys: true }));

const rendered = new Map<string, Places>(shippedRunbooks().map((runbook) => [runbook.front.id, renderRunbook(runbook)]));

/** Texts of a fact that are not where they should be, with their place. */
function missing({ found }: Fact): string[] {
  return found.flatMap((spot) =>
    spot.in.flatMap((runbook) => {
      const place = rendered.get(runbook)?.get(spot.at);
      if (place === undefined) return [`${runbook} has no place ${spot.at}`];
      return spot.text.filter((text) => !place.split('\n').some((line) => line.includes(text))).map((text) => `${runbook} ${spot.at}: ${text}`);
    }),
  );
}

describe.each(Object.entries(NUMBERED))('the facts of the document of %s', (name, [letter, last]) => {
  const facts = Object.entries(systems).find(([system]) => system === name)?.[1] ?? {};

  it('are numbered without a gap', () => {
    expect(Object.keys(facts)).toEqual(Array.from({ length: last }, (_, index) => `${letter}${index + 1}`));
  });

  it('are looked for in runbooks of that system, by words and not by bare numbers', () => {
    for (const { found } of Object.values(facts)) {
      for (const { in: runbooks, text } of found) {
        expect(runbooks.filter((runbook) => !runbook.startsWith(`${name}-`))).toEqual([]);
        expect(text.filter((words) => !/[a-z]{3}/iu.test(words))).toEqual([]);
      }
    }
  });

  it.each(Object.entries(facts).map(([number, fact]) => [number, fact.says, fact] as const))('%s: %s', (_number, _says, fact) => {
    expect(missing(fact)).toEqual([]);
  });
});

it('counts 388 facts', () => {
  expect(Object.values(systems).reduce((sum, facts) => sum + Object.keys(facts).length, 0)).toBe(388);
});

it('notices a fact that is gone', () => {
  const fact = Fact.parse({ says: 'RTO 4 h', found: [{ in: 'veza-cluster-failover', at: 'front', text: ['targets.rto: 4h', 'targets.rto: 40h'] }, { in: 'veza-cluster-failover', at: 'step/gone', text: ['x'] }] });
  expect(missing(fact)).toEqual(['veza-cluster-failover front: targets.rto: 40h', 'veza-cluster-failover has no place step/gone']);
});
