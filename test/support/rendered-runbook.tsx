/**
 * A runbook as a reader has it before them, as text: title and front matter, prose, the blocks with their fields, the people and the
 * messages beside it. It comes in places, each of which is what a reader would point at: `front`, `introduction`, `section/TITLE`,
 * `step/ID`, `check/ID`, `symptom/ID`, `audience/ID`, `inject/ID`, `finding/ID`. A place is one line a paragraph, row or field.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderToStaticMarkup } from 'react-dom/server';
import { parse as parseYaml } from 'yaml';
import { Contacts, type Audience, type Runbook, type Step } from '../../electron/contract/runbook.ts';
import { Prose } from '../../renderer/src/components/Prose.tsx';

export type Places = ReadonlyMap<string, string>;

export function renderRunbook(runbook: Runbook): Places {
  const beside = dirname(runbook.path);
  return new Map([
    ['front', fieldLines(runbook.front)],
    ['introduction', proseText(runbook.introduction)],
    ...runbook.phases.map(({ title, prose, budget }): [string, string] => [`section/${title}`, lines(title, proseText(prose), fieldLines({ budget }))]),
    ...runbook.steps.map((step): [string, string] => [`step/${step.id}`, lines(step.title, proseText(step.prose), fieldLines(step.block), messageOf(step, beside))]),
    ...runbook.checks.map(({ id, block }): [string, string] => [`check/${id}`, fieldLines(block)]),
    ...runbook.symptoms.map((symptom): [string, string] => [`symptom/${symptom.id}`, fieldLines(symptom)]),
    ...runbook.audiences.map((audience): [string, string] => [`audience/${audience.id}`, lines(fieldLines(audience), peopleOf(audience, beside))]),
    ...runbook.injects.map((inject): [string, string] => [`inject/${inject.id}`, fieldLines(inject)]),
    ...runbook.findings.map((finding): [string, string] => [`finding/${finding.id}`, fieldLines(finding)]),
  ]);
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'" };

/** What the page makes of Markdown, without its tags: a line a paragraph, item or row, cells with `|` between them. */
function proseText(markdown: string): string {
  const marked = renderToStaticMarkup(<Prose text={markdown} />).replace(/\s+/gu, ' ').replace(/<\/t[dh]>\s*<t[dh][^>]*>/gu, ' | ').replace(/<\/(?:p|li|tr|h\d|pre|blockquote)>/gu, '\n');
  const text = marked.replace(/<[^>]+>/gu, '').replace(/&([a-z]+|#x?[0-9a-f]+);/gu, (whole, name: string) => ENTITIES[name] ?? whole);
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '').join('\n');
}

function messageOf({ block }: Step, beside: string): string {
  return block.kind === 'notify' && block.template_file !== undefined ? readFileSync(join(beside, block.template_file), 'utf8').trim() : '';
}

function peopleOf({ people }: Audience, beside: string): string {
  const [file, group = ''] = people?.split('#') ?? [];
  if (file === undefined) return '';
  const contacts = Contacts.parse(parseYaml(readFileSync(join(beside, file), 'utf8')));
  return (contacts[group] ?? []).map((person) => `reached: ${inline(person)}`).join('\n');
}

/** `field: value`, one line a field; of a list of mappings, and of a mapping of mappings, one line each. */
function fieldLines(fields: object): string {
  return Object.entries(fields).flatMap(([name, value]: [string, unknown]) => (value === undefined ? [] : fieldOf(name, value))).join('\n');
}

function fieldOf(name: string, value: unknown): string[] {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null && !Array.isArray(item))) return value.map((item) => `${name}: ${inline(item)}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${name}: ${inline(value, name)}`];
  return Object.entries(value).flatMap(([sub, inner]: [string, unknown]) => (inner === undefined ? [] : isMapping(inner) ? [`${name}.${sub}: ${inline(inner)}`] : fieldOf(`${name}.${sub}`, inner)));
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const COMMANDS: ReadonlySet<string> = new Set(['run', 'stop']);

/** In one line: a command with blanks between its words and `|` between its programs, other lists and mappings with commas. */
function inline(value: unknown, name = ''): string {
  if (Array.isArray(value)) return value.map((item) => inline(item, name === 'pipe' ? 'run' : name)).join(name === 'pipe' ? ' | ' : COMMANDS.has(name.split('.').at(-1) ?? '') ? ' ' : ', ');
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => (inner === undefined ? [] : [`${key}: ${inline(inner, key)}`])).join(', ');
  return String(value).replace(/\s+/gu, ' ').trim();
}
