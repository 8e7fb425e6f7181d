import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatInstant, resolveParams } from '../../../electron/engine/runbook/params.ts';
import { parse } from './compose.ts';
import type { Mode } from '../../../electron/contract/vocabulary.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'blackstart-params-'));
  mkdirSync(join(dir, 'backups'));
  ['old', 'new', 'middle'].forEach((name, index) => {
    const path = join(dir, 'backups', `${name}.dump`);
    writeFileSync(path, name);
    utimesSync(path, new Date(), new Date(Date.UTC(2026, 3, [1, 30, 15][index])));
  });
});
afterAll(() => { rmSync(dir, { recursive: true }); });

/** The outcome for one parameter `p` of this type. */
function resolve(spec: string, given?: string, mode: Mode = 'live') {
  const { runbook, findings } = parse({ front: `params:\n  p: ${spec}\nscratch: { pg: { kind: postgres } }\n`, body: '' });
  if (runbook === null) throw new Error(JSON.stringify(findings));
  const { values, questions, confirm } = resolveParams({ ...runbook, path: join(dir, 'x.runbook.md') }, given === undefined ? {} : { p: given }, mode, { builtIns: { data_dir: dir, runbook_dir: dir } });
  return { value: values?.['p'] ?? null, problem: questions[0]?.problem ?? null, question: questions[0], confirm };
}

describe('a parameter', () => {
  it.each([
    ['{ type: string }', 'any $(thing); `at` all'],
    ['{ type: enum, values: [kubernetes, vm] }', 'vm'],
    ['{ type: int, min: -5, max: 9 }', '-3'],
    ['{ type: bool }', 'false'],
    ['{ type: duration }', '1h30m'],
    ['{ type: host }', 'db-1.ampora.example:5432'],
    ['{ type: host }', '192.0.2.7'],
    ['{ type: host }', '2001:db8::1'],
    ['{ type: host }', '[2001:db8::1]:5432'],
    ['{ type: host }', '/tmp/pg-socket'],
    ['{ type: url }', 'https://ampora.example/health?x=1'],
    ['{ type: url }', 's3://bucket/prefix'],
    ['{ type: string, leading_dash: true }', '-1h'],
    ["{ type: string, pattern: '^[a-z]+$' }", 'abc'],
  ])('%s takes %s as it is', (spec, text) => {
    expect(resolve(spec, text)).toMatchObject({ value: text, problem: null });
  });

  it.each([
    ['{ type: enum, values: [kubernetes, vm] }', 'VM', 'must be one of kubernetes, vm'],
    ['{ type: int, min: 1 }', '0', 'at least 1'],
    ['{ type: int, max: 9 }', '10', 'at most 9'],
    ['{ type: int }', '1.5', 'whole number'],
    ['{ type: int }', '0x10', 'whole number'],
    ['{ type: int }', '99999999999999999', 'whole number'],
    ['{ type: bool }', 'yes', 'true or false'],
    ['{ type: duration }', 'soon', 'a duration reads'],
    ['{ type: host }', 'a b', 'no host name'],
    ['{ type: host }', 'x;reboot', 'no host name'],
    ['{ type: host }', '/tmp/../etc', 'no host name'],
    ['{ type: url }', 'ampora', 'no URL'],
    ['{ type: url }', 'javascript:alert(1)', 'not allowed'],
    ['{ type: url }', 'https://user:pass@x.example', 'holds a password'],
    ["{ type: string, pattern: '^[a-z]+$' }", 'ABC', 'does not match'],
  ])('%s refuses %s', (spec, text, problem) => {
    expect(resolve(spec, text)).toMatchObject({ value: null, problem: expect.stringContaining(problem) });
  });

  it('begins with "-" only where the runbook says so', () => {
    expect(resolve('{ type: string }', '-rf').problem).toContain('begins with "-"');
    expect(resolve('{ type: file }', '-x').problem).toContain('begins with "-"');
  });

  it('never smuggles an ssh option', () => {
    for (const type of ['string', 'host', 'url', 'file', 'directory']) expect(resolve(`{ type: ${type} }`, '-oProxyCommand=reboot').problem).toContain('begins with "-"');
  });

  it('never smuggles a tar checkpoint', () => {
    expect(resolve('{ type: string }', '--checkpoint-action=exec=sh').problem).toContain('begins with "-"');
  });

  it('holds neither newline nor NUL', () => {
    expect(resolve('{ type: string }', 'a\nb').problem).toContain('line break');
    expect(resolve('{ type: string }', 'a\rb').problem).toContain('line break');
    expect(resolve('{ type: string }', 'a\0b').problem).toContain('NUL');
    expect(resolve("{ type: string, pattern: '^a$' }", 'a\nb').problem).toContain('line break');
  });

  it('keeps braces as they were typed', () => {
    expect(resolve('{ type: string }', '{{data_dir}}')).toMatchObject({ value: '{{data_dir}}', problem: null });
  });

  it('does not climb out of a folder', () => {
    expect(resolve('{ type: file }', '../../etc/passwd').problem).toContain('".."');
    expect(resolve('{ type: directory }', '/tmp/../etc').problem).toContain('".."');
  });

  it('refuses whatever begins with "-", for every type and text', () => {
    fc.assert(fc.property(fc.constantFrom('string', 'host', 'url', 'file', 'directory', 'duration', 'datetime', 'bool'), fc.string(), (type, rest) => resolve(`{ type: ${type} }`, `-${rest}`).value === null), { numRuns: 60 });
  });
});

