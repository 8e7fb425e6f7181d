/**
 * A MariaDB server of our own for a restore: an empty data folder, a private socket, no TCP, gone afterwards.
 *
 * A dump is fed while accounts are in force (events can only be made then). Then the server is started again without them:
 * a dump of all databases brings accounts of its own, and views ask for definers that no dump holds.
 */
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../contract/errors.ts';
import type { Clock } from '../../deps.ts';
import type { ToolInput, ToolOutcome } from '../../tool/tool.ts';
import type { Server } from '../own-server.ts';
import { readLog, startOwnServer } from '../own-server.ts';
import type { Account } from '../postgres/account.ts';
import { serverAccount, underAccount } from '../postgres/account.ts';
import type { ScratchFolder } from '../postgres/scratch-folder.ts';
import { makeScratchFolder, sweepScratchFolders } from '../postgres/scratch-folder.ts';
import type { ProgramHost } from '../run-program.ts';
import { complaint, runProgram } from '../run-program.ts';
import type { MariaDbPrograms } from './find-mariadb.ts';
import { requireMariaDb } from './find-mariadb.ts';
import { mariaDbFault } from './laptop-fault.ts';
import { readRows } from './read-rows.ts';

const START_MS = 60_000;
const INSTALL_MS = 120_000;
/** Whatever was restored is written to its place. */
const CLOSE_MS = 30 * 60_000;
const QUERY_MS = 30 * 60_000;

export interface MariaDbHost extends ProgramHost {
  clock: Clock;
}

export interface ScratchMariaDb {
  /** Runs SQL text, stopping at the first error. The client's own commands (`\!`, `source`, `tee`) are not obeyed. */
  feed(text: ToolInput, database: string): Promise<ToolOutcome>;
  /** Starts the server again without accounts; from then on only queries. */
  open(): Promise<void>;
  /** Rows LF, columns TAB, NULL `\N`, blobs `0x…`; EngineError `bad` with the server's message when the query fails. */
  query(sql: string, database: string): Promise<string>;
  /** Databases that are not the server's own. */
  databases(): Promise<string[]>;
  log(): string;
  stop(): Promise<void>;
}

interface Parts {
  host: MariaDbHost;
  programs: MariaDbPrograms;
  account: Account | null;
  folder: ScratchFolder;
}

/** @param dataParent where the data lies, on a disk with room. EngineError `not-found` without MariaDB, `bad` when the server does not come up. */
export async function startScratchMariaDb(host: MariaDbHost, dataParent: string): Promise<ScratchMariaDb> {
  const programs = requireMariaDb(host.env);
  const account = serverAccount('MariaDB', ['mysql', 'nobody']);
  sweepScratchFolders(dataParent);
  const folder = makeScratchFolder(account, dataParent, 'bs-my');
  const parts = { host, programs, account, folder };
  try {
    await install(parts);
    let server = await startServer(parts, 'feed');
    return {
      feed: (text, database) => client(parts, ['--binary-mode', '--batch', `--database=${database}`], { stdin: text }),
      async open() {
        await server.close(CLOSE_MS);
        server = await startServer(parts, 'query');
      },
      query: (sql, database) => ask(parts, sql, database),
      databases: () => databases(parts),
      log: () => `${readLog(logOf(folder, 'feed'))}${readLog(logOf(folder, 'query'))}`,
      async stop() {
        await server.stop();
        folder.remove();
      },
    };
  } catch (thrown) {
    folder.remove();
    throw thrown;
  }
}

