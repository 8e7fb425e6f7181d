/** Where the MariaDB programs lie; the server's is often outside an operator's PATH. */
import { readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { EngineError } from '../../../contract/errors.ts';
import { findProgram } from '../find-program.ts';

export interface MariaDbPrograms {
  server: string;
  installer: string;
  client: string;
}

const FOLDERS = ['/usr/sbin', '/usr/libexec', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/usr/local/mysql/bin', '/opt/homebrew/bin', '/opt/homebrew/opt/mariadb/bin', '/usr/local/opt/mariadb/bin'];
const WINDOWS = 'C:\\Program Files';

/** EngineError `not-found` in words when a program is missing. MySQL's own programs will not do: they make their data folder another way. */
export function requireMariaDb(env: Readonly<Record<string, string>>): MariaDbPrograms {
  const path = [env['PATH'] ?? '', ...FOLDERS, ...windowsFolders()].filter((folder) => folder !== '').join(delimiter);
  const find = (name: string): string | null => {
    const found = findProgram(name, { ...env, PATH: path });
    return found !== null && isAbsolute(found) ? found : null;
  };
  const [server, installer, client] = [find('mariadbd'), find('mariadb-install-db'), find('mariadb')];
  if (server !== null && installer !== null && client !== null) return { server, installer, client };
  const missing = [server === null ? 'mariadbd' : '', installer === null ? 'mariadb-install-db' : '', client === null ? 'mariadb' : ''].filter((name) => name !== '');
  throw new EngineError('not-found', `MariaDB is not on this laptop: a scratch server needs its programs (missing: ${missing.join(', ')})`, {
    hint: 'Install the package mariadb-server, or put the programs into the kit\'s toolbox.',
  });
}

function windowsFolders(): string[] {
  if (process.platform !== 'win32') return [];
  try {
    return readdirSync(WINDOWS).filter((name) => name.startsWith('MariaDB')).map((name) => join(WINDOWS, name, 'bin'));
  } catch {
    return [];
  }
}
