import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../electron/contract/errors.ts';
import { fillAroundSecretFiles, fillTemplate, secretFilesIn, parseTemplate, secretOfTemplateName, templateNames } from '../../../electron/engine/runbook/template.ts';

const argv = { in: 'argv' } as const;

describe('filling a template', () => {
  it('replaces a name inside one element', () => {
    expect(fillTemplate('--host={{pg_host}}:{{port}}', { pg_host: 'db one', port: '5432' }, argv)).toBe('--host=db one:5432');
  });

  it('reads {{{{ as a literal {{ and leaves }} alone', () => {
    expect(fillTemplate('--template={{{{.Status}}', {}, argv)).toBe('--template={{.Status}}');
    expect(fillTemplate('{{{{{{name}}', { name: 'x' }, argv)).toBe('{{x');
  });

  it('never expands a value again', () => {
    expect(fillTemplate('{{a}}', { a: '{{b}}', b: 'secret' }, argv)).toBe('{{b}}');
    expect(fillTemplate('{{a}}{{b}}', { a: '{{', b: 'c}}', c: 'no' }, argv)).toBe('{{c}}');
  });

  it('keeps shell syntax literal', () => {
    for (const value of ['$(reboot)', '; reboot', '`reboot`', '| sh', '*', '~', '\\!reboot']) expect(fillTemplate('{{v}}', { v: value }, argv)).toBe(value);
  });

  it('puts any value in its place, unchanged', () => {
    fc.assert(fc.property(fc.string().filter((text) => !text.includes('\0')), (value) => fillTemplate('a{{v}}z', { v: value }, argv) === `a${value}z`));
  });

  it('refuses a name without a value', () => {
    expect(() => fillTemplate('{{lag}}', {}, argv)).toThrow('{{lag}} has no value yet.');
    expect(() => fillTemplate('{{constructor}}', {}, argv)).toThrow(EngineError);
  });

  it('refuses NUL in an argument but not in a text', () => {
    expect(() => fillTemplate('{{v}}', { v: 'a\0b' }, argv)).toThrow('NUL');
    expect(fillTemplate('{{v}}', { v: 'a\0b' }, { in: 'text' })).toBe('a\0b');
  });

  it('refuses a captured value that would become an option, and lets a negative number pass', () => {
    const options = { in: 'argv', captures: new Set(['v']) } as const;
    expect(() => fillTemplate('{{v}}', { v: '-oProxyCommand=x' }, options)).toThrow('begins with "-"');
    expect(fillTemplate('{{v}}', { v: '-3' }, options)).toBe('-3');
    expect(fillTemplate('--x={{v}}', { v: '-o' }, options)).toBe('--x=-o');
  });

  it('gives the file of a secret to argv and env alone', () => {
    const values = { 'secret_file:key': '/run/key' };
    expect(fillTemplate('{{secret_file:key}}', values, argv)).toBe('/run/key');
    expect(fillTemplate('{{secret_file:key}}', values, { in: 'env' })).toBe('/run/key');
    expect(() => fillTemplate('{{secret_file:key}}', values, { in: 'text' })).toThrow('cannot be part of a text');
  });
});

describe('a text around the file of a secret', () => {
  const around = (written: string, value: string): string => fillAroundSecretFiles(written, (text) => fillTemplate(text, { v: value }, { in: 'text' }));

  it('is filled, and the file left to whoever starts the program', () => {
    expect(around('{{v}}={{secret_file:key}} {{{{x}}', '{{')).toBe('{{={{secret_file:key}} {{x}}');
    expect(secretFilesIn('{{={{secret_file:key}} {{x}}')).toEqual(['key']);
  });

  it('is refused when a value reads as one', () => {
    expect(() => around('{{v}}', '{{secret_file:key}}')).toThrow('reads as the file of a secret');
  });
});

describe('reading a template', () => {
  it('names what it asks for, once each', () => {
    expect(templateNames('{{a}} {{scratch.pg.host}} {{a}} {{secret_file:k}} {{{{b}}')).toEqual(['a', 'scratch.pg.host', 'secret_file:k']);
    expect(secretOfTemplateName('secret_file:k')).toBe('k');
    expect(secretOfTemplateName('k')).toBeNull();
  });

  it.each(['{{ a }}', '{{.Status}}', '{{A}}', '{{', '{{{a}}', '{{a', '{{scratch.pg}}', '{{__proto__}}'])('finds the fault in %s', (text) => {
    const parsed = parseTemplate(`x${text}`);
    expect(parsed).toMatchObject({ ok: false, fault: { offset: 1 } });
    expect(templateNames(text)).toEqual([]);
    expect(() => fillTemplate(text, {}, argv)).toThrow(EngineError);
  });
});
