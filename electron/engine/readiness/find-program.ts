/** Where a program lies, for probes that only ask whether it is there. */
import { findProgram as find } from '../tool/find-program.ts';

/**
 * @param env its PATH is searched, never this process's own
 * @returns absolute path, or null when there is no such program
 */
export function findProgram(name: string, env: Readonly<Record<string, string>>): string | null {
  const found = find(name, env, env['HOME'] ?? '/');
  return 'path' in found ? found.path : null;
}
