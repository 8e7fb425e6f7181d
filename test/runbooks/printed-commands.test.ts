/**
 * The commands that the five systems' documents print, word for word, with the numbers of the inventory. Most of them are refused by the
 * real tool or prove nothing; the linter has to say so, and to say nothing else.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { judgeDraft } from '../../electron/engine/runbook/lint.ts';
import { ROOT } from '../../electron/setup/places.mjs';
import { compose, parse, step } from '../engine/runbook/compose.ts';
import { shellWords } from '../support/shell-words.ts';

const Printed = z.array(
  z.strictObject({
    id: z.string().regex(/^[AKMV]C\d+[a-e]?$/u),
    printed: z.string(),
    /** Commands of the same document that stand before it, as far as they matter. */
    after: z.array(z.string()).default([]),
    /** Commands of the same document that follow, as far as they matter. */
    before: z.array(z.string()).default([]),
    /** Further lines of the step that the command becomes. */
    with: z.string().default(''),
    /** `rule: null` where no linter could see the fault in the words. */
    faults: z.array(z.strictObject({ rule: z.string().nullable(), why: z.string() })).default([]),
    /** What has to be said of a command that does its job. */
    works: z.string().optional(),
  }),
);
type Printed = z.infer<typeof Printed>[number];

/** The commands and the programs nested in them, as the inventory counts them. */
const NUMBERS = {
  akko: 'AC1 AC2 AC2a AC3 AC3a AC4 AC4a AC4b AC5 AC6 AC7 AC8 AC8a AC9 AC10 AC11 AC11a AC11b AC12 AC12a AC13 AC14 AC15 AC16',
  ampora: 'MC1 MC2 MC3 MC4 MC5',
  kravn: '',
  kredete: 'KC1 KC2 KC3 KC4 KC5 KC5a KC6 KC7 KC8 KC9 KC10 KC10a KC11 KC12 KC13',
  veza: 'VC1 VC2 VC3 VC3a VC4 VC4a VC4b VC4c VC4d VC4e VC5 VC5a VC6 VC7 VC8 VC9 VC10 VC11 VC12 VC13 VC14 VC15 VC16 VC17 VC18 VC19 VC20 VC21 VC22 VC23 VC24 VC25',
} as const;

function readPrinted(system: string): Printed[] {
  return Printed.parse(parseYaml(readFileSync(join(ROOT, 'test/fixtures/printed-commands', `${system}.yaml`), 'utf8')));
}

/** A command becomes a step, its pipe a `pipe`. Only what no words of a command can say is filled in: a budget, and what a rehearsal does. */
function stepOf({ id, printed, with: extra }: Printed): string {
  const stages = shellWords(printed);
  const run = stages.length > 1 ? `pipe: ${JSON.stringify(stages)}` : `run: ${JSON.stringify(stages[0])}`;
  return step(id.toLowerCase(), `budget: 5m\nmodes: {rehearsal: simulate}\n${run}\n${extra}`);
}

interface Found {
  /** Rules of the warnings about the command's own step. */
  own: string[];
  /** And of those about the steps before and after it. */
  around: string[];
}

function lint(command: Printed, all: readonly Printed[]): Found {
  const named = (ids: readonly string[]): Printed[] => ids.map((id) => all.find((other) => other.id === id) ?? expect.fail(`${id} is not listed`));
  const body = [...named(command.after), command, ...named(command.before)].map(stepOf).join('');
  const { draft, findings } = parse({ body });
  if (draft === null) throw new Error(JSON.stringify(findings));
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const headings = compose({ body }).split('\n').flatMap((text, index) => (text.startsWith('### Do ') ? [{ id: text.slice('### Do '.length), line: index + 1 }] : []));
  const warnings = judgeDraft(draft, new Date('2026-05-01T00:00:00Z')).map(({ rule, line }) => ({ rule, step: headings.findLast((heading) => heading.line <= line)?.id }));
  const rules = (mine: boolean): string[] => [...new Set(warnings.filter((warning) => (warning.step === command.id.toLowerCase()) === mine).map(({ rule }) => rule))].sort();
  return { own: rules(true), around: rules(false) };
}

describe.each(Object.entries(NUMBERS))('the commands that the document of %s prints', (system, numbers) => {
  const all = readPrinted(system);

  it('are all here, each once', () => {
    expect(all.map(({ id }) => id)).toEqual(numbers.split(' ').filter((id) => id !== ''));
  });

  it('have a fault with its reason, or do their job', () => {
    expect(all.filter(({ faults, works }) => faults.length === 0 && works === undefined).map(({ id }) => id)).toEqual([]);
  });

  for (const command of all) {
    it(`${command.id}: ${command.printed.split('\n')[0] ?? ''}`, () => {
      const { own, around } = lint(command, all);
      const listed = command.faults.flatMap(({ rule }) => rule ?? []);
      expect(listed.filter((rule) => !own.includes(rule) && !around.includes(rule)), 'is not found').toEqual([]);
      expect(own.filter((rule) => !listed.includes(rule)), 'is found and not listed').toEqual([]);
    });
  }
});

it('counts 73 programs that the documents run, and three that their text mentions', () => {
  expect(Object.keys(NUMBERS).flatMap(readPrinted)).toHaveLength(73 + 3);
});
