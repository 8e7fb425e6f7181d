import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flipped } from '../../support/damage.ts';
import { clockAt, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';
import { ANSWER, KEY, SEALED } from '../../support/sealed-canary.ts';
import type { KubernetesObject } from '../../support/velero-backup.ts';
import { writeVeleroBackup } from '../../support/velero-backup.ts';

const PROOF = {
  secret: 'master_key', query: 'json resources/secrets/namespaces/akko/*.json /stringData/canary',
  answer: ANSWER,
} as const;
const DEPLOYMENTS = { query: 'count resources/deployments.apps/namespaces/**/*.json', number: { min: 12 } };
const NOW = { clock: clockAt('2026-04-25T06:00:00Z') };
const probe = { kind: 'backup', engine: 'velero' } as const;

const objects: KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'akko' } },
  ...Array.from({ length: 12 }, (_, index) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `lantern-${index}`, namespace: 'akko' }, spec: { replicas: 2, image: `registry.example/${'x'.repeat(200)}:${index}` } })),
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'akko' }, stringData: { canary: SEALED } },
];

let bench: Bench;
const at = (...names: string[]): string => join(bench.folder, ...names);

beforeAll(async () => {
  bench = makeBench({ master_key: KEY });
  await writeVeleroBackup(at('store', 'backups'), { name: 'nightly-20260423010000', completed: '2026-04-23T01:04:00Z', objects });
  await writeVeleroBackup(at('store', 'backups'), { name: 'nightly-20260424010000', completed: '2026-04-24T01:04:00Z', objects });
  await writeVeleroBackup(at('store', 'backups'), { name: 'nightly-20260425010000', completed: '2026-04-25T01:04:00Z', objects, volumes: 3 });
});
afterAll(() => { bench.remove(); });

/** A copy of the newest backup, damaged. */
function spoilt(name: string, spoil: (folder: string, file: (part: string) => string) => void): string {
  const folder = at('spoilt', name);
  cpSync(at('store', 'backups', 'nightly-20260425010000'), folder, { recursive: true });
  spoil(folder, (part) => join(folder, `nightly-20260425010000${part}`));
  return folder;
}

