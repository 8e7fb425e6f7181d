import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, statfsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clockAhead, makeBench } from '../../../support/probe.ts';
import type { Bench } from '../../../support/probe.ts';

let bench: Bench;
const write = (name: string, text: string | Buffer): string => {
  mkdirSync(join(bench.folder, name, '..'), { recursive: true });
  writeFileSync(join(bench.folder, name), text);
  return createHash('sha256').update(text).digest('hex');
};
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

describe('file', () => {
  it('passes with its size, age and checksum', async () => {
    const sha256 = write('kit.tar', 'rope');
    const found = await bench.probe({ kind: 'file', path: 'kit.tar', sha256, min_size: '4B', max_age: '1d' });
    expect(found).toEqual({ outcome: 'pass', summary: 'kit.tar is there: 4 bytes, checksum matches.', evidence: { path: join(bench.folder, 'kit.tar'), size: 4, age_s: 0, sha256 } });
  });

  it('takes the checksum from a file of sums, in GNU and BSD form', async () => {
    const sha256 = write('kit.tar', 'rope');
    write('sums', `${sha256} *kit.tar\n`);
    write('bsd', `SHA256 (kit.tar) = ${sha256}\n`);
    expect((await bench.probe({ kind: 'file', path: 'kit.tar', sums: 'sums' })).outcome).toBe('pass');
    expect((await bench.probe({ kind: 'file', path: 'kit.tar', sums: 'bsd' })).outcome).toBe('pass');
  });

  it.each([
    ['is missing', { path: 'none' }, 'is not there'],
    ['is a folder', { path: 'data' }, 'is not a file'],
    ['is empty', { path: 'empty' }, 'is empty'],
    ['is too small', { path: 'kit.tar', min_size: '5B' }, 'at least 5 bytes'],
    ['was changed', { path: 'kit.tar', sha256: '0'.repeat(64) }, 'was changed or is damaged'],
    ['is not in the sums', { path: 'kit.tar', sums: 'sums' }, 'has no checksum for kit.tar'],
    ['is too old', { path: 'old', max_age: '1h' }, 'at most 1 h is allowed'],
  ])('fails when it %s', async (_name, probe, why) => {
    write('kit.tar', 'rope');
    write('empty', '');
    write('sums', `${'a'.repeat(64)}  other.tar\n`);
    write('old', 'x');
    utimesSync(join(bench.folder, 'old'), new Date(), new Date(Date.now() - 3_700_000));
    const found = await bench.probe({ kind: 'file', ...probe });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain(why);
  });

  it('cannot be judged against sums that are missing, empty or garbled', async () => {
    write('kit.tar', 'rope');
    write('empty', '');
    write('garbled', 'this is no checksum\n');
    for (const sums of ['none', 'empty', 'garbled']) expect(await bench.probe({ kind: 'file', path: 'kit.tar', sums })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'sums-unreadable' } });
  });

  it('from the future says that a clock is wrong', async () => {
    write('kit.tar', 'rope');
    expect(await bench.probe({ kind: 'file', path: 'kit.tar', max_age: '1d' }, { clock: clockAhead(-3600) })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'clock' } });
  });
});

describe('dir', () => {
  it('checks every line of the sums, and names the file that does not hold', async () => {
    const [one, two] = [write('kit/a', 'rope'), write('kit/b/c', 'lamp')];
    write('kit/SHA256SUMS', `${one}  a\n${two}  b/c\n`);
    const probe = { kind: 'dir', path: 'kit', sums: 'kit/SHA256SUMS' } as const;
    expect(await bench.probe(probe)).toMatchObject({ outcome: 'pass', evidence: { files: 3, checked: 2 } });
    write('kit/b/c', 'lamq');
    expect((await bench.probe(probe)).summary).toBe('b/c was changed or is damaged: its checksum in SHA256SUMS does not hold.');
    rmSync(join(bench.folder, 'kit/b/c'));
    expect((await bench.probe(probe)).summary).toContain('b/c is missing');
  });

  it('without any file is no pass', async () => {
    mkdirSync(join(bench.folder, 'kit/sub'), { recursive: true });
    expect(await bench.probe({ kind: 'dir', path: 'kit' })).toMatchObject({ outcome: 'fail', evidence: { files: 0 } });
    expect((await bench.probe({ kind: 'dir', path: 'nowhere' })).outcome).toBe('fail');
  });

  it('judges the age of its newest file and its whole size', async () => {
    write('kit/a', 'rope');
    expect((await bench.probe({ kind: 'dir', path: 'kit', max_age: '1h' }, { clock: clockAhead(3601) })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'dir', path: 'kit', max_age: '1h' }, { clock: clockAhead(3590) })).outcome).toBe('pass');
    expect((await bench.probe({ kind: 'dir', path: 'kit', min_size: '1kB' })).outcome).toBe('fail');
  });

  it('has a digest of its own that any change breaks', async () => {
    write('kit/a', 'rope');
    const sha256 = createHash('sha256').update(`${createHash('sha256').update('rope').digest('hex')}  a\n`).digest('hex');
    expect((await bench.probe({ kind: 'dir', path: 'kit', sha256 })).outcome).toBe('pass');
    write('kit/new', '');
    expect((await bench.probe({ kind: 'dir', path: 'kit', sha256 })).outcome).toBe('fail');
  });
});