async function install(parts: Parts): Promise<void> {
  const { host, programs, account, folder } = parts;
  for (const path of [plugins(folder), files(folder)]) {
    mkdirSync(path, { mode: 0o700 });
    if (account !== null) chownSync(path, account.uid, account.gid);
  }
  const windows = process.platform === 'win32';
  const argv = windows ? [programs.installer, `--datadir=${folder.dataDir}`] : [programs.installer, '--no-defaults', `--datadir=${folder.dataDir}`, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  const outcome = await runProgram(host, { argv: underAccount(account, argv), cwd: folder.base, env: environment(host, folder), timeoutMs: INSTALL_MS });
  if (outcome.ok) return;
  throw mariaDbFault(outcome.stderr.text, outcome.stdout.text) ?? new EngineError('bad', `The scratch MariaDB data folder could not be made: ${complaint(outcome)}`);
}

type Purpose = 'feed' | 'query';

function startServer(parts: Parts, purpose: Purpose): Promise<Server> {
  const { host, programs, account, folder } = parts;
  const log = logOf(folder, purpose);
  const argv = [
    programs.server, '--no-defaults', `--datadir=${folder.dataDir}`, `--socket=${socket(folder)}`, `--pid-file=${join(folder.dataDir, 'pid')}`,
    '--skip-networking', '--skip-log-bin', '--event-scheduler=OFF', '--skip-name-resolve', '--default-time-zone=+00:00', '--lc-messages=en_US',
    // a dump from elsewhere must not read or write files, or load a library
    '--local-infile=OFF', `--secure-file-priv=${files(folder)}`, `--plugin-dir=${plugins(folder)}`,
    // the data lives for minutes
    '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF', '--innodb-log-file-size=256M', '--innodb-buffer-pool-size=256M', '--max-allowed-packet=1G',
    ...(purpose === 'query' ? ['--skip-grant-tables'] : []),
  ];
  return startOwnServer({
    clock: host.clock, name: 'MariaDB', argv: underAccount(account, argv, { dieWithParent: true }), env: environment(host, folder), cwd: folder.base, log,
    isReady: () => /ready for connections/u.test(readLog(log)), withinMs: START_MS, stopWith: 'SIGKILL',
    ...(host.signal === undefined ? {} : { signal: host.signal }),
  });
}

/** Without `--no-defaults` as the first argument, a password file of the operator's would be read. */
function client(parts: Parts, args: readonly string[], run: { stdin?: ToolInput; timeoutMs?: number } = {}): Promise<ToolOutcome> {
  const { host, programs, account, folder } = parts;
  const argv = [programs.client, '--no-defaults', `--socket=${socket(folder)}`, '--user=root', '--default-character-set=utf8mb4', '--max-allowed-packet=1G', ...args];
  return runProgram(host, { argv: underAccount(account, argv), cwd: folder.base, env: environment(host, folder), ...run });
}

/** As XML, since only there NULL and the text "NULL" are told apart. The query goes through standard input: it may be longer than an argument. */
async function ask(parts: Parts, sql: string, database: string): Promise<string> {
  const outcome = await client(parts, ['--binary-mode', '--xml', '--binary-as-hex', `--database=${database}`], { stdin: { bytes: Buffer.from(sql, 'utf8') }, timeoutMs: QUERY_MS });
  if (!outcome.ok) throw new EngineError('bad', mariaDbComplaint(outcome));
  if (outcome.stdout.truncated) throw new EngineError('bad', 'the answer to the query is too large (over 16 MiB)');
  return readRows(outcome.stdout.text);
}

async function databases(parts: Parts): Promise<string[]> {
  const rows = await ask(parts, "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1", 'mysql');
  return rows.split('\n').filter((name) => name !== '');
}

/** `ERROR 1064 (42000) at line 3: …`, among the echo of the statement that failed. */
export function mariaDbComplaint(outcome: ToolOutcome): string {
  const line = outcome.stderr.text.split('\n').find((one) => /^ERROR\b/u.test(one));
  return (line ?? complaint(outcome)).slice(0, 300);
}

const socket = (folder: ScratchFolder): string => join(folder.socketDir, 'sock');
const plugins = (folder: ScratchFolder): string => join(folder.socketDir, 'plugins');
const files = (folder: ScratchFolder): string => join(folder.socketDir, 'files');
const logOf = (folder: ScratchFolder, purpose: Purpose): string => `${folder.log}.${purpose}`;

/** Messages in English, since they are shown and matched. */
function environment(host: MariaDbHost, folder: ScratchFolder): Record<string, string> {
  return { PATH: host.env['PATH'] ?? '', HOME: folder.base, LC_ALL: 'C', TZ: 'UTC', TMPDIR: files(folder) };
}
