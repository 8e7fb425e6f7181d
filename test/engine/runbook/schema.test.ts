import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runbookSchema, schemaText } from '../../../electron/engine/runbook/schema.ts';

const published = new URL('../../../runbooks/schema/runbook-v1.schema.json', import.meta.url);

describe('the published schema', () => {
  it('is what the types say today (make it anew with: blackstart runbook schema)', () => {
    expect(readFileSync(published, 'utf8') === schemaText()).toBe(true);
  });

  it('is JSON Schema 2020-12 for the front matter and every kind of block', () => {
    expect(runbookSchema()).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    const { $defs } = z.object({ $defs: z.record(z.string(), z.unknown()) }).parse(runbookSchema());
    for (const name of ['front-matter', 'step', 'check', 'phase', 'symptoms', 'audience', 'inject', 'findings', 'contacts']) expect($defs).toHaveProperty([name]);
  });

  it('refers only to definitions that it has', () => {
    const text = schemaText();
    const names = new Set(Object.keys(z.object({ $defs: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text)).$defs));
    for (const [, name] of text.matchAll(/"\$ref": "#\/\$defs\/([^"]+)"/gu)) expect(names).toContain(name);
    expect(text.match(/"\$ref"/gu)?.length).toBeGreaterThan(20);
    expect([...text.matchAll(/"\$ref": "(?!#\/\$defs\/)/gu)]).toEqual([]);
  });

  it('knows every kind of step and check, and closes every mapping', () => {
    const text = schemaText();
    for (const kind of ['manual', 'decide', 'notify', 'known-answer', 's3-object', 'attest', 'contacts']) expect(text).toContain(`"const": "${kind}"`);
    expect(text).toContain('"additionalProperties": false');
  });
});
