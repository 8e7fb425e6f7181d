import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lintPaths } from '../../../electron/engine/runbook/lint.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

it('ships runbooks without an error or a warning, judged a month after their review', () => {
  const report = lintPaths([join(ROOT, 'runbooks')], { at: new Date('2026-12-20T00:00:00Z') });
  const shipped = readdirSync(join(ROOT, 'runbooks'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.runbook.md'));
  expect(report.files.map(({ id }) => id)).toEqual(expect.arrayContaining(['ampora-federated', 'ampora-total-loss', 'first-drill']));
  expect(report.files).toHaveLength(shipped.length);
  expect(report.files.flatMap(({ path, findings }) => findings.map(({ line, rule, message }) => `${path}:${line} ${rule}: ${message}`))).toEqual([]);
});
