/** What must hold after a step or in a check. Every item has one subject. */
import { z } from 'zod';
import { Duration, Name, Size } from './scalars.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Pattern = z.string().max(1024);

export const TextTest = z
  .strictObject({
    equals: z.string().optional(),
    contains: z.string().optional(),
    matches: Pattern.optional(),
    not_matches: Pattern.optional(),
    version: z.string().optional(),
  })
  .refine((test) => Object.keys(test).length > 0, 'say what the text must be: equals, contains, matches, not_matches or version');

export const NumberTest = z
  .strictObject({ min: z.number().optional(), max: z.number().optional(), equals: z.number().optional() })
  .refine((test) => Object.keys(test).length > 0, 'say what the number must be: min, max or equals');

const label = { title: z.string().optional() };

export const StdoutAssertion = z.strictObject({ stdout: TextTest, ...label });
export const StderrAssertion = z.strictObject({ stderr: TextTest, ...label });
export const JsonAssertion = z
  .strictObject({
    json: z.string(), // RFC 6901 pointer, '' is the whole document
    equals: Scalar.optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    matches: Pattern.optional(),
    exists: z.boolean().optional(),
    ...label,
  })
  .refine((test) => [test.equals, test.min, test.max, test.matches, test.exists].some((value) => value !== undefined), 'say what the value must be: equals, min, max, matches or exists');
export const NumberAssertion = z.strictObject({ number: NumberTest, ...label });
export const FileAssertion = z
  .strictObject({
    file: z.string(),
    exists: z.boolean().optional(),
    sha256: z.string().optional(),
    min_size: Size.optional(),
    max_age: Duration.optional(),
    ...label,
  })
  .refine((test) => [test.exists, test.sha256, test.min_size, test.max_age].some((value) => value !== undefined), 'say what the file must be: exists, sha256, min_size or max_age');

/** What can be expected of the output of one program. */
export const Expectation = z.union([StdoutAssertion, StderrAssertion, JsonAssertion, NumberAssertion, FileAssertion]);
export type Expectation = z.infer<typeof Expectation>;

export const Argv = z.array(z.string()).min(1).max(1024);
export const Expect = z.union([Expectation, z.array(Expectation).min(1)]);

export const RunAssertion = z.strictObject({ run: Argv, expect: Expect.optional(), ...label });
export const Assertion = z.union([StdoutAssertion, StderrAssertion, JsonAssertion, NumberAssertion, FileAssertion, RunAssertion]);
export type Assertion = z.infer<typeof Assertion>;

/** Whether it is judged on what the step's own program printed; where no program ran, it cannot be judged. */
export function readsOwnOutput(assertion: Assertion): boolean {
  return !('run' in assertion || 'file' in assertion);
}

/** `query` of a database, with any expectation on its answer (rows LF, columns TAB, NULL `\N`). */
export const QueryAssertion = z.strictObject({
  query: z.string(),
  stdout: TextTest.optional(),
  number: NumberTest.optional(),
  capture: z.strictObject({ name: Name, type: z.enum(['string', 'int', 'number', 'bool', 'datetime']) }).optional(),
  ...label,
});
export type QueryAssertion = z.infer<typeof QueryAssertion>;

export const WaitUntil = z.strictObject({ run: Argv, expect: Expect.optional(), every: Duration.default('10s'), within: Duration });
export type WaitUntil = z.infer<typeof WaitUntil>;

/** The judgement on one assertion; `expected` and `actual` are for people and masked. */
export const AssertionResult = z.object({ ok: z.boolean(), title: z.string().optional(), expected: z.string(), actual: z.string() });
export type AssertionResult = z.infer<typeof AssertionResult>;
