import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireMariaDb } from '../../../electron/engine/readiness/mariadb/find-mariadb.ts';
import { mariaDbFault } from '../../../electron/engine/readiness/mariadb/laptop-fault.ts';
import { flipped } from '../../support/damage.ts';
import type { MariaDbSource } from '../../support/mariadb.ts';
import { startMariaDbSource } from '../../support/mariadb.ts';
import { clockAhead, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';
import { ANSWER, KEY, SEALED } from '../../support/sealed-canary.ts';

const TENANTS = { query: 'SELECT count(*) FROM tenants', number: { min: 500 } };
const PROOF = {
  secret: 'master_key', query: 'SELECT secret FROM credentials',
  answer: ANSWER,
} as const;

let bench: Bench;
let source: MariaDbSource;
const at = (name: string): string => join(bench.folder, name);
const write = (name: string, bytes: Buffer | string): string => {
  writeFileSync(at(name), bytes);
  return name;
};
const probe = { kind: 'backup', engine: 'mysqldump' } as const;

beforeAll(async () => {
  bench = makeBench({ master_key: KEY });
  source = await startMariaDbSource();
  source.sql(String.raw`
    CREATE DATABASE kravn CHARACTER SET utf8mb4; CREATE DATABASE empty_one; USE kravn;
    CREATE TABLE tenants(id int PRIMARY KEY, name varchar(200) NOT NULL, note text, seal varbinary(9));
    INSERT INTO tenants SELECT seq, concat('tenant ', seq, ' of the lantern keepers ', char(0xC3A4 USING utf8mb4)), if(seq % 2, NULL, 'a\tb\n\\! touch ${at('owned')}'), unhex('00ff0a') FROM seq_1_to_500;
    CREATE TABLE credentials(id int PRIMARY KEY, secret text);
    INSERT INTO credentials VALUES (1, '${SEALED}'), (2, NULL), (3, '${SEALED}');
    CREATE DEFINER=root@localhost VIEW kept AS SELECT count(*) AS number FROM tenants;
    CREATE TRIGGER before_tenant BEFORE INSERT ON tenants FOR EACH ROW SET NEW.name = trim(NEW.name);
    CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM tenants;
    CREATE PROCEDURE answer() SELECT 42;`);
  write('a.sql', source.dump(['--routines', '--events', 'kravn']));
  write('a.sql.gz', execFileSync('gzip', ['-c', at('a.sql')]));
  execFileSync('zstd', ['-q', at('a.sql'), '-o', at('a.sql.zst')]);
}, 60_000);
afterAll(async () => {
  await source.stop();
  bench.remove();
});

describe('a dump of MariaDB', () => {
  it('climbs to key-proven, with the evidence of every rung', async () => {
    const found = await bench.probe({ ...probe, at: 'a.sql.gz', level: 'key-proven', assert: [TENANTS], key: PROOF });
    expect(found.summary).toBe('a.sql.gz is restored, its content holds and the key opens it.');
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven', key: { strength: 'authenticated', samples: 2, opened: 2 } } });
    expect(found.evidence['rungs']).toMatchObject(['seen', 'listed', 'intact', 'restored', 'asserted', 'key-proven'].map((level) => ({ level, ok: true })));
  });

  it('answers with rows, NULL and blobs told apart, through views whose definer it does not hold', async () => {
    write('ghost.sql', Buffer.from(readFileSync(at('a.sql'), 'latin1').replaceAll('DEFINER=`root`@`localhost`', 'DEFINER=`ghost`@`%`'), 'latin1'));
    expect(readFileSync(at('ghost.sql'), 'latin1')).toContain('VIEW `kept`');
    const found = await bench.probe({ ...probe, at: 'ghost.sql', level: 'asserted', assert: [
      { query: "SELECT id, NULL, 'NULL', seal, 'a<b&\"c' FROM tenants WHERE id < 3 ORDER BY id", stdout: { equals: '1\t\\N\tNULL\t0x00FF0A\ta<b&"c\n2\t\\N\tNULL\t0x00FF0A\ta<b&"c' } },
      { query: 'SELECT number FROM kept', number: { equals: 500 } },
      { query: 'SELECT note FROM tenants WHERE id = 2', stdout: { contains: '\\! touch' } },
      { query: 'SELECT name FROM tenants WHERE id = 7', stdout: { equals: 'tenant 7 of the lantern keepers ä' } },
    ] });
    expect(found.summary).toContain('restored and its content holds');
    expect(existsSync(at('owned'))).toBe(false);
  });

  it('is intact by the checksum of its compression, or by one from outside, and only by these', async () => {
    const level = async (name: string): Promise<unknown> => (await bench.probe({ ...probe, at: name, level: 'intact' })).evidence['level'];
    expect([await level('a.sql.gz'), await level('a.sql.zst'), await level('a.sql')]).toEqual(['intact', 'intact', 'listed']);
    const sha256 = createHash('sha256').update(readFileSync(at('a.sql'))).digest('hex');
    expect(await bench.probe({ ...probe, at: 'a.sql', level: 'intact', sha256 })).toMatchObject({ outcome: 'pass', evidence: { level: 'intact' } });
    write('other.sql', flipped(readFileSync(at('a.sql')), 3000));
    expect(await bench.probe({ ...probe, at: 'other.sql', level: 'intact', sha256 })).toMatchObject({ outcome: 'fail', evidence: { level: 'seen' } });
  });

  it.each([
    ['cut off in its compression', 'cut.sql.gz', () => readFileSync(at('a.sql.gz')).subarray(0, -900), 'cut off'],
    ['cut off at a line', 'cut.sql', () => readFileSync(at('a.sql')).subarray(0, readFileSync(at('a.sql')).indexOf('-- Dumping events')), 'cut off'],
    ['damaged in its compression', 'flip.sql.gz', () => flipped(readFileSync(at('a.sql.gz')), 2000), 'damaged'],
    ['of another program', 'x.sql', () => 'CREATE TABLE t(a int);\n', 'no dump of mysqldump'],
    ['as XML', 'x.xml', () => source.dump(['--xml', 'kravn']), 'no dump of mysqldump'],
    ['of an empty database', 'none.sql', () => source.dump(['empty_one']), 'the dump is empty'],
    ['of no byte', 'zero.sql', () => '', '0 bytes'],
    ['in bzip2', 'a.sql.bz2', () => Buffer.from('425a6839', 'hex'), 'compressed with bzip2'],
  ])('%s fails before anything is restored', async (_name, name, bytes, why) => {
    const found = await bench.probe({ ...probe, at: write(name, bytes()), level: 'restored' });
    expect(found.summary).toContain(why);
    expect(found.outcome).toBe('fail');
  });

  it('that breaks off inside a statement does not restore, whatever its last line says', async () => {
    const text = readFileSync(at('a.sql'), 'latin1');
    write('torn.sql', Buffer.from(`${text.slice(0, text.indexOf('INSERT INTO `tenants`') + 400)}\n-- Dump completed on 2026-04-25 12:00:00\n`, 'latin1'));
    const found = await bench.probe({ ...probe, at: 'torn.sql', level: 'restored' });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
    expect(found.summary).toContain('does not restore');
  });

  it('with commands of the client runs none of them', async () => {
    const text = readFileSync(at('a.sql'), 'latin1');
    write('evil.sql', Buffer.from(text.replace('-- Dump completed', `\\! touch ${at('owned')}\nsystem touch ${at('owned')}\n-- Dump completed`), 'latin1'));
    expect(await bench.probe({ ...probe, at: 'evil.sql', level: 'restored' })).toMatchObject({ outcome: 'fail' });
    expect(existsSync(at('owned'))).toBe(false);
  });

  it('cannot read or write files of this laptop', async () => {
    const text = readFileSync(at('a.sql'), 'latin1');
    write('reads.sql', Buffer.from(text.replace('-- Dump completed', "LOAD DATA INFILE '/etc/passwd' INTO TABLE tenants;\n-- Dump completed"), 'latin1'));
    expect((await bench.probe({ ...probe, at: 'reads.sql', level: 'restored' })).summary).toContain('secure-file-priv');
    write('local.sql', Buffer.from(text.replace('-- Dump completed', "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE tenants;\n-- Dump completed"), 'latin1'));
    expect((await bench.probe({ ...probe, at: 'local.sql', level: 'restored' })).outcome).toBe('fail');
  });

  it('with dropped rows fails its assertion and says what it found', async () => {
    const found = await bench.probe({ ...probe, at: 'a.sql.gz', level: 'asserted', assert: [{ ...TENANTS, title: 'Tenants', number: { min: 501 } }] });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
    expect(found.summary).toMatch(/Tenants: expected .*501.*, found 500/u);
    const missing = await bench.probe({ ...probe, at: 'a.sql.gz', level: 'asserted', assert: [{ query: 'SELECT count(*) FROM invoices', number: { min: 1 } }] });
    expect(missing.summary).toContain("doesn't exist");
    expect(missing.outcome).toBe('fail');
  });

  it('fails with a rotated key, although everything else holds', async () => {
    const rotated = makeBench({ master_key: 'a key from after the rotation' });
    const found = await rotated.probe({ ...probe, at: at('a.sql.gz'), level: 'key-proven', assert: [TENANTS], key: PROOF });
    rotated.remove();
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'asserted' } });
    expect(found.summary).toContain('does not fit this backup');
  });

  it('that needs MySQL itself says so: it is not the dump that failed', async () => {
    const text = readFileSync(at('a.sql'), 'latin1');
    write('mysql8.sql', Buffer.from(text.replaceAll('utf8mb4_general_ci', 'utf8mb4_0900_ai_ci'), 'latin1'));
    const found = await bench.probe({ ...probe, at: 'mysql8.sql', level: 'restored' });
    expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'server-missing' } });
    expect(found.summary).toContain('utf8mb4_0900_ai_ci');
    expect(mariaDbFault("ERROR 1193 (HY000): Unknown system variable 'GTID_PURGED'")?.reason).toBe('server-missing');
    expect(mariaDbFault('ERROR 1114 (HY000): The table \'t\' is full')?.reason).toBe('no-space');
    expect(mariaDbFault("ERROR 1286 (42000): Unknown storage engine 'ROCKSDB'")?.reason).toBe('plugin-missing');
    expect(mariaDbFault('ERROR 5 (HY000): Out of memory (Needed 128 bytes)')?.reason).toBe('no-memory');
    expect(mariaDbFault('ERROR 1064 (42000): You have an error in your SQL syntax')).toBeNull();
  });
});

