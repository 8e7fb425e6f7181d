import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOciLayout } from '../../../../electron/engine/drill/oci-layout.ts';
import { makeBench } from '../../../support/probe.ts';
import type { Bench } from '../../../support/probe.ts';

let bench: Bench;
let digest = '';
let config = '';
const at = (...parts: string[]): string => join(bench.folder, ...parts);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const tar = (name: string, folder: string, ...entries: string[]): void => void execFileSync('tar', ['-C', at(folder), '-cf', at(name), ...entries]);
const blobs = (layout: string): string[] => readdirSync(at(layout, 'blobs', 'sha256')).map((name) => at(layout, 'blobs', 'sha256', name));

/** The layout's parts in the form of `docker save` (config and layers under their own names). */
function makeDockerArchive(name: string, change: (folder: string) => void = () => {}): void {
  rmSync(at('docker'), { recursive: true, force: true });
  mkdirSync(at('docker'));
  const all = blobs('oci').map((path) => readFileSync(path));
  const configBytes = all.find((bytes) => bytes.toString('latin1').includes('diff_ids')) ?? Buffer.alloc(0);
  const layer = gunzipSync(all.find((bytes) => bytes.readUInt16BE(0) === 0x1f8b) ?? Buffer.alloc(0));
  config = sha256(configBytes);
  writeFileSync(at('docker', `${config}.json`), configBytes);
  writeFileSync(at('docker', 'layer.tar'), layer);
  writeFileSync(at('docker', 'manifest.json'), JSON.stringify([{ Config: `${config}.json`, RepoTags: ['lanterns/web:v1'], Layers: ['layer.tar'] }]));
  change(at('docker'));
  tar(name, 'docker', ...readdirSync(at('docker')));
}

beforeAll(async () => {
  bench = makeBench();
  digest = await writeOciLayout(at('oci'), { tag: 'v1', files: { 'bin/lamp': 'light '.repeat(5000), version: 'v1' }, entrypoint: ['/bin/lamp'] });
  tar('oci.tar', 'oci', 'oci-layout', 'index.json', 'blobs');
  makeDockerArchive('web.tar');
});
afterAll(() => bench.remove());

describe('an OCI layout', () => {
  it('is whole when every blob has its digest and every layer its content', async () => {
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/u);
    const probe = { kind: 'image', at: 'oci', format: 'oci', digest, platform: 'linux/amd64', tag: 'v1' } as const;
    expect(await bench.probe(probe)).toMatchObject({ outcome: 'pass', evidence: { manifest: digest.slice(7), platform: 'linux/amd64', blobs: 3, layers: 1, tags: ['v1'] } });
    expect(await bench.probe({ ...probe, at: 'oci.tar' })).toMatchObject({ outcome: 'pass' });
  });

  it('fails when any blob has one more byte, one byte less, or is missing', async () => {
    for (const [index] of blobs('oci').entries()) {
      for (const harm of [(path: string) => appendFileSync(path, 'X'), (path: string) => truncateSync(path, 10), (path: string) => rmSync(path)]) {
        rmSync(at('bad'), { recursive: true, force: true });
        cpSync(at('oci'), at('bad'), { recursive: true });
        harm(blobs('bad')[index] ?? '');
        expect(await bench.probe({ kind: 'image', at: 'bad', format: 'oci' })).toMatchObject({ outcome: 'fail' });
      }
    }
  });

  it.each([
    ['another image', { digest: `sha256:${'0'.repeat(64)}` }, 'is another image'],
    ['of another platform', { platform: 'linux/arm64' }, 'for linux/arm64'],
    ['without the tag', { tag: 'v2' }, 'no image with the tag v2'],
    ['that is not there', { at: 'none' }, 'is not there'],
    ['that is no layout', { at: 'data' }, 'no OCI image layout'],
  ])('%s fails', async (_name, change, why) => {
    const found = await bench.probe({ kind: 'image', at: 'oci', format: 'oci', ...change });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain(why);
  });

  it('whose layer unpacks to other content than its config says fails', async () => {
    rmSync(at('forged'), { recursive: true, force: true });
    cpSync(at('oci'), at('forged'), { recursive: true });
    const forge = (from: string, to: Buffer): string => {
      rmSync(at('forged', 'blobs', 'sha256', from));
      writeFileSync(at('forged', 'blobs', 'sha256', sha256(to)), to);
      return sha256(to);
    };
    const index = readFileSync(at('forged', 'index.json'), 'utf8');
    const manifest = readFileSync(at('forged', 'blobs', 'sha256', digest.slice(7)), 'utf8');
    const oldConfig = readFileSync(blobs('forged').find((path) => readFileSync(path, 'latin1').includes('diff_ids')) ?? '', 'utf8');
    const newConfig = Buffer.from(oldConfig.replace(/"diff_ids":\["sha256:[0-9a-f]{64}"\]/u, `"diff_ids":["sha256:${'1'.repeat(64)}"]`));
    const configDigest = forge(sha256(Buffer.from(oldConfig)), newConfig);
    const manifestDigest = forge(digest.slice(7), Buffer.from(manifest.replace(sha256(Buffer.from(oldConfig)), configDigest)));
    writeFileSync(at('forged', 'index.json'), index.replace(digest.slice(7), manifestDigest));
    expect((await bench.probe({ kind: 'image', at: 'forged', format: 'oci' })).summary).toContain('unpacks to other content');
  });

  it('in an archive with a file outside the layout is refused, and nothing is written there', async () => {
    writeFileSync(at('evil'), 'x');
    execFileSync('tar', ['-C', at('oci'), '-Pcf', at('evil.tar'), 'oci-layout', 'index.json', 'blobs', at('evil')]);
    expect((await bench.probe({ kind: 'image', at: 'evil.tar', format: 'oci' })).summary).toContain('which no image layout has');
    truncateSync(at('oci.tar'), 3000);
    expect((await bench.probe({ kind: 'image', at: 'oci.tar', format: 'oci' })).outcome).toBe('fail');
    expect(readdirSync(at('data', 'scratch'))).toEqual([]);
  });
});

