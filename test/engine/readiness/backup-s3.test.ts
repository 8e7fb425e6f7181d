import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupEvidence } from '../../../electron/contract/readiness.ts';
import { serverAccount, underAccount } from '../../../electron/engine/readiness/postgres/account.ts';
import { listFiles } from '../../../electron/engine/readiness/probes/dir.ts';
import { flipped } from '../../support/damage.ts';
import { startMariaDbSource } from '../../support/mariadb.ts';
import { mongoArchive, writeMongoFolder } from '../../support/mongo-dump.ts';
import type { BreakingLine, ObjectStore } from '../../support/object-store.ts';
import { breakingLine, missingForObjectStore, startObjectStore } from '../../support/object-store.ts';
import { startSource } from '../../support/postgres.ts';
import { clockAhead, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';
import { ANSWER, KEY, SEALED } from '../../support/sealed-canary.ts';
import { writeVeleroBackup } from '../../support/velero-backup.ts';

const missing = missingForObjectStore();
const PASSWORD = 'the lamp is lit at nine';
const SQL = `CREATE TABLE tenants(id int PRIMARY KEY, secret text); INSERT INTO tenants VALUES (1, '${SEALED}'), (2, '${SEALED}');`;
const TWO = [{ query: 'SELECT count(*) FROM tenants', number: { min: 2 } }];
const SECRETS = { secret: 'master_key', query: 'SELECT secret FROM tenants', answer: ANSWER };
const MONGO = { 'kredete.users': Array.from({ length: 9 }, (_, index) => ({ _id: index })) };

describe.skipIf(missing.length > 0)('a backup in a real object store', () => {
  let store: ObjectStore;
  let bench: Bench;
  const at = (...names: string[]): string => join(bench.folder, ...names);
  const put = async (key: string, body: Buffer, Bucket = 'kit'): Promise<void> => void (await store.client.send(new PutObjectCommand({ Bucket, Key: key, Body: body, ContentMD5: createHash('md5').update(body).digest('base64') })));
  const putFolder = async (folder: string, prefix: string): Promise<void> => {
    const files = listFiles(folder);
    for (let at = 0; at < files.length; at += 16) await Promise.all(files.slice(at, at + 16).map(({ path }) => put(`${prefix}/${relative(folder, path)}`, readFileSync(path))));
  };
  const probe = (more: object, context: Parameters<Bench['probe']>[1] = {}) => bench.probe({ kind: 'backup', engine: 'tar', level: 'restored', at: 's3://kit/tar/', endpoint: store.endpoint, ...more }, { credentialsEnv: store.env, ...context });
  /** The store's clock counts seconds; what is newer has to be so by one. */
  const nextSecond = async (): Promise<void> => {
    for (const start = Math.floor(Date.now() / 1000); Math.floor(Date.now() / 1000) <= start; ) await put('clock/tick', Buffer.from('x'));
  };
  let archive: Buffer;

  beforeAll(async () => {
    bench = makeBench({ master_key: KEY, restic_password: PASSWORD });
    store = await startObjectStore();
    for (const Bucket of ['kit', 'versioned']) await store.client.send(new CreateBucketCommand({ Bucket }));
    await store.client.send(new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } }));
    mkdirSync(at('source'));
    writeFileSync(at('source', 'canary'), SEALED);
    writeFileSync(at('source', 'large'), execFileSync('head', ['-c', '3000000', '/dev/urandom'], { maxBuffer: 2 ** 23 }));
    archive = execFileSync('tar', ['-cz', '-C', at('source'), '.'], { maxBuffer: 2 ** 24 });
    await put('tar/files_1.tar.gz', archive);
    await put('tar/SHA256SUMS', Buffer.from(`${createHash('sha256').update(archive).digest('hex')}  files_1.tar.gz\n`));
  }, 240_000);
  afterAll(async () => {
    bench.remove();
    await store.stop();
  });

  it('of tar is fetched, compared with the store, restored and asked; what that took is told', async () => {
    const found = await probe({ level: 'key-proven', assert: [{ query: 'size **', number: { min: 3_000_000 } }], key: { ...SECRETS, query: 'read canary' }, full_size: '30GiB' });
    expect(found.summary).toBe('files_1.tar.gz is restored, its content holds and the key opens it.');
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven', path: 's3://kit/tar/files_1.tar.gz', endpoint: store.endpoint, credentials: 'environment', key: { opened: 1 } } });
    const { fetch_ms: fetched = 0, restore_ms: restored = 0, size = 0, projected_ms: projected, rungs = [] } = BackupEvidence.parse(found.evidence);
    expect(rungs[2]).toMatchObject({ level: 'intact', ok: true, by: 'S3 etag (MD5)' });
    expect(projected).toBe(Math.round(((fetched + restored) * 30 * 2 ** 30) / size));
  });

  it('of PostgreSQL and of SQLite climbs as one on this laptop', async () => {
    const source = await startSource(bench, SQL);
    try {
      await put('pg/custom/ampora.dump', source.dump(['-Fc']));
      await put('pg/plain/ampora.sql.gz', gzipSync(source.dump([])));
      await put('pg/all/all.sql.gz', gzipSync(execFileSync(join(source.server.programs.folder, 'pg_dumpall'), ['-h', source.server.host, '-p', String(source.server.port), '-U', source.server.user], { maxBuffer: 2 ** 24 })));
    } finally {
      await source.server.stop();
    }
    execFileSync('sqlite3', [at('a.sqlite'), SQL]);
    await put('sqlite/a.sqlite', readFileSync(at('a.sqlite')));
    for (const [engine, address] of [['postgres-custom', 'pg/custom/'], ['postgres-plain', 'pg/plain/*.gz'], ['postgres-dumpall', 'pg/all/all.sql.gz'], ['sqlite', 'sqlite/a']] as const) {
      const found = await probe({ engine, at: `s3://kit/${address}`, level: 'key-proven', assert: TWO, key: SECRETS, ...(engine === 'postgres-dumpall' ? { database: 'ampora' } : {}) });
      expect(found.summary, engine).toContain('restored, its content holds and the key opens it');
      expect(found, engine).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven' } });
    }
  }, 120_000);

  it('of MariaDB climbs as one on this laptop', async () => {
    const source = await startMariaDbSource();
    try {
      source.sql(`CREATE DATABASE kravn; USE kravn; ${SQL}`);
      await put('mysql/kravn.sql.gz', gzipSync(source.dump(['kravn'])));
    } finally {
      await source.stop();
    }
    expect(await probe({ engine: 'mysqldump', at: 's3://kit/mysql/', level: 'key-proven', assert: TWO, key: SECRETS })).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven' } });
  }, 120_000);

  it('of Velero is the newest folder of a schedule, fetched alone', async () => {
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'akko' }, stringData: { canary: SEALED } };
    for (const day of ['23', '24']) {
      await putFolder(await writeVeleroBackup(at('velero'), { name: `nightly-202604${day}`, completed: `2026-04-${day}T01:00:00Z`, objects: [object] }), `velero/backups/nightly-202604${day}`);
      await nextSecond();
    }
    await put('velero/kopia/akko/p0', Buffer.alloc(100_000, 1));
    for (const address of ['s3://kit/velero', 's3://kit/velero/', 's3://kit/velero/backups/nightly-*', 's3://kit/velero/backups/nightly-20260424']) {
      expect(await probe({ engine: 'velero', at: address, level: 'intact', max_age: '1h' }), address).toMatchObject({ outcome: 'pass', evidence: { path: 's3://kit/velero/backups/nightly-20260424', backup: 'nightly-20260424', level: 'intact' } });
    }
    expect(await probe({ engine: 'velero', at: 's3://kit/velero', level: 'listed', keeps: { daily: 7 } })).toMatchObject({ outcome: 'warn', evidence: { copies: 2 } });
    expect(await probe({ engine: 'velero', at: 's3://kit/velero', level: 'asserted', assert: [{ query: 'count resources/secrets/namespaces/**/*.json', number: { min: 1 } }] })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'cluster-missing' } });
    expect(await probe({ engine: 'velero', at: 's3://kit/tar', level: 'listed' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'missing' } });
  });

  it('of mongodump is an archive or a folder of many objects', async () => {
    await put('mongo/a/kredete.archive', mongoArchive(MONGO));
    writeMongoFolder(at('mongo'), MONGO, true);
    await putFolder(at('mongo'), 'mongo/b/2026-04-25');
    expect(await probe({ engine: 'mongodump', at: 's3://kit/mongo/a/', level: 'intact' })).toMatchObject({ outcome: 'pass', evidence: { documents: 9, path: 's3://kit/mongo/a/kredete.archive' } });
    expect(await probe({ engine: 'mongodump', at: 's3://kit/mongo/b/', level: 'intact' })).toMatchObject({ outcome: 'pass', evidence: { documents: 9, objects: 2, path: 's3://kit/mongo/b/2026-04-25' } });
    expect(await probe({ engine: 'mongodump', at: 's3://kit/mongo/a/', level: 'restored' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'server-missing' } });
  });

  it('of restic is read by restic itself, with the same keys', async () => {
    const restic = (...args: string[]): void => void execFileSync('restic', ['--no-cache', '-q', '-o', 's3.bucket-lookup=path', '-r', `s3:${store.endpoint}/kit/restic`, ...args], { env: { ...store.env, RESTIC_PASSWORD: PASSWORD }, stdio: 'pipe' });
    restic('init');
    restic('backup', at('source'));
    const check = { engine: 'restic', at: 's3://kit/restic', cipher: { secret: 'restic_password' }, level: 'key-proven', assert: [{ query: `count ${at('source').slice(1)}/*`, number: { equals: 2 } }], key: { ...SECRETS, query: `read ${at('source').slice(1)}/canary` } };
    expect(await probe(check)).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven', path: 's3://kit/restic', endpoint: store.endpoint } });
    expect(await probe({ ...check, level: 'seen', at: 's3://kit/tar' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'missing' } });
    expect(await probe({ ...check, level: 'seen', endpoint: 'http://127.0.0.1:1' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable' } });
    expect(await probe({ ...check, level: 'listed', endpoint: store.tlsEndpoint }, { credentialsEnv: { ...store.env, AWS_CA_BUNDLE: store.authority } })).toMatchObject({ outcome: 'pass' });
  }, 120_000);

  it('of pgBackRest is fetched as far as the level needs it', async () => {
    const account = serverAccount();
    const home = at('pg');
    chmodSync(bench.folder, 0o755);
    mkdirSync(home);
    if (account !== null) chownSync(home, account.uid, account.gid);
    const source = await startSource(bench, 'SELECT 1');
    const programs = source.server.programs.folder;
    await source.server.stop();
    const run = (program: string, ...args: string[]): void => {
      const [file = '', ...rest] = underAccount(account, [program, ...args]);
      execFileSync(file, rest, { cwd: home, stdio: 'pipe', env: { PATH: `${programs}:${process.env['PATH'] ?? ''}`, HOME: home, LC_ALL: 'C' } });
    };
    writeFileSync(join(home, 'c.conf'), ['[global]', `repo1-path=${home}/repo`, 'repo1-retention-full=2', 'log-level-file=off', `lock-path=${home}/lock`, `spool-path=${home}/spool`, 'start-fast=y', '[ampora]', `pg1-path=${home}/data`, 'pg1-port=5498', `pg1-socket-path=${home}`, 'pg1-user=postgres'].join('\n'));
    run('initdb', '-D', 'data', '-U', 'postgres', '-A', 'trust', '--no-sync');
    run('pg_ctl', '-D', 'data', '-w', '-l', 'log', '-o', `-c listen_addresses='' -c port=5498 -c unix_socket_directories=${home} -c fsync=off -c archive_mode=on -c archive_command='pgbackrest --config=${home}/c.conf --stanza=ampora archive-push %p'`, 'start');
    run('pgbackrest', `--config=${home}/c.conf`, '--stanza=ampora', 'stanza-create');
    run('psql', '-h', home, '-p', '5498', '-U', 'postgres', '-qc', SQL);
    run('pgbackrest', `--config=${home}/c.conf`, '--stanza=ampora', '--type=full', 'backup');
    run('pg_ctl', '-D', 'data', '-m', 'immediate', 'stop');
    await putFolder(join(home, 'repo'), 'pgbackrest');
    const found = await probe({ engine: 'pgbackrest', at: 's3://kit/pgbackrest', stanza: 'ampora', database: 'postgres', level: 'key-proven', assert: TWO, key: SECRETS });
    expect(found.summary).toContain('the key opens it');
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven', path: 's3://kit/pgbackrest' } });
    const listed = await probe({ engine: 'pgbackrest', at: 's3://kit/pgbackrest', stanza: 'ampora', level: 'listed' });
    expect(listed).toMatchObject({ outcome: 'pass', evidence: { level: 'listed' } });
    expect(Number(listed.evidence['fetched_bytes'])).toBeLessThan(Number(found.evidence['fetched_bytes']) / 4);
  }, 180_000);

  it('whose sums file disagrees, or whose bytes were damaged before they were stored, fails', async () => {
    writeFileSync(at('SHA256SUMS'), `${'0'.repeat(64)}  files_1.tar.gz\n`);
    expect(await probe({ sums: 'SHA256SUMS' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'damaged', level: 'seen' } });
    await put('spoilt/flip.tar.gz', flipped(archive, archive.length >> 1));
    await put('short/cut.tar.gz', archive.subarray(0, -1_000));
    await put('zero/none.tar.gz', Buffer.alloc(0));
    expect(await probe({ at: 's3://kit/spoilt/' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'damaged' } });
    expect(await probe({ at: 's3://kit/short/' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'cut-off' } });
    expect(await probe({ at: 's3://kit/zero/' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'empty' } });
    expect(await probe({ at: 's3://kit/nothing/' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'missing' } });
  });

  it('in a bucket that is not there fails; a store that does not let us in or does not answer is unknown', async () => {
    const gone = await probe({ at: 's3://nowhere/tar/' });
    expect(gone.summary).toContain('There is no bucket nowhere');
    expect(gone).toMatchObject({ outcome: 'fail', evidence: { fault: 'missing' } });
    for (const engine of ['pgbackrest', 'velero', 'mongodump', 'sqlite', 'restic']) {
      const cipher = engine === 'restic' ? { cipher: { secret: 'restic_password' } } : {};
      expect(await probe({ engine, at: 's3://nowhere/x', level: 'seen', ...cipher }), engine).toMatchObject({ outcome: 'fail' });
      expect(await probe({ engine, level: 'seen', credentials: 'none', ...cipher }), engine).toMatchObject({ outcome: 'unknown', evidence: { reason: 'denied' } });
      expect(await probe({ engine, level: 'seen', endpoint: 'http://127.0.0.1:1', ...cipher }), engine).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable' } });
    }
    expect(await probe({}, { credentialsEnv: { ...store.env, AWS_SECRET_ACCESS_KEY: 'another-secret-4711' } })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials' } });
  }, 120_000);

  it('that somebody deleted fails, though an older one restores', async () => {
    await put('tar/1.tar.gz', archive, 'versioned');
    await nextSecond();
    await put('tar/2.tar.gz', archive, 'versioned');
    await nextSecond();
    const whole = await probe({ at: 's3://versioned/tar/' });
    expect(whole).toMatchObject({ outcome: 'pass', evidence: { path: 's3://versioned/tar/2.tar.gz' } });
    expect(whole.evidence['version_id']).toMatch(/^\S{8,}$/u);
    await store.client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'tar/2.tar.gz' }));
    const found = await probe({ at: 's3://versioned/tar/' });
    expect(found.summary).toMatch(/^1\.tar\.gz is not the newest backup that was written: 2\.tar\.gz was deleted on \d{4}-\d\d-\d\d; the store still has it below a delete marker\.$/u);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { fault: 'deleted' } });
    expect(await probe({ at: 's3://versioned/tar/2.tar.gz' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'deleted' } });
    // retention: the oldest goes
    await put('tar/3.tar.gz', archive, 'versioned');
    await store.client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'tar/1.tar.gz' }));
    expect(await probe({ at: 's3://versioned/tar/' })).toMatchObject({ outcome: 'pass' });
  });

  it('that is too old says so, and is not fetched to be only seen', async () => {
    expect(await probe({ level: 'seen', max_age: '1h' }, { clock: clockAhead(7_200) })).toMatchObject({ outcome: 'fail', evidence: { fault: 'too-old', level: 'seen' } });
    expect((await probe({ level: 'seen' })).evidence['fetch_ms']).toBeUndefined();
  });

  describe('over a line that fails', () => {
    let line: BreakingLine;
    beforeAll(async () => { line = await breakingLine(store.port); });
    afterAll(async () => { await line.stop(); });

    it('goes on where it broke', async () => {
      line.breakAfter(2_000_000);
      expect(await probe({ endpoint: line.endpoint })).toMatchObject({ outcome: 'pass', evidence: { level: 'restored' } });
      line.breakAfter(Infinity);
    });

    it('with a bit turned over on the way is not what the store recorded', async () => {
      line.spoil(archive.subarray(archive.length >> 1, (archive.length >> 1) + 16));
      const found = await probe({ endpoint: line.endpoint });
      line.spoil(null);
      expect(found.summary).toContain('its MD5 is not the one that the store recorded');
      expect(found).toMatchObject({ outcome: 'fail', evidence: { fault: 'damaged', level: 'seen' } });
    });
  });

  it('leaves nothing behind but what was fetched in part', () => {
    expect(readdirSync(at('data', 'scratch')).filter((name) => name !== 'fetched-in-part')).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`bs-tmp-${process.pid}-`))).toEqual([]);
  });
});
