/** Where everything of one Blackstart lies: `--data-dir`, else `BLACKSTART_DATA`, else the platform's folder for data. */
import { posix, resolve, win32 } from 'node:path';

export interface Surroundings {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  /** The person's home folder. */
  home: string;
  /** The folder that relative paths count from. */
  cwd: string;
}

function platformDefault({ platform, env, home }: Surroundings): string {
  if (platform === 'win32') return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'Blackstart');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Blackstart');
  // The XDG specification tells to ignore a relative value.
  const named = env['XDG_DATA_HOME'];
  const base = named !== undefined && posix.isAbsolute(named) ? named : posix.join(home, '.local', 'share');
  return posix.join(base, 'blackstart');
}

/** @param named the value of `--data-dir`, if one was given @returns an absolute path; nothing is created */
export function findDataDir(named: string | undefined, surroundings: Surroundings): string {
  const wanted = named ?? surroundings.env['BLACKSTART_DATA'];
  return wanted === undefined || wanted === '' ? platformDefault(surroundings) : resolve(surroundings.cwd, wanted);
}
