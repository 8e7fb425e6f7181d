import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BackupEvidence } from '../../../electron/contract/readiness.ts';
import { flipped } from '../../support/damage.ts';
import { clockAhead, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';
import { ANSWER, KEY, SEALED } from '../../support/sealed-canary.ts';

const PASSWORD = 'the lamp is lit at nine';
const PROOF = {
  secret: 'master_key', query: 'read **/canary',
  answer: ANSWER,
} as const;

let bench: Bench;
const at = (...names: string[]): string => join(bench.folder, ...names);
const probe = { kind: 'backup', engine: 'restic', at: 'repo', cipher: { secret: 'restic_password' } } as const;
const restic = (password: string, ...args: string[]): string => execFileSync('restic', ['--no-cache', ...args], { cwd: at('source'), encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HOME: bench.folder, RESTIC_PASSWORD: password } });
const proof = () => ({ ...PROOF, query: `read ${at('source').slice(1)}/canary` });
const tenants = () => ({ query: `count ${at('source').slice(1)}/tenants/*.json`, number: { min: 30 } });

beforeAll(() => {
  bench = makeBench({ restic_password: PASSWORD, master_key: KEY });
  mkdirSync(at('source', 'tenants'), { recursive: true });
  for (let id = 0; id < 30; id++) writeFileSync(at('source', 'tenants', `${id}.json`), JSON.stringify({ id, note: `${id}`.repeat(3_000) }));
  writeFileSync(at('source', 'canary'), SEALED);
  mkdirSync(at('source', 'hollow'));
  restic(PASSWORD, '-q', '-r', at('repo'), 'init');
  restic(PASSWORD, '-q', '-r', at('repo'), 'backup', '--host', 'kravn-1', '--time', '2026-04-23 01:00:00', at('source', 'canary'));
  restic(PASSWORD, '-q', '-r', at('repo'), 'backup', '--host', 'kravn-1', '--tag', 'nightly', at('source'));
}, 60_000);
afterAll(() => { bench.remove(); });

