import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../electron/contract/errors.ts';
import { loadRunbook, parseRunbook } from '../../../electron/engine/runbook/parse.ts';
import { block, compose, parse, rulesOf, step } from './compose.ts';

const FORMAT = new URL('../../fixtures/runbooks/every-block.runbook.md', import.meta.url).pathname;

function runbook(sample: Parameters<typeof parse>[0]) {
  const parsed = parse(sample);
  if (parsed.runbook === null) throw new Error(JSON.stringify(parsed.findings, null, 2));
  return parsed.runbook;
}

describe('reading a runbook', () => {
  it('reads every block and every field of the format without a finding', () => {
    const parsed = parseRunbook(readFileSync(FORMAT), FORMAT);
    expect(parsed.findings).toEqual([]);
    expect(parsed.runbook).toMatchObject({ front: { id: 'every-block' } });
    expect(parsed.runbook?.steps.map((each) => each.block.kind)).toEqual(expect.arrayContaining(['run', 'check', 'manual', 'decide', 'approve', 'secret', 'wait', 'notify', 'call']));
  });

  it('takes title, prose, phase and place of a step from the Markdown', () => {
    const book = runbook({ body: `Reading.\n\n### Stop *the* \`app\`\n\nBefore.\n\n${block('step', 'id: a\nkind: run\nrun: [x]')}After.\n\n- [ ] item\n\n## Second phase\n\n${block('phase', 'budget: 30m')}${step('b')}` });
    expect(book.steps.map(({ id, title, phase, needs }) => ({ id, title, phase, needs }))).toEqual([
      { id: 'a', title: 'Stop the app', phase: 'phase', needs: [] },
      { id: 'b', title: 'Do b', phase: 'second-phase', needs: ['a'] },
    ]);
    expect(book.steps[0]?.prose).toBe('Before.\n\nAfter.\n\n- [ ] item');
    expect(book.steps[0]?.line).toBe(16);
    expect(book.phases).toMatchObject([{ id: 'phase', title: 'Phase', prose: 'Reading.', steps: ['a'] }, { id: 'second-phase', budget: '30m', steps: ['b'] }]);
  });

  it('knows a file by its SHA-256 and a step by that of its own block', () => {
    const text = compose({ body: step('a') + step('b') });
    const book = runbook(text);
    expect(book.sha256).toBe(createHash('sha256').update(text).digest('hex'));
    const edited = runbook(text.replace('Prose of a', 'Other prose').replace('id: b\nkind: run', 'id: b\nbudget: 5m\nkind: run'));
    expect(edited.sha256).not.toBe(book.sha256);
    expect(edited.steps[0]?.sha256).toBe(book.steps[0]?.sha256);
    expect(edited.steps[1]?.sha256).not.toBe(book.steps[1]?.sha256);
  });

  it('keeps what stands before the first phase, and sections to read', () => {
    const text = compose({ body: step('a') }).replace('## Phase', '# Sample\n\nWords.\n\n## Background\n\n### Why\n\nReasons.\n\n## Phase');
    const book = runbook(text);
    expect(book.introduction).toBe('# Sample\n\nWords.');
    expect(book.phases).toMatchObject([{ title: 'Background', prose: '### Why\n\nReasons.', steps: [] }, { title: 'Phase', steps: ['a'] }]);
  });

  it('lets needs default to the step before, and keeps a teardown apart', () => {
    const teardown = 'teardown: true\nmodes: {live: skip}\nverify: [{file: /tmp/x, exists: false}]';
    const book = runbook({ body: step('a') + step('z', teardown) + step('b') + step('c', 'needs: []') + step('d', 'needs: [a, c]') });
    expect(book.steps.map(({ id, needs }) => [id, needs])).toEqual([['a', []], ['z', []], ['b', ['a']], ['c', []], ['d', ['a', 'c']]]);
  });

  it('fills in what the format says is the default', () => {
    const book = runbook({ front: 'roles: {dba: {}}', body: step('a', 'approve: {by: [dba]}') + step('w', 'kind: wait\nwait_until: {run: [x], within: 5m}') });
    expect(book.steps[0]?.block.approve).toEqual({ by: ['dba'], quorum: 1, not_self: true });
    expect(book.steps[1]?.block).toMatchObject({ wait_until: { every: '10s' } });
  });

  it('leaves any other fence as plain text, and says so where it looks like a slip', () => {
    expect(runbook({ body: `${step('a')}\`\`\`sh\nrm -rf /\n\`\`\`\n\n~~~yaml\nid: x\n~~~\n` }).steps).toHaveLength(1);
    expect(parse({ body: '### A\n\n```yaml stepp\nid: a\n```\n' }).findings).toMatchObject([{ rule: 'block-word', severity: 'warning', fix: 'Did you mean yaml step?' }]);
    expect(rulesOf({ body: '### A\n\n```yml step\nid: a\n```\n' })).toEqual(['block-word']);
    expect(rulesOf({ body: '### A\n\n```yaml\nid: a\nkind: run\n```\n' })).toEqual(['block-word']);
    expect(rulesOf({ body: '### A\n\n```yaml step two\nid: a\nkind: run\nrun: [x]\n```\n' })).toEqual(['block-word']);
  });

  it('accepts tildes, longer fences and headings underlined', () => {
    const book = runbook({ body: 'Second\n------\n\n### A\n\n~~~~yaml step\nid: a\nkind: run\nrun: [x]\n~~~~\n' });
    expect(book.steps).toMatchObject([{ id: 'a', phase: 'second' }]);
  });

  it('refuses a step without its heading, and two steps under one', () => {
    expect(rulesOf({ body: block('step', 'id: a\nkind: run\nrun: [x]') })).toEqual(['step-heading']);
    expect(rulesOf({ body: step('a') + block('step', 'id: b\nkind: run\nrun: [x]') })).toEqual(['step-blocks']);
    expect(rulesOf({ body: `###\n\n${block('step', 'id: a\nkind: run\nrun: [x]')}` })).toEqual(['step-heading']);
  });

  it('refuses a phase block that stands elsewhere, or twice', () => {
    expect(rulesOf({ body: block('phase', 'budget: 5m') + block('phase', 'budget: 6m') })).toEqual(['phase-block']);
    expect(rulesOf({ body: `### A\n\n${block('phase', 'budget: 5m')}` })).toEqual(['phase-block']);
  });

  it('refuses a file without front matter', () => {
    expect(rulesOf('# Title\n')).toEqual(['front-matter']);
    expect(rulesOf('')).toEqual(['front-matter']);
    expect(rulesOf('\n---\nblackstart: 1\n---\n')).toEqual(['front-matter']);
    expect(rulesOf('---\n---\n')).toEqual(['wrong-type']);
  });

  it('gives the id also of a broken runbook', () => {
    expect(parse({ body: step('a', 'nonsense: 1') })).toMatchObject({ runbook: null, id: 'sample' });
  });
});

