import { describe, expect, it } from 'vitest';
import { Capture } from '../../../electron/contract/step.ts';
import { capture, captureText } from '../../../electron/engine/assertion/capture.ts';
import type { CaptureResult } from '../../../electron/engine/assertion/capture.ts';

function captured(text: string, spec: unknown, truncated = false): Promise<CaptureResult> {
  return capture({ text, truncated }, Capture.parse(spec));
}

describe('a capture', () => {
  it.each([
    ['the whole output', 'a b\n', { stdout: true, type: 'string' }, 'a b'],
    ['a place in JSON', '{"x":{"lag":17}}', { json: '/x/lag', type: 'int' }, 17],
    ['a text in JSON', '{"x":"17"}', { json: '/x', type: 'int' }, 17],
    ['a part of a document as text', '{"x":{"a":1}}', { json: '/x', type: 'string' }, '{"a":1}'],
    ['the group of a pattern', 'LSN: 0/1A\n', { regex: '^LSN: (\\S+)$', type: 'string' }, '0/1A'],
    ['the whole match of a pattern without a group', 'lag 12 s', { regex: '\\d+', type: 'int' }, 12],
    ['a number', '1.5\n', { stdout: true, type: 'number' }, 1.5],
    ['truth as JSON has it', '{"ok":true}', { json: '/ok', type: 'bool' }, true],
    ['truth as PostgreSQL prints it', 'f\n', { stdout: true, type: 'bool' }, false],
  ])('takes %s', async (_, text, spec, value) => {
    expect(await captured(text, spec)).toEqual({ value, text: String(value), usableInArgv: true });
  });

  it.each([
    ['2026-04-25T14:30:00Z', '2026-04-25T14:30:00.000Z'],
    ['2026-04-25T16:30:00+02:00', '2026-04-25T14:30:00.000Z'],
    ['2026-04-25 14:30:00.123456+00', '2026-04-25T14:30:00.123Z'],
    ['2026-04-25 14:30:00 UTC', '2026-04-25T14:30:00.000Z'],
    ['2026-04-25 20:00:00+0530', '2026-04-25T14:30:00.000Z'],
  ])('reads the time %s in UTC', async (text, value) => {
    expect(await captured(`${text}\n`, { stdout: true, type: 'datetime' })).toMatchObject({ value });
  });

  it.each(['2026-04-25 14:30:00', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-04-25T25:00:00Z', '2026-04-25', 'yesterday', ''])('refuses %j as a time', async (text) => {
    expect(await captured(text, { stdout: true, type: 'datetime' })).toMatchObject({ problem: expect.stringContaining('time zone') });
  });

  it.each([
    ['x', { stdout: true, type: 'int' }, 'not an integer'],
    ['1.5', { stdout: true, type: 'int' }, 'not an integer'],
    ['9007199254740993', { stdout: true, type: 'int' }, 'not an integer'],
    ['', { stdout: true, type: 'number' }, 'not a number'],
    ['yes', { stdout: true, type: 'bool' }, 'not true or false'],
    ['{}', { json: '/x', type: 'string' }, 'no /x in the JSON'],
    ['{', { json: '/x', type: 'string' }, 'not JSON'],
    ['abc', { regex: 'd', type: 'string' }, 'Nothing in the output matches'],
    ['abc', { regex: 'a(d)?', type: 'string' }, 'its group is empty'],
    ['abc', { regex: '(', type: 'string' }, 'could not be used'],
    [`${'a'.repeat(60)}!`, { regex: '^(a+)+$', type: 'string' }, 'longer than one second'],
  ])('of %j as %o is a problem in words', async (text, spec, words) => {
    expect(await captured(text, spec)).toMatchObject({ problem: expect.stringContaining(words) });
  });

  it('of an output that is too large is a problem', async () => {
    expect(await captured('x', { stdout: true, type: 'string' }, true)).toMatchObject({ problem: expect.stringContaining('too large') });
  });

  it('that holds a mask may not be used in an argv', () => {
    expect(captureText('user:‹masked:pg_password›@host', 'string')).toMatchObject({ usableInArgv: false });
    expect(captureText('user@host', 'string')).toMatchObject({ usableInArgv: true });
  });
});
