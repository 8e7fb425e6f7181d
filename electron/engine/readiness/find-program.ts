/** Where a program lies: the kit's toolbox first, then PATH. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * @param env its PATH is searched, never this process's own; relative entries of it are ignored
 * @returns absolute path, or null when there is no such program
 */
export function findProgram(name: string, env: Readonly<Record<string, string>>, extraFolders: readonly string[] = []): string | null {
  if (isAbsolute(name)) return isProgram(name) ? name : null;
  if (/[\\/]/u.test(name)) return null;
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder)), ...extraFolders];
  for (const folder of folders) {
    for (const ending of process.platform === 'win32' ? ['.exe', '.cmd', ''] : ['']) {
      const path = join(folder, name + ending);
      if (isProgram(path)) return path;
    }
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
