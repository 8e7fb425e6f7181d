/** Puts a report where the person wants it. */
import { writeFileSync } from 'node:fs';
import { EngineError } from '../../contract/errors.ts';

/** @throws EngineError `disk` when the file cannot be written there */
export function writeReport(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (cause) {
    throw new EngineError('disk', `The report could not be written to ${file}.`, { hint: cause instanceof Error ? cause.message : String(cause), cause });
  }
}
