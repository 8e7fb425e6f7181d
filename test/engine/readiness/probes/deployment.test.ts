import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../../electron/engine/readiness/find-program.ts';
import { clockAt, makeBench } from '../../../support/probe.ts';
import type { Bench } from '../../../support/probe.ts';

let bench: Bench;
const at = (...parts: string[]): string => join(bench.folder, ...parts);
beforeAll(() => {
  bench = makeBench();
});
afterAll(() => bench.remove());

describe('manifests in a Git bundle', () => {
  beforeAll(() => {
    mkdirSync(at('repo'));
    const git = (...args: string[]): void => void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@x', '-c', 'init.defaultBranch=main', ...args], { cwd: at('repo'), stdio: 'ignore' });
    git('init');
    writeFileSync(at('repo', 'deploy.yaml'), Array.from({ length: 400 }, (_, line) => `line ${line}: ${line * 7919}`).join('\n'));
    git('add', '.');
    git('commit', '-m', 'one');
    git('tag', 'v1.0');
    git('bundle', 'create', at('deploy.bundle'), '--all');
    writeFileSync(at('repo', 'more.yaml'), 'more');
    git('add', '.');
    git('commit', '-m', 'two');
    git('bundle', 'create', at('increment.bundle'), 'v1.0..main');
  });

  it('pass when every object is in it', async () => {
    const found = await bench.probe({ kind: 'manifests', path: 'deploy.bundle', how: 'git-bundle', contains: ['main', 'v1.0'] });
    expect(found).toMatchObject({ outcome: 'pass', summary: 'The Git bundle is whole: 2 branches and tags.' });
  });

  it('fail with a flipped byte, cut off, incomplete, or without the wanted branch', async () => {
    const bytes = readFileSync(at('deploy.bundle'));
    for (const offset of [bytes.length - 30, bytes.length >> 1, bytes.length - 300]) {
      const bad = Buffer.from(bytes);
      bad[offset] = (bad[offset] ?? 0) ^ 1;
      writeFileSync(at('bad.bundle'), bad);
      expect((await bench.probe({ kind: 'manifests', path: 'bad.bundle', how: 'git-bundle' })).outcome).toBe('fail');
    }
    truncateSync(at('bad.bundle'), bytes.length - 100);
    expect((await bench.probe({ kind: 'manifests', path: 'bad.bundle', how: 'git-bundle' })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'manifests', path: 'increment.bundle', how: 'git-bundle' })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'manifests', path: 'deploy.bundle', how: 'git-bundle', contains: ['v2.0'] })).summary).toContain('does not hold v2.0');
    expect(readdirSync(at('data', 'scratch'))).toEqual([]);
  });
});

describe('manifests that kustomize renders', () => {
  it('pass with what they hold, and fail when they do not render or render to nothing', async () => {
    if (findProgram('kubectl', bench.context().env) === null) {
      expect(await bench.probe({ kind: 'manifests', path: '.', how: 'kustomize' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'tool-missing' } });
      return;
    }
    mkdirSync(at('overlay'));
    writeFileSync(at('overlay', 'kustomization.yaml'), 'resources: [map.yaml]\nnamespace: ampora\n');
    writeFileSync(at('overlay', 'map.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: lamp }\n');
    const probe = { kind: 'manifests', path: 'overlay', how: 'kustomize' } as const;
    expect(await bench.probe({ ...probe, contains: ['namespace: ampora'] })).toMatchObject({ outcome: 'pass', evidence: { objects: 1, kinds: ['ConfigMap'] } });
    expect((await bench.probe({ ...probe, contains: ['namespace: kravn'] })).outcome).toBe('fail');
    writeFileSync(at('overlay', 'kustomization.yaml'), 'resources: [gone.yaml]\n');
    expect((await bench.probe(probe)).summary).toContain('does not render');
    writeFileSync(at('overlay', 'kustomization.yaml'), 'resources: []\n');
    expect((await bench.probe(probe)).outcome).toBe('fail');
  });
});

describe('manifests with checksums', () => {
  it('pass when every file is as recorded', async () => {
    mkdirSync(at('files'));
    writeFileSync(at('files', 'a.yaml'), 'a');
    writeFileSync(at('files', 'SHA256SUMS'), `${createHash('sha256').update('a').digest('hex')}  a.yaml\n`);
    expect(await bench.probe({ kind: 'manifests', path: 'files', how: 'sums' })).toMatchObject({ outcome: 'pass', summary: '1 file is as recorded in SHA256SUMS.' });
    writeFileSync(at('files', 'a.yaml'), 'b');
    expect((await bench.probe({ kind: 'manifests', path: 'files', how: 'sums' })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'manifests', path: 'nowhere', how: 'sums' })).outcome).toBe('fail');
  });
});

