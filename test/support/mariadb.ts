/** A real MariaDB to take dumps from, with the real mariadb-dump. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../electron/engine/clock.ts';
import { requireMariaDb } from '../../electron/engine/readiness/mariadb/find-mariadb.ts';
import { startOwnServer } from '../../electron/engine/readiness/own-server.ts';
import { readLog } from '../../electron/engine/readiness/own-server.ts';
import { serverAccount, underAccount } from '../../electron/engine/readiness/postgres/account.ts';

export interface MariaDbSource {
  /** @param password of root, once a test has set one */
  sql(text: string, password?: string): string;
  /** Runs mariadb-dump with these options and returns what it writes. */
  dump(options: readonly string[]): Buffer;
  stop(): Promise<void>;
}

/** Not the scratch server of the engine: its accounts, TCP and options are those of an ordinary server. */
export async function startMariaDbSource(): Promise<MariaDbSource> {
  const folder = mkdtempSync(join(tmpdir(), 'my-'));
  const account = serverAccount('MariaDB', ['mysql', 'nobody']);
  const [data, log, socket] = [join(folder, 'data'), join(folder, 'log'), join(folder, 'data', 's')];
  mkdirSync(data);
  execFileSync('chmod', ['755', folder]);
  if (account !== null) chownSync(data, account.uid, account.gid);
  const { server, installer, client } = requireMariaDb({ PATH: process.env['PATH'] ?? '' });
  const run = (argv: readonly string[], input = ''): Buffer => {
    const [program = '', ...args] = underAccount(account, argv);
    return execFileSync(program, args, { input, maxBuffer: 2 ** 28, cwd: folder, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  };
  run([installer, '--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db']);
  const running = await startOwnServer({
    clock: systemClock(), name: 'MariaDB', argv: underAccount(account, [server, '--no-defaults', `--datadir=${data}`, `--socket=${socket}`, '--skip-networking', '--innodb-flush-log-at-trx-commit=0'], { dieWithParent: true }),
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' }, cwd: folder, log, isReady: () => readLog(log).includes('ready for connections'), withinMs: 60_000, stopWith: 'SIGKILL',
  });
  return {
    sql: (text, password = '') => run([client, '--no-defaults', `--socket=${socket}`, '--user=root', `--password=${password}`, '--default-character-set=utf8mb4', '--batch', '--skip-column-names', '--database=mysql'], text).toString('utf8'),
    dump: (options) => run(['mariadb-dump', '--no-defaults', `--socket=${socket}`, '--user=root', '--single-transaction', ...options]),
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
