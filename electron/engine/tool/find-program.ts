/** Which file a program's name in an argv stands for. */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { searchFolders } from './environment.ts';

export type FoundProgram = { path: string } | { problem: string };

/**
 * A bare name is looked up on the PATH of `env` alone, never in `cwd`. A name with a slash is a path and is taken as it is.
 * Windows batch files are refused: they hand their arguments to a shell, which reads `&` and `%` in them.
 * @returns `path` absolute, or `problem` in words for the operator
 */
export function findProgram(name: string, env: Readonly<Record<string, string>>, cwd: string, platform: NodeJS.Platform = process.platform): FoundProgram {
  if (name === '') return { problem: 'The name of the program is empty.' };
  if (name.includes('\0')) return { problem: 'The name of the program contains a NUL byte.' };
  if (platform === 'win32' && /\.(?:cmd|bat)$/iu.test(name)) return { problem: batchFile(name) };
  if (name.includes('/') || (platform === 'win32' && name.includes('\\'))) {
    return judge(isAbsolute(name) ? name : resolve(cwd, name)) ?? { problem: `There is no program at ${name}.` };
  }
  return onPath(name, env, cwd, platform);
}

function onPath(name: string, env: Readonly<Record<string, string>>, cwd: string, platform: NodeJS.Platform): FoundProgram {
  const folders = searchFolders(env['PATH'] ?? '', cwd);
  const endings = platform === 'win32' && !/\.(?:exe|com)$/iu.test(name) ? ['.exe', '.com'] : [''];
  let problem: FoundProgram | null = null;
  for (const folder of folders) {
    for (const ending of endings) {
      const found = judge(join(folder, name + ending));
      if (found !== null && 'path' in found) return found;
      problem ??= found;
    }
    if (platform === 'win32' && ['.cmd', '.bat'].some((ending) => isFile(join(folder, name + ending)))) return { problem: batchFile(name) };
  }
  if (problem !== null) return problem;
  const where = folders.length === 0 ? 'the PATH is empty' : `looked in ${[...new Set(folders)].join(', ')}`;
  return { problem: `${name} was not found: ${where}. Install it, or write its whole path.` };
}

/** Null when there is nothing at `path`; a file that may not be run is a problem worth telling. */
function judge(path: string): FoundProgram | null {
  if (!isFile(path)) return null;
  try {
    accessSync(path, constants.X_OK);
    return { path };
  } catch {
    return { problem: `${path} is not executable. Set its x bit (chmod +x), or check whether its disk is mounted noexec.` };
  }
}

/** A folder of the PATH that may not be entered is passed over, as a shell does. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function batchFile(name: string): string {
  return `${name} is a batch file (.cmd or .bat), and those are not run: Windows hands their arguments to a shell. Call the program that it starts.`;
}
