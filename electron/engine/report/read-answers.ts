/** A file of what a person says: YAML, read by a schema. */
import { parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';

const LARGEST = 256 * 1024;

/**
 * @param known names that may stand at its top, for the hint
 * @throws EngineError `refused` when the file is not YAML or says something that the schema does not know
 */
export function readAnswers<S extends z.ZodType>(schema: S, text: string, path: string, known: readonly string[]): z.output<S> {
  if (Buffer.byteLength(text) > LARGEST) throw new EngineError('refused', 'The file is larger than 256 KiB.', { at: { file: path } });
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, merge: false, strict: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const [place] = problem.linePos ?? [];
    throw new EngineError('refused', `The file is not valid YAML: ${problem.message.split('\n')[0] ?? ''}`, { at: { file: path, ...(place === undefined ? {} : { line: place.line, column: place.col }) } });
  }
  visit(document, { Alias: () => { throw new EngineError('refused', 'The file uses an alias (*name); write the text out.', { at: { file: path } }); } });
  const read = schema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new EngineError('refused', `The file is not right at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'unknown'}`, { hint: `Known: ${known.join(', ')}.`, at: { file: path } });
}
