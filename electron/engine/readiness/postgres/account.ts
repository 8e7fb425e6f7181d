/** Database servers refuse to run as root: then they run under an account of their own. */
import { existsSync, readFileSync } from 'node:fs';
import { EngineError } from '../../../contract/errors.ts';

export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** The first of these accounts, to drop to; null when this process is not root and needs none. */
export function serverAccount(server = 'PostgreSQL', names: readonly string[] = ['postgres', 'nobody']): Account | null {
  if (process.getuid?.() !== 0) return null;
  if (findSetpriv() === null) throw new EngineError('not-found', `${server} refuses to run as root, and setpriv (util-linux) is not here to change the account`, { hint: 'Run Blackstart as an ordinary user.' });
  const accounts = new Map(readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':')).map((fields) => [fields[0] ?? '', fields]));
  for (const name of names) {
    const fields = accounts.get(name);
    if (fields !== undefined) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new EngineError('not-found', `${server} refuses to run as root, and there is no account ${names.map((name) => `"${name}"`).join(' or ')} to run it under`, {
    hint: 'Run Blackstart as an ordinary user.',
  });
}

/** Part of util-linux; where it is missing, a server that outlives us is found by the next start. */
function findSetpriv(): string | null {
  return process.platform === 'linux' ? (['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) ?? null) : null;
}

/** `argv` under the account, without root's capabilities. setpriv replaces itself, so the process id stays the same. */
export function underAccount(account: Account | null, argv: readonly string[], options: { dieWithParent?: boolean } = {}): string[] {
  const setpriv = findSetpriv();
  if (setpriv === null) return [...argv];
  const dying = options.dieWithParent === true ? ['--pdeathsig', 'QUIT'] : [];
  const dropping = account === null ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--inh-caps=-all'];
  return dying.length + dropping.length === 0 ? [...argv] : [setpriv, ...dropping, ...dying, ...argv];
}