describe('a dump of several databases', () => {
  it('asks which one, and brings its accounts without locking us out', async () => {
    source.sql("CREATE DATABASE other; CREATE TABLE other.t(a int); CREATE USER keeper@localhost IDENTIFIED BY 'x'; SET PASSWORD FOR root@localhost = PASSWORD('locked out');");
    write('all.sql', source.dump(['--all-databases', '--flush-privileges', '--events', '--password=locked out']));
    source.sql("DROP DATABASE other; SET PASSWORD FOR root@localhost = PASSWORD('');", 'locked out');
    const several = await bench.probe({ ...probe, at: 'all.sql', level: 'asserted', assert: [TENANTS] });
    expect(several).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
    expect(several.summary).toContain('kravn, other');
    expect(await bench.probe({ ...probe, at: 'all.sql', level: 'asserted', database: 'kravn', assert: [TENANTS, { query: "SELECT count(*) FROM mysql.global_priv WHERE user = 'keeper'", number: { equals: 1 } }] })).toMatchObject({ outcome: 'pass' });
    const wrong = await bench.probe({ ...probe, at: 'all.sql', level: 'asserted', database: 'veza', assert: [TENANTS] });
    expect(wrong.summary).toContain('has no database veza');
    expect(wrong.outcome).toBe('fail');
  }, 60_000);

  it('of one database that the dump makes itself needs no name', async () => {
    write('named.sql', source.dump(['--databases', 'kravn']));
    expect(await bench.probe({ ...probe, at: 'named.sql', level: 'asserted', assert: [TENANTS] })).toMatchObject({ outcome: 'pass' });
  });
});

describe('a scratch MariaDB', () => {
  it('is found beyond the PATH, where the server of a distribution lies', () => {
    expect(requireMariaDb({ PATH: '/nowhere' }).server).toMatch(/\/s?bin\/mariadbd$/u);
  });

  it('leaves no server and no folder behind', () => {
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`bs-my-${process.pid}-`))).toEqual([]);
    expect(readdirSync(join(bench.folder, 'data', 'scratch'))).toEqual([]);
  });

  it('is stopped by a cancelled check, which is then unknown', async () => {
    const stop = new AbortController();
    const found = await bench.probe({ ...probe, at: 'a.sql', level: 'restored' }, { signal: stop.signal, progress: (doing) => { if (doing.startsWith('restoring')) stop.abort(); } });
    expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'cancelled' } });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`bs-my-${process.pid}-`))).toEqual([]);
  });

  it('restores a dump that is too old, and says that it is', async () => {
    const found = await bench.probe({ ...probe, at: 'a.sql.gz', level: 'restored', max_age: '26h' }, { clock: clockAhead(27 * 3600) });
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'restored' } });
  });
});