describe('a time', () => {
  it.each([
    ['rfc3339', '2026-04-25 14:30:00+00', '2026-04-25T14:30:00Z'],
    ['rfc3339', '2026-04-25T16:30:00+02:00', '2026-04-25T14:30:00Z'],
    ['rfc3339', '2026-04-25T14:30:00.250Z', '2026-04-25T14:30:00.250Z'],
    ['postgres', '2026-04-25T14:30:00Z', '2026-04-25 14:30:00+00'],
    ['postgres', '2026-04-25 16:30:00+02', '2026-04-25 14:30:00+00'],
    ['postgres', '2026-04-25 14:30+00', '2026-04-25 14:30:00+00'],
    ['epoch', '2026-04-25T14:30:00Z', '1777127400'],
    ['postgres', '1777127400', '2026-04-25 14:30:00+00'],
  ])('as %s: %s becomes %s', (format, given, value) => {
    expect(resolve(`{ type: datetime, format: ${format} }`, given)).toMatchObject({ value, problem: null });
  });

  it('with UTC behind it is refused with the right form', () => {
    expect(resolve('{ type: datetime, format: postgres }', '2026-04-25 14:30:00 UTC').problem).toContain('2026-04-25 14:30:00+00');
  });

  it.each(['2026-04-25 14:30:00', '2026-02-30T00:00:00Z', '25.04.2026', 'yesterday', '2026-04-25T25:00:00Z', ''])('is refused: %j', (given) => {
    expect(resolve('{ type: datetime }', given).value).toBeNull();
  });

  it('survives its own format', () => {
    fc.assert(fc.property(fc.date({ min: new Date('1971-01-01'), max: new Date('2999-01-01'), noInvalidDate: true }), fc.constantFrom('rfc3339' as const, 'postgres' as const, 'epoch' as const), (date, format) => {
      const text = formatInstant(date, format);
      return resolve(`{ type: datetime, format: ${format} }`, text).value === text;
    }), { numRuns: 60 });
  });
});

describe('a file', () => {
  it('is the newest that matches, to be confirmed', () => {
    const found = resolve("{ type: file, glob: '{{data_dir}}/backups/*.dump', pick: newest, confirm: true }");
    expect(found).toMatchObject({ value: join(dir, 'backups/new.dump'), confirm: ['p'] });
    expect(found.question?.candidates.map((path) => path.slice(dir.length + 9))).toEqual(['new.dump', 'middle.dump', 'old.dump']);
  });

  it('is the oldest, or the only one', () => {
    expect(resolve('{ type: file, glob: backups/*.dump, pick: oldest }').value).toBe(join(dir, 'backups/old.dump'));
    expect(resolve('{ type: file, glob: backups/*.dump, pick: only }').problem).toContain('3 match');
    expect(resolve('{ type: file, glob: backups/old*, pick: only }').value).toBe(join(dir, 'backups/old.dump'));
    expect(resolve('{ type: file, glob: backups/*.gz, pick: newest }').problem).toContain('nothing matches');
  });

  it('must exist and be of the right kind', () => {
    expect(resolve('{ type: file }', 'backups/old.dump').value).toBe(join(dir, 'backups/old.dump'));
    expect(resolve('{ type: directory }', 'backups').value).toBe(join(dir, 'backups'));
    expect(resolve('{ type: file }', 'backups').problem).toContain('is no file');
    expect(resolve('{ type: directory }', 'backups/old.dump').problem).toContain('is no directory');
    expect(resolve('{ type: file }', 'gone').problem).toContain('does not exist');
  });

  it('need not exist at a table', () => {
    expect(resolve('{ type: file, glob: backups/*.gz, pick: newest }', undefined, 'tabletop')).toMatchObject({ value: 'backups/*.gz', problem: null });
  });
});

describe('a mode', () => {
  it('replaces the value, whatever was given', () => {
    const spec = "{ type: host, required: true, rehearsal: '{{scratch.pg.host}}', tabletop: db.example }";
    expect(resolve(spec, 'prod.example', 'rehearsal').value).toBe('{{scratch.pg.host}}');
    expect(resolve(spec, 'prod.example', 'tabletop').value).toBe('db.example');
    expect(resolve(spec, 'prod.example').value).toBe('prod.example');
  });
});

describe('resolving all of them', () => {
  const front = 'params:\n  a: { type: string, required: true, prompt: First }\n  b: { type: int, default: 3 }\n  c: { type: string }\n';
  const book = parse({ front, body: '' }).runbook;
  if (book === null) throw new Error('broken sample');

  it('asks for what is missing', () => {
    const { values, questions } = resolveParams(book, {}, 'live', { builtIns: {} });
    expect(values).toBeNull();
    expect(questions).toMatchObject([{ name: 'a', prompt: 'First', required: true, problem: 'a value is needed' }, { name: 'b', value: '3', problem: null }, { name: 'c', value: null, problem: null }]);
  });

  it('freezes text, defaults included, and leaves out what has no value', () => {
    const { values } = resolveParams(book, { a: 'x' }, 'live', { builtIns: {} });
    expect(values).toEqual({ a: 'x', b: '3' });
    expect(Object.isFrozen(values)).toBe(true);
  });

  it('refuses a name that is not there, with the one that was meant', () => {
    expect(() => resolveParams(book, { aa: 'x' }, 'live', { builtIns: {} })).toThrow('The runbook has no parameter aa.');
    expect(() => resolveParams(book, { constructor: 'x' }, 'live', { builtIns: {} })).toThrow('no parameter constructor');
  });
});
