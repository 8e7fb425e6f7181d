/** `--known-answer FILE`: the `answer:` mapping of the runbook format, on its own or under that name. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseDocument, visit } from 'yaml';
import { EngineError } from '../../../contract/errors.ts';
import { KnownAnswer } from '../../../contract/known-answer.ts';
import { trialOf, type SampleTrial } from './trials.ts';

const LARGEST = 64 * 1024;

/** @throws EngineError `refused` when the text is no known answer */
export function parseKnownAnswer(text: string, path: string): KnownAnswer {
  const refuse = (why: string): never => { throw new EngineError('refused', `The known answer does not read: ${why}.`, { hint: 'It is the `answer:` mapping of a runbook, for example {kind: age, file: backup.age}.', at: { file: path } }); };
  if (Buffer.byteLength(text) > LARGEST) return refuse('it is larger than 64 KiB');
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, merge: false, strict: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return refuse(problem.message.split('\n')[0] ?? 'it is no YAML');
  visit(document, { Alias: () => refuse('it uses an alias; write the text out') });
  const whole: unknown = document.toJS({ maxAliasCount: 0 });
  const inner = typeof whole === 'object' && whole !== null && 'answer' in whole ? whole.answer : whole;
  const read = KnownAnswer.safeParse(inner);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return refuse(`${issue?.path.join('.') ?? ''} ${issue?.message ?? 'it is no mapping'}`.trim());
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
