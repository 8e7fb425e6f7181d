import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';

const KEY = 'correct horse battery staple';
const SEALED = 'enc:v1:AAECAwQFBgcICQoLdKyyMh7U2Mq__N34Kcv6yQMAjpKTNGUUy71d3LQcDSrRscEK2Z5z-Eo';
const PROOF = {
  secret: 'master_key', query: 'SELECT secret FROM credentials',
  answer: { kind: 'aead', alg: 'aes-256-gcm', prefix: 'enc:v1:', encoding: 'base64url', key: { kdf: 'sha256' } },
} as const;
const KEEPERS = { query: 'SELECT count(*), min(name) FROM keepers', stdout: { equals: '300\tkeeper 1' } };

let bench: Bench;
const at = (name: string): string => join(bench.folder, name);
const probe = { kind: 'backup', engine: 'sqlite' } as const;

beforeAll(() => {
  bench = makeBench({ master_key: KEY });
  const database = new Database(at('live.db'));
  database.pragma('journal_mode = WAL');
  database.exec(`CREATE TABLE keepers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, seal BLOB); CREATE INDEX by_name ON keepers(name); CREATE TABLE credentials(secret TEXT)`);
  for (let number = 1; number <= 300; number++) database.prepare('INSERT INTO keepers VALUES (?, ?, ?)').run(number, `keeper ${number}`, Buffer.from([number & 255]));
  database.prepare('INSERT INTO credentials VALUES (?), (NULL)').run(SEALED);
  database.exec(`VACUUM INTO '${at('backup.db')}'`);
  // a copy taken together with its write-ahead log, as a snapshot of the volume takes it
  copyFileSync(at('live.db'), at('snapshot.db'));
  copyFileSync(at('live.db-wal'), at('snapshot.db-wal'));
  database.close();
});
afterAll(() => bench.remove());

describe('an SQLite backup', () => {
  it('climbs to key-proven; intact cannot be proven by the file itself', async () => {
    const found = await bench.probe({ ...probe, at: 'backup.db', level: 'key-proven', assert: [KEEPERS, { query: 'SELECT seal, NULL FROM keepers WHERE id = 7', stdout: { equals: '\\x07\t\\N' } }], key: PROOF });
    expect(found).toMatchObject({ outcome: 'pass', summary: 'backup.db is restored, its content holds and the key opens it (intact could not be proven).', evidence: { level: 'key-proven', asserted: 2 } });
  });

  it('says on the rung what its queries found', async () => {
    const count = (title: string) => ({ title, query: 'SELECT count(*) FROM keepers', number: { min: 300 } });
    const found = await bench.probe({ ...probe, at: 'backup.db', level: 'asserted', assert: [count('Keepers'), count('Again'), count('Thrice'), count('Once more')] });
    expect(found.evidence['rungs']).toContainEqual(expect.objectContaining({ level: 'asserted', ok: true, detail: 'Keepers: 300; Again: 300; Thrice: 300; and 1 more' }));
  });

  it('is intact with a checksum from outside', async () => {
    const sha256 = createHash('sha256').update(readFileSync(at('backup.db'))).digest('hex');
    expect(await bench.probe({ ...probe, at: 'backup.db', level: 'intact', sha256 })).toMatchObject({ outcome: 'pass', evidence: { level: 'intact' } });
    expect(await bench.probe({ ...probe, at: 'backup.db', level: 'intact', sha256: '0'.repeat(64) })).toMatchObject({ outcome: 'fail', evidence: { level: 'seen' } });
    expect(await bench.probe({ ...probe, at: 'backup.db', level: 'intact' })).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
  });

  it('taken with its write-ahead log is read with it', async () => {
    expect(await bench.probe({ ...probe, at: 'snapshot.db', level: 'asserted', assert: [KEEPERS] })).toMatchObject({ outcome: 'pass', evidence: { level: 'asserted' } });
    expect(existsSync(at('snapshot.db-shm'))).toBe(false);
  });

  it('with damaged pages does not pass its integrity check', async () => {
    const bytes = readFileSync(at('backup.db'));
    for (let page = 1; page * 4096 < bytes.length; page++) bytes.fill(0xff, page * 4096 + 2, page * 4096 + 60);
    writeFileSync(at('damaged.db'), bytes);
    const found = await bench.probe({ ...probe, at: 'damaged.db', level: 'restored' });
    expect(found.outcome).toBe('fail');
    expect(found.evidence['level']).toBe('listed');
  });

  it('with dropped rows fails its assertion', async () => {
    const database = new Database(at('backup.db'));
    database.exec(`VACUUM INTO '${at('fewer.db')}'`);
    database.close();
    execFileSync(process.execPath, ['-e', `const D=require('better-sqlite3');new D(process.argv[1]).exec('DELETE FROM keepers WHERE id > 299')`, at('fewer.db')], { cwd: process.cwd() });
    const found = await bench.probe({ ...probe, at: 'fewer.db', level: 'asserted', assert: [{ query: 'SELECT count(*) FROM keepers', number: { min: 300 } }] });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
    expect(found.summary).toContain('found 299');
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5000)],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('-- a text\n'.repeat(100))],
    ['only a header', (bytes: Buffer) => bytes.subarray(0, 100)],
  ])('that is %s fails', async (_name, make) => {
    writeFileSync(at('broken.db'), make(readFileSync(at('backup.db'))));
    expect(await bench.probe({ ...probe, at: 'broken.db', level: 'restored' })).toMatchObject({ outcome: 'fail' });
  });

  it('without a table is empty', async () => {
    const database = new Database(at('none.db'));
    database.pragma('user_version = 1');
    database.close();
    const found = await bench.probe({ ...probe, at: 'none.db', level: 'listed' });
    expect(found).toMatchObject({ outcome: 'fail' });
    expect(found.summary).toContain('no table');
  });

  it('refuses a query that changes nothing and returns nothing', async () => {
    const found = await bench.probe({ ...probe, at: 'backup.db', level: 'asserted', assert: [{ query: 'DELETE FROM keepers', number: { min: 0 } }] });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
  });

  it('sealed with age is intact by its seal, and opens only with its identity', async () => {
    const keygen = (): string => execFileSync('age-keygen', { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    const [ours, theirs] = [keygen(), keygen()];
    execFileSync('age', ['-r', /public key: (\S+)/u.exec(ours)?.[1] ?? '', '-o', at('backup.db.age'), at('backup.db')]);
    const cipher = { secret: 'identity', answer: { kind: 'age' } } as const;
    const judge = async (identity: string) => {
      const own = makeBench({ identity });
      const found = await own.probe({ ...probe, at: at('backup.db.age'), level: 'intact', cipher });
      own.remove();
      return found;
    };
    expect(await judge(ours)).toMatchObject({ outcome: 'pass', evidence: { level: 'intact' } });
    expect(await judge(theirs)).toMatchObject({ outcome: 'fail', evidence: { level: 'seen' } });
  });

  it('leaves no copy behind', () => {
    expect(readdirSync(join(bench.folder, 'data', 'scratch'))).toEqual([]);
  });
});
