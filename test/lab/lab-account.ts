/** PostgreSQL refuses root: as root, everything of the lab runs under the account "postgres". */
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';

const IS_ROOT = process.getuid?.() === 0;

/** `argv` as it must be started so that it runs under the lab's account. */
export function asLabAccount(argv: readonly string[]): [string, ...string[]] {
  const [program = '', ...rest] = argv;
  if (!IS_ROOT) return [program, ...rest];
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--inh-caps=-all', program, ...rest];
}

/** Runs a program to its end and gives its standard output; throws with its standard error when it fails. */
export function runInLab(argv: readonly string[], options: { env: Readonly<Record<string, string>>; cwd: string; input?: string }): string {
  const [program, ...rest] = asLabAccount(argv);
  const settings: ExecFileSyncOptions = { env: options.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'], ...(options.input === undefined ? {} : { input: options.input }) };
  return execFileSync(program, rest, settings).toString();
}

/** A folder that the lab's account owns. */
export function giveToLab(folder: string): void {
  if (IS_ROOT) execFileSync('chown', ['--recursive', 'postgres:postgres', folder]);
}
