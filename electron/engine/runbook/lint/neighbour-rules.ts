/** What a runbook refers to beside itself: other runbooks, contacts, message templates. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { Finding, Runbook } from '../../../contract/runbook.ts';
import { Contacts } from '../../../contract/runbook.ts';
import type { Draft } from '../draft.ts';
import { errorAt, nearest, warningAt } from '../finding.ts';
import { runbookPaths } from '../library.ts';
import { misaimedByCall } from '../rules/step-rules.ts';
import { messageFindings } from '../rules/text-rules.ts';
import { EngineError } from '../../../contract/errors.ts';
import { parseRunbook, readRunbookFile } from '../parse.ts';
import { unrehearsedCall } from './rehearsed-calls.ts';

/** Runbooks by id, as far as they can be read. */
export type Neighbours = ReadonlyMap<string, Runbook>;

/** What was read while files are linted together; each is read once. */
export type ReadNeighbours = Map<string, Runbook | null>;

/** Runbooks beside a file and one folder further, down or up: one system's lie side by side. Never a whole disk. */
function neighboursOf(path: string, known: ReadNeighbours): Neighbours {
  const folder = dirname(resolve(path));
  const found = new Map<string, Runbook>();
  for (const root of [folder, dirname(folder)]) {
    for (const relative of runbookPaths(root, 1).slice(0, 200)) {
      const file = join(root, relative);
      const runbook = known.has(file) ? (known.get(file) ?? null) : readNeighbour(file);
      known.set(file, runbook);
      if (runbook !== null && !found.has(runbook.front.id)) found.set(runbook.front.id, runbook);
    }
  }
  return found;
}

