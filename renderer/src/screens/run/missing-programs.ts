/** Which programs a step lacks, as a sentence without its full stop. Pure. */
import type { StepView } from '../../../../electron/contract/run.ts';
import { visible } from '../../visible.ts';

export function absentPrograms(missing: readonly string[]): string {
  const names = missing.map(visible);
  const last = names.at(-1) ?? '';
  return names.length <= 1 ? `${last} is not on this laptop` : `${names.slice(0, -1).join(', ')} and ${last} are not on this laptop`;
}

const NOT_FOUND = / was not found: (?<where>looked in .*|the PATH is empty)\. Install it/u;

/** The folders in which a missing program was looked for, in words: the sentence that fails is short, and they are many. Null where the reason is another one. */
export function whereLooked({ missing, reason }: Pick<StepView, 'missing' | 'reason'>): string | null {
  const where = missing.length === 0 ? undefined : NOT_FOUND.exec(reason ?? '')?.groups?.['where'];
  return where === undefined ? null : `${where.slice(0, 1).toUpperCase()}${where.slice(1)}.`;
}