describe('the place of an error', () => {
  it('is line and column in the file, not in the block', () => {
    const { findings } = parse({ body: step('a', 'budget: soon\nrun: [tool, 8080]') });
    expect(findings).toMatchObject([
      { rule: 'wrong-form', line: 21, column: 9, message: expect.stringContaining('a duration reads') },
      { rule: 'quote-it', line: 22, column: 13, fix: 'Quote it: "8080".' },
    ]);
  });

  it('is the key of an unknown field, with the field that was meant', () => {
    expect(parse({ body: step('a', 'budgt: 5m') }).findings).toMatchObject([{ rule: 'unknown-field', line: 22, column: 1, fix: 'Did you mean budget?' }]);
    expect(parse({ front: 'targets: { rtoo: 4h }' }).findings).toMatchObject([{ rule: 'unknown-field', line: 10, column: 12 }]);
  });

  it('is the block itself for what is missing', () => {
    expect(parse({ body: '### A\n\n```yaml step\nkind: run\nrun: [x]\n```\n' }).findings).toMatchObject([{ rule: 'missing-field', line: 17, column: 1, message: 'id is missing.' }]);
    expect(parse({ body: '### A\n\n```yaml step\nid: a\n```\n' }).findings).toMatchObject([{ rule: 'missing-field', message: 'kind is missing.' }]);
    expect(parse({ body: '### A\n\n```yaml step\n```\n' }).findings).toMatchObject([{ rule: 'missing-field', message: 'The block is empty.' }]);
  });

  it('counts the columns of an indented fence', () => {
    expect(parse({ body: '### A\n\n  ```yaml step\n  id: a\n  kind: run\n  run: [8080]\n  ```\n' }).findings).toMatchObject([{ line: 19, column: 9 }]);
  });

  it('is told for the alternative that was meant', () => {
    expect(parse({ body: step('a', 'verify:\n  - { stdout: { matchs: x } }') }).findings).toMatchObject([{ rule: 'unknown-field', message: 'matchs is not a field here.' }]);
    expect(parse({ body: step('a', 'verify:\n  - { json: /x, equals: 1, stdout: { equals: x } }') }).findings).toMatchObject([{ rule: 'assertion-subject', message: expect.stringContaining('stdout and json') }]);
    expect(parse({ body: step('a', 'verify:\n  - { json: /x }') }).findings).toMatchObject([{ rule: 'wrong-form', message: expect.stringContaining('say what the value must be') }]);
    expect(parse({ body: step('a', 'kind: ruin') }).findings[0]).toMatchObject({ rule: 'wrong-value', fix: 'Did you mean run?' });
    expect(parse({ body: step('a', 'kind: check\ncheck: {kind: fil, path: x}') }).findings[0]).toMatchObject({ message: expect.stringContaining('fil') });
  });

  it('says the first of several in file order', () => {
    const { findings } = parse({ body: step('b', 'budget: x') + step('a', 'budget: y') });
    expect(findings.map(({ line }) => line)).toEqual([...findings.map(({ line }) => line)].sort((a, b) => a - b));
  });
});

describe('loading a runbook', () => {
  it('returns it', () => {
    expect(loadRunbook(FORMAT).front.id).toBe('every-block');
  });

  it('refuses with place and fix of the first error', () => {
    const path = new URL('../../fixtures/runbooks/broken.runbook.md', import.meta.url).pathname;
    const thrown = catching(() => loadRunbook(path));
    expect(thrown).toMatchObject({ code: 'refused', at: { file: path, line: 20, column: 19 }, hint: 'Quote it: "5432".' });
  });

  it('says what is not there', () => {
    expect(catching(() => loadRunbook(`${tmpdir()}/no-such.runbook.md`))).toMatchObject({ code: 'not-found' });
    expect(catching(() => loadRunbook(tmpdir()))).toMatchObject({ code: 'refused' });
  });
});

function catching(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('speed', () => {
  it('reads 500 steps far faster than a person notices', () => {
    const bytes = Buffer.from(compose({ body: Array.from({ length: 500 }, (_, n) => step(`s${n}`, 'budget: 5m\nverify:\n  - { stdout: { contains: active } }')).join('') }));
    const times = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      expect(parseRunbook(bytes, 'x').runbook?.steps).toHaveLength(500);
      return process.cpuUsage(before).user / 1000;
    });
    // Milliseconds of processor time; the bound leaves room for a busy machine, a quiet one needs a fifth of it.
    expect(Math.min(...times)).toBeLessThan(500);
  });
});