describe('manifests with checksums and names', () => {
  it('pass only when the sums list what must be there, and the file itself', async () => {
    mkdirSync(at('chart', 'templates'), { recursive: true });
    const line = (name: string): string => {
      writeFileSync(at('chart', name), name);
      return `${createHash('sha256').update(name).digest('hex')}  ./${name}\n`;
    };
    writeFileSync(at('chart', 'SHA256SUMS'), line('values.yaml') + line('templates/web.yaml'));
    const probe = { kind: 'manifests', path: 'chart', how: 'sums' } as const;
    expect((await bench.probe({ ...probe, contains: ['values.yaml', 'templates/web.yaml', 'web.yaml'] })).outcome).toBe('pass');
    for (const absent of ['eb.yaml', 'values', 'gone.yaml']) expect(await bench.probe({ ...probe, contains: ['values.yaml', absent] })).toMatchObject({ outcome: 'fail', summary: `SHA256SUMS does not list ${absent}.` });

    writeFileSync(at('chart', 'unlisted.yaml'), 'anything');
    const one = { ...probe, sums: 'chart/SHA256SUMS' };
    expect((await bench.probe({ ...one, path: 'chart/values.yaml' })).outcome).toBe('pass');
    expect((await bench.probe({ ...one, path: 'chart/unlisted.yaml' })).summary).toContain('does not list unlisted.yaml');
  });
});

describe('contacts', () => {
  const judge = async (text: string, more: { path?: string; max_age?: string } = {}) => {
    writeFileSync(at('contacts.yaml'), text);
    return bench.probe({ kind: 'contacts', path: 'contacts.yaml', ...more }, { clock: clockAt('2026-04-25T12:00:00Z') });
  };
  const ADA = '{ name: Ada, role: keeper, phone: "+49 30 1234567", verified: 2026-04-01 }';

  it('pass when everybody can be reached and was verified lately', async () => {
    expect(await judge(`keepers: [${ADA}]\noffice: [{ name: Bo, email: bo@ampora.example, verified: 2026-04-20 }]\n`, { max_age: '30d' })).toMatchObject({ outcome: 'pass', summary: '2 people can be reached, all verified lately.', evidence: { people: 2, groups: 2 } });
    expect((await judge(`keepers: [${ADA}]\noffice: []\n`, { path: 'contacts.yaml#keepers' })).outcome).toBe('pass');
  });

  it.each([
    ['with nobody', '{}', {}, 'names nobody'],
    ['with an empty group', `keepers: [${ADA}]\noffice: []\n`, {}, 'group "office"'],
    ['without the group', `keepers: [${ADA}]\n`, { path: 'contacts.yaml#office' }, 'has no group "office"'],
    ['with somebody who cannot be reached', 'keepers: [{ name: Ada, role: keeper }]\n', {}, 'Ada cannot be reached'],
    ['with a masked number', 'keepers: [{ name: Ada, phone: "+49 30 xxxx" }]\n', {}, 'is not a whole number'],
    ['verified too long ago', `keepers: [${ADA}]\n`, { max_age: '20d' }, 'at most 20 d'],
    ['never verified', 'keepers: [{ name: Ada, phone: "1234567" }]\n', { max_age: '90d' }, 'was never verified'],
    ['of another shape', 'keepers: [{ name: Ada, telefon: "1" }]\n', {}, 'cannot be used'],
    ['that is no YAML', 'keepers: [', {}, 'cannot be used'],
    ['that is missing', '', { path: 'none.yaml' }, 'is not there'],
  ])('%s fail', async (_name, text, more, why) => {
    const found = await judge(text, more);
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain(why);
  });
});
