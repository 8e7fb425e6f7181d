/** `pgbackrest`: a repository on this laptop, verified and restored with pgBackRest itself into a scratch server. */
import { chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ProbeOf } from '../../../contract/check.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { ageSeconds } from '../age.ts';
import { findProgram } from '../find-program.ts';
import type { Account } from '../postgres/account.ts';
import { serverAccount, underAccount } from '../postgres/account.ts';
import { laptopFault } from '../postgres/laptop-fault.ts';
import { makeScratchFolder, sweepScratchFolders } from '../postgres/scratch-folder.ts';
import type { ScratchFolder } from '../postgres/scratch-folder.ts';
import { chooseDatabase } from '../postgres/only-database.ts';
import { clientEnv, requirePostgres, restoreJobs, scratchOn, serverEnv } from '../postgres/scratch-postgres.ts';
import type { ScratchPostgres } from '../postgres/scratch-postgres.ts';
import { startServer } from '../postgres/server.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell, fail } from '../probe.ts';
import { complaint, runProgram } from '../run-program.ts';
import type { ToolOutcome } from '../../tool/tool.ts';
import { broken, held, Ladder } from './ladder.ts';
import type { Rung } from './ladder.ts';
import { aged, judgeRestored, noteRate } from './judge-restored.ts';
import { readInfo } from './pgbackrest-info.ts';
import { withRoom } from './room.ts';
import type { RepositoryInfo } from './pgbackrest-info.ts';

type BackupProbe = ProbeOf<'backup'>;

/** Replaying a day of write-ahead log takes hours on a laptop. */
const RECOVERY_MS = 6 * 3_600_000;
const PORT = 5432;

/** One repository under examination: how pgBackRest is called on it, and where it may work. */
interface Repository {
  probe: BackupProbe;
  context: ProbeContext;
  path: string;
  account: Account | null;
  folder: ScratchFolder;
  call(command: string, options?: readonly string[], stanza?: string): Promise<ToolOutcome>;
}

/** Everything that the repository's programs write goes into a scratch folder, which is removed at the end. */
export async function probePgBackRest(probe: BackupProbe, context: ProbeContext): Promise<ProbeFinding> {
  const path = context.resolve(probe.at);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return fail(`There is no pgBackRest repository at ${path}.`, { path, level: null, wanted: probe.level, rungs: [] });
  sweepScratchFolders(context.scratchDir);
  const account = serverAccount();
  const folder = makeScratchFolder(account, context.scratchDir);
  try {
    return await climb({ probe, context, path, account, folder, call: caller(probe, context, path, account, folder) });
  } finally {
    folder.remove();
  }
}

/** RPO counts from the newest archived log, which can be recovered to; `max_age` from the backup's own end. */
async function climb(repository: Repository): Promise<ProbeFinding> {
  const { probe, context, path } = repository;
  const ladder = new Ladder(probe.level, context.clock);
  const evidence: Evidence = { path };
  const info = await askInfo(repository);
  if (typeof info === 'string') {
    ladder.set('seen', broken('pgbackrest info', info));
    return ladder.finding(`The repository ${basename(path)}`, evidence);
  }
  const newestMs = newestInstant(info, path);
  Object.assign(evidence, evidenceOf(info, newestMs, context.clock.now()));
  ladder.set('seen', held('pgbackrest info', `${info.backups} backups, newest ${info.label}`));
  ladder.set('listed', held('pgbackrest info', `${info.type} backup ${info.label} of PostgreSQL ${info.version}, WAL up to ${info.walMax ?? 'none'}`));
  if (ladder.wants('intact') && ladder.set('intact', await verify(repository, info)) && ladder.wants('restored')) {
    await withRoom(context, info.size, (guarded) => restoreAndJudge({ ...repository, context: guarded, call: caller(probe, guarded, path, repository.account, repository.folder) }, info, ladder, evidence));
  }
  const name = `The ${info.type} backup ${info.label}`;
  const finding = ladder.finding(name, evidence);
  return aged(finding, { probe, name, mtimeMs: probe.rpo === undefined ? info.stopMs : newestMs, copies: info.stopsMs, now: context.clock.now() });
}

