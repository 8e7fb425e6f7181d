/** The published JSON Schema (2020-12) of the front matter and of every block, made from the very types that the parser uses. */
import { BLOCKS, Contacts } from '../../contract/runbook.ts';
import { FrontMatter } from '../../contract/front-matter.ts';
import { z } from 'zod';

/** Where the schema lies beside the shipped runbooks. */
export const SCHEMA_PATH = 'runbooks/schema/runbook-v1.schema.json';

/** One document: `$defs` holds `front-matter`, each block by its word, and `contacts`; the whole accepts any of them. */
export function runbookSchema(): Record<string, unknown> {
  const named = { 'front-matter': FrontMatter, ...BLOCKS, contacts: Contacts };
  // Generated as one object so that what several blocks share is written once and referred to.
  const { properties, $defs } = z.toJSONSchema(z.object(named), { io: 'input', target: 'draft-2020-12', reused: 'ref' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:blackstart:runbook:v1',
    title: 'Blackstart runbook, format version 1',
    description: 'Front matter and fenced YAML blocks of NAME.runbook.md. Choose the definition by the block: front-matter, step, check, phase, symptoms, audience, inject, findings; contacts is contacts.yaml.',
    anyOf: Object.keys(named).map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: { ...properties, ...$defs },
  };
}

/** The file's exact text, with one final newline. */
export function schemaText(): string {
  return `${JSON.stringify(runbookSchema(), null, 2)}\n`;
}

