/** A file of what a person adds to a report: YAML, by the names of `ReportFacts`. */
import { FACT_NAMES, ReportFacts } from '../../contract/report-facts.ts';
import { readAnswers } from './read-answers.ts';

/** @throws EngineError as `readAnswers` */
export function parseFacts(text: string, path: string): ReportFacts {
  return readAnswers(ReportFacts, text, path, FACT_NAMES);
}
