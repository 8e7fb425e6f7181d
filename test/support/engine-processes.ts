import { readdirSync, readFileSync } from 'node:fs';

/** Processes that run the engine over a data folder. */
export function enginePids(dataDir: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).map(Number).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return words.includes('engine-host.mjs') && words.includes(dataDir);
    } catch {
      return false; // it ended meanwhile
    }
  });
}