/** A neighbour that cannot be read has findings of its own when it is linted; here it is just not there. */
function readNeighbour(path: string): Runbook | null {
  try {
    return parseRunbook(readRunbookFile(path), path).runbook;
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

export function judgeNeighbours(draft: Draft, known: ReadNeighbours = new Map()): Finding[] {
  const calls = draft.runbook.steps.some(({ block }) => block.kind === 'call');
  return [...(calls ? judgeCalls(draft, neighboursOf(draft.runbook.path, known)) : []), ...judgePeople(draft), ...judgeTemplateFiles(draft)];
}

function judgeCalls(draft: Draft, neighbours: Neighbours): Finding[] {
  return [...draft.steps].flatMap(([step, locate]) => {
    const { block } = step;
    if (block.kind !== 'call' || block.runbook === draft.runbook.front.id) return [];
    const called = neighbours.get(block.runbook);
    if (called === undefined) {
      const meant = nearest(block.runbook, neighbours.keys());
      return [errorAt(locate(['runbook']), 'unknown-runbook', `There is no runbook ${block.runbook} beside this one.`, meant === null ? 'Put its file into the same folder.' : `Did you mean ${meant}?`)];
    }
    const trail = callsBack(called, draft.runbook.front.id, neighbours);
    if (trail !== null) return [errorAt(locate(['runbook']), 'call-cycle', `The calls lead back here: ${[draft.runbook.front.id, ...trail].join(' calls ')}.`, 'Remove one of the calls.')];
    const params = called.front.params ?? {};
    const unknown = Object.keys(block.params ?? {}).filter((name) => !Object.hasOwn(params, name)).map((name) => errorAt(locate(['params', name], 'key'), 'unknown-name', `${block.runbook} has no parameter ${name}.`, `It has ${Object.keys(params).join(', ') || 'none'}.`));
    const missing = Object.entries(params).filter(([name, param]) => param.required === true && param.default === undefined && block.params?.[name] === undefined && !('glob' in param && param.glob !== undefined)).map(([name]) => errorAt(locate(['runbook']), 'missing-field', `${block.runbook} needs the parameter ${name}.`, `Add params: {${name}: …}.`));
    const misaimed = misaimedByCall(block, draft.runbook.front.params, params).map((name) => errorAt(locate(['params', name]), 'rehearsal-hits-production', `In a rehearsal this takes the place of the value that ${block.runbook} has for rehearsals.`, `Give it from a parameter with a rehearsal value, or leave it out.`));
    const blocked = needsOfCall(called, new Set(draft.runbook.front.lost ?? []), neighbours).map(({ step, name }) => warningAt(locate(['runbook']), 'lost-dependency', `${step} needs ${name}, which this scenario has lost, so it would wait for ever.`, 'Give that step an alternate, or let it ask without needs_alive.'));
    const unrehearsed = unrehearsedCall(draft.runbook, step, called, (id) => neighbours.get(id)).map(({ path, message, fix }) => warningAt(locate(path), 'call-not-rehearsed', message, fix));
    return [...unknown, ...missing, ...misaimed, ...blocked, ...unrehearsed];
  });
}

/** Steps of a called runbook, and of those that it calls, that need something lost and have no other way. Named as the record names them. */
function needsOfCall(called: Runbook, lost: ReadonlySet<string>, neighbours: Neighbours, seen: readonly string[] = []): { step: string; name: string }[] {
  const { id } = called.front;
  if (lost.size === 0 || seen.includes(id)) return [];
  return called.steps.flatMap(({ id: step, block }) => {
    if (block.modes?.live === 'skip' || block.modes?.live === 'simulate') return [];
    const next = block.kind === 'call' ? neighbours.get(block.runbook) : undefined;
    const checked = block.kind === 'check' && typeof block.check === 'string' ? called.checks.find((check) => check.id === block.check)?.block.needs_alive : undefined;
    const dead = [...(block.needs_alive ?? []), ...(checked ?? [])].filter((name) => lost.has(name) && block.alternate?.when_dead.includes(name) !== true);
    return [...dead.map((name) => ({ step: `${id}/${step}`, name })), ...(next === undefined ? [] : needsOfCall(next, lost, neighbours, [...seen, id]))];
  });
}

/** The ids from `runbook` to `home`, or null when its calls never get there. A runbook that was seen in vain is not looked at again. */
function callsBack(runbook: Runbook, home: string, neighbours: Neighbours, seen = new Set<string>()): string[] | null {
  const { id } = runbook.front;
  if (seen.has(id)) return null;
  seen.add(id);
  for (const { block } of runbook.steps) {
    if (block.kind !== 'call') continue;
    if (block.runbook === home) return [id, home];
    const next = neighbours.get(block.runbook);
    const trail = next === undefined ? null : callsBack(next, home, neighbours, seen);
    if (trail !== null) return [id, ...trail];
  }
  return null;
}

function judgePeople(draft: Draft): Finding[] {
  const folder = dirname(draft.runbook.path);
  return draft.runbook.audiences.flatMap(({ people }, index) => {
    if (people === undefined || people.includes('{{')) return [];
    const [file = '', group] = people.split('#');
    const at = draft.audiences[index]?.(['people']) ?? { line: 1, column: 1 };
    const path = resolve(folder, file);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [errorAt(at, 'unknown-file', `${file} does not exist beside the runbook.`, 'Write the file, or correct the path.')];
    const groups = contactGroups(path);
    if (groups === null) return [errorAt(at, 'unknown-file', `${file} is not {GROUP: [{name, …}]}.`, 'Compare it with the published schema (contacts).')];
    return group === undefined || groups.includes(group) ? [] : [errorAt(at, 'unknown-group', `${file} has no group ${group}.`, `It has ${groups.join(', ') || 'none'}.`)];
  });
}

function contactGroups(path: string): string[] | null {
  try {
    const read = Contacts.safeParse(parseYaml(readFileSync(path, 'utf8'), { maxAliasCount: 0, schema: 'core', version: '1.2' }));
    return read.success ? Object.keys(read.data) : null;
  } catch {
    return null;
  }
}

function judgeTemplateFiles(draft: Draft): Finding[] {
  const folder = dirname(draft.runbook.path);
  return [...draft.steps].flatMap(([{ block }, locate]) => {
    if (block.kind !== 'notify' || block.template_file === undefined || block.template_file.includes('{{')) return [];
    const file = resolve(folder, block.template_file);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return [errorAt(locate(['template_file']), 'unknown-file', `${block.template_file} does not exist beside the runbook.`, 'Write the file, or correct the path.')];
    return messageFindings(draft, readFileSync(file, 'utf8'), locate).map((finding) => ({ ...finding, message: `In ${block.template_file}: ${finding.message}` }));
  });
}
