/** `restic`: a repository on this laptop or in an object store, read, checked and restored with restic itself. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { counted, spokenBytes } from '../../../contract/wording.ts';
import { ageSeconds } from '../age.ts';
import { findProgram } from '../find-program.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell, fail } from '../probe.ts';
import { complaint, runProgram } from '../run-program.ts';
import { isS3, readS3Address } from '../s3/s3-address.ts';
import type { S3Store } from '../s3/s3-store.ts';
import { withS3 } from '../s3/with-s3.ts';
import { privateFolder, temporaryFolder } from '../temporary-folder.ts';
import type { ToolOutcome } from '../../tool/tool.ts';
import { askFolder } from './folder-query.ts';
import { aged, judgeRestored, noteRate } from './judge-restored.ts';
import { broken, held, Ladder } from './ladder.ts';
import type { Rung } from './ladder.ts';
import { withRoom } from './room.ts';

type BackupProbe = ProbeOf<'backup'>;

const Snapshots = z.array(z.object({ time: z.iso.datetime({ offset: true }), id: z.string(), paths: z.array(z.string()), hostname: z.string().default(''), tags: z.array(z.string()).nullish() })).nullable();
type Snapshot = NonNullable<z.infer<typeof Snapshots>>[number];
const Stats = z.object({ total_size: z.int(), total_file_count: z.int() });

interface Repository {
  probe: BackupProbe;
  context: ProbeContext;
  call(args: readonly string[], cwd?: string): Promise<ToolOutcome>;
  scratch: string;
}

/** `cipher.secret` is the password; `stanza` names a tag or a host where a repository has several series; `restore.set` one snapshot. */
export async function probeRestic(probe: BackupProbe, context: ProbeContext): Promise<ProbeFinding> {
  if (probe.sums !== undefined || probe.sha256 !== undefined) throw new CannotTell('refused', 'A restic repository carries its own checksums: leave `sums` and `sha256` out.');
  if (!isS3(probe.at)) return probeHere(probe, context);
  const address = readS3Address(probe.at);
  const evidence: Evidence = { path: probe.at, level: null, wanted: probe.level, rungs: [] };
  return withS3(probe, address, context, evidence, async (store) => {
    const prefix = address.key.replace(/\/+$/u, '');
    const config = await store.head(prefix === '' ? 'config' : `${prefix}/config`);
    if (config === null) return fail(`There is no restic repository at ${probe.at}.`, evidence);
    const finding = await climbWith(probe, context, { repository: `s3:${store.endpoint ?? 'https://s3.amazonaws.com'}/${store.bucket}${prefix === '' ? '' : `/${prefix}`}`, env: storeEnv(store), options: storeOptions(store, context) });
    return { ...finding, evidence: { ...finding.evidence, endpoint: store.endpoint, credentials: store.source } };
  });
}

async function probeHere(probe: BackupProbe, context: ProbeContext): Promise<ProbeFinding> {
  const path = context.resolve(probe.at);
  const config = statSync(join(path, 'config'), { throwIfNoEntry: false });
  if (config === undefined) return fail(`There is no restic repository at ${path}.`, { path, level: null, wanted: probe.level, rungs: [] });
  if (config.size === 0) return fail(`The restic repository at ${path} is damaged: its file config is empty.`, { path, level: null, wanted: probe.level, rungs: [] });
  return climbWith({ ...probe, at: path }, context, { repository: path, env: {}, options: [] });
}

interface Place {
  repository: string;
  env: Readonly<Record<string, string>>;
  options: readonly string[];
}

function storeEnv({ access, region }: S3Store): Record<string, string> {
  const keys = access.credentials;
  return { AWS_DEFAULT_REGION: region, ...(keys === null ? {} : { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey, ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }) }) };
}

function storeOptions({ endpoint }: S3Store, context: ProbeContext): string[] {
  const authority = (context.credentialsEnv ?? context.env)['AWS_CA_BUNDLE'];
  return [...(endpoint === null ? [] : ['-o', 's3.bucket-lookup=path']), ...(authority === undefined || authority === '' ? [] : ['--cacert', authority])];
}

