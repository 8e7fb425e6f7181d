import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../../electron/contract/readiness.ts';
import { requirePostgres } from '../../../electron/engine/readiness/postgres/scratch-postgres.ts';
import { flipped } from '../../support/damage.ts';
import type { Source } from '../../support/postgres.ts';
import { startSource } from '../../support/postgres.ts';
import { clockAhead, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';
import { ANSWER, KEY, SEALED } from '../../support/sealed-canary.ts';

const TENANTS = { query: 'SELECT count(*) FROM tenants', number: { min: 41 } };
const PROOF = {
  secret: 'master_key', query: 'SELECT secret FROM credentials',
  answer: ANSWER,
} as const;

let bench: Bench;
let source: Source;
const at = (name: string): string => join(bench.folder, name);
const write = (name: string, bytes: Buffer): string => {
  writeFileSync(at(name), bytes);
  return name;
};
const rung = (evidence: Evidence, level: string): unknown => (Array.isArray(evidence['rungs']) ? evidence['rungs'] : []).find((one) => typeof one === 'object' && one !== null && !Array.isArray(one) && one['level'] === level);

beforeAll(async () => {
  bench = makeBench({ master_key: KEY });
  source = await startSource(bench, `
    CREATE ROLE app LOGIN; CREATE ROLE "odd role";
    CREATE TABLE tenants(id int PRIMARY KEY, name text NOT NULL);
    INSERT INTO tenants SELECT g, 'tenant number ' || g || ' of the lantern keepers' FROM generate_series(1, 500) g;
    CREATE TABLE credentials(id int PRIMARY KEY, secret text);
    INSERT INTO credentials VALUES (1, '${SEALED}'), (2, NULL), (3, '${SEALED}');
    ALTER TABLE tenants OWNER TO app; GRANT SELECT ON credentials TO "odd role";
    ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON tenants TO "odd role" USING (id > 0);`);
  write('a.dump', source.dump(['-Fc']));
  write('raw.dump', source.dump(['-Fc', '-Z0']));
  write('a.sql', source.dump([]));
  write('a.sql.gz', execFileSync('gzip', ['-c', at('a.sql')]));
  execFileSync('zstd', ['-q', at('a.sql'), '-o', at('a.sql.zst')]);
  execFileSync('zstd', ['-q', '--no-check', at('a.sql'), '-o', at('nocheck.sql.zst')]);
});
afterAll(async () => {
  await source.server.stop();
  bench.remove();
});

describe('a custom dump', () => {
  it('climbs to key-proven, with the evidence of every rung', async () => {
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'key-proven', assert: [TENANTS], key: PROOF });
    expect(found.summary).toBe('a.dump is restored, its content holds and the key opens it.');
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven', path: at('a.dump'), size: readFileSync(at('a.dump')).length, sha256: createHash('sha256').update(readFileSync(at('a.dump'))).digest('hex'), key: { strength: 'authenticated', samples: 2, opened: 2 } } });
    expect(found.evidence['rungs']).toMatchObject(['seen', 'listed', 'intact', 'restored', 'asserted', 'key-proven'].map((level) => ({ level, ok: true })));
  });

  it('fails when a byte of its compressed data was flipped', async () => {
    const bytes = readFileSync(at('a.dump'));
    write('flip.dump', flipped(bytes, bytes.length - 400));
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'flip.dump', level: 'intact' });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'seen' } });
    expect(found.summary).toContain('cannot be read to its end');
  });

  it('stops at listed when it is not compressed, and says why', async () => {
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'raw.dump', level: 'intact' });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
    expect(found.summary).toContain('the dump is not compressed');
  });

  it('reaches asserted uncompressed too, and says that intact was not proven', async () => {
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'raw.dump', level: 'asserted', assert: [TENANTS] });
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'asserted' } });
    expect(found.summary).toContain('intact could not be proven');
  });

  it('is intact uncompressed with a checksum from outside, and is not once a byte is flipped', async () => {
    const bytes = readFileSync(at('raw.dump'));
    write('SHA256SUMS', Buffer.from(`${createHash('sha256').update(bytes).digest('hex')}  raw.dump\n`));
    const probe = { kind: 'backup', engine: 'postgres-custom', at: 'raw.dump', level: 'intact', sums: 'SHA256SUMS' } as const;
    expect(await bench.probe(probe)).toMatchObject({ outcome: 'pass', evidence: { level: 'intact' } });
    write('raw.dump', flipped(bytes, bytes.indexOf('lantern')));
    const found = await bench.probe(probe);
    write('raw.dump', bytes);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'seen' } });
    expect(found.summary).toContain('changed or is damaged');
  });

  it('with dropped rows fails its assertion and says what it found', async () => {
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'asserted', assert: [{ query: 'SELECT count(*) FROM tenants', number: { min: 501 }, title: 'Tenants' }] });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
    expect(found.summary).toMatch(/Tenants: expected .*501.*, found 500/u);
  });

  it('fails when a query asks for a table that is not there', async () => {
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'asserted', assert: [{ query: 'SELECT count(*) FROM invoices', number: { min: 1 } }] });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
    expect(found.summary).toContain('relation "invoices" does not exist');
  });

  it('fails with a rotated key, although everything else holds', async () => {
    const rotated = makeBench({ master_key: 'a key from after the rotation' });
    const found = await rotated.probe({ kind: 'backup', engine: 'postgres-custom', at: at('a.dump'), level: 'asserted', assert: [TENANTS], key: PROOF });
    rotated.remove();
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'asserted' } });
    expect(found.summary).toContain('does not fit this backup');
  });

  it('fails key-proven when there is no sealed value to try', async () => {
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'key-proven', key: { ...PROOF, query: 'SELECT secret FROM credentials WHERE id = 2' } });
    expect(found).toMatchObject({ outcome: 'fail' });
    expect(found.summary).toContain('the key was not tried');
  });

  it('leaves the key open when the secret is not at hand', async () => {
    const without = makeBench();
    const probe = { kind: 'backup', engine: 'postgres-custom', at: at('a.dump'), assert: [TENANTS], key: PROOF } as const;
    expect(await without.probe({ ...probe, level: 'key-proven' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'secret-missing' } });
    const asserted = await without.probe({ ...probe, level: 'asserted' });
    expect(asserted).toMatchObject({ outcome: 'pass', evidence: { level: 'asserted', key_missing: 'master_key' } });
    expect(asserted.summary).toContain('key-proven could not be proven');
    without.remove();
  });

  it.each([
    ['cut off in the middle', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['cut off after its header', (bytes: Buffer) => bytes.subarray(0, 64)],
    ['of a few bytes', (bytes: Buffer) => bytes.subarray(0, 3)],
    ['that is empty', () => Buffer.alloc(0)],
    ['that is something else', () => Buffer.from('PGDUMP is what I am not')],
  ])('%s fails', async (_name, make) => {
    write('broken.dump', make(readFileSync(at('a.dump'))));
    expect(await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'broken.dump', level: 'restored' })).toMatchObject({ outcome: 'fail' });
  });

  it('of an empty database restores to nothing and fails', async () => {
    write('empty.dump', source.dump(['-Fc', '--exclude-schema=*']));
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'empty.dump', level: 'asserted', assert: [TENANTS] });
    expect(found.outcome).toBe('fail');
  });

  it('written by a newer pg_dump is named as such', async () => {
    const bytes = readFileSync(at('a.dump'));
    bytes[6] = 99;
    write('newer.dump', bytes);
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'newer.dump', level: 'listed' });
    expect(found).toMatchObject({ outcome: 'fail' });
    expect(found.summary).toContain('newer pg_dump');
  });

  it('leaves no server and no folder behind', () => {
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`bs-pg-${process.pid}-`) && !source.server.host.includes(name))).toEqual([]);
    expect(readdirSync(join(bench.folder, 'data', 'scratch')).filter((name) => !name.startsWith('bs-pg-'))).toEqual([]);
  });
});

