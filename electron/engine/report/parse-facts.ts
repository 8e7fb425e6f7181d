/** A file of what a person adds to a report: YAML, by the names of `ReportFacts`. */
import { parseDocument, visit } from 'yaml';
import { EngineError } from '../../contract/errors.ts';
import { FACT_NAMES, ReportFacts } from '../../contract/report-facts.ts';

const LARGEST = 256 * 1024;

/** @throws EngineError `refused` when the file is not YAML or says something that a report does not hold */
export function parseFacts(text: string, path: string): ReportFacts {
  if (Buffer.byteLength(text) > LARGEST) throw new EngineError('refused', 'The file is larger than 256 KiB.', { at: { file: path } });
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, merge: false, strict: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const [place] = problem.linePos ?? [];
    throw new EngineError('refused', `The file is not valid YAML: ${problem.message.split('\n')[0] ?? ''}`, { at: { file: path, ...(place === undefined ? {} : { line: place.line, column: place.col }) } });
  }
  visit(document, { Alias: () => { throw new EngineError('refused', 'The file uses an alias (*name); write the text out.', { at: { file: path } }); } });
  const read = ReportFacts.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new EngineError('refused', `The file is not right at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'unknown'}`, { hint: `Known: ${FACT_NAMES.join(', ')}.`, at: { file: path } });
}
