import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeDraft, lintPaths } from '../../../electron/engine/runbook/lint.ts';
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
  it('alias bomb', () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 9 }, () => `*a${n}`).join(',')}]`)].join('\n');
    const rules = quickly(() => refusal(bomb));
    expect(rules).toContain('yaml-anchor');
    expect(rules).toContain('yaml-alias');
  });

  it('alias bomb in the front matter', () => {
    expect(quickly(() => rulesOf({ front: 'category: &a [x]\ncompliance: *a' }))).toEqual(['yaml-anchor', 'yaml-alias']);
  });

  it('200,000 keys', () => {
    const keys = Array.from({ length: 200_000 }, (_, n) => `k${n}: 1`).join('\n');
    expect(quickly(() => refusal(keys))).toEqual(['limit-file']);
    expect(quickly(() => refusal(keys.slice(0, 40_000)))).toEqual(['limit-lines']);
    expect(quickly(() => refusal(keys.slice(0, 40_000).replaceAll(': 1\n', `: ${'x'.repeat(30)}\n`).slice(0, 40_000)))).toEqual(['limit-block']);
    expect(quickly(() => refusal(keys.slice(0, 15_000)))).toContain('unknown-field');
  });

  it('nesting 20,000 deep', () => {
    expect(quickly(() => refusal(`x: ${'['.repeat(15_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(`x: ${'{a: '.repeat(8_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(`x:\n ${'- '.repeat(15_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(`? ${'? '.repeat(15_000)}`))).toEqual(['limit-depth']);
    expect(quickly(() => refusal(Array.from({ length: 200 }, (_, n) => `${' '.repeat(n)}k:`).join('\n')))).toContain('limit-depth');
    expect(quickly(() => rulesOf(compose({ body: `${'> '.repeat(20_000)}x` })))).toEqual(['limit-depth']);
    expect(quickly(() => rulesOf(compose({ body: '['.repeat(100_000) })))).toEqual([]);
    expect(quickly(() => rulesOf(compose({ body: '*a _b '.repeat(40_000) })))).toEqual([]);
  });

  it('Markdown that parsers read in quadratic time', () => {
    expect(quickly(() => rulesOf(compose({ body: `> ${'a\n'.repeat(80_000)}` })))).toEqual(['limit-lines']);
    expect(quickly(() => rulesOf(compose({ body: `> ${'a\n'.repeat(8_000)}` })))).toEqual(['limit-lines']);
    expect(quickly(() => rulesOf(compose({ body: '\n'.repeat(100_000) })))).toEqual(['limit-lines']);
    expect(quickly(() => rulesOf(compose({ body: Array.from({ length: 300 }, (_, n) => `${' '.repeat(n * 2)}- a`).join('\n') })))).toEqual(['limit-depth']);
  });

  it('32 levels are allowed, 33 are not', () => {
    const nested = (levels: number): string[] => refusal(`needs: ${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(nested(31)).not.toContain('limit-depth');
    expect(nested(32)).toContain('limit-depth');
  });

  it('20 MB scalar', () => {
    expect(quickly(() => rulesOf(compose({ body: step('a', `role: ${'x'.repeat(20 * 1024 * 1024)}`) })))).toEqual(['limit-file']);
    expect(refusal(`role: ${'x'.repeat(17 * 1024)}`)).toEqual(['limit-scalar']);
    expect(refusal(`role: "${'é'.repeat(9 * 1024)}"`)).toEqual(['limit-scalar']);
    expect(parse({ body: step('a', `budget: 5m\nstdin: { text: "${'x'.repeat(16 * 1024 - 2)}" }`) }).runbook).not.toBeNull();
  });

  it('duplicate keys', () => {
    expect(refusal('budget: 1m\nbudget: 2m')).toEqual(['duplicate-key']);
    expect(refusal('env: {A: "1", A: "2"}')).toEqual(['duplicate-key']);
    expect(rulesOf({ front: 'id: other' })).toEqual(['duplicate-key']);
  });

  it('__proto__', () => {
    expect(refusal('__proto__: {kind: manual}')).toEqual(['forbidden-key']);
    expect(refusal('env: {__proto__: "1"}')).toEqual(['forbidden-key']);
    expect(rulesOf({ front: 'params: {__proto__: {type: string}}' })).toEqual(['forbidden-key']);
    expect(refusal('"\\u005f_proto__": 1')).toEqual(['forbidden-key']);
  });

  it('constructor.prototype', () => {
    expect(refusal('constructor: {prototype: {admin: true}}')).toEqual(['forbidden-key', 'forbidden-key']);
    expect(rulesOf({ front: 'params: {constructor: {type: string}}' })).toEqual(['forbidden-key']);
    expect(rulesOf({ body: step('constructor') })).toEqual(['wrong-form']);
    expect(refusal('run: [echo, "{{constructor}}"]')).toEqual(['unknown-name']);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('tags', () => {
    expect(refusal('role: !!js/function "function () {}"')).toContain('yaml-tag');
    expect(refusal('budget: !!str 5m')).toEqual(['yaml-tag']);
    expect(refusal('role: !include /etc/passwd')).toContain('yaml-tag');
    expect(refusal('role: !!binary aGk=')).toContain('yaml-tag');
  });

  it('two documents in a block', () => {
    expect(refusal('budget: 1m\n---\nid: b\nkind: run\nrun: [reboot]')).toEqual(['yaml-documents']);
  });

  it('a directive that would change how it is read', () => {
    expect(rulesOf({ body: `### A\n\n${block('step', '%YAML 1.1\n---\nid: a\nkind: run\nrun: [systemctl, "no"]')}` })).toEqual(['yaml-directive']);
  });

  it('merge key overriding a step', () => {
    expect(refusal('<<: {run: [reboot]}')).toEqual(['yaml-merge']);
  });

  it.each(['no', 'yes', 'off', 'On', '010', '1.10', '0x1F', '0o17', 'true', 'null', '~', '.inf', '1e3', '5432'])('%s in an argv must be quoted', (word) => {
    const { findings } = parse({ body: step('a', `run: [tool, ${word}]`) });
    expect(findings).toMatchObject([{ rule: 'quote-it', severity: 'error', fix: `Quote it: "${word}".` }]);
    expect(rulesOf({ body: step('a', `env: {A: ${word}}`) })).toEqual(['quote-it']);
    expect(rulesOf({ body: step('a', `verify: [{run: [x, ${word}]}]`) })).toEqual(['quote-it']);
    expect(parse({ body: step('a', `run: [tool, "${word}"]\nenv: {A: '${word}'}`) }).findings).toEqual([]);
  });

  it('bidi override in a command', () => {
    expect(rulesOf({ body: step('a', 'run: [rm, "\u202e/tmp/x"]') })).toEqual(['bidi']);
    expect(rulesOf({ body: step('a', 'run: [rm, "\\u202e/tmp/x"]') })).toEqual(['bidi']);
    expect(rulesOf({ body: `Prose \u2066 here.\n\n${step('a')}` })).toEqual(['bidi']);
  });

  it('zero-width and homoglyph ids', () => {
    expect(rulesOf({ body: step('zero\u200bwidth') })).toContain('invisible-character');
    const { findings } = parse({ body: step('рay') });
    expect(findings).toMatchObject([{ rule: 'mixed-script' }, { rule: 'wrong-form', message: expect.stringContaining('U+0440') }]);
    expect(parse({ body: step('a', 'rоle: operator') }).findings.find((finding) => finding.rule === 'unknown-field')?.message).toContain('U+043E');
    expect(parse({ front: 'params: {р: {type: string}}' }).findings).toMatchObject([{ rule: 'wrong-form', message: expect.stringContaining('U+0440') }]);
  });

  it('BOM, NUL, CRLF', () => {
    const text = compose({ body: step('a') });
    expect(rulesOf(`\ufeff${text}`)).toEqual(['encoding']);
    expect(rulesOf(text.replace('Prose', 'Pr\0se'))).toEqual(['control-character']);
    expect(rulesOf({ body: step('a', 'run: [x, "a\\0b"]') })).toEqual(['control-character']);
    expect(rulesOf(text.replaceAll('\n', '\r\n'))).toEqual(['line-ends']);
    expect(rulesOf(Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]))).toEqual(['encoding']);
    expect(rulesOf(Buffer.from(text, 'utf16le'))).not.toEqual([]);
  });

  it('cyclic needs', () => {
    const { findings } = parse({ body: step('a', 'needs: [c]') + step('b') + step('c') });
    expect(findings).toMatchObject([{ rule: 'needs-cycle', message: expect.stringMatching(/a needs c needs b needs a|c needs b needs a needs c|b needs a needs c needs b/u) }]);
    expect(rulesOf({ body: step('a', 'needs: [a]') })).toEqual(['needs-self']);
  });

  it('duplicate ids', () => {
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

/** The first finding of a sample. */
function first(sample: Parameters<typeof parse>[0]) {
  return parse(sample).findings[0];
}

describe('a value that no program could be given', () => {
  it.each(['\\ud800', '\\udfff', 'a\\ud83d'])('half of a character, %s, is refused wherever it stands', (half) => {
    expect(first({ body: step('a', `run: [echo, "${half}"]`) })).toMatchObject({ rule: 'control-character', line: 21, message: expect.stringContaining('half of a character') });
    expect(rulesOf({ front: `params: { x: { type: string, default: "${half}" } }` })).toEqual(['control-character']);
    expect(rulesOf({ body: step('a', `"${half}": 1`) })).toContain('control-character');
  });

  it('a whole one of the same make is a letter like any other', () => {
    expect(rulesOf({ body: step('a', 'run: [echo, "\\U0001F511"]') })).toEqual([]);
  });
});

describe('a value of the wrong make is told in words that lead on', () => {
  it.each([
    ['ok_exit_codes: [1e400]', 'ok_exit_codes.0 must be a number, not a number beyond all bounds.', 'Correct the value'],
    ['ok_exit_codes: [99999999999999999999]', 'ok_exit_codes.0 must be at most 255.', 'Correct the value'],
    ['ok_exit_codes: [-1]', 'ok_exit_codes.0 must be at least 0.', 'Correct the value'],
    ['ok_exit_codes: [0.5]', 'ok_exit_codes.0 must be a whole number, not the number 0.5.', 'Correct the value'],
    ['on_fail: { retry: 9007199254740993 }', 'on_fail.retry must be at most 20.', 'Correct the value'],
    ['timeout: 1h30', 'timeout: a duration reads 90s, 15m, 4h, 1h30m or 30d.', 'Correct the value'],
    ['timeout: 90', 'timeout must be text, and 90 is read as a number.', 'Write it with its unit: 90s'],
    ['verify: [{file: x, min_size: 200}]', 'verify.0.min_size must be text, and 200 is read as a number.', 'Write it with its unit: 500B, 200MiB'],
    ['verify: [{file: x, min_size: -5MiB}]', 'verify.0.min_size: a size reads 200MiB or 1GB.', 'Correct the value'],
    ['run: []', 'run must have at least 1 item.', 'Correct the value'],
    ['approve: { by: [] }', 'approve.by must have at least 1 item.', 'Correct the value'],
    ['stdin: { file: a, text: b }', 'text is not a field here.', 'another form of this one'],
    ['env: { "a=b": c }', 'a=b: the name of an environment variable is letters, digits and "_".', 'Choose another name'],
    ['when: ""', 'Unexpected token: EOF.', 'Write a CEL condition'],
  ])('%s', (yaml, message, fix) => {
    const { findings } = parse({ body: step('a', yaml) });
    expect(findings).toMatchObject([{ severity: 'error', message, fix: expect.stringContaining(fix) }]);
  });

  it.each([
    ['reviewed: 2026-04-25', 'reviewed: 2026-02-31', 'reviewed: the calendar has no such day.', 'Correct the value.'],
    ['blackstart: 1', 'blackstart: 2', 'blackstart must be 1.', 'Write 1.'],
    ['blackstart: 1', 'blackstart: "1"', 'blackstart must be 1.', 'Write 1, without quotes.'],
    ['owner: operations', 'owner: operations\nscratch: { d: { kind: oracle } }', 'kind "oracle" does not exist; there are postgres, directory.', 'Choose one of them.'],
    ['owner: operations', 'owner: operations\nsecrets: { k: { sources: [{ file: a, keychain: b }] } }', 'keychain is not a field here.', 'Remove it'],
    ['owner: operations', 'owner: operations\nenv_pass: [NODE_OPTIONS]', 'NODE_OPTIONS may not be handed to tools: it can make any of them run foreign code.', 'Remove it from env_pass.'],
    ['owner: operations', 'owner: operations\nenv_pass: [A B]', 'env_pass.0: the name of an environment variable is letters, digits and "_".', 'Correct the value.'],
  ])('front matter: %s → %s', (before, after, message, fix) => {
    expect(parse(compose({}).replace(before, after)).findings).toMatchObject([{ severity: 'error', message, fix: expect.stringContaining(fix) }]);
  });

  it('front matter that is never closed', () => {
    expect(first('---\nblackstart: 1\nid: x\n')).toMatchObject({ rule: 'front-matter', message: 'The front matter is never closed.' });
    expect(first('')).toMatchObject({ rule: 'front-matter', message: 'The file does not begin with front matter.' });
  });

  it('a check without its level, an inject at no time', () => {
    expect(parse({ body: block('check', '{ id: b, title: B, kind: backup, engine: sqlite, at: x, severity: blocker, expires: 1d }') }).findings).toMatchObject([{ rule: 'missing-field', message: 'level is missing.', fix: 'Add level.' }]);
    expect(parse({ body: block('inject', 'id: i\nat: H+1:99\ntitle: x') }).findings).toMatchObject([{ message: 'at: an inject comes at H+0:45 or is manual.' }]);
  });

  it('a circle of hundreds of steps is named by its beginning', () => {
    const { findings } = quickly(() => parse({ body: Array.from({ length: 400 }, (_, n) => step(`s${n}`, `needs: [s${(n + 1) % 400}]`)).join('') }));
    expect(findings).toMatchObject([{ rule: 'needs-cycle', message: expect.stringContaining('s10 needs 389 more needs s0') }]);
  });
});

describe('a parameter that could never be used', () => {
  it.each([
    ['{ type: int, default: x }', 'whole number'],
    ['{ type: enum, values: [x], default: y }', 'one of x'],
    ['{ type: duration, default: 1h30 }', 'a duration reads'],
    ['{ type: host, default: a b }', 'no host name'],
    ['{ type: url, default: "javascript:x" }', 'not allowed'],
    ['{ type: string, default: "-x" }', 'begins with "-"'],
    ['{ type: file, default: "-x" }', 'begins with "-"'],
    ['{ type: bool, default: maybe }', 'true or false'],
    ['{ type: string, pattern: "^a$", default: b }', 'does not match'],
    ['{ type: datetime, default: 2026-13-45 }', 'with its zone'],
    ['{ type: string, default: "a\\nb" }', 'line break'],
    ['{ type: host, rehearsal: a b }', 'no host name'],
    ['{ type: string, pattern: "^(a+)+$", default: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" }', 'within a second'],
  ])('%s is an error of the runbook', (spec, why) => {
    expect(parse({ front: `params: { p: ${spec} }` }).findings).toMatchObject([{ rule: 'param-value', severity: 'error', line: 10, message: expect.stringContaining(why) }]);
  });

  it('does not speak of what only the start of a run can know', () => {
    expect(rulesOf({ front: 'params: { f: { type: file, default: not/there.dump }, h: { type: host, rehearsal: "{{scratch.pg.host}}" }, n: { type: int, default: 5, min: 1 } }\nscratch: { pg: { kind: postgres } }' })).toEqual([]);
  });
});

describe('a runbook of many small attacks is read in the time of a harmless one', () => {
  it.each([
    ['links', `${'[a]: <x>\n'.repeat(1900)}\n${'[a][a]'.repeat(20_000)}`],
    ['emphasis', '*_'.repeat(60_000)],
    ['back ticks', Array.from({ length: 1500 }, (_, n) => `a${'`'.repeat(n % 300)}`).join('`').slice(0, 200_000)],
    ['HTML that is never closed', '<a '.repeat(40_000)],
    ['link targets', '[x]('.repeat(30_000)],
    ['a wide table', `${'|a'.repeat(20_000)}|\n${'|-'.repeat(20_000)}|\n${`${'|x'.repeat(50)}|\n`.repeat(500)}`],
    ['entities', '&#'.repeat(50_000)],
    ['addresses', `${'<http://'.repeat(15_000)}${'www.'.repeat(10_000)}`],
  ])('%s', (_, body) => {
    expect(quickly(() => parse({ body: `${body}\n\n${step('a')}` })).runbook).not.toBeNull();
  });

  it('conditions that never end', () => {
    const slow = 'when: "\'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\'.matches(\'^(a+)+$\') || x"';
    const front = `targets: { rto: 1h }\nparams: { ${['x', 'y', 'z', 'u', 'v'].map((name) => `${name}: { type: bool, default: true }`).join(', ')} }`;
    const { draft } = parse({ front, body: Array.from({ length: 200 }, (_, n) => step(`s${n}`, `budget: 1m\n${slow.replace('!', '!'.repeat(n + 1))}`)).join('') });
    if (draft === null) throw new Error('broken sample');
    expect(quickly(() => judgeDraft(draft, new Date('2026-11-01'))).map(({ rule }) => rule)).toContain('budget-over-rto');
  });
});

describe('a file that is no runbook file', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'hostile-books-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('a named pipe, a device, a folder and a huge file are refused at once, and the others are still judged', () => {
    execFileSync('mkfifo', [join(folder, 'pipe.runbook.md')]);
    mkdirSync(join(folder, 'folder.runbook.md'));
    writeFileSync(join(folder, 'huge.runbook.md'), '');
    truncateSync(join(folder, 'huge.runbook.md'), 65 * 1024 * 1024);
    writeFileSync(join(folder, 'good.runbook.md'), compose({ body: step('a', 'budget: 1m\nverify: [{stdout: {equals: active}}]') }));
    symlinkSync('/dev/zero', join(folder, 'zero.runbook.md'));
    const { files, errors } = lintPaths(['pipe', 'folder', 'huge', 'good', 'zero'].flatMap((name) => (name === 'folder' ? [] : [join(folder, `${name}.runbook.md`)])), { at: new Date('2026-05-01') });
    expect(files.map(({ findings }) => findings.map(({ rule, message }) => `${rule}: ${message}`).join())).toEqual([expect.stringContaining('no regular file'), expect.stringContaining('at most 262144'), '', expect.stringContaining('no regular file')]);
    expect(errors).toBe(3);
    expect(lintPaths([folder], { at: new Date('2026-05-01') }).files.map(({ path }) => path.slice(folder.length + 1))).toEqual(['good.runbook.md', 'huge.runbook.md']);
  });

  it('calls among many runbooks are followed once each', () => {
    const name = (layer: number, n: number): string => `l${layer}-${n}`;
    for (let layer = 0; layer < 12; layer += 1) {
      for (let n = 0; n < 5; n += 1) {
        const calls = layer === 11 ? step('a', 'budget: 1m') : Array.from({ length: 5 }, (_, m) => step(`c${m}`, `kind: call\nrunbook: ${name(layer + 1, m)}`)).join('');
        writeFileSync(join(folder, `${name(layer, n)}.runbook.md`), compose({ body: calls }).replace('id: sample', `id: ${name(layer, n)}`));
      }
    }
    const before = process.cpuUsage();
    expect(lintPaths([folder], { at: new Date('2026-05-01') }).errors).toBe(0);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(10_000);
  });
});
