import { describe, expect, it } from 'vitest';
import type { ValueType } from '../../../electron/engine/runbook/expression.ts';
import { checkWhen, evaluateWhen, readInstant } from '../../../electron/engine/runbook/expression.ts';

const TYPES = new Map<string, ValueType>([['target', 'string'], ['n', 'int'], ['share', 'number'], ['ok', 'bool'], ['at', 'datetime'], ['patience', 'duration']]);

describe('a condition', () => {
  it.each([
    ['target == "kubernetes" && ok', { target: 'kubernetes', ok: 'true' }, true],
    ['target == "kubernetes" && ok', { target: 'vm', ok: 'true' }, false],
    ['n >= 3', { n: '3' }, true],
    ['n == 9007199254740993', { n: '9007199254740993' }, true],
    ['share < 0.5', { share: '0.25' }, true],
    ['share < 1', { share: '0.25' }, true],
    ['at < timestamp("2026-05-01T00:00:00Z")', { at: '2026-04-25 14:30:00+00' }, true],
    ['at < timestamp("2026-05-01T00:00:00Z")', { at: '1777127400' }, true],
    ['patience > duration("1h")', { patience: '1h30m' }, true],
    ['target in ["vm", "bare"]', { target: 'vm' }, true],
    ['target.startsWith("v")', { target: 'vm' }, true],
  ])('%s with %j is %s', (text, values, value) => {
    expect(checkWhen(text, TYPES)).toEqual({ ok: true });
    expect(evaluateWhen(text, TYPES, values)).toEqual({ kind: 'value', value });
  });

  it('is unset when a name that decides has no value', () => {
    expect(evaluateWhen('ok', TYPES, {})).toEqual({ kind: 'unset', name: 'ok' });
    expect(evaluateWhen('target == "vm" && ok', TYPES, { target: 'vm' })).toEqual({ kind: 'unset', name: 'ok' });
    expect(evaluateWhen('n > 1', TYPES, { target: 'vm' })).toEqual({ kind: 'unset', name: 'n' });
  });

  it('is decided without a name that cannot change it', () => {
    expect(evaluateWhen('target == "kubernetes" && ok', TYPES, { target: 'vm' })).toEqual({ kind: 'value', value: false });
  });

  it('is decided although a value that it does not ask for cannot be read', () => {
    expect(evaluateWhen('target == "vm"', TYPES, { target: 'vm', n: '{{scratch.pg.port}}' })).toEqual({ kind: 'value', value: true });
  });

  it('says what does not fit its type', () => {
    expect(evaluateWhen('n > 1', TYPES, { n: 'many' })).toMatchObject({ kind: 'fault', message: expect.stringContaining('not of type int') });
    expect(evaluateWhen('ok', TYPES, { ok: 'yes' })).toMatchObject({ kind: 'fault' });
    expect(evaluateWhen('at == at', TYPES, { at: 'noon' })).toMatchObject({ kind: 'fault' });
    expect(evaluateWhen('patience == patience', TYPES, { patience: 'long' })).toMatchObject({ kind: 'fault' });
    expect(evaluateWhen('1 / 0 == n', TYPES, { n: '1' })).toMatchObject({ kind: 'fault' });
  });

  it('is checked with its place before anything runs', () => {
    expect(checkWhen('ok && gone', TYPES)).toMatchObject({ ok: false, offset: 6, message: expect.stringContaining('gone') });
    expect(checkWhen('n == "x"', TYPES)).toMatchObject({ ok: false, offset: 0 });
    expect(checkWhen('n + 1', TYPES)).toMatchObject({ ok: false, message: expect.stringContaining('true or false') });
    expect(checkWhen('ok &&', TYPES)).toMatchObject({ ok: false, offset: 5 });
    expect(checkWhen('', TYPES)).toMatchObject({ ok: false });
    expect(checkWhen(`${'('.repeat(100)}ok${')'.repeat(100)}`, TYPES)).toMatchObject({ ok: false });
  });

  it('reaches nothing but its values', () => {
    for (const text of ['constructor == 1', '__proto__ == 1', 'target.constructor == 1', 'process.exit() == 1']) expect(checkWhen(text, TYPES).ok).toBe(false);
  });
});

describe('reading a time', () => {
  it('knows the three formats of a parameter', () => {
    for (const text of ['2026-04-25T14:30:00Z', '2026-04-25 14:30:00+00', '2026-04-25 16:30:00+02:00', '1777127400']) expect(readInstant(text)?.toISOString()).toBe('2026-04-25T14:30:00.000Z');
    expect(readInstant('2026-02-30T00:00:00Z')).toBeNull();
  });
});
