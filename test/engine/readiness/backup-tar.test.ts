import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupEvidence } from '../../../electron/contract/readiness.ts';
import { flipped } from '../../support/damage.ts';
import { clockAhead, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';
import { ANSWER, KEY, SEALED } from '../../support/sealed-canary.ts';

const PROOF = {
  secret: 'master_key', query: 'read etc/canary',
  answer: ANSWER,
} as const;
const TENANTS = { query: 'count data/tenants/*.json', number: { min: 40 } };
const probe = { kind: 'backup', engine: 'tar' } as const;

let bench: Bench;
const at = (name: string): string => join(bench.folder, name);
const write = (name: string, bytes: Buffer | string): string => {
  writeFileSync(at(name), bytes);
  return name;
};
const tar = (name: string, ...options: string[]): void => void execFileSync('tar', [...options, '-cf', at(name), '-C', at('system'), '.']);
const read = (name: string): Buffer => readFileSync(at(name));

beforeAll(() => {
  bench = makeBench({ master_key: KEY });
  mkdirSync(at('system/data/tenants'), { recursive: true });
  mkdirSync(at('system/etc'));
  mkdirSync(at('hollow/data'), { recursive: true });
  for (let id = 0; id < 40; id++) writeFileSync(at(`system/data/tenants/${id}.json`), JSON.stringify({ id, name: `lantern ${id}`, note: 'x'.repeat(2_000) }));
  writeFileSync(at('system/etc/canary'), `${SEALED}\n`);
  writeFileSync(at('system/etc/version'), '2.4.1\n');
  symlinkSync('/etc/hostname', at('system/etc/host'));
  tar('a.tar');
  tar('a.tar.gz', '--gzip');
  tar('a.tar.zst', '--zstd');
  tar('a.tar.xz', '--xz');
  execFileSync('tar', ['-czf', at('hollow.tar.gz'), '-C', at('hollow'), '.']);
});
afterAll(() => { bench.remove(); });

describe('an archive of tar', () => {
  it.each(['a.tar.gz', 'a.tar.zst', 'a.tar.xz'])('climbs to key-proven: %s', async (name) => {
    const found = await bench.probe({ ...probe, at: name, level: 'key-proven', assert: [TENANTS, { query: 'read etc/version', stdout: { equals: '2.4.1' } }], key: PROOF });
    expect(found.summary).toBe(`${name} is restored, its content holds and the key opens it.`);
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven', files: 42, key: { strength: 'authenticated', opened: 1 } } });
  });

  it('says what its restore took, and what that of the whole would take', async () => {
    const { rungs = [], ...measured } = BackupEvidence.parse((await bench.probe({ ...probe, at: 'a.tar.gz', level: 'restored', full_size: '10GiB' })).evidence);
    const bytes = execFileSync('sh', ['-c', 'cat data/tenants/*.json etc/canary etc/version | wc -c'], { cwd: at('system'), encoding: 'utf8' });
    expect(measured.restored_bytes).toBe(Number(bytes));
    expect(measured.restore_rate).toBe(Math.round((Number(bytes) / (measured.restore_ms ?? 0)) * 1000));
    expect(measured).toMatchObject({ full_size: 10 * 2 ** 30, projected_ms: Math.round(((measured.restore_ms ?? 0) * 10 * 2 ** 30) / read('a.tar.gz').length) });
    expect(rungs.map(({ level, ms }) => [level, typeof ms])).toEqual([['seen', 'number'], ['listed', 'number'], ['intact', 'number'], ['restored', 'number']]);
    const whole = BackupEvidence.parse((await bench.probe({ ...probe, at: 'a.tar.gz', level: 'restored' })).evidence);
    expect(whole).toMatchObject({ full_size: read('a.tar.gz').length, projected_ms: whole.restore_ms });
  });

  it('answers questions to its files, and follows no link', async () => {
    const ask = async (query: string) => (await bench.probe({ ...probe, at: 'a.tar', level: 'asserted', assert: [{ query, stdout: { equals: '' } }] })).summary;
    expect(await ask('size data/**')).toContain(`found "${String(Number(execFileSync('sh', ['-c', 'cat data/tenants/*.json | wc -c'], { cwd: at('system'), encoding: 'utf8' })))}"`);
    expect(await ask('files etc/*')).toMatch(/etc\/canary\\t\d+\\netc\/version\\t6/u);
    expect(await ask('newest etc/*')).toMatch(/found "20\d\d-\d\d-\d\dT/u);
    expect(await ask(`sha256 etc/version`)).toContain(createHash('sha256').update('2.4.1\n').digest('hex'));
    expect(await ask('json data/tenants/1*.json /name')).toContain('lantern 1\\nlantern 10');
    expect(await ask('json data/tenants/7.json /nothing')).toContain(String.raw`found "\\N"`);
    for (const [query, why] of [['read etc/host', 'no file etc/host'], ['read ../../../../etc/passwd', 'no file'], ['json etc/version /a', 'is no JSON'], ['json etc/version', 'a pattern and a pointer'], ['SELECT 1', 'is no question'], ['newest nowhere/*', 'no file']] as const) expect(await ask(query), query).toContain(why);
  });

  it('is intact by a checksum of its own or from outside, and only by these', async () => {
    const level = async (name: string, more: object = {}): Promise<unknown> => (await bench.probe({ ...probe, at: name, level: 'intact', ...more })).evidence['level'];
    expect([await level('a.tar.gz'), await level('a.tar.xz'), await level('a.tar')]).toEqual(['intact', 'intact', 'listed']);
    write('SUMS', `${createHash('sha256').update(read('a.tar')).digest('hex')}  a.tar\n${'0'.repeat(64)}  a.tar.gz\n`);
    expect(await level('a.tar', { sums: 'SUMS' })).toBe('intact');
    const other = await bench.probe({ ...probe, at: 'a.tar.gz', level: 'restored', sums: 'SUMS' });
    expect(other.summary).toContain('its SHA-256 is not the one in SUMS');
    expect(other).toMatchObject({ outcome: 'fail', evidence: { level: 'seen', fault: 'damaged' } });
    write('bare.tar.xz', execFileSync('xz', ['--keep', '--check=none', '--stdout', at('a.tar')], { maxBuffer: 2 ** 26 }));
    expect(await level('bare.tar.xz')).toBe('listed');
  });

  it.each([
    ['cut off in gzip', 'cut.tar.gz', () => read('a.tar.gz').subarray(0, -300), 'cut off', 'cut-off'],
    ['cut off in xz', 'cut.tar.xz', () => read('a.tar.xz').subarray(0, -300), 'cut off', 'cut-off'],
    ['cut off in zstd', 'cut.tar.zst', () => read('a.tar.zst').subarray(0, -300), 'cut off', 'cut-off'],
    ['cut off between two members', 'cut.tar', () => read('a.tar').subarray(0, read('a.tar').indexOf('./etc/')), 'cut off', 'cut-off'],
    ['cut off inside a member', 'torn.tar', () => read('a.tar').subarray(0, 20_000), 'cut off', 'cut-off'],
    ['with a flipped bit in gzip', 'flip.tar.gz', () => flipped(read('a.tar.gz'), read('a.tar.gz').length >> 1), 'damaged', 'damaged'],
    ['with a flipped bit in xz', 'flip.tar.xz', () => flipped(read('a.tar.xz'), read('a.tar.xz').length >> 1), 'damaged', 'damaged'],
    ['with a flipped bit in a header', 'flip.tar', () => flipped(read('a.tar'), 513), 'damaged', 'damaged'],
    ['of another kind', 'other.tar', () => Buffer.from('a letter to nobody\n'.repeat(100)), 'damaged, or no tar', 'damaged'],
    ['of folders alone', 'hollow.tar.gz', () => read('hollow.tar.gz'), 'holds no file', 'empty'],
    ['of no member', 'none.tar', () => Buffer.alloc(10_240), 'empty: it has no member', 'empty'],
    ['of no byte', 'zero.tar.gz', () => Buffer.alloc(0), '0 bytes', 'empty'],
  ])('%s fails before anything is restored', async (_name, name, bytes, why, fault) => {
    const found = await bench.probe({ ...probe, at: write(name, bytes()), level: 'restored' });
    expect(found.summary).toContain(why);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { fault } });
  });

  it('whose compression is not opened here is unknown', async () => {
    expect(await bench.probe({ ...probe, at: write('a.tar.bz2', execFileSync('bzip2', ['-c', at('a.tar')])), level: 'restored' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unsupported' } });
    expect(await bench.probe({ ...probe, at: 'a.tar.xz', level: 'restored' }, { env: { PATH: '/nowhere' } })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'tool-missing' } });
    expect(await bench.probe({ ...probe, at: 'a.tar', level: 'restored' }, { env: { PATH: '/nowhere' } })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'tool-missing' } });
  });

  it('with a member that would land elsewhere is refused, and nothing lands there', async () => {
    const archive = pack();
    archive.entry({ name: '../../owned' }, 'owned');
    archive.entry({ name: 'innocent' }, 'x');
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const found = await bench.probe({ ...probe, at: write('evil.tar', Buffer.concat(chunks)), level: 'restored' });
    expect(found.summary).toContain('would land outside the folder');
    expect(found.outcome).toBe('fail');
    expect(existsSync(at('data/owned'))).toBe(false);
  });

  it('through a link inside it reaches nothing outside', async () => {
    const archive = pack();
    archive.entry({ name: 'out', type: 'symlink', linkname: bench.folder });
    archive.entry({ name: 'out/owned' }, 'owned');
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    expect((await bench.probe({ ...probe, at: write('link.tar', Buffer.concat(chunks)), level: 'restored' })).outcome).toBe('fail');
    expect(existsSync(at('owned'))).toBe(false);
  });

  it('with another number of files, or a key from after the rotation, fails by its content', async () => {
    const few = await bench.probe({ ...probe, at: 'a.tar.gz', level: 'asserted', assert: [{ ...TENANTS, number: { min: 41 } }] });
    expect(few).toMatchObject({ outcome: 'fail', evidence: { level: 'restored', fault: 'wrong-content' } });
    const rotated = makeBench({ master_key: 'a key from after the rotation' });
    const wrong = await rotated.probe({ ...probe, at: at('a.tar.gz'), level: 'key-proven', assert: [TENANTS], key: PROOF });
    rotated.remove();
    expect(wrong).toMatchObject({ outcome: 'fail', evidence: { level: 'asserted', fault: 'wrong-key' } });
  });

  it('that is too old says so, proven or not', async () => {
    expect(await bench.probe({ ...probe, at: 'a.tar.gz', level: 'restored', max_age: '26h' }, { clock: clockAhead(27 * 3600) })).toMatchObject({ outcome: 'fail', evidence: { level: 'restored', fault: 'too-old' } });
    expect(await bench.probe({ ...probe, at: 'nothing-*.tar', level: 'seen' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'missing' } });
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(join(bench.folder, 'data', 'scratch'))).toEqual([]);
  });
});