describe('a plain dump', () => {
  it.each(['a.sql', 'a.sql.gz', 'a.sql.zst'])('restores with roles that it only names: %s', async (name) => {
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: name, level: 'asserted', assert: [TENANTS, { query: 'SELECT secret FROM credentials ORDER BY id LIMIT 2', stdout: { equals: `${SEALED}\n\\N` } }] });
    expect(found.summary).toContain('restored');
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'asserted' } });
  });

  it('is intact by the checksum of its compression, and only by that', async () => {
    const level = async (name: string): Promise<unknown> => (await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: name, level: 'intact' })).evidence['level'];
    expect([await level('a.sql.gz'), await level('a.sql.zst'), await level('nocheck.sql.zst'), await level('a.sql')]).toEqual(['intact', 'intact', 'listed', 'listed']);
  });

  it('in a truncated gzip fails before anything is restored', async () => {
    const bytes = readFileSync(at('a.sql.gz'));
    write('cut.sql.gz', bytes.subarray(0, bytes.length - 2000));
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: 'cut.sql.gz', level: 'asserted', assert: [TENANTS] });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'seen' } });
    expect(found.summary).toContain('cut off');
    expect(rung(found.evidence, 'restored')).toBeUndefined();
  });

  it.each(['a.sql.gz', 'a.sql.zst'])('with any flipped byte of its compressed text fails: %s', async (name) => {
    const bytes = readFileSync(at(name));
    for (let offset = 20; offset < bytes.length; offset += Math.floor(bytes.length / 12)) {
      write('flip.sql', flipped(bytes, offset));
      expect(await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: 'flip.sql', level: 'intact' })).toMatchObject({ outcome: 'fail' });
    }
  });

  it('cut off at a line fails, since its last line is missing', async () => {
    const text = readFileSync(at('a.sql'), 'utf8');
    write('cut.sql', Buffer.from(text.slice(0, text.indexOf('tenant number 400'))));
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: 'cut.sql', level: 'listed' });
    expect(found.summary).toContain('cut off');
    expect(found.outcome).toBe('fail');
  });

  it('with a command that runs programs is refused and never restored', async () => {
    const text = readFileSync(at('a.sql'), 'utf8');
    write('evil.sql', Buffer.from(text.replace('CREATE TABLE', `\\! touch ${at('owned')}\nCREATE TABLE`)));
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: 'evil.sql', level: 'restored' });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain('psql command');
    expect(readdirSync(bench.folder)).not.toContain('owned');
  });

  it('that holds an error does not restore', async () => {
    const text = readFileSync(at('a.sql'), 'utf8');
    write('wrong.sql', Buffer.from(text.replace('-- PostgreSQL database dump complete', 'SELECT no_such_thing();\n-- PostgreSQL database dump complete')));
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: 'wrong.sql', level: 'restored' });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
    expect(found.summary).toContain('no_such_thing');
  });
});

