/** A file of answers to the questions of a hot wash: YAML, by the names of `HotWash`. */
import { HOT_WASH_PARTS, HotWash } from '../../contract/after-action.ts';
import { readAnswers } from '../report/read-answers.ts';

/** @throws EngineError as `readAnswers` */
export function parseHotWash(text: string, path: string): HotWash {
  return readAnswers(HotWash, text, path, HOT_WASH_PARTS);
}
