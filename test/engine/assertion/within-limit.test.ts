import { describe, expect, it } from 'vitest';
import { withinLimit } from '../../../electron/engine/assertion/within-limit.ts';
import { evaluateWhen, type ValueTypes } from '../../../electron/engine/runbook/expression.ts';

const ENDLESS = /^(a+)+$/u;
const VICTIM = `${'a'.repeat(60)}!`;

describe('work with a limit', () => {
  it('gives its value, also when such work is done inside of it', () => {
    expect(withinLimit(() => withinLimit(() => ENDLESS.test('aa')))).toEqual({ done: true, value: { done: true, value: true } });
  });

  it('is ended in the middle of a regular expression, and the next one works', () => {
    expect(withinLimit(() => ENDLESS.test(VICTIM), 50)).toEqual({ done: false });
    expect(withinLimit(() => 7, 50)).toEqual({ done: true, value: 7 });
  });

  it('hands on what is thrown', () => {
    expect(() => withinLimit(() => { throw new RangeError('odd'); })).toThrow(RangeError);
  });
});

describe('a condition of a runbook', () => {
  const types: ValueTypes = new Map([['x', 'string']]);

  it('that never ends is a fault, not the end of the engine', () => {
    expect(evaluateWhen('x.matches("^(a+)+$")', types, { x: VICTIM })).toEqual({ kind: 'fault', message: expect.stringContaining('within a second') });
    expect(evaluateWhen('x.matches("^(a+)+$")', types, { x: 'aaa' })).toEqual({ kind: 'value', value: true });
  });
});