describe('a docker archive', () => {
  it('is judged by its config and by the content of its layers', async () => {
    expect(await bench.probe({ kind: 'image', at: 'web.tar', format: 'docker-archive', digest: config, platform: 'linux/amd64', tag: 'lanterns/web:v1' })).toMatchObject({ outcome: 'pass', evidence: { config, manifest: null, layers: 1 } });
  });

  it.each([
    ['a changed layer', (folder: string) => appendFileSync(join(folder, 'layer.tar'), 'X'), 'was changed or is damaged'],
    ['a missing layer', (folder: string) => rmSync(join(folder, 'layer.tar')), 'is missing'],
    ['a changed config', (folder: string) => appendFileSync(join(folder, readdirSync(folder).find((name) => /^[0-9a-f]{64}\.json$/u.test(name)) ?? ''), ' '), 'config was changed'],
    ['no manifest', (folder: string) => rmSync(join(folder, 'manifest.json')), 'no docker archive'],
    ['a manifest of another form', (folder: string) => writeFileSync(join(folder, 'manifest.json'), '[]'), 'another form'],
  ])('with %s fails', async (_name, change, why) => {
    makeDockerArchive('bad.tar', change);
    const found = await bench.probe({ kind: 'image', at: 'bad.tar', format: 'docker-archive' });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain(why);
  });

  it('that is cut off or something else fails', async () => {
    makeDockerArchive('cut.tar');
    truncateSync(at('cut.tar'), 2000);
    expect((await bench.probe({ kind: 'image', at: 'cut.tar', format: 'docker-archive' })).outcome).toBe('fail');
    writeFileSync(at('text'), 'no tar at all');
    expect((await bench.probe({ kind: 'image', at: 'text', format: 'docker-archive' })).outcome).toBe('fail');
  });

  it('asked for by a manifest digest is another image, and says which it is', async () => {
    expect((await bench.probe({ kind: 'image', at: 'web.tar', format: 'docker-archive', digest })).summary).toContain('its config digest is');
  });
});

/** The tool that people really copy images with; where it is missing, this test says so. */
describe.skipIf(spawnSync('skopeo', ['--version']).status !== 0)('an image copied by skopeo', () => {
  it('passes in every form with the digest that skopeo names', async () => {
    const skopeo = (...args: string[]): string => execFileSync('skopeo', ['--insecure-policy', ...args], { cwd: bench.folder, encoding: 'utf8' });
    skopeo('copy', '-q', 'oci:oci:v1', 'oci-archive:copied.tar:v1');
    skopeo('copy', '-q', 'oci:oci:v1', 'docker-archive:docker.tar:lanterns/web:v1');
    const copied = skopeo('inspect', '--format', '{{.Digest}}', 'oci-archive:copied.tar').trim();
    expect(await bench.probe({ kind: 'image', at: 'copied.tar', format: 'oci', digest: copied })).toMatchObject({ outcome: 'pass' });
    expect(await bench.probe({ kind: 'image', at: 'docker.tar', format: 'docker-archive', digest: config, tag: 'lanterns/web:v1' })).toMatchObject({ outcome: 'pass' });
  });
});