describe('a dump of all databases', () => {
  const all = (...options: string[]): Buffer => execFileSync(join(source.server.programs.folder, 'pg_dumpall'), ['-h', source.server.host, '-p', String(source.server.port), '-U', source.server.user, ...options], { maxBuffer: 2 ** 28 });
  const probe = { kind: 'backup', engine: 'postgres-dumpall', at: 'all.sql.gz' } as const;

  it('restores with its roles, and the one database is asked', async () => {
    write('all.sql', all());
    write('all.sql.gz', execFileSync('gzip', ['-c', at('all.sql')]));
    const found = await bench.probe({ ...probe, level: 'key-proven', assert: [TENANTS, { query: "SELECT rolname FROM pg_roles WHERE rolname IN ('app', 'odd role', 'postgres') ORDER BY 1", stdout: { equals: 'app\nodd role\npostgres' } }], key: PROOF });
    expect(found.summary).toBe('all.sql.gz is restored, its content holds and the key opens it.');
  });

  it('asks which database when there are several', async () => {
    await source.server.query('CREATE DATABASE kravn');
    write('all.sql.gz', execFileSync('gzip', { input: all() }));
    await source.server.query('DROP DATABASE kravn');
    const several = await bench.probe({ ...probe, level: 'asserted', assert: [TENANTS] });
    expect(several).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
    expect(several.summary).toContain('ampora, kravn');
    expect(await bench.probe({ ...probe, level: 'asserted', assert: [TENANTS], database: 'ampora' })).toMatchObject({ outcome: 'pass' });
  });

  it('that is cut off, or of one database only, fails', async () => {
    const text = all();
    write('cut.sql', text.subarray(0, text.length - 60));
    expect((await bench.probe({ ...probe, at: 'cut.sql', level: 'listed' })).summary).toContain('cut off');
    expect((await bench.probe({ ...probe, at: 'a.sql', level: 'listed' })).summary).toContain('no dump of pg_dumpall');
    write('all.sql', text);
    expect((await bench.probe({ ...probe, engine: 'postgres-plain', at: 'all.sql', level: 'listed' })).outcome).toBe('fail');
  });
});

