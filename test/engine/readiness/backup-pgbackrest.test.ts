import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverAccount, underAccount } from '../../../electron/engine/readiness/postgres/account.ts';
import { requirePostgres } from '../../../electron/engine/readiness/postgres/scratch-postgres.ts';
import { clockAhead, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';

const PORT = '5499';
const PASSPHRASE = 'a passphrase for the repository';
const account = serverAccount();
let bench: Bench;
let home = '';
let target = '';
const repository = (name = 'repo'): string => join(home, name);

/** Runs a program where PostgreSQL's own programs may run, with the environment of the source server. */
function run(program: string, args: readonly string[]): string {
  const [file = '', ...rest] = underAccount(account, [program, ...args]);
  return execFileSync(file, rest, { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: `${postgres}:${process.env['PATH'] ?? ''}`, PGHOST: home, PGPORT: PORT, PGUSER: 'postgres', HOME: home, LC_ALL: 'C' } });
}
let postgres = '';
const backrest = (...args: string[]): string => run('pgbackrest', [`--config=${join(home, 'c.conf')}`, '--stanza=ampora', ...args]);
const sql = (text: string): string => run('psql', ['-XAtqd', 'ampora', '-c', text]).trim();

/** A primary that archives into a sealed repository: 1,000 tenants at the backup, 200 more, then all deleted by accident. */
beforeAll(() => {
  bench = makeBench({ repository_key: PASSPHRASE });
  chmodSync(bench.folder, 0o755);
  postgres = requirePostgres(bench.context().env).folder;
  home = join(bench.folder, 'pg');
  mkdirSync(home, { mode: 0o755 });
  if (account !== null) chownSync(home, account.uid, account.gid);
  writeFileSync(join(home, 'c.conf'), [
    '[global]', `repo1-path=${repository()}`, 'repo1-retention-full=2', 'repo1-cipher-type=aes-256-cbc', `repo1-cipher-pass=${PASSPHRASE}`, 'log-level-file=off',
    `lock-path=${home}/lock`, `spool-path=${home}/spool`, 'start-fast=y', '[ampora]', `pg1-path=${home}/data`, `pg1-port=${PORT}`, `pg1-socket-path=${home}`, 'pg1-user=postgres',
  ].join('\n'));
  run('initdb', ['-D', 'data', '-U', 'postgres', '-A', 'trust', '--no-sync']);
  run('pg_ctl', ['-D', 'data', '-w', '-l', 'log', '-o', `-c listen_addresses='' -c port=${PORT} -c unix_socket_directories=${home} -c wal_level=replica -c fsync=off -c archive_mode=on -c archive_command='pgbackrest --config=${home}/c.conf --stanza=ampora archive-push %p'`, 'start']);
  backrest('stanza-create');
  run('mkdir', ['tablespace']);
  run('createdb', ['ampora']);
  sql(`CREATE TABLESPACE aside LOCATION '${home}/tablespace'`);
  sql("CREATE TABLE tenants(id int PRIMARY KEY, name text) TABLESPACE aside; INSERT INTO tenants SELECT g, 'tenant ' || g FROM generate_series(1, 1000) g");
  backrest('--type=full', 'backup');
  sql("INSERT INTO tenants SELECT g, 'later ' || g FROM generate_series(1001, 1200) g");
  sql('SELECT pg_sleep(1.1)');
  target = sql("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'");
  sql('SELECT pg_sleep(1.1)');
  sql('DELETE FROM tenants');
  sql('SELECT pg_switch_wal()');
  backrest('check');
  run('pg_ctl', ['-D', 'data', '-m', 'immediate', 'stop']);
  rmSync(join(home, 'tablespace'), { recursive: true });
}, 120_000);
afterAll(() => bench.remove());

const cipher = { secret: 'repository_key', answer: { kind: 'openssl-enc', cipher: 'aes-256-cbc', kdf: 'bytes-to-key', digest: 'sha1' } } as const;
const probe = { kind: 'backup', engine: 'pgbackrest', stanza: 'ampora', cipher } as const;
const counted = (number: object): [{ query: string; number: object }] => [{ query: 'SELECT count(*) FROM tenants', number }];

describe('a pgBackRest repository', () => {
  it('restores to the moment before the accident', async () => {
    const found = await bench.probe({ ...probe, at: repository(), level: 'asserted', assert: counted({ equals: 1200 }), restore: { target } });
    expect(found.summary).toMatch(/^The full backup \S+ is restored and its content holds\.$/u);
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'asserted', stanza: 'ampora', type: 'full' } });
  });

  it('restored to its end holds what the accident left, and the assertion says so', async () => {
    const found = await bench.probe({ ...probe, at: repository(), level: 'asserted', assert: counted({ min: 1 }) });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
    expect(found.summary).toContain('found 0');
  });

  it('fails when the wanted moment lies after its last log', async () => {
    const found = await bench.probe({ ...probe, at: repository(), level: 'restored', restore: { target: '2030-01-01 00:00:00+00' } });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'intact' } });
    expect(found.summary).toContain('recovery ended before configured recovery target was reached');
  });

  it('with one flipped byte is damaged', async () => {
    cpSync(repository(), repository('bad'), { recursive: true });
    run('chmod', ['-R', 'u+rwX,go+rX', repository()]);
    const files = readdirSync(join(repository('bad'), 'backup', 'ampora'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.gz$|\.zst$|\.lz4$/u.test(entry.name)).map((entry) => join(entry.parentPath, entry.name));
    const victim = files.toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)[0] ?? '';
    const bytes = readFileSync(victim);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(victim, bytes);
    if (account !== null) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, repository('bad')]);
    const found = await bench.probe({ ...probe, at: repository('bad'), level: 'intact' });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
    expect(found.summary).toContain('damaged');
  });

  it('cannot be read with another key', async () => {
    const other = makeBench({ repository_key: 'another passphrase' });
    const found = await other.probe({ ...probe, at: repository(), level: 'listed' });
    other.remove();
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: null } });
  });

  it('is too old once its last log is older than the RPO', async () => {
    const listed = { ...probe, at: repository(), level: 'listed' } as const;
    expect(await bench.probe({ ...listed, rpo: '1h' })).toMatchObject({ outcome: 'pass' });
    expect(await bench.probe({ ...listed, rpo: '1h' }, { clock: clockAhead(7200) })).toMatchObject({ outcome: 'fail' });
  });

  it('with another stanza, or none at all, fails', async () => {
    expect(await bench.probe({ ...probe, stanza: 'veza', at: repository(), level: 'seen' })).toMatchObject({ outcome: 'fail', evidence: { level: null } });
    expect(await bench.probe({ ...probe, at: join(home, 'nothing'), level: 'seen' })).toMatchObject({ outcome: 'fail' });
  });

  it('restores tablespaces aside, never to where they were, and leaves nothing', () => {
    expect(existsSync(join(home, 'tablespace'))).toBe(false);
    expect(readdirSync(join(bench.folder, 'data', 'scratch'))).toEqual([]);
  });
});
