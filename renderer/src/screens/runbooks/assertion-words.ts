/** Assertions in words, as the reading view lists them. Pure. */
import type { Assertion, Expectation, NumberTest, TextTest } from '../../../../electron/contract/assertion.ts';
import type { z } from 'zod';

function textWords(test: z.infer<typeof TextTest>): string {
  const parts = [
    test.equals === undefined ? null : `is “${test.equals}”`, test.contains === undefined ? null : `contains “${test.contains}”`,
    test.matches === undefined ? null : `matches ${test.matches}`, test.not_matches === undefined ? null : `does not match ${test.not_matches}`,
    test.version === undefined ? null : `is version ${test.version}`,
  ];
  return parts.filter((part) => part !== null).join(' and ');
}

function numberWords(test: z.infer<typeof NumberTest>): string {
  const parts = [test.equals === undefined ? null : `is ${test.equals}`, test.min === undefined ? null : `is at least ${test.min}`, test.max === undefined ? null : `is at most ${test.max}`];
  return parts.filter((part) => part !== null).join(' and ');
}

function expectationWords(item: Expectation): string {
  if ('stdout' in item) return `the output ${textWords(item.stdout)}`;
  if ('stderr' in item) return `the error output ${textWords(item.stderr)}`;
  if ('number' in item) return `the number ${numberWords(item.number)}`;
  if ('file' in item) return `the file ${item.file} ${item.exists === false ? 'is gone' : item.sha256 !== undefined ? 'has its checksum' : item.min_size !== undefined ? `has at least ${item.min_size}` : item.max_age !== undefined ? `is younger than ${item.max_age}` : 'is there'}`;
  const tests = [
    item.equals === undefined ? null : `is ${JSON.stringify(item.equals)}`, item.min === undefined ? null : `is at least ${item.min}`, item.max === undefined ? null : `is at most ${item.max}`,
    item.matches === undefined ? null : `matches ${item.matches}`, item.exists === undefined ? null : item.exists ? 'is there' : 'is absent',
  ].filter((part) => part !== null);
  return `${item.json === '' ? 'the answer' : item.json} ${tests.length === 0 ? 'is there' : tests.join(' and ')}`;
}

export function assertionWords(assertion: Assertion): string {
  if (assertion.title !== undefined) return assertion.title;
  if (!('run' in assertion)) return expectationWords(assertion);
  const expect = assertion.expect === undefined ? [] : Array.isArray(assertion.expect) ? assertion.expect : [assertion.expect];
  const program = assertion.run.slice(0, 3).join(' ');
  return expect.length === 0 ? `${program} ends with exit 0` : `${program}: ${expect.map(expectationWords).join(', ')}`;
}
