import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import { startScratchPostgres } from '../../../electron/engine/readiness/postgres/scratch-postgres.ts';
import { sweepScratchFolders } from '../../../electron/engine/readiness/postgres/scratch-folder.ts';
import { startSource } from '../../support/postgres.ts';
import { makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

/** Process ids of servers that work in a folder; zombies have no command line and do not count. */
function serversIn(folder: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${folder}/`);
    } catch {
      return false;
    }
  }).map(Number);
}

const ownFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(`bs-pg-${process.pid}-`));

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not come to hold within 20 s');
    await systemClock().sleep(20);
  }
}

describe('a scratch server', () => {
  it('answers on a private socket only, and leaves nothing when stopped, once or twice', async () => {
    const server = await startScratchPostgres(bench.context(), { database: 'lanterns' });
    expect(await server.query("SELECT current_database(), current_setting('listen_addresses'), NULL, 'ä'")).toBe('lanterns\t\t\\N\tä');
    expect(await server.query('SHOW dynamic_shared_memory_type')).toBe('mmap'); // nothing in /dev/shm that a kill would leave
    expect(statSync(server.host).mode & 0o077).toBe(0);
    expect(Buffer.byteLength(join(server.host, '.s.PGSQL.5432'))).toBeLessThan(104);
    await expect(server.query('SELECT no_such_thing')).rejects.toMatchObject({ code: 'bad', message: expect.stringContaining('no_such_thing') });
    await server.stop();
    await server.stop();
    expect(existsSync(dirname(server.host))).toBe(false);
    expect(serversIn(dirname(server.host))).toEqual([]);
  });

  it('stands beside another one', async () => {
    const both = await Promise.all([startScratchPostgres(bench.context()), startScratchPostgres(bench.context())]);
    expect(await Promise.all(both.map((server) => server.query('SELECT 1')))).toEqual(['1', '1']);
    await Promise.all(both.map((server) => server.stop()));
    expect(ownFolders()).toEqual([]);
  });

  it('is gone when its start is cancelled', async () => {
    const stop = new AbortController();
    const start = startScratchPostgres(bench.context({ signal: stop.signal }));
    await until(() => ownFolders().length > 0);
    stop.abort();
    await expect(start).rejects.toThrow();
    expect(ownFolders()).toEqual([]);
  });

  it('does not survive the process that started it, and the next start removes its folder', async () => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../../fixtures/leave-scratch-postgres.ts', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    const folder = dirname(String(line).trim());
    expect(serversIn(folder).length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(folder)).toBe(true);
    sweepScratchFolders();
    expect(existsSync(folder)).toBe(false);
    await until(() => serversIn(folder).length === 0);
  });

  it('sweeps nothing that a living process owns', async () => {
    const server = await startScratchPostgres(bench.context());
    sweepScratchFolders();
    expect(await server.query('SELECT 1')).toBe('1');
    await server.stop();
  });
});

describe('a restore', () => {
  it('that is cancelled half-way leaves no server and no folder', async () => {
    const source = await startSource(bench, 'CREATE TABLE t AS SELECT g, md5(g::text) FROM generate_series(1, 200000) g');
    writeFileSync(join(bench.folder, 'a.dump'), source.dump(['-Fc']));
    await source.server.stop();
    const stop = new AbortController();
    const found = bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'restored' }, { signal: stop.signal, progress: (doing) => (doing.startsWith('restoring') ? stop.abort() : undefined) });
    expect(await found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'cancelled' } });
    expect(ownFolders()).toEqual([]);
    expect(readdirSync(join(bench.folder, 'data', 'scratch'))).toEqual([]);
  });

  it('that needs an extension which is not here does not blame the backup', async () => {
    const source = await startSource(bench, 'CREATE TABLE t(a int)');
    writeFileSync(join(bench.folder, 'a.sql'), source.dump([]).toString().replace('CREATE TABLE', 'CREATE EXTENSION lantern_fuel;\nCREATE TABLE'));
    await source.server.stop();
    expect(await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: 'a.sql', level: 'restored' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'extension-missing', extension: 'lantern_fuel' } });
  });

  it('asks the database that a dump with --create makes itself', async () => {
    const source = await startSource(bench, 'CREATE TABLE t AS SELECT 7 AS seven');
    writeFileSync(join(bench.folder, 'a.sql'), source.dump(['--create']));
    await source.server.stop();
    expect(await bench.probe({ kind: 'backup', engine: 'postgres-plain', at: 'a.sql', level: 'asserted', assert: [{ query: 'SELECT seven, current_database() FROM t', stdout: { equals: '7\tampora' } }] })).toMatchObject({ outcome: 'pass' });
  });
});

/** A small disk can only be made by root; elsewhere these say that they were skipped. */
describe.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')('a full disk', () => {
  const onSmallDisk = async (size: string, work: (folder: string) => Promise<void>): Promise<void> => {
    const folder = join(bench.folder, 'small');
    mkdirSync(folder, { mode: 0o755, recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'tmpfs', folder]);
    try {
      await work(folder);
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  };

  it.each(['10m', '60m'])('of %s is the laptop\'s fault, not the backup\'s', async (size) => {
    const source = await startSource(bench, "CREATE TABLE t AS SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 100000) g");
    writeFileSync(join(bench.folder, 'a.dump'), source.dump(['-Fc']));
    await source.server.stop();
    execFileSync('chmod', ['-R', 'a+rx', bench.folder]);
    await onSmallDisk(size, async (scratchDir) => {
      const found = await bench.probe({ kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'restored' }, { scratchDir });
      expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'no-space' } });
      expect(found.summary).toContain('The disk is full');
      expect(readdirSync(scratchDir)).toEqual([]);
    });
  });

  it('is never filled by a restore: room stays for the record', async () => {
    const source = await startSource(bench, "CREATE TABLE t AS SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 400000) g");
    writeFileSync(join(bench.folder, 'a.dump'), source.dump(['-Fc']));
    await source.server.stop();
    execFileSync('chmod', ['a+rx', bench.folder]);
    const probe = { kind: 'backup', engine: 'postgres-custom', at: 'a.dump', level: 'restored' } as const;
    await onSmallDisk('400m', async (dataDir) => {
      const found = await bench.probe(probe, { dataDir, scratchDir: dataDir });
      expect(found).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('to leave room for the record'), evidence: { reason: 'no-space' } });
      expect(readdirSync(dataDir)).toEqual([]);
    });
    await onSmallDisk('200m', async (dataDir) => {
      expect(await bench.probe(probe, { dataDir, scratchDir: dataDir })).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('at the least'), evidence: { reason: 'no-space' } });
    });
  });

  it('when a sealed SQLite backup is copied is said as such', async () => {
    writeFileSync(join(bench.folder, 'a.db'), Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(20_000_000)]));
    await onSmallDisk('5m', async (scratchDir) => {
      expect(await bench.probe({ kind: 'backup', engine: 'sqlite', at: 'a.db', level: 'listed' }, { scratchDir })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'no-space' } });
      expect(readdirSync(scratchDir)).toEqual([]);
    });
  });
});