describe('tool', () => {
  const script = (name: string, text: string): void => {
    write(name, `#!/bin/sh\n${text}\n`);
    chmodSync(join(bench.folder, name), 0o755);
  };

  it('is found in the kit before the PATH, with its version and its pinned digest', async () => {
    script('data/toolbox/git', 'echo "git version 9.8.7"');
    const found = await bench.probe({ kind: 'tool', tool: 'git', version: '>=9 <10' });
    expect(found).toMatchObject({ outcome: 'pass', summary: 'git 9.8.7 is at hand.', evidence: { from: 'toolbox', version: '9.8.7', path: join(bench.folder, 'data/toolbox/git') } });
    expect(await bench.probe({ kind: 'tool', tool: 'git', sha256: '0'.repeat(64) })).toMatchObject({ outcome: 'fail' });
  });

  it('reads the real openssl and psql', async () => {
    expect(await bench.probe({ kind: 'tool', tool: 'openssl', version_run: ['openssl', 'version'], version: '>=1.1' })).toMatchObject({ outcome: 'pass', evidence: { from: 'PATH' } });
    expect((await bench.probe({ kind: 'tool', tool: 'openssl', version_run: ['openssl', 'version'], version: '>=99' })).summary).toMatch(/openssl is \d.*; >=99 is wanted/u);
  });

  it.each([
    ['is missing', { tool: 'no-such-tool-4711' }, 'neither in the kit'],
    ['is too old', { tool: 'old', version: '>=2' }, 'old is 1.5; >=2 is wanted'],
    ['does not run', { tool: 'broken', version: '>=1' }, 'does not run'],
    ['names no version', { tool: 'silent', version: '>=1' }, 'names no version'],
    ['is asked for a range that is none', { tool: 'old', version: 'newest' }, 'is no range'],
  ])('fails when it %s', async (_name, probe, why) => {
    script('data/toolbox/old', 'echo 1.5');
    script('data/toolbox/broken', 'echo "cannot open shared object" >&2; exit 127');
    script('data/toolbox/silent', 'true');
    const found = await bench.probe({ kind: 'tool', ...probe });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain(why);
  });

  it('takes the version that its own pattern finds', async () => {
    script('data/toolbox/odd', 'echo "api 1.0 odd-2.3.4-rc.1"');
    expect(await bench.probe({ kind: 'tool', tool: 'odd', version_match: 'odd-(\\S+)', version: '>=2.3.4-rc.0' })).toMatchObject({ outcome: 'pass', evidence: { version: '2.3.4-rc.1' } });
    expect(await bench.probe({ kind: 'tool', tool: 'odd', version_match: '(', version: '>=1' })).toMatchObject({ outcome: 'unknown' });
  });
});

describe('disk and memory', () => {
  it('compare what is free with what is wanted', async () => {
    const { bavail, bsize } = statfsSync(bench.folder);
    expect(await bench.probe({ kind: 'disk', path: bench.folder, free: '1MiB' })).toMatchObject({ outcome: 'pass' });
    expect(await bench.probe({ kind: 'disk', path: `${bench.folder}/not/yet/there`, free: `${Math.ceil((bavail * bsize) / 1e9) + 10}GB` })).toMatchObject({ outcome: 'fail', evidence: { path: bench.folder } });
    expect(await bench.probe({ kind: 'memory', free: '1MiB' })).toMatchObject({ outcome: 'pass' });
    expect(await bench.probe({ kind: 'memory', free: '900TB' })).toMatchObject({ outcome: 'fail' });
  });
});