/** @returns what is wrong with the repository, in words @throws CannotTell when this account may not read it */
async function askInfo({ call, probe, account }: Repository): Promise<RepositoryInfo | string> {
  const outcome = await call('info', ['--output=json'], probe.stanza);
  if (!outcome.ok && /Permission denied/u.test(`${outcome.stderr.text}${outcome.stdout.text}`)) {
    throw new CannotTell('no-permission', `The repository may not be read${account === null ? '' : ` by the account ${account.name}, under which PostgreSQL's programs run here`}: ${complaint(outcome)}`);
  }
  if (!outcome.ok) return `the repository cannot be read: ${complaint(outcome)}`;
  return readInfo(outcome.stdout.text, probe.stanza, probe.restore?.set);
}

/** The command reports its findings as text and ends with 0 either way. */
async function verify({ call, context }: Repository, info: RepositoryInfo): Promise<Rung> {
  context.progress('verifying every file of the repository');
  const outcome = await call('verify', ['--output=text', '--verbose'], info.stanza);
  if (!outcome.ok) return broken('pgbackrest verify', `the repository cannot be verified: ${complaint(outcome)}`);
  const text = outcome.stdout.text;
  if (/^status: ok$/mu.test(text) && /total valid files: [1-9]/u.test(text)) return held('pgbackrest verify', 'the checksum of every file and WAL segment holds');
  const faults = [...text.matchAll(/(missing|checksum invalid|size invalid|other): ([1-9]\d*)/gu)].map((match) => `${match[2] ?? ''} ${match[1] ?? ''}`);
  return broken('pgbackrest verify', `the repository is damaged: ${faults.length === 0 ? 'verify does not call it ok' : `files ${faults.join(', ')}`}`);
}

/** What PostgreSQL or pgBackRest refuse is the backup's fault; what the laptop lacks is thrown. */
async function restoreAndJudge(repository: Repository, info: RepositoryInfo, ladder: Ladder, evidence: Evidence): Promise<void> {
  const { context } = repository;
  const start = context.clock.uptime();
  let restored: ScratchPostgres;
  try {
    restored = await restore(repository, info);
  } catch (thrown) {
    if (!(thrown instanceof EngineError) || thrown.code !== 'bad') throw thrown;
    ladder.set('restored', broken('pgbackrest restore', `it does not restore: ${thrown.message}`));
    return;
  }
  try {
    noteRate(evidence, { milliseconds: context.clock.uptime() - start, bytes: info.size, full: repository.probe.full_size });
    ladder.set('restored', held('pgbackrest restore', `into a scratch PostgreSQL ${restored.programs.major}, recovery ended, database ${restored.database}`));
    await judgeRestored({ probe: repository.probe, context, ladder, evidence }, { query: restored.query, stop: restored.stop, detail: '' });
  } finally {
    await restored.stop();
  }
}

/** Resolves when recovery has ended. Hot standby is off: its demands on settings do not matter for a scratch copy. */
async function restore(repository: Repository, info: RepositoryInfo): Promise<ScratchPostgres> {
  const { probe, context, account, folder, call } = repository;
  const programs = requirePostgres(context.env, info.major);
  const target = probe.restore?.target;
  context.progress('restoring into a scratch server');
  const outcome = await call('restore', [
    `--pg1-path=${folder.dataDir}`, `--tablespace-map-all=${tablespaceFolder(folder, account)}`, '--archive-mode=off', `--process-max=${restoreJobs()}`,
    ...(probe.restore?.set === undefined ? [] : [`--set=${probe.restore.set}`]),
    ...(target === undefined ? [] : ['--type=time', `--target=${target}`, '--target-action=promote']),
  ], info.stanza);
  if (!outcome.ok) throw laptopFault(outcome.stderr.text) ?? new EngineError('bad', complaint(outcome));
  context.progress('replaying the write-ahead log');
  const files = serverFiles(folder, account);
  const server = await startServer({
    clock: context.clock, programs, account, folder, port: PORT, env: serverEnv(context.env, folder), withinMs: RECOVERY_MS, signal: context.signal,
    settings: { config_file: files.config, hba_file: files.hba, ident_file: files.ident, hot_standby: 'off', archive_mode: 'off', archive_command: '' },
  });
  const onServer = (database: string): ScratchPostgres => scratchOn(context, { programs, account, folder, server, database });
  try {
    return onServer(await chooseDatabase(onServer('postgres'), probe.database));
  } catch (thrown) {
    await onServer('postgres').stop();
    throw thrown;
  }
}

/** The repository's place always wins over the configuration's, so that the copy on this laptop is the one that is examined. */
function caller(probe: BackupProbe, context: ProbeContext, path: string, account: Account | null, folder: ScratchFolder): Repository['call'] {
  const program = findProgram('pgbackrest', context.env);
  if (program === null) throw new CannotTell('tool-missing', 'pgbackrest is neither in the kit\'s toolbox nor on the PATH.');
  const config = probe.restore?.config === undefined ? writeConfig(probe, context, path, account, folder) : context.resolve(probe.restore.config);
  const always = [`--config=${config}`, `--repo1-path=${path}`, '--log-level-file=off', '--log-level-console=error', '--log-level-stderr=error'];
  return (command, options = [], stanza) =>
    runProgram(context, {
      argv: underAccount(account, [program, ...always, ...(stanza === undefined ? [] : [`--stanza=${stanza}`]), ...options, command]),
      cwd: folder.base,
      // as variables, since not every command knows these as options
      env: { ...clientEnv(folder), PGBACKREST_LOCK_PATH: join(folder.socketDir, 'lock'), PGBACKREST_SPOOL_PATH: join(folder.socketDir, 'spool') },
    });
}

/** The passphrase of a sealed repository goes into this 0600 file, never into an argument. */
function writeConfig(probe: BackupProbe, context: ProbeContext, path: string, account: Account | null, folder: ScratchFolder): string {
  const config = join(folder.base, 'pgbackrest.conf');
  writeFileSync(config, `[global]\nrepo1-path=${path}\n${cipherLines(probe, context)}`, { mode: 0o600 });
  if (account !== null) chownSync(config, account.uid, account.gid);
  return config;
}

/** pgBackRest knows one cipher, with a passphrase; its own file format is not read here. */
function cipherLines(probe: BackupProbe, context: ProbeContext): string {
  if (probe.cipher === undefined) return '';
  if (probe.cipher.answer?.kind !== 'openssl-enc') throw new CannotTell('refused', 'The cipher of a pgBackRest repository is of the kind openssl-enc (aes-256-cbc).');
  const secret = context.secrets.get(probe.cipher.secret);
  if (secret === null) throw new CannotTell('secret-missing', `The secret ${probe.cipher.secret} is not at hand, so the sealed repository cannot be opened.`);
  return `repo1-cipher-type=${probe.cipher.answer.cipher}\nrepo1-cipher-pass=${Buffer.from(secret.bytes()).toString('utf8')}\n`;
}

/** Without a folder of their own, tablespaces would be restored to the paths that they had on the lost server. */
function tablespaceFolder(folder: ScratchFolder, account: Account | null): string {
  const path = join(dirname(folder.dataDir), 'tablespaces');
  mkdirSync(path, { mode: 0o700 });
  if (account !== null) chownSync(path, account.uid, account.gid);
  return path;
}

/** Our own settings: the server's may lie outside its data folder, or name files of the lost host. */
function serverFiles(folder: ScratchFolder, account: Account | null): { config: string; hba: string; ident: string } {
  const write = (name: string, text: string): string => {
    const path = join(folder.base, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (account !== null) chownSync(path, account.uid, account.gid);
    return path;
  };
  return { config: write('server.conf', ''), hba: write('hba.conf', 'local all all trust\n'), ident: write('ident.conf', '') };
}

/** End of the newest backup or of the newest archived WAL file, whichever is later. */
function newestInstant(info: RepositoryInfo, path: string): number {
  try {
    const wal = readdirSync(join(path, 'archive', info.stanza), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /^[0-9A-F]{24}-/u.test(entry.name));
    return Math.max(info.stopMs, ...wal.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
  } catch {
    return info.stopMs; // the archive's folder is not ours to read; the backup's own end is then the newest known
  }
}

/** `age_s` is of the backup, `newest_s` of the newest recoverable moment. */
function evidenceOf(info: RepositoryInfo, newestMs: number, now: number): Evidence {
  return {
    stanza: info.stanza, label: info.label, type: info.type, postgres: info.version, sha256: null, size: info.size, backups: info.backups,
    age_s: ageSeconds(info.stopMs, now), newest_s: ageSeconds(newestMs, now), wal_max: info.walMax,
  };
}
