import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Assertion } from '../../../electron/contract/assertion.ts';
import type { AssertionResult } from '../../../electron/contract/assertion.ts';
import { describeExpectation } from '../../../electron/engine/assertion/describe.ts';
import { judge, judgeAll, judgeQuery } from '../../../electron/engine/assertion/judge.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import { toolRequest } from '../../support/tool-request.ts';

const NOW = Date.UTC(2026, 3, 25, 12);
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'judge-')); });
afterEach(() => rmSync(folder, { recursive: true }));

interface Printed { out?: string; err?: string; truncated?: boolean; redactor?: ReturnType<typeof createRedactor> }

function judged(assertion: unknown, { out = '', err = '', truncated = false, redactor = createRedactor([]) }: Printed = {}): Promise<AssertionResult> {
  return judge(Assertion.parse(assertion), {
    stdout: { text: out, truncated }, stderr: { text: err, truncated: false }, folder, clock: { now: () => NOW }, redactor,
    run: (argv) => runTool(toolRequest(argv, { cwd: folder, redactor })),
  });
}

describe('the output as a text', () => {
  it.each([
    [{ equals: 'ok' }, 'ok\n', true],
    [{ equals: 'ok' }, 'ok\r\n', true],
    [{ equals: 'ok\n' }, 'ok\n', true],
    [{ equals: 'ok' }, 'ok\n\n', false],
    [{ equals: 'ok' }, ' ok', false],
    [{ equals: '' }, '', true],
    [{ equals: '' }, 'x', false],
    [{ contains: 'b' }, 'abc', true],
    [{ contains: 'd' }, 'abc', false],
    [{ matches: 'b+' }, 'abbc', true],
    [{ matches: '^b$' }, 'a\nb\nc', true],
    [{ matches: '^b' }, 'ab', false],
    [{ matches: '\\p{Lu}' }, 'aÉ', true],
    [{ not_matches: 'error|fatal' }, 'all is well', true],
    [{ not_matches: 'error|fatal' }, 'fatal: no', false],
    [{ contains: 'a', not_matches: 'b' }, 'ab', false],
    [{ version: '>=15' }, 'pg_restore (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)', true],
    [{ version: '>=2.4 <3' }, 'kubectl v3.0.1', false],
    [{ version: '>=2.4' }, 'no version here', false],
    [{ version: 'newest' }, '1.2.3', false],
  ])('%o of %j is %s', async (test, out, ok) => {
    expect(await judged({ stdout: test }, { out })).toMatchObject({ ok });
    expect(await judged({ stderr: test }, { err: out })).toMatchObject({ ok });
  });

  it('is told in plain words, expected and actual', async () => {
    expect(await judged({ stdout: { equals: 'ok' }, title: 'The service answers' }, { out: 'down\n' })).toEqual({ ok: false, title: 'The service answers', expected: 'the output is "ok"', actual: '"down"' });
    expect((await judged({ stdout: { not_matches: 'error' } }, { out: 'an error' })).actual).toBe('it matches: "error"');
  });

  it('fails when it is too large, whatever is asked of it', async () => {
    const printed = { out: 'x'.repeat(16 * 1024 * 1024), truncated: true };
    for (const assertion of [{ stdout: { contains: 'x' } }, { json: '', exists: true }, { number: { min: 1 } }]) {
      expect(await judged(assertion, printed)).toMatchObject({ ok: false, actual: 'too large: more than 16 MiB of output' });
    }
  });

  it('is cut, masked and neutralised in what people read', async () => {
    const store = createSecretStore();
    store.put('key', Buffer.from('hunter22'), 'test');
    const redactor = createRedactor(store.all());
    const result = await judged({ stdout: { equals: 'hunter22' } }, { out: `\x1b[31m${'x'.repeat(3000)}`, redactor });
    expect(result.expected).toBe('the output is "‹masked:key›"');
    expect(result.actual.length).toBeLessThan(600);
    expect(result.actual).toContain('characters)');
    expect(result.actual).not.toContain('\x1b');
  });

  it('hangs nobody with a pattern that never ends', async () => {
    const start = performance.now();
    const result = await judged({ stdout: { matches: '^(a+)+$' } }, { out: `${'a'.repeat(60)}!` });
    expect(result).toMatchObject({ ok: false, actual: expect.stringContaining('longer than one second') });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('fails for a pattern that is none', async () => {
    expect(await judged({ stdout: { matches: '(' } }, { out: '(' })).toMatchObject({ ok: false, actual: expect.stringContaining('could not be used') });
  });
});

describe('the output as JSON', () => {
  const out = JSON.stringify({ a: { 'b/c': [1, 2.5, '3', null, true] }, 'm~n': 'text', __proto__x: 1, empty: {} });
  it.each([
    [{ json: '/a/b~1c/0', equals: 1 }, true],
    [{ json: '/a/b~1c/2', equals: 3 }, false],
    [{ json: '/a/b~1c/3', equals: null }, true],
    [{ json: '/a/b~1c/4', equals: true }, true],
    [{ json: '/m~0n', equals: 'text' }, true],
    [{ json: '/m~0n', matches: '^t' }, true],
    [{ json: '/a/b~1c/1', min: 2, max: 3 }, true],
    [{ json: '/a/b~1c/1', min: 3 }, false],
    [{ json: '/a/b~1c/2', min: 1 }, false],
    [{ json: '/a/b~1c/1', matches: '^2' }, true],
    [{ json: '/a', matches: 'b' }, false],
    [{ json: '/nothing', exists: true }, false],
    [{ json: '/nothing', exists: false }, true],
    [{ json: '/a', exists: false }, false],
    [{ json: '/a/b~1c/3', exists: true }, true],
    [{ json: '/a/b~1c/01', exists: true }, false],
    [{ json: '/a/b~1c/-', exists: true }, false],
    [{ json: '/a/b~1c/9', exists: true }, false],
    [{ json: '/constructor', exists: true }, false],
    [{ json: '/a/b~1c/length', exists: true }, false],
    [{ json: '', exists: true }, true],
    [{ json: 'a', exists: true }, false],
    [{ json: '/empty', equals: '[object Object]' }, false],
  ])('%o is %s', async (assertion, ok) => {
    expect(await judged(assertion, { out })).toMatchObject({ ok });
  });

  it('must be JSON', async () => {
    expect(await judged({ json: '/a', exists: true }, { out: 'not json' })).toMatchObject({ ok: false, actual: expect.stringContaining('not JSON') });
  });

  it('says when only the kind of value differs', async () => {
    expect((await judged({ json: '/a/b~1c/2', equals: 3 }, { out })).actual).toBe('"3", which is a text and not a number');
  });
});

describe('the output as a number', () => {
  it.each([
    ['41\n', { min: 41 }, true], [' 41 \n', { equals: 41 }, true], ['-1.5e2', { max: -150 }, true], ['40', { min: 41 }, false], ['42', { max: 41 }, false],
    ['', { max: 5 }, false], ['0x10', { min: 1 }, false], ['1,000', { min: 1 }, false], ['1 2', { min: 1 }, false], ['NaN', { max: 5 }, false], ['Infinity', { min: 1 }, false], ['41 rows', { min: 1 }, false],
  ])('%j against %o is %s', async (out, number, ok) => {
    expect(await judged({ number }, { out })).toMatchObject({ ok });
  });
});

describe('a file', () => {
  it('is judged by its presence, size, age and digest', async () => {
    const path = join(folder, 'dump');
    writeFileSync(path, 'x'.repeat(2048));
    utimesSync(path, NOW / 1000 - 3600, NOW / 1000 - 3600);
    const sha256 = createHash('sha256').update('x'.repeat(2048)).digest('hex');
    const ok = async (more: object): Promise<boolean> => (await judged({ file: 'dump', ...more })).ok;
    expect(await ok({ exists: true })).toBe(true);
    expect(await ok({ exists: false })).toBe(false);
    expect(await ok({ min_size: '2KiB' })).toBe(true);
    expect(await ok({ min_size: '3KiB' })).toBe(false);
    expect(await ok({ max_age: '1h' })).toBe(true);
    expect(await ok({ max_age: '59m' })).toBe(false);
    expect(await ok({ sha256 })).toBe(true);
    expect(await ok({ sha256: `sha256:${sha256}` })).toBe(true);
    expect(await ok({ sha256: '0'.repeat(64) })).toBe(false);
    expect(await judged({ file: path, min_size: '1KiB' })).toMatchObject({ ok: true, actual: 'it is there, 2048 bytes' });
  });

  it('that is not there, or is a folder, or lies behind a file', async () => {
    mkdirSync(join(folder, 'dir'));
    writeFileSync(join(folder, 'plain'), '');
    expect(await judged({ file: 'gone', exists: true })).toMatchObject({ ok: false, actual: 'it is not there' });
    expect(await judged({ file: 'gone', exists: false })).toMatchObject({ ok: true });
    expect(await judged({ file: 'dir', exists: true })).toMatchObject({ ok: true });
    expect(await judged({ file: 'dir', sha256: '0'.repeat(64) })).toMatchObject({ ok: false, actual: expect.stringContaining('not a file') });
    expect(await judged({ file: 'plain/below', exists: false })).toMatchObject({ ok: true });
    expect(await judged({ file: 'a\0b', exists: false })).toMatchObject({ ok: false, actual: expect.stringContaining('cannot be looked at') });
  });
});

describe('another program', () => {
  it('must exit with 0, and its output is what is judged', async () => {
    const expectation = { run: ['sh', '-c', 'echo 41; echo warning >&2'], expect: [{ number: { min: 41 } }, { stderr: { contains: 'warning' } }] };
    expect(await judged(expectation, { out: 'not this' })).toMatchObject({ ok: true, expected: 'sh -c "echo 41; echo warning >&2" exits with 0, and the output as a number is at least 41, and the error output contains "warning"' });
    expect(await judged({ ...expectation, expect: { number: { min: 42 } } })).toMatchObject({ ok: false, actual: '41' });
  });

  it('that fails tells its reason and last words', async () => {
    expect(await judged({ run: ['sh', '-c', 'echo gone wrong >&2; exit 3'] })).toMatchObject({ ok: false, actual: 'sh ended with exit code 3: gone wrong' });
    expect(await judged({ run: ['no-such-program-here'] })).toMatchObject({ ok: false, actual: expect.stringContaining('not found') });
    expect(await judged({ run: ['true'] })).toMatchObject({ ok: true, actual: 'true exited with 0' });
  });
});

describe('several assertions', () => {
  it('are all judged, in order', async () => {
    const context = { stdout: { text: 'a', truncated: false }, stderr: { text: '', truncated: false }, folder, clock: { now: () => NOW }, redactor: createRedactor([]), run: (argv: readonly string[]) => runTool(toolRequest(argv)) };
    const results = await judgeAll([{ stdout: { equals: 'b' } }, { stdout: { equals: 'a' } }], context);
    expect(results.map((result) => result.ok)).toEqual([false, true]);
  });
});

describe('a query', () => {
  const redactor = createRedactor([]);
  it('is judged by its answer', async () => {
    expect(await judgeQuery({ query: 'q', number: { min: 41 } }, '41', redactor)).toEqual({ ok: true, expected: 'the answer as a number is at least 41', actual: '41' });
    expect(await judgeQuery({ query: 'q', stdout: { equals: 'a\t\\N' } }, 'a\t\\N\n', redactor)).toMatchObject({ ok: true });
    expect(await judgeQuery({ query: 'q', stdout: { contains: '4' }, number: { max: 40 } }, '41', redactor)).toMatchObject({ ok: false, expected: 'the answer contains "4", and the answer as a number is at most 40' });
    expect(await judgeQuery({ query: 'q' }, '', redactor)).toMatchObject({ ok: true, expected: 'the query is answered' });
  });
});

describe('an expectation in words', () => {
  it.each([
    [{ stdout: { equals: 'a', not_matches: 'b' } }, 'the output is "a" and does not match /b/'],
    [{ stdout: { version: '>=2.4' } }, 'the output names a version >=2.4'],
    [{ json: '/a/0', equals: null, min: 1 }, '/a/0 of the JSON output is null and is at least 1'],
    [{ json: '', exists: true }, 'the JSON output is there'],
    [{ json: '/a', exists: false }, '/a of the JSON output is not there'],
    [{ number: { equals: 1 } }, 'the output as a number is 1'],
    [{ file: 'x', min_size: '1KiB', max_age: '24h', sha256: 'ab' }, 'the file x is there, has the SHA-256 ab, has at least 1KiB, is at most 24h old'],
    [{ file: 'x', exists: false }, 'the file x is not there'],
    [{ run: ['psql', '-c', 'SELECT 1'] }, 'psql -c "SELECT 1" exits with 0'],
  ])('%o', (assertion, words) => {
    expect(describeExpectation(Assertion.parse(assertion))).toBe(words);
  });
});
