/** `--known-answer FILE`, or the text of a form: the `answer:` mapping of the runbook format, on its own or under that name. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { EngineError } from '../../../contract/errors.ts';
import { KnownAnswer } from '../../../contract/known-answer.ts';
import { trialOf, type SampleTrial } from './trials.ts';

const LARGEST = 64 * 1024;

/**
 * @param path of the file; null for what was typed
 * @throws EngineError `refused` when the text is no known answer, with the line
 */
export function parseKnownAnswer(text: string, path: string | null): KnownAnswer {
  const lines = new LineCounter();
  const refuse = (why: string, offset: number | null = null): never => {
    const place = offset === null ? null : lines.linePos(offset);
    throw new EngineError('refused', `The known answer does not read${place === null ? '' : ` in line ${place.line}`}: ${why}.`, {
      hint: 'It is the `answer:` mapping of a runbook, for example {kind: age, file: backup.age}.',
      at: { ...(path === null ? {} : { file: path }), ...(place === null ? {} : { line: place.line, column: place.col }) },
    });
  };
  if (Buffer.byteLength(text) > LARGEST) return refuse('it is larger than 64 KiB');
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, merge: false, strict: true, prettyErrors: false, lineCounter: lines });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return refuse(problem.message.split('\n')[0] ?? 'it is no YAML', problem.pos[0]);
  visit(document, { Alias: (_, { range }) => refuse('it uses an alias; write the text out', range?.[0] ?? null) });
  const whole: unknown = document.toJS({ maxAliasCount: 0 });
  const wrapped = typeof whole === 'object' && whole !== null && 'answer' in whole;
  const read = KnownAnswer.safeParse(wrapped ? whole.answer : whole);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue === undefined) return refuse('it is no mapping');
  return refuse(`${issue.path.join('.')} ${issue.message}`.trim(), offsetOf(document, wrapped ? ['answer', ...issue.path] : issue.path, issue));
}

/** Where the part stands that an issue is about; that of the mapping around it where the part is missing. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], issue: z.core.$ZodIssue): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const found: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(found)) return (length === path.length && issue.code === 'unrecognized_keys' ? keyOffset(found, issue.keys) : null) ?? found.range?.[0] ?? null;
  }
  return null;
}

function keyOffset(map: Node, [name]: readonly string[]): number | null {
  if (!isMap(map)) return null;
  const key: unknown = map.items.find((pair) => isScalar(pair.key) && pair.key.value === name)?.key;
  return isNode(key) ? (key.range?.[0] ?? null) : null;
}

/** Paths in the answer start from the answer's own folder, as in a runbook; else from the caller's. */
export function readKnownAnswer(text: string, path: string, base: string, of?: Pick<SampleTrial, 'set' | 'which'>): SampleTrial {
  const beside = (named: string): string => {
    if (isAbsolute(named)) return named;
    const own = resolve(dirname(path), named);
    return existsSync(own) ? own : resolve(base, named);
  };
  return trialOf(parseKnownAnswer(text, path), beside, of);
}