/** The password lies in a 0600 file, in memory where it can, and goes with the climb. */
async function climbWith(probe: BackupProbe, context: ProbeContext, place: Place): Promise<ProbeFinding> {
  const program = findProgram('restic', context.env);
  if (program === null) throw new CannotTell('tool-missing', 'restic is neither in the kit\'s toolbox nor on the PATH.');
  if (probe.cipher === undefined) throw new CannotTell('refused', 'A restic repository is sealed with a password: give `cipher: {secret: NAME}`.');
  const secret = context.secrets.get(probe.cipher.secret);
  if (secret === null) throw new CannotTell('secret-missing', `The secret ${probe.cipher.secret} is not at hand, so the repository cannot be opened.`, { path: probe.at, key_missing: probe.cipher.secret });
  const hidden = privateFolder(context.scratchDir, secret.bytes().length);
  const scratch = temporaryFolder(context.scratchDir);
  try {
    writeFileSync(join(hidden, 'password'), secret.bytes(), { mode: 0o600 });
    const always = ['--repo', place.repository, '--password-file', join(hidden, 'password'), '--no-lock', '--no-cache', ...place.options];
    const caller = (host: ProbeContext): Repository['call'] => (args) => runProgram(host, { argv: [program, ...always, ...args], cwd: scratch, env: { ...place.env, TMPDIR: scratch, LC_ALL: 'C' } });
    return await climb({ probe, context, scratch, call: caller(context) }, caller);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(hidden, { recursive: true, force: true });
  }
}

async function climb(repository: Repository, caller: (host: ProbeContext) => Repository['call']): Promise<ProbeFinding> {
  const { probe, context } = repository;
  const ladder = new Ladder(probe.level, context.clock);
  const evidence: Evidence = { path: probe.at };
  const name = `The restic repository ${basename(probe.at)}`;
  ladder.set('seen', held('config', 'a repository is there'));
  const snapshots = await askSnapshots(repository);
  if (!Array.isArray(snapshots)) {
    ladder.set(snapshots.at, snapshots.rung);
    return ladder.finding(name, evidence);
  }
  const [newest] = snapshots;
  if (newest === undefined) {
    ladder.set('listed', broken('restic snapshots', `the repository holds no snapshot${probe.stanza === undefined ? '' : ` of ${probe.stanza}`}`));
    return ladder.finding(name, evidence);
  }
  const stats = await askStats(repository, newest);
  if ('ok' in stats) {
    ladder.set('listed', stats);
    return ladder.finding(name, evidence);
  }
  Object.assign(evidence, evidenceOf(newest, snapshots, stats.total_size, context.clock.now()));
  ladder.set('listed', stats.total_size === 0 ? broken('restic stats', 'the snapshot is empty: it holds no byte') : held('restic snapshots', `snapshot ${newest.id.slice(0, 8)} of ${newest.hostname}, ${spokenBytes(stats.total_size)}`));
  if (!ladder.isBroken && ladder.wants('intact') && ladder.set('intact', await check(repository)) && ladder.wants('restored')) {
    await withRoom(context, stats.total_size, (guarded) => restoreAndJudge({ ...repository, context: guarded, call: caller(guarded) }, newest, ladder, evidence));
  }
  return aged(ladder.finding(`The snapshot ${newest.id.slice(0, 8)}`, evidence), { probe, name: `The snapshot ${newest.id.slice(0, 8)}`, mtimeMs: Date.parse(newest.time), copies: snapshots.map(({ time }) => Date.parse(time)), now: context.clock.now() });
}

function evidenceOf(newest: Snapshot, snapshots: readonly Snapshot[], size: number, now: number): Evidence {
  return { snapshot: newest.id, host: newest.hostname, paths: newest.paths, tags: newest.tags ?? [], size, snapshots: snapshots.length, age_s: ageSeconds(Date.parse(newest.time), now) };
}

