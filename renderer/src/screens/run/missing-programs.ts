/** Which programs a step lacks, as a sentence without its full stop. Pure. */
import { visible } from '../../visible.ts';

export function absentPrograms(missing: readonly string[]): string {
  const names = missing.map(visible);
  const last = names.at(-1) ?? '';
  return names.length <= 1 ? `${last} is not on this laptop` : `${names.slice(0, -1).join(', ')} and ${last} are not on this laptop`;
}