/** A copy of the repository, damaged in the largest file of one of its folders. */
function spoilt(name: string, folder: string, spoil: (bytes: Buffer) => Buffer | null): string {
  cpSync(at('repo'), at(name), { recursive: true });
  const files = readdirSync(at(name, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const largest = files.toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
  const bytes = spoil(readFileSync(largest));
  rmSync(largest, { force: true });
  if (bytes !== null) writeFileSync(largest, bytes);
  return name;
}

describe('a restic repository', () => {
  it('climbs to key-proven, read whole and compared as it is restored', async () => {
    const found = await bench.probe({ ...probe, level: 'key-proven', assert: [tenants()], key: proof(), full_size: '1GiB' });
    expect(found.summary).toMatch(/^The snapshot [0-9a-f]{8} is restored, its content holds and the key opens it\.$/u);
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'key-proven', host: 'kravn-1', tags: ['nightly'], snapshots: 2, key: { opened: 1, strength: 'authenticated' } } });
    const { rungs = [], size, restored_bytes: restored, restore_ms: took = 0, projected_ms: projected } = BackupEvidence.parse(found.evidence);
    expect(rungs.map(({ level, ok, by }) => [level, ok, by])).toEqual([['seen', true, 'config'], ['listed', true, 'restic snapshots'], ['intact', true, 'restic check --read-data'], ['restored', true, 'restic restore --verify'], ['asserted', true, '1 query'], ['key-proven', true, 'known answer, authenticated']]);
    expect(restored).toBe(size);
    expect(projected).toBe(Math.round((took * 2 ** 30) / (size ?? 0)));
  });

  it('has its password in no argument and in no finding', async () => {
    const seen: string[] = [];
    const { runTool } = bench.context();
    const found = await bench.probe({ ...probe, level: 'restored' }, { runTool: (request) => {
      seen.push(JSON.stringify([request.stages, request.env]));
      return runTool(request);
    } });
    expect(found.outcome).toBe('pass');
    expect(seen.length).toBeGreaterThan(3);
    expect(`${seen.join('')}${JSON.stringify(found)}`).not.toContain(PASSWORD);
  });

  it('gives the snapshot that is asked for, or the newest of a tag or a host', async () => {
    expect(await bench.probe({ ...probe, level: 'listed', stanza: 'nightly' })).toMatchObject({ outcome: 'pass', evidence: { snapshots: 1 } });
    expect(await bench.probe({ ...probe, level: 'listed', stanza: 'kravn-1' })).toMatchObject({ outcome: 'pass', evidence: { snapshots: 2 } });
    expect(await bench.probe({ ...probe, level: 'listed', stanza: 'other' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'empty' } });
    const [old] = z.array(z.object({ id: z.string() })).parse(JSON.parse(restic(PASSWORD, '-r', at('repo'), 'snapshots', '--json')));
    expect(await bench.probe({ ...probe, level: 'restored', restore: { set: old?.id } })).toMatchObject({ outcome: 'pass', evidence: { snapshot: old?.id, size: SEALED.length } });
  });

  it.each<[string, string, (bytes: Buffer) => Buffer | null, string]>([
    ['a flipped bit in a pack', 'data', (bytes) => flipped(bytes, 300), 'intact'],
    ['a pack cut off', 'data', (bytes) => bytes.subarray(0, -100), 'intact'],
    // restic asks for a lost file again and again, for most of a minute
    ...(process.env['BLACKSTART_LONG_TESTS'] === '1' ? [['a lost pack', 'data', () => null, 'intact'] satisfies [string, string, (bytes: Buffer) => Buffer | null, string]] : []),
    ['a flipped bit in its index', 'index', (bytes) => flipped(bytes, 40), 'listed'],
  ])('with %s fails', async (name, folder, spoil, rung) => {
    const found = await bench.probe({ ...probe, at: spoilt(name.replaceAll(' ', '-'), folder, spoil), level: 'restored' });
    expect(found.summary).toContain('the repository is damaged');
    expect(found).toMatchObject({ outcome: 'fail', evidence: { fault: 'damaged' } });
    expect(BackupEvidence.parse(found.evidence).rungs?.find(({ ok }) => ok === false)?.level).toBe(rung);
  });

  it('with another password, or one from after a rotation, does not open', async () => {
    const other = makeBench({ restic_password: 'not the password' });
    const found = await other.probe({ ...probe, at: at('repo'), level: 'restored' });
    expect(found.summary).toContain('the password in the secret restic_password does not open it');
    expect(found).toMatchObject({ outcome: 'fail', evidence: { level: 'seen', fault: 'wrong-key' } });
    cpSync(at('repo'), at('rotated'), { recursive: true });
    writeFileSync(at('new-password'), 'from after the rotation');
    restic(PASSWORD, '-q', '-r', at('rotated'), 'key', 'passwd', '--new-password-file', at('new-password'));
    expect(await bench.probe({ ...probe, at: 'rotated', level: 'listed' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'wrong-key' } });
    other.remove();
  });

  it('with a key from after the rotation opens, and its sealed value does not', async () => {
    const rotated = makeBench({ restic_password: PASSWORD, master_key: 'a key from after the rotation' });
    expect(await rotated.probe({ ...probe, at: at('repo'), level: 'key-proven', assert: [tenants()], key: proof() })).toMatchObject({ outcome: 'fail', evidence: { level: 'asserted', fault: 'wrong-key' } });
    rotated.remove();
  });

  it('of no snapshot, or of a snapshot without a file, is empty', async () => {
    restic(PASSWORD, '-q', '-r', at('bare'), 'init');
    expect(await bench.probe({ ...probe, at: 'bare', level: 'listed' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'empty' } });
    restic(PASSWORD, '-q', '-r', at('bare'), 'backup', at('source', 'hollow'));
    const found = await bench.probe({ ...probe, at: 'bare', level: 'restored' });
    expect(found.summary).toContain('the snapshot is empty');
    expect(found).toMatchObject({ outcome: 'fail', evidence: { fault: 'empty' } });
  });

  it('that is not there, or whose config has no byte, fails', async () => {
    expect(await bench.probe({ ...probe, at: 'nowhere', level: 'seen' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'missing' } });
    cpSync(at('repo'), at('hollow-config'), { recursive: true });
    rmSync(at('hollow-config', 'config'));
    writeFileSync(at('hollow-config', 'config'), '');
    expect(await bench.probe({ ...probe, at: 'hollow-config', level: 'seen' })).toMatchObject({ outcome: 'fail', evidence: { fault: 'damaged' } });
  });

  it('cannot be told of without the password, without restic, or with sums', async () => {
    const none = makeBench();
    expect(await none.probe({ ...probe, at: at('repo'), level: 'seen' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'secret-missing' } });
    none.remove();
    expect(await bench.probe({ kind: 'backup', engine: 'restic', at: 'repo', level: 'seen' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
    expect(await bench.probe({ ...probe, level: 'seen', sums: 'SUMS' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
    expect(await bench.probe({ ...probe, level: 'seen' }, { env: { PATH: '/nowhere' } })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'tool-missing' } });
  });

  it('that is too old fails, proven as far as it is', async () => {
    expect(await bench.probe({ ...probe, level: 'intact', max_age: '26h' }, { clock: clockAhead(27 * 3600) })).toMatchObject({ outcome: 'fail', evidence: { level: 'intact', fault: 'too-old' } });
  });

  it('is stopped by a cancelled check, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const found = await bench.probe({ ...probe, level: 'restored' }, { signal: stop.signal, progress: (doing) => { if (doing.startsWith('restoring')) stop.abort(); } });
    expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'cancelled' } });
    expect(readdirSync(at('data', 'scratch'))).toEqual([]);
  });
});