describe('a backup of Velero', () => {
  it('is found by the time that it completed, and is intact with all that its list names', async () => {
    const found = await bench.probe({ ...probe, at: 'store', level: 'intact', schedule: 'daily', keeps: { daily: 3 }, max_age: '26h' }, NOW);
    expect(found.summary).toBe('nightly-20260425010000 is intact.');
    expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'intact', backup: 'nightly-20260425010000', phase: 'Completed', objects: 14, namespaces: 1, volumes: 3, copies: 3, age_s: 17_760 } });
    expect(found.evidence['rungs']).toMatchObject([{ level: 'seen' }, { level: 'listed', detail: '14 objects of Kubernetes, among them all that its resource list names' }, { level: 'intact', ok: true }]);
    for (const place of ['store/backups', 'store/backups/nightly-20260425010000', 'store/backups/*20260425*', 'store/backups/nightly-20260425010000/nightly-20260425010000.tar.gz']) {
      expect(await bench.probe({ ...probe, at: place, level: 'intact' }, NOW), place).toMatchObject({ outcome: 'pass', evidence: { objects: 14 } });
    }
  });

  it('is never called restored without a cluster, however far its objects hold', async () => {
    const found = await bench.probe({ ...probe, at: 'store', level: 'key-proven', assert: [DEPLOYMENTS], key: PROOF }, NOW);
    expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'cluster-missing', asserted: 1, key: { opened: 1 } } });
    expect(found.evidence['rungs']).toMatchObject([{}, {}, {}, { level: 'restored', ok: null, detail: 'its objects were unpacked, and applied to no cluster' }, { level: 'asserted', ok: true }, { level: 'key-proven', ok: true }]);
    expect(await bench.probe({ ...probe, at: 'store', level: 'restored' }, NOW)).toMatchObject({ outcome: 'unknown', evidence: { reason: 'cluster-missing', level: 'intact' } });
  });

  it('fails by its objects without a cluster, too', async () => {
    const few = await bench.probe({ ...probe, at: 'store', level: 'asserted', assert: [{ ...DEPLOYMENTS, number: { min: 13 } }] }, NOW);
    expect(few).toMatchObject({ outcome: 'fail', evidence: { fault: 'wrong-content' } });
    const rotated = makeBench({ master_key: 'a key from after the rotation' });
    expect(await rotated.probe({ ...probe, at: at('store'), level: 'key-proven', assert: [DEPLOYMENTS], key: PROOF }, NOW)).toMatchObject({ outcome: 'fail', evidence: { fault: 'wrong-key' } });
    rotated.remove();
  });

  it.each<[string, (folder: string, file: (part: string) => string) => void, string, string]>([
    ['whose tarball has a flipped bit', (_, file) => writeFileSync(file('.tar.gz'), flipped(readFileSync(file('.tar.gz')), readFileSync(file('.tar.gz')).length >> 1)), 'damaged', 'damaged'],
    ['whose tarball is cut off', (_, file) => writeFileSync(file('.tar.gz'), readFileSync(file('.tar.gz')).subarray(0, -200)), 'cut off', 'cut-off'],
    ['without its tarball', (_, file) => rmSync(file('.tar.gz')), 'is missing', 'damaged'],
    ['whose list of resources is cut off', (_, file) => writeFileSync(file('-resource-list.json.gz'), readFileSync(file('-resource-list.json.gz')).subarray(0, -8)), 'cut off', 'cut-off'],
    ['whose log has a flipped bit', (_, file) => writeFileSync(file('-logs.gz'), flipped(readFileSync(file('-logs.gz')), 30)), 'damaged', 'damaged'],
    ['whose list is none', (_, file) => writeFileSync(file('-resource-list.json.gz'), gzipSync('nothing')), 'no list of resources', 'damaged'],
    ['whose list is a bomb', (_, file) => writeFileSync(file('-resource-list.json.gz'), gzipSync(Buffer.alloc(160 * 1024 * 1024, ' '))), 'no list of resources', 'damaged'],
    ['whose record is torn', (folder) => writeFileSync(join(folder, 'velero-backup.json'), '{"metadata":'), 'velero-backup.json is damaged', 'damaged'],
    ['whose record is of no byte', (folder) => writeFileSync(join(folder, 'velero-backup.json'), ''), 'velero-backup.json is damaged', 'damaged'],
  ])('%s fails', async (name, spoil, why, fault) => {
    const found = await bench.probe({ ...probe, at: spoilt(name.replaceAll(' ', '-'), spoil), level: 'intact' }, NOW);
    expect(found.summary).toContain(why);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { fault } });
  });

  it.each([
    ['that did not complete', { phase: 'PartiallyFailed', errors: 4, objects }, 'its phase is PartiallyFailed, with 4 errors', 'damaged'],
    ['that is under way', { phase: 'InProgress', objects }, 'its phase is InProgress', 'damaged'],
    ['that lacks what its list names', { objects, lost: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'realm', namespace: 'akko' } }] }, 'v1/Secret akko/realm is in the resource list, and not in the tarball', 'damaged'],
    ['of nothing', { objects: [] }, 'the backup is empty: it holds no object', 'empty'],
    ['with what is no object', { objects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'akko' } }, Object.assign(JSON.parse('{"kind":"Secret","metadata":{"name":"y"}}'))] }, 'is no object of Kubernetes', 'damaged'],
  ])('%s fails', async (name, about, why, fault) => {
    const folder = at('odd', name.replaceAll(' ', '-'));
    mkdirSync(folder, { recursive: true });
    await writeVeleroBackup(folder, { name: 'nightly', completed: '2026-04-25T01:04:00Z', ...about });
    const found = await bench.probe({ ...probe, at: folder, level: 'intact' }, NOW);
    expect(found.summary).toContain(why);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { fault } });
  });

  it('with a sums file that disagrees, or does not list a file, fails', async () => {
    const folder = at('store', 'backups', 'nightly-20260424010000');
    const lines = execFileSync('sh', ['-c', 'sha256sum *'], { cwd: folder, encoding: 'utf8' });
    const sums = (text: string): string => {
      writeFileSync(at('SHA256SUMS'), text.replace(/ {2}/gu, `  ${folder}/`));
      return at('SHA256SUMS');
    };
    expect(await bench.probe({ ...probe, at: folder, level: 'intact', sums: sums(lines) }, NOW)).toMatchObject({ outcome: 'pass' });
    expect((await bench.probe({ ...probe, at: folder, level: 'intact', sums: sums(lines.replace(/^[0-9a-f]{8}/u, '00000000')) }, NOW)).summary).toContain('its SHA-256 is not the one in SHA256SUMS');
    expect((await bench.probe({ ...probe, at: folder, level: 'intact', sums: sums(lines.split('\n').slice(1).join('\n')) }, NOW)).summary).toContain('has no checksum for');
    expect((await bench.probe({ ...probe, at: folder, level: 'intact', sums: sums(`${lines}${'0'.repeat(64)}  gone.gz\n`) }, NOW)).summary).toContain('gone.gz is missing');
    expect(await bench.probe({ ...probe, at: folder, level: 'intact', sha256: '0'.repeat(64) }, NOW)).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
  });

  it('that is too old fails, and an empty store has none', async () => {
    expect(await bench.probe({ ...probe, at: 'store', level: 'listed', max_age: '4h' }, NOW)).toMatchObject({ outcome: 'fail', evidence: { level: 'listed', fault: 'too-old' } });
    mkdirSync(at('bare', 'backups'), { recursive: true });
    expect(await bench.probe({ ...probe, at: 'bare', level: 'seen' }, NOW)).toMatchObject({ outcome: 'fail', evidence: { fault: 'missing' } });
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(at('data', 'scratch')).map((name) => basename(name))).toEqual([]);
  });
});