/** Newest first, of the series and the snapshot that the check names. */
async function askSnapshots({ call, probe, context }: Repository): Promise<Snapshot[] | { at: 'seen' | 'listed'; rung: Rung }> {
  context.progress('opening the repository');
  const outcome = await call(['snapshots', '--json']);
  if (!outcome.ok) return { at: 'listed', rung: refused(outcome, `the password in the secret ${probe.cipher?.secret ?? ''} does not open it`) };
  const read = Snapshots.safeParse(JSON.parse(outcome.stdout.text));
  if (!read.success) throw new CannotTell('not-understood', 'restic lists its snapshots in a form that this version does not know.');
  const { stanza, restore } = probe;
  return (read.data ?? [])
    .filter(({ tags, hostname }) => stanza === undefined || hostname === stanza || tags?.includes(stanza) === true)
    .filter(({ id }) => restore?.set === undefined || id.startsWith(restore.set))
    .toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time));
}

async function askStats({ call }: Repository, { id }: Snapshot): Promise<z.infer<typeof Stats> | Rung> {
  const outcome = await call(['stats', '--json', '--mode', 'restore-size', id]);
  if (!outcome.ok) return refused(outcome, 'it cannot be opened');
  return Stats.parse(JSON.parse(outcome.stdout.text));
}

/** Reads and authenticates every byte of every pack. */
async function check({ call, context }: Repository): Promise<Rung> {
  context.progress('reading every pack of the repository');
  const outcome = await call(['check', '--read-data']);
  return outcome.ok ? held('restic check --read-data', 'every pack was read, and its checksum holds') : refused(outcome, 'it cannot be opened', 'restic check --read-data');
}

/** What restic refuses is the repository's fault, unless the network, the disk or an account of this laptop is to blame. */
function refused(outcome: ToolOutcome, wrongPassword: string, by = 'restic'): Rung {
  const text = `${outcome.stderr.text}\n${outcome.stdout.text}`;
  if (/wrong password|no key found/iu.test(text)) return broken(by, wrongPassword);
  if (/no space left|disk quota/iu.test(text)) throw new CannotTell('no-space', 'The disk is full: restic found no room. Free space and check again.');
  if (/connection refused|no such host|i\/o timeout|network is unreachable|TLS handshake|EOF$/imu.test(text)) throw new CannotTell('unreachable', `The repository cannot be reached: ${complaint(outcome)}`);
  if (/access denied|permission denied|SignatureDoesNotMatch|InvalidAccessKeyId/iu.test(text)) throw new CannotTell('denied', `The repository may not be read: ${complaint(outcome)}`);
  return broken(by, `the repository is damaged: ${faultLine(outcome)}`);
}

function faultLine(outcome: ToolOutcome): string {
  const telling = outcome.stderr.text.split('\n').find((line) => /does not match|ciphertext|invalid|not found|does not exist|unexpected|wrong/iu.test(line));
  return (telling ?? complaint(outcome)).trim().slice(0, 200);
}

async function restoreAndJudge(repository: Repository, newest: Snapshot, ladder: Ladder, evidence: Evidence): Promise<void> {
  const { probe, context, call, scratch } = repository;
  const target = join(scratch, 'restored');
  mkdirSync(target, { mode: 0o700 });
  context.progress('restoring into a folder');
  const start = context.clock.uptime();
  const outcome = await call(['restore', newest.id, '--target', target, '--verify']);
  if (!outcome.ok) {
    ladder.set('restored', broken('restic restore', `it does not restore: ${refused(outcome, 'it cannot be opened').detail}`));
    return;
  }
  const files = Number(askFolder(target, 'count **'));
  noteRate(evidence, { milliseconds: context.clock.uptime() - start, bytes: Number(evidence['size']), full: probe.full_size });
  ladder.set('restored', files === 0 ? broken('restic restore', 'the snapshot is empty: it restores no file') : held('restic restore --verify', `${counted(files, 'file', 'files')} into a folder, each compared with the repository`));
  if (ladder.isBroken) return;
  await judgeRestored({ probe, context, ladder, evidence }, { query: async (question) => askFolder(target, question), stop: async () => {}, detail: '' });
}