describe('a sealed dump', () => {
  const cipher = { secret: 'master_key', answer: { kind: 'openssl-enc', kdf: 'pbkdf2' } } as const;

  it('is opened, restored and asserted, and its plain text does not stay', async () => {
    execFileSync('openssl', ['enc', '-aes-256-cbc', '-pbkdf2', '-pass', `pass:${KEY}`, '-in', at('a.dump'), '-out', at('a.dump.enc')]);
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'a.dump.enc', level: 'asserted', assert: [TENANTS], cipher });
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'asserted' } });
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith(`bs-tmp-${process.pid}-`))).toEqual([]);
  });

  it('that another key sealed fails at once', async () => {
    execFileSync('openssl', ['enc', '-aes-256-cbc', '-pbkdf2', '-pass', 'pass:another', '-in', at('a.dump'), '-out', at('other.enc')]);
    const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'other.enc', level: 'asserted', assert: [TENANTS], cipher });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'seen' } });
    expect(found.summary).toContain('master_key');
  });
});

describe('age and place', () => {
  const probe = { kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'listed' } as const;

  it('decide after the proof: an old backup fails, however well it restores', async () => {
    expect(await bench.probe({ ...probe, rpo: '24h' }, { clock: clockAhead(86_000) })).toMatchObject({ outcome: 'pass' });
    const found = await bench.probe({ ...probe, rpo: '24h' }, { clock: clockAhead(86_500) });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
    expect(found.summary).toContain('1 d old; at most 1 d is allowed');
  });

  it('take the newest of a folder and judge schedule and keeping', async () => {
    const other = makeBench();
    for (const [name, days] of [['mon.dump', 3], ['tue.dump', 2], ['wed.dump', 1]] as const) {
      writeFileSync(join(other.folder, name), readFileSync(at('a.dump')));
      utimesSync(join(other.folder, name), new Date(Date.now() - days * 86_400_000), new Date(Date.now() - days * 86_400_000));
    }
    const found = await other.probe({ ...probe, at: '*.dump', schedule: '0 */4 * * *', keeps: { daily: 7 } });
    expect(found).toMatchObject({ outcome: 'warn', evidence: { path: join(other.folder, 'wed.dump'), schedule_s: 14_400, copies: 3 } });
    expect(found.summary).toContain('behind its schedule');
    expect(found.summary).toContain('3 of 7 daily copies');
    other.remove();
  });

  it('that are missing fail, and those in S3 need keys to it', async () => {
    expect(await bench.probe({ ...probe, at: 'nothing-*.dump' })).toMatchObject({ outcome: 'fail', evidence: { level: null } });
    expect(await bench.probe({ ...probe, at: 's3://bucket/key' }, { credentialsEnv: {} })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials-missing' } });
    expect(await bench.probe({ ...probe, at: 'sftp://host/key' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unsupported' } });
  });
});

describe('a laptop without a fitting PostgreSQL', () => {
  it('says so and what to install: it is not the backup that failed', () => {
    expect(() => requirePostgres(bench.context().env, 99)).toThrow('PostgreSQL 99 is not on this laptop');
  });
});
