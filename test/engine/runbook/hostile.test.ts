import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { block, compose, parse, rulesOf, step } from './compose.ts';

/** The rule that refuses a step with these lines, and that nothing came out of it. */
function refusal(yaml: string): string[] {
  const { runbook, findings } = parse({ body: step('a', yaml) });
  expect(runbook).toBeNull();
  return findings.filter((finding) => finding.severity === 'error').map((finding) => finding.rule);
}

/** Refused well within the time that a person would wait: milliseconds of processor time. */
function quickly<T>(work: () => T): T {
  const before = process.cpuUsage();
  const result = work();
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000);
  return result;
}

describe('a hostile runbook is refused', () => {
  it('1: alias bomb', () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 9 }, () => `*a${n}`).join(',')}]`)].join('\n');
    const rules = quickly(() => refusal(bomb));
    expect(rules).toContain('yaml-anchor');
    expect(rules).toContain('yaml-alias');
  });

  it('1: alias bomb in the front matter', () => {
    expect(quickly(() => rulesOf({ front: 'category: &a [x]\ncompliance: *a' }))).toEqual(['yaml-anchor', 'yaml-alias']);
  });

  it('2: 200,000 keys', () => {
    const keys = Array.from({ length: 200_000 }, (_, n) => `k${n}: 1`).join('\n');
    expect(quickly(() => refusal(keys))).toEqual(['limit-file']);
    expect(quickly(() => refusal(keys.slice(0, 40_000)))).toEqual(['limit-lines']);
    expect(quickly(() => refusal(keys.slice(0, 40_000).replaceAll(': 1\n', `: ${'x'.repeat(30)}\n`).slice(0, 40_000)))).toEqual(['limit-block']);
    expect(quickly(() => refusal(keys.slice(0, 15_000)))).toContain('unknown-field');
  });

  it('3: nesting 20,000 deep', () => {
    expect(quickly(() => refusal(`x: ${'['.repeat(15_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(`x: ${'{a: '.repeat(8_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(`x:\n ${'- '.repeat(15_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(`? ${'? '.repeat(15_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(Array.from({ length: 200 }, (_, n) => `${' '.repeat(n)}k:`).join('\n')))).toContain('limit-depth');
    expect(quickly(() => rulesOf(compose({ body: `${'> '.repeat(20_000)}x` })))).toEqual(['limit-depth']);
    expect(quickly(() => rulesOf(compose({ body: '['.repeat(100_000) })))).toEqual([]);
    expect(quickly(() => rulesOf(compose({ body: '*a _b '.repeat(40_000) })))).toEqual([]);
  });

  it('3: Markdown that parsers read in quadratic time', () => {
    expect(quickly(() => rulesOf(compose({ body: `> ${'a\n'.repeat(80_000)}` })))).toEqual(['limit-lines']);
    expect(quickly(() => rulesOf(compose({ body: `> ${'a\n'.repeat(8_000)}` })))).toEqual(['limit-lines']);
    expect(quickly(() => rulesOf(compose({ body: '\n'.repeat(100_000) })))).toEqual(['limit-lines']);
    expect(quickly(() => rulesOf(compose({ body: Array.from({ length: 300 }, (_, n) => `${' '.repeat(n * 2)}- a`).join('\n') })))).toEqual(['limit-depth']);
  });

  it('3: 32 levels are allowed, 33 are not', () => {
    const nested = (levels: number): string[] => refusal(`needs: ${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(nested(31)).not.toContain('limit-depth');
    expect(nested(32)).toContain('limit-depth');
  });

  it('4: 20 MB scalar', () => {
    expect(quickly(() => rulesOf(compose({ body: step('a', `role: ${'x'.repeat(20 * 1024 * 1024)}`) })))).toEqual(['limit-file']);
    expect(refusal(`role: ${'x'.repeat(17 * 1024)}`)).toEqual(['limit-scalar']);
    expect(refusal(`role: "${'é'.repeat(9 * 1024)}"`)).toEqual(['limit-scalar']);
    expect(parse({ body: step('a', `budget: 5m\nstdin: { text: "${'x'.repeat(16 * 1024 - 2)}" }`) }).runbook).not.toBeNull();
  });

  it('5: duplicate keys', () => {
    expect(refusal('budget: 1m\nbudget: 2m')).toEqual(['duplicate-key']);
    expect(refusal('env: {A: "1", A: "2"}')).toEqual(['duplicate-key']);
    expect(rulesOf({ front: 'id: other' })).toEqual(['duplicate-key']);
  });

  it('6: __proto__', () => {
    expect(refusal('__proto__: {kind: manual}')).toEqual(['forbidden-key']);
    expect(refusal('env: {__proto__: "1"}')).toEqual(['forbidden-key']);
    expect(rulesOf({ front: 'params: {__proto__: {type: string}}' })).toEqual(['forbidden-key']);
    expect(refusal('"\\u005f_proto__": 1')).toEqual(['forbidden-key']);
  });

  it('7: constructor.prototype', () => {
    expect(refusal('constructor: {prototype: {admin: true}}')).toEqual(['forbidden-key', 'forbidden-key']);
    expect(rulesOf({ front: 'params: {constructor: {type: string}}' })).toEqual(['forbidden-key']);
    expect(rulesOf({ body: step('constructor') })).toEqual(['wrong-form']);
    expect(refusal('run: [echo, "{{constructor}}"]')).toEqual(['unknown-name']);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('8: tags', () => {
    expect(refusal('role: !!js/function "function () {}"')).toContain('yaml-tag');
    expect(refusal('budget: !!str 5m')).toEqual(['yaml-tag']);
    expect(refusal('role: !include /etc/passwd')).toContain('yaml-tag');
    expect(refusal('role: !!binary aGk=')).toContain('yaml-tag');
  });

  it('9: two documents in a block', () => {
    expect(refusal('budget: 1m\n---\nid: b\nkind: run\nrun: [reboot]')).toEqual(['yaml-documents']);
  });

  it('9: a directive that would change how it is read', () => {
    expect(rulesOf({ body: `### A\n\n${block('step', '%YAML 1.1\n---\nid: a\nkind: run\nrun: [systemctl, "no"]')}` })).toEqual(['yaml-directive']);
  });

  it('10: merge key overriding a step', () => {
    expect(refusal('<<: {run: [reboot]}')).toEqual(['yaml-merge']);
  });

  it.each(['no', 'yes', 'off', 'On', '010', '1.10', '0x1F', '0o17', 'true', 'null', '~', '.inf', '1e3', '5432'])('11: %s in an argv must be quoted', (word) => {
    const { findings } = parse({ body: step('a', `run: [tool, ${word}]`) });
    expect(findings).toMatchObject([{ rule: 'quote-it', severity: 'error', fix: `Quote it: "${word}".` }]);
    expect(rulesOf({ body: step('a', `env: {A: ${word}}`) })).toEqual(['quote-it']);
    expect(rulesOf({ body: step('a', `verify: [{run: [x, ${word}]}]`) })).toEqual(['quote-it']);
    expect(parse({ body: step('a', `run: [tool, "${word}"]\nenv: {A: '${word}'}`) }).findings).toEqual([]);
  });

  it('12: bidi override in a command', () => {
    expect(rulesOf({ body: step('a', 'run: [rm, "\u202e/tmp/x"]') })).toEqual(['bidi']);
    expect(rulesOf({ body: step('a', 'run: [rm, "\\u202e/tmp/x"]') })).toEqual(['bidi']);
    expect(rulesOf({ body: `Prose \u2066 here.\n\n${step('a')}` })).toEqual(['bidi']);
  });

  it('13: zero-width and homoglyph ids', () => {
    expect(rulesOf({ body: step('zero\u200bwidth') })).toContain('invisible-character');
    const { findings } = parse({ body: step('рay') });
    expect(findings).toMatchObject([{ rule: 'mixed-script' }, { rule: 'wrong-form', message: expect.stringContaining('U+0440') }]);
    expect(parse({ body: step('a', 'rоle: operator') }).findings.find((finding) => finding.rule === 'unknown-field')?.message).toContain('U+043E');
    expect(parse({ front: 'params: {р: {type: string}}' }).findings).toMatchObject([{ rule: 'wrong-form', message: expect.stringContaining('U+0440') }]);
  });

  it('14: BOM, NUL, CRLF', () => {
    const text = compose({ body: step('a') });
    expect(rulesOf(`\ufeff${text}`)).toEqual(['encoding']);
    expect(rulesOf(text.replace('Prose', 'Pr\0se'))).toEqual(['control-character']);
    expect(rulesOf({ body: step('a', 'run: [x, "a\\0b"]') })).toEqual(['control-character']);
    expect(rulesOf(text.replaceAll('\n', '\r\n'))).toEqual(['line-ends']);
    expect(rulesOf(Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]))).toEqual(['encoding']);
    expect(rulesOf(Buffer.from(text, 'utf16le'))).not.toEqual([]);
  });

  it('15: cyclic needs', () => {
    const { findings } = parse({ body: step('a', 'needs: [c]') + step('b') + step('c') });
    expect(findings).toMatchObject([{ rule: 'needs-cycle', message: expect.stringMatching(/a needs c needs b needs a|c needs b needs a needs c|b needs a needs c needs b/u) }]);
    expect(rulesOf({ body: step('a', 'needs: [a]') })).toEqual(['needs-self']);
  });

  it('16: duplicate ids', () => {
    expect(parse({ body: step('a') + step('a', 'needs: []') }).findings).toMatchObject([{ rule: 'duplicate-id', message: expect.stringContaining('line ') }]);
    const check = block('check', '{ id: a, title: A, kind: power, severity: warning, expires: 1d }');
    expect(rulesOf({ body: check + step('a') })).toEqual(['duplicate-id']);
  });

  it('whatever its bytes are: nothing is thrown, and an error means no runbook', () => {
    const good = readFileSync(new URL('../../fixtures/runbooks/every-block.runbook.md', import.meta.url));
    const edit = fc.record({ at: fc.nat(good.length - 1), drop: fc.nat(40), put: fc.oneof(fc.constantFrom('', '\n', '```\n', '  ', '- ', ': ', '{', ']', '"', "'", '|', '{{', '&a ', '*a', '#', '\u202e', '---\n', 'id: a\n', '"": 1\n', '? ', '!!int '), fc.string({ maxLength: 8 })) });
    fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const bytes = edits.reduce((before, { at, drop, put }) => Buffer.concat([before.subarray(0, at), Buffer.from(put), before.subarray(at + drop)]), good);
      const { runbook, findings } = parse(bytes);
      const lines = bytes.toString().split('\n').length;
      expect(runbook === null).toBe(findings.some((finding) => finding.severity === 'error'));
      for (const finding of findings) expect(finding.line >= 1 && finding.line <= lines && finding.column >= 1, JSON.stringify(finding)).toBe(true);
    }), { numRuns: 150 });
  });

  it('more than 500 steps', () => {
    expect(quickly(() => rulesOf({ body: Array.from({ length: 501 }, (_, n) => step(`s${n}`)).join('') }))).toEqual(['limit-steps']);
  });

  it('a step hidden in a list, a quote or an unclosed fence', () => {
    expect(rulesOf({ body: '- item\n\n  ```yaml step\n  id: a\n  kind: run\n  run: [reboot]\n  ```\n' })).toEqual(['block-nested']);
    expect(rulesOf({ body: '> ```yaml step\n> id: a\n> ```\n' })).toEqual(['block-nested']);
    expect(rulesOf({ body: '### A\n\n```yaml step\nid: a\nkind: run\nrun: [x]\n' })).toEqual(['fence-open']);
  });
});
