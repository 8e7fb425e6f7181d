import { readFileSync } from 'node:fs';

/**
 * The name of the program that a process runs, as the system knows it (at most 15 bytes), without its arguments, which may
 * hold what nobody should read. Null when the process has ended, or where the system does not say.
 */
export function programName(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return null;
  }
}
